import { PRICE_KINDS } from "../catalogue/catalogue.ts";
import type { ConditionPlaces, PoolItem } from "../catalogue/pool-item.ts";
import type { ReferenceFactors } from "../cost/reference/reference-model.ts";
import type { EngineSettings } from "../engines/engine-settings.ts";
import { ENGINES } from "../engines/engines.ts";
import type { ExportRequest } from "../export/export.ts";
import { EXPORT_FORMS } from "../export/targets.ts";
import type { InstanceType } from "../hardware/instance.ts";
import type { PoolEntry } from "../hardware/pool.ts";
import type { Price } from "../hardware/price.ts";
import type { ModelOverrides } from "../huggingface/huggingface-model.ts";
import type { HuggingFaceFiles } from "../huggingface/read-huggingface.ts";
import type { ChoiceFlags } from "../input/pool/choose-pool.ts";
import type { ProblemFlags } from "../input/problem/merge-flags.ts";
import type { InlineHighsOptions } from "../milp/highs-inline.ts";
import type { LayerKind, LayerPlan, Outline } from "../model/outline.ts";
import type { SplitShape } from "../placement/even-split.ts";
import type { Placement, PlacementStage } from "../placement/placement.ts";
import type { ObjectiveWeights, PlacementRules, Problem } from "../placement/problem.ts";
import type { NodeRules } from "../solver/request.ts";
import { type LinearObjective, OBJECTIVES, type SolveRequest } from "../solver/request.ts";
import type { SolveOptions } from "../solver/solve.ts";
import type { BatchPair, GridChoices, LengthPair } from "../sweep/grid.ts";
import type { LengthBin, LengthDistribution, LengthMoments } from "../workload/lengths.ts";
import {
  type Limits,
  type Load,
  type OperatingPoint,
  PHASES,
  type Workload,
} from "../workload/workload.ts";
import {
  byKind,
  type Check,
  callable,
  flag,
  type Keys,
  listOf,
  made,
  mapOf,
  nullOr,
  number,
  objectOf,
  oneOf,
  optional,
  text,
} from "./check.ts";

const phase = oneOf(PHASES);

/** What an export is for. */
export const form: Check = oneOf(EXPORT_FORMS);

const LIMITS: Keys<Limits> = {
  maxHourlyCostUsd: nullOr(number),
  maxCostPerMillionTokenUsd: nullOr(number),
  maxTotalCostUsd: nullOr(number),
  maxTotalRuntimeHours: nullOr(number),
  minTokensPerSecond: nullOr(number),
  maxTtftSeconds: nullOr(number),
  maxTpotSeconds: nullOr(number),
  latencySafetyMargin: number,
};

const lengths = objectOf<LengthMoments>({
  meanTokens: number,
  meanSquareTokens: number,
  p95Tokens: number,
  p99Tokens: number,
});

type LoadOf<Kind> = Extract<Load, { readonly kind: Kind }>;
const load = byKind({
  concurrency: objectOf<LoadOf<"concurrency">>({ kind: text, sequences: number }),
  max: objectOf<LoadOf<"max">>({ kind: text }),
  request_rate: objectOf<LoadOf<"request_rate">>({ kind: text, requestsPerSecond: number }),
});

export const workload: Check = objectOf<Workload>({
  phase: nullOr(phase),
  inputTokens: nullOr(number),
  outputTokens: nullOr(number),
  minBatch: nullOr(number),
  maxBatch: nullOr(number),
  inputLengths: optional(lengths),
  outputLengths: optional(lengths),
  load: optional(load),
});

export const engineSettings: Check = objectOf<EngineSettings>({
  engine: oneOf(ENGINES),
  gpuMemoryUtilization: number,
  maxModelLenTokens: nullOr(number),
  maxBatchedTokens: number,
});

/** All limits, null where there is none. */
export const limits: Check = objectOf(LIMITS);

export const outline: Check = objectOf<Outline>({
  numLayers: number,
  dModel: number,
  dHidden: number,
  vocabSize: number,
  numAttentionHeads: number,
  numKvHeads: number,
  bytesPerElement: number,
  layerWeightGib: number,
  layers: optional(
    objectOf<LayerPlan>({
      kinds: listOf(
        objectOf<LayerKind>({
          weightGib: number,
          dHidden: number,
          numKvHeads: number,
          attentionWindowTokens: nullOr(number),
        }),
      ),
      kindOf: listOf(number),
      embeddingGib: number,
      lmHeadGib: number,
    }),
  ),
});

