/**
 * The core of llm-placement as a library. Nothing here touches files, processes or workers, so that it runs in a browser as
 * it does in Node; what needs Node is exported by `llm-placement/node`.
 */

export {
  type Catalogue,
  type CatalogueDiscount,
  type CatalogueGpu,
  type CatalogueInstance,
  type CataloguePrice,
  PRICE_KINDS,
  type PriceKind,
  type Replacement,
  type RowPlace,
} from "./catalogue/catalogue.ts";

export type { Finding } from "./catalogue/finding.ts";

export type { PoolItem, PoolSelection } from "./catalogue/select-pool.ts";
export * from "./checked/core.ts";
export * from "./checked/parts.ts";
export * from "./checked/texts.ts";
export type { Knowledge } from "./cost/calibrated/calibrated-model.ts";
export { SHIPPED } from "./cost/calibrated/shipped.ts";
export type {
  Confidence,
  CostModel,
  HeldShape,
  LatencyFrame,
  LimitedBy,
  LinkEnd,
  LinkEstimate,
  MemoryBill,
  NextStage,
  SegmentRange,
  Spread,
  StageEstimate,
  StageShape,
  Uncertainty,
} from "./cost/cost-model.ts";
export type { ReferenceFactors } from "./cost/reference/reference-model.ts";
export type { EngineSettings } from "./engines/engine-settings.ts";
export { ENGINES, type Engine } from "./engines/engines.ts";
export { InputError, InternalError } from "./errors.ts";
export type { Export, ExportRequest } from "./export/export.ts";
export type { LaunchFile } from "./export/launch.ts";
export { type ExportLimit, LIMIT_RULES, type LimitRule } from "./export/limits.ts";

export {
  EXPORT_TARGETS,
  type ExportForm,
  type ExportTarget,
  KUBERNETES_KINDS,
  type KubernetesKind,
} from "./export/targets.ts";
export type { InstanceType } from "./hardware/instance.ts";
export type { DerivedNetwork, MatrixNetwork, Network } from "./hardware/network.ts";
export type { Pool, PoolEntry, PoolType } from "./hardware/pool.ts";
export type { Price } from "./hardware/price.ts";
export type {
  HuggingFaceModel,
  ModelOverrides,
  ParameterCounts,
} from "./huggingface/huggingface-model.ts";
export type { LibraryModel } from "./huggingface/library.ts";
export { modelOf, whyNotReference } from "./huggingface/model-of.ts";
export type { JsonFile } from "./huggingface/quantization-files.ts";
export { type HuggingFaceFiles, placeIn } from "./huggingface/read-huggingface.ts";
export type { CatalogueTexts } from "./input/catalogue/parse-catalogue.ts";
export type { Config } from "./input/config/parse-config.ts";
export type { HuggingFaceTexts } from "./input/model/huggingface-texts.ts";
export type { WorkloadFlags } from "./input/placement/complete-placement.ts";
export type { PlacementInput, PlacementLine } from "./input/placement/parse-placement.ts";
export type { ChoiceFlags } from "./input/pool/choose-pool.ts";
export type { ProblemFiles } from "./input/problem/build-problem.ts";
export type { ProblemFlags } from "./input/problem/merge-flags.ts";
export type { OpenNamed, SourceText } from "./input/text/source-text.ts";
export type { InlineHighsOptions } from "./milp/highs-inline.ts";
export { createJslp } from "./milp/jslp.ts";
export type * from "./milp/model.ts";
export { writeLp, writeMps } from "./milp/write.ts";
export type {
  Architecture,
  EndWeights,
  LayerArchitecture,
  StatedSizes,
  StatedWeights,
  WeightFormat,
} from "./model/architecture.ts";
export type { Attention, GroupedQueryAttention, LatentAttention } from "./model/attention.ts";
export type { Model } from "./model/model.ts";
export { type LayerKind, type LayerPlan, layerPlanOf, type Outline } from "./model/outline.ts";
export type { PlacementAt } from "./placement/at-load.ts";
export {
  type Bottleneck,
  type Evaluation,
  type Infeasible,
  type LinkMetrics,
  type Metrics,
  RULES,
  type Rule,
  type StageMetrics,
  type Success,
  type Violation,
} from "./placement/evaluation.ts";
export type { EvenSplit, SplitShape } from "./placement/even-split.ts";
export type { Placement, PlacementStage } from "./placement/placement.ts";
export type { ObjectiveWeights, PlacementRules, Problem } from "./placement/problem.ts";
export type { StoredProblem } from "./problem-file/store-problem.ts";
export type { FamilyBest } from "./solver/even-splits/even-splits.ts";
export type { SplitChoice } from "./solver/even-splits/split-shapes.ts";
export type { NodeRules } from "./solver/request.ts";
export {
  DEFAULT_REQUEST,
  DEFAULT_TP_DEGREES,
  type LinearObjective,
  OBJECTIVES,
  type ObjectiveName,
  type SolveRequest,
} from "./solver/request.ts";
export type {
  Answer,
  Deployability,
  FrontierPoint,
  NoAnswer,
  SearchEffort,
  Solution,
} from "./solver/solution.ts";
export type { SolveOptions, SolveProgress } from "./solver/solve.ts";
export { TableCache } from "./solver/stages/table-cache.ts";
export type {
  BatchPair,
  Grid,
  GridChoices,
  LengthPair,
} from "./sweep/grid.ts";
export type { RunOutcome } from "./sweep/record.ts";
export type { RunParameters } from "./sweep/run.ts";
export type { RunResult } from "./sweep/sweep.ts";
export type {
  LengthBin,
  LengthDistribution,
  LengthMoments,
} from "./workload/lengths.ts";
export { CONCURRENCY_LEVELS } from "./workload/load.ts";
export {
  type Limits,
  type Load,
  NO_LIMITS,
  type OperatingPoint,
  PHASES,
  type Phase,
  type Workload,
} from "./workload/workload.ts";