export const problem: Check = objectOf<Problem>({
  model: made,
  pool: made,
  network: made,
  costModel: made,
  engine: optional(engineSettings),
  rules: objectOf<PlacementRules>({
    maxPipelineStages: number,
    minLayersPerStage: number,
    minMemoryUtilization: number,
    quantizeSegments: flag,
    anyShape: optional(flag),
  }),
  workload,
  limits,
  weights: objectOf<ObjectiveWeights>({
    costWeight: nullOr(number),
    throughputNormalization: number,
    costNormalization: number,
    crossInstancePenalty: number,
  }),
  totalTokensToProcess: number,
  timeLimitSeconds: nullOr(number),
  poolTypesLeftOut: optional(number),
  warnings: listOf(text),
});

export const request: Check = objectOf<SolveRequest>({
  objective: oneOf(OBJECTIVES),
  weight: nullOr(number),
  linear: nullOr(
    objectOf<LinearObjective>({
      perTokensPerSecond: number,
      perUsdPerHour: number,
      perLink: number,
    }),
  ),
  tpDegrees: listOf(number),
  maxTpByType: mapOf(number),
  includeTypes: nullOr(listOf(text)),
  excludeTypes: listOf(text),
  noIdleGpus: flag,
  maxInstanceTypes: nullOr(number),
  maxInstances: nullOr(number),
  maxStagesByType: mapOf(number),
  maxRentedByType: mapOf(number),
  mostStages: nullOr(number),
  mostGpusInUse: nullOr(number),
  uniformTp: flag,
  gap: number,
  preferSimplePercent: number,
  by: nullOr(text),
  frontier: flag,
  explain: flag,
  bandwidthPercentile: nullOr(number),
  nodeRules: nullOr(
    objectOf<NodeRules>({
      stagesPerNode: oneOf(["any", "equal", "one"]),
      nodeKinds: oneOf(["one", "first_and_rest", "any"]),
      wholeInstances: flag,
      typeGroups: nullOr(listOf(listOf(text))),
      rentedOnly: flag,
      mostSequences: nullOr(number),
    }),
  ),
});

export const solveOptions: Check = optional(
  objectOf<SolveOptions>({
    signal: optional(made),
    onProgress: optional(callable),
    spentSeconds: optional(number),
    explainInfeasible: optional(flag),
    onFormulation: optional(callable),
    tables: optional(made),
  }),
);

export const stages: Check = listOf(
  objectOf<PlacementStage>({
    gpu_type: text,
    tp_degree: number,
    gpu_ids: optional(listOf(number)),
    start_layer: number,
    end_layer: number,
  }),
);

export const placement: Check = objectOf<Placement>({
  batch_size: number,
  sequence_length: number,
  output_length: number,
  workload_phase: phase,
  stages,
});

export const point: Check = objectOf<OperatingPoint>({
  phase,
  batch: number,
  inputTokens: number,
  outputTokens: number,
  inputMeanSquareTokens: optional(number),
  outputMeanSquareTokens: optional(number),
});

export const split: Check = objectOf<SplitShape>({
  family: text,
  tpDegree: number,
  ppStages: number,
  instances: optional(number),
});

export const gridChoices: Check = optional(
  objectOf<GridChoices>({
    families: optional(listOf(text)),
    tpDegrees: optional(listOf(number)),
    ppStages: optional(listOf(number)),
    lengths: optional(listOf(objectOf<LengthPair>({ inputTokens: number, outputTokens: number }))),
    batches: optional(listOf(objectOf<BatchPair>({ minBatch: number, maxBatch: number }))),
    phases: optional(listOf(phase)),
  }),
);

export const instance: Check = objectOf<InstanceType>({
  name: text,
  provider: text,
  gpuModel: text,
  gpuCount: number,
  gpuMemoryGib: number,
  insideGBytesPerSecond: number,
  externalGbitsPerSecond: number,
  gpu: optional(made),
  typeName: optional(text),
  site: optional(text),
  isScattered: optional(flag),
});
const price = objectOf<Price>({
  microUsdPerHour: number,
  provider: text,
  region: nullOr(text),
  kind: text,
  asOf: nullOr(text),
  source: text,
});

export const poolEntries: Check = listOf(
  objectOf<PoolEntry>({ instance, count: number, price, ownedCount: optional(number) }),
);

export const poolItems: Check = listOf(
  objectOf<PoolItem>({
    where: text,
    places: optional(
      objectOf<ConditionPlaces>({
        types: optional(text),
        gpus: optional(text),
        providers: optional(text),
        regions: optional(text),
        kinds: optional(text),
      }),
    ),
    types: optional(listOf(text)),
    gpus: optional(listOf(text)),
    providers: optional(listOf(text)),
    regions: optional(listOf(text)),
    kinds: optional(listOf(oneOf(PRICE_KINDS))),
    maxCount: number,
    usdPerHour: optional(number),
    ownedCount: optional(number),
  }),
);

export const factors: Check = objectOf<ReferenceFactors>({
  realWorldEfficiency: number,
  microBatchSize: number,
  interferenceFactor: number,
});

export const exportRequest: Check = objectOf<ExportRequest>({
  form,
  image: nullOr(text),
  checkpoint: nullOr(text),
  onlineFp8: flag,
  maxSequences: optional(nullOr(number)),
  burstHeadroom: optional(nullOr(number)),
  expertParallel: optional(flag),
  trustRemoteCode: optional(flag),
});

export const overrides: Check = optional(
  objectOf<ModelOverrides>({ weightFormat: optional(text), kvCacheDtype: optional(text) }),
);

type DistributionOf<Kind> = Extract<LengthDistribution, { readonly kind: Kind }>;
export const distribution: Check = byKind({
  fixed: objectOf<DistributionOf<"fixed">>({ kind: text, tokens: number }),
  lognormal: objectOf<DistributionOf<"lognormal">>({
    kind: text,
    meanTokens: number,
    p95Tokens: number,
  }),
  histogram: objectOf<DistributionOf<"histogram">>({
    kind: text,
    bins: listOf(objectOf<LengthBin>({ tokens: number, weight: number })),
  }),
});

/** Files of a model, parsed or as texts. */
export const huggingFaceFiles: Check = objectOf<HuggingFaceFiles>({
  name: text,
  repository: optional(nullOr(text)),
  config: made,
  quantConfig: optional(made),
  safetensorsIndex: optional(made),
  overrides,
});

export const inlineHighs: Check = optional(
  objectOf<InlineHighsOptions>({
    confirm: optional(flag),
    load: optional(callable),
    wasmBinary: optional(made),
    wasmModule: optional(made),
    locateFile: optional(callable),
  }),
);

/** What flags say about a problem. */
export const PROBLEM_FLAGS: Keys<ProblemFlags> = {
  inputTokens: optional(number),
  inputP95Tokens: optional(number),
  inputLengthsFile: optional(text),
  outputTokens: optional(number),
  outputP95Tokens: optional(number),
  outputLengthsFile: optional(text),
  minBatch: optional(number),
  maxBatch: optional(number),
  concurrency: optional(number),
  maxLoad: optional(flag),
  requestRate: optional(number),
  costModel: optional(text),
  engine: optional(text),
  gpuMemoryUtilization: optional(number),
  maxModelLenTokens: optional(number),
  maxBatchedTokens: optional(number),
  calibrationFile: optional(text),
  cloudProvider: optional(text),
  ownedByType: optional(mapOf(number)),
  phase: optional(text),
  limits: optional(
    objectOf(
      Object.fromEntries(
        Object.entries(LIMITS).map(([key, check]) => [key, optional(check)]),
      ) as typeof LIMITS,
    ),
  ),
  timeLimitSeconds: optional(number),
  maxPipelineStages: optional(number),
  totalTokens: optional(number),
  anyShape: optional(flag),
};

const itemsOrPath: Check = (value, where) =>
  typeof value === "string" ? undefined : poolItems(value, where);

/** What flags choose from a catalogue. */
export const CHOICE_FLAGS: Keys<ChoiceFlags> = {
  instances: optional(text),
  poolItems: optional(itemsOrPath),
  providers: optional(listOf(text)),
  regions: optional(listOf(text)),
  gpus: optional(listOf(text)),
  priceKinds: optional(listOf(text)),
  maxCount: optional(number),
};
