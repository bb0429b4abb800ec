import type { NextStage, StageShape } from "../cost/cost-model.ts";
import { groupGBytesPerSecond } from "../hardware/network.ts";
import type { PoolType } from "../hardware/pool.ts";
import { tpLayout } from "../model/layout.ts";
import { isAllowedCut, layerCount } from "../model/model.ts";
import { nearestHint } from "../nearest.ts";
import type { OperatingPoint } from "../workload/workload.ts";
import { assignGpus, isTpDegree, type Location } from "./assign-gpus.ts";
import type { Rule, Violation } from "./evaluation.ts";
import { memoryShape, nameLongestRequest, tooLongRequest } from "./longest-request.ts";
import { type Placement, type PlacementStage, parseInstanceName } from "./placement.ts";
import type { Problem } from "./problem.ts";
import { isQuantisedSize, minPipelineSegment } from "./segment-sizes.ts";
import { forbiddenTp } from "./tp-shape.ts";

/** A stage that stands on real GPUs. */
export interface PlacedStage {
  readonly stage: PlacementStage;
  readonly type: PoolType;
  readonly instanceIndex: number;
  readonly gpuIds: readonly number[];
  /** Smallest of `gpuIds`: the end of the stage's links. */
  readonly lowestGpu: number;
  readonly shape: StageShape;
}

export interface CheckedPlacement {
  /** In stage order; complete when there are no violations. */
  readonly stages: readonly PlacedStage[];
  /** In the order in which the rules are checked. */
  readonly violations: readonly Violation[];
  readonly warnings: readonly string[];
}

/**
 * Checks all rules on a placement, in the order of the contract: the number of stages, then stage by stage instance, layer
 * range, GPUs and size, then the cover of the layers. The first violation is the first breach; every breach is listed.
 */
export function checkPlacement(
  problem: Problem,
  placement: Placement,
  point: OperatingPoint,
): CheckedPlacement {
  const violations: Violation[] = [];
  const warnings: string[] = [];
  const stages: PlacedStage[] = [];
  checkStageCount(problem, placement, violations);
  const usedGpus = new Set<number>();
  const pipelineStages = placement.stages.length;
  for (let index = 0; index < placement.stages.length; index++) {
    const stage = placement.stages[index]!;
    const rangeOk = isLayerRange(stage);
    const located = locate(problem, stage, index, violations);
    if (!rangeOk) {
      violations.push({
        rule: "layer_range",
        stage: index,
        message: `stage ${index}: layers ${stage.start_layer}-${stage.end_layer} are not a range of layers; layers count from 1 and the end is not before the start.`,
        start_layer: stage.start_layer,
        end_layer: stage.end_layer,
      });
    }
    const gpuIds = located && assignGpus(located, stage, index, usedGpus, violations);
    checkShape(problem, stage, index, violations);
    if (rangeOk && located) {
      checkMemory(problem, located.type, stage, index, pipelineStages, point, violations, warnings);
    }
    if (rangeOk) {
      checkSize(problem, stage, index, violations);
      checkCut(problem, stage, index, violations);
    }
    if (!located || !gpuIds || !rangeOk) continue;
    const { type, instanceIndex } = located;
    stages.push({
      stage,
      type,
      instanceIndex,
      gpuIds,
      lowestGpu: lowest(gpuIds),
      shape: {
        instance: type.instance,
        group: {
          gpus: stage.tp_degree,
          gBytesPerSecond: groupGBytesPerSecond(problem.network, type, instanceIndex, gpuIds),
        },
        layout: tpLayout(stage.tp_degree),
        startLayer: stage.start_layer,
        layers: sizeOf(stage),
        pipelineStages,
        next: nextOf(placement.stages, index),
      },
    });
  }
  nameLongestRequest(problem, point, violations);
  checkCover(problem, placement, violations);
  checkSites(stages, violations);
  return { stages, violations, warnings };
}

/** Where the stage after another one stands. */
function nextOf(stages: readonly PlacementStage[], index: number): NextStage {
  const next = stages[index + 1];
  if (!next) return "none";
  return next.gpu_type === stages[index]!.gpu_type ? "same_instance" : "other_instance";
}

/** What links between sites do is not known: a pipeline stays inside one. */
function checkSites(stages: readonly PlacedStage[], violations: Violation[]): void {
  const sites = [...new Set(stages.map(({ type }) => type.instance.site))];
  if (sites.length < 2) {
    checkScattered(stages, violations);
    return;
  }
  violations.push({
    rule: "several_sites",
    message: `the stages are at ${sites.length} sites (${sites.map((site) => site ?? "a site without a name").join(", ")}); a pipeline stays inside one.`,
    sites,
  });
}

function checkScattered(stages: readonly PlacedStage[], violations: Violation[]): void {
  const scattered = stages.find(({ type }) => type.instance.isScattered);
  const instances = new Set(stages.map(({ stage }) => stage.gpu_type));
  if (!scattered || instances.size < 2) return;
  violations.push({
    rule: "several_sites",
    message: `the stages are on ${instances.size} instances, and those of ${scattered.type.instance.name} may be anywhere; a pipeline stays on one.`,
    instances: instances.size,
  });
}

function checkStageCount(problem: Problem, placement: Placement, violations: Violation[]): void {
  const count = placement.stages.length;
  const max = problem.rules.maxPipelineStages;
  if (count >= 1 && count <= max) return;
  violations.push({
    rule: "stage_count",
    message:
      count === 0
        ? "the placement has no stage."
        : `${count} pipeline stages are more than max_pipeline_stages ${max}.`,
    stages: count,
    max_pipeline_stages: max,
  });
}

function isLayerRange(stage: PlacementStage): boolean {
  return (
    Number.isSafeInteger(stage.start_layer) &&
    Number.isSafeInteger(stage.end_layer) &&
    stage.start_layer >= 1 &&
    stage.end_layer >= stage.start_layer
  );
}

function locate(
  problem: Problem,
  stage: PlacementStage,
  index: number,
  violations: Violation[],
): Location | null {
  const parsed = parseInstanceName(stage.gpu_type);
  const type = parsed ? problem.pool.byName.get(parsed.typeName) : undefined;
  if (parsed && type && parsed.index < type.count) return { type, instanceIndex: parsed.index };
  let why: string;
  if (!parsed) why = "is not of the form type#index, e.g. g5.48xlarge#0.";
  else if (!type) {
    const names = problem.pool.types.map((t) => t.instance.name).sort();
    why = `is not in the pool. ${nearestHint(parsed.typeName, names)}`;
  } else why = `does not exist: the pool has ${type.count} of that type, numbered from 0.`;
  violations.push({
    rule: "unknown_instance",
    stage: index,
    message: `stage ${index}: instance "${stage.gpu_type}" ${why}`,
    gpu_type: stage.gpu_type,
  });
  return null;
}

/** The TP degree against what of the model it has to share out. */
function checkShape(
  problem: Problem,
  stage: PlacementStage,
  index: number,
  violations: Violation[],
): void {
  const { tp_degree } = stage;
  const breach = isTpDegree(tp_degree) ? forbiddenTp(problem, tp_degree) : null;
  if (!breach) return;
  violations.push({
    rule: "tp_shape",
    stage: index,
    message: `${describe(stage, index)}: TP ${tp_degree} ${breach.words}, so ${engineWords(problem)}.`,
    dimension: breach.dimension,
    size: breach.size,
    tp_degree,
  });
}

function engineWords({ engine }: Problem): string {
  return engine ? `${engine.engine} does not start it` : "serving engines do not start it";
}

/** The size against what the GPU holds, and against the memory it has to use. */
function checkMemory(
  problem: Problem,
  type: PoolType,
  stage: PlacementStage,
  index: number,
  pipelineStages: number,
  point: OperatingPoint,
  violations: Violation[],
  warnings: string[],
): void {
  const t = stage.tp_degree;
  if (!isTpDegree(t)) return;
  const { rules, costModel } = problem;
  const size = sizeOf(stage);
  const shape = memoryShape(type.instance, stage, pipelineStages);
  const range = costModel.segmentRange(shape, point, rules.minMemoryUtilization);
  if (size <= range.largest && size >= range.smallest && range.fits) return;
  const where = describe(stage, index);
  const items = memoryItems(problem, type, stage, pipelineStages, point);
  const tooLong = tooLongRequest(problem, shape, point);
  if (tooLong !== null) {
    // What the whole pipeline holds is known when all stages are: the message is completed then.
    violations.push({ rule: "above_kv_cache", stage: index, message: where, ...tooLong, ...items });
  } else if (size > range.largest) {
    violations.push({
      rule: "above_max_segment",
      stage: index,
      message: `${where}: ${size} layers need ${gib(items.required_gb)} GiB on each GPU (${memoryWords(items)}), ${gib(items.available_gb)} GiB are available; ${range.fits ? `at most ${range.largest} layers fit` : "not even one layer fits"}.`,
      size,
      max_size: range.largest,
      ...items,
    });
  } else if (!range.fits) {
    warnings.push(
      `${where} does not fit: it needs ${gib(items.required_gb)} GiB on each GPU but ${gib(items.available_gb)} GiB are available. The ${costModel.name} model accepts one-layer stages; the solver never proposes one.`,
    );
  }
  if (size < range.smallest) {
    violations.push({
      rule: "below_min_segment",
      stage: index,
      message: `${where}: ${size} layers use ${gib(items.required_gb)} of ${gib(items.available_gb)} GiB on each GPU; min_memory_utilization ${rules.minMemoryUtilization} requires at least ${range.smallest} layers.`,
      size,
      min_size: range.smallest,
      ...items,
    });
  }
}

/** The size breaking the rules that know nothing of memory. */
function checkSize(
  problem: Problem,
  stage: PlacementStage,
  index: number,
  violations: Violation[],
): void {
  const { rules, model } = problem;
  const size = sizeOf(stage);
  if (size < rules.minLayersPerStage) {
    violations.push(
      sizeViolation(
        stage,
        index,
        "below_min_layers",
        `${size} layers are fewer than min_layers_per_stage ${rules.minLayersPerStage}.`,
        { min_size: rules.minLayersPerStage },
      ),
    );
  }
  const pipelineMin = minPipelineSegment(layerCount(model), rules);
  if (size < pipelineMin) {
    violations.push(
      sizeViolation(
        stage,
        index,
        "below_min_pipeline_segment",
        `${size} layers are fewer than ${pipelineMin} = ${layerCount(model)} layers / max_pipeline_stages ${rules.maxPipelineStages}, rounded up.`,
        { min_size: pipelineMin },
      ),
    );
  }
  if (rules.quantizeSegments && !isQuantisedSize(size, layerCount(model))) {
    violations.push(
      sizeViolation(
        stage,
        index,
        "not_quantised",
        `${size} layers are neither a divisor of ${layerCount(model)} nor a power of two from 4 up to it, as enable_segment_quantization requires.`,
        { num_layers: layerCount(model) },
      ),
    );
  }
}

function sizeViolation(
  stage: PlacementStage,
  index: number,
  rule: Rule,
  message: string,
  numbers: Readonly<Record<string, number>>,
): Violation {
  return {
    rule,
    stage: index,
    message: `${describe(stage, index)}: ${message}`,
    size: sizeOf(stage),
    ...numbers,
  };
}

/** The last layer of the stage against the cuts that the model allows. */
function checkCut(
  problem: Problem,
  stage: PlacementStage,
  index: number,
  violations: Violation[],
): void {
  if (isAllowedCut(problem.model, stage.end_layer)) return;
  violations.push({
    rule: "cut_not_allowed",
    stage: index,
    message: `${describe(stage, index)}: the model may not be cut after layer ${stage.end_layer}; allowed are ${problem.model.allowedCuts!.join(", ")}.`,
    end_layer: stage.end_layer,
  });
}

function sizeOf(stage: PlacementStage): number {
  return stage.end_layer - stage.start_layer + 1;
}

function describe(stage: PlacementStage, index: number): string {
  return `stage ${index} (layers ${stage.start_layer}-${stage.end_layer} on ${stage.gpu_type}, TP ${stage.tp_degree})`;
}

function memoryItems(
  problem: Problem,
  type: PoolType,
  stage: PlacementStage,
  pipelineStages: number,
  point: OperatingPoint,
): {
  readonly weights_gb: number;
  readonly kv_cache_gb: number;
  readonly activations_gb: number;
  readonly runtime_gb?: number;
  readonly reserve_gb?: number;
  readonly required_gb: number;
  readonly available_gb: number;
} {
  const bill = problem.costModel.memory(memoryShape(type.instance, stage, pipelineStages), point);
  return {
    weights_gb: bill.weightsGib,
    kv_cache_gb: bill.kvCacheGib,
    activations_gb: bill.activationsGib,
    ...(bill.runtimeGib + bill.reserveGib > 0 && {
      runtime_gb: bill.runtimeGib,
      reserve_gb: bill.reserveGib,
    }),
    required_gb: bill.totalGib,
    available_gb: bill.capacityGib,
  };
}

function memoryWords(items: ReturnType<typeof memoryItems>): string {
  const { weights_gb, kv_cache_gb, activations_gb, runtime_gb, reserve_gb } = items;
  const more =
    runtime_gb === undefined || reserve_gb === undefined
      ? ""
      : `, runtime ${gib(runtime_gb)}, reserve ${gib(reserve_gb)}`;
  return `weights ${gib(weights_gb)}, KV cache ${gib(kv_cache_gb)}, activations ${gib(activations_gb)}${more}`;
}

/** Stages have to follow one another from layer 1 to layer L without a gap or an overlap. */
function checkCover(problem: Problem, placement: Placement, violations: Violation[]): void {
  const numLayers = layerCount(problem.model);
  let next = 1;
  for (let index = 0; index < placement.stages.length; index++) {
    const stage = placement.stages[index]!;
    if (!isLayerRange(stage)) continue;
    if (stage.start_layer !== next) {
      const rule = stage.start_layer > next ? "gap" : "overlap";
      violations.push({
        rule,
        stage: index,
        message:
          rule === "gap"
            ? `stage ${index} starts at layer ${stage.start_layer}; layers ${next}-${stage.start_layer - 1} before it are in no stage.`
            : `stage ${index} starts at layer ${stage.start_layer}, but the stages before it reach layer ${next - 1}.`,
        expected_start_layer: next,
        start_layer: stage.start_layer,
      });
    }
    next = stage.end_layer + 1;
  }
  if (next - 1 !== numLayers) {
    violations.push({
      rule: "coverage",
      message: `the stages end at layer ${next - 1}, the model has ${numLayers} layers.`,
      last_layer: next - 1,
      num_layers: numLayers,
    });
  }
}

function lowest(gpuIds: readonly number[]): number {
  let smallest = gpuIds[0]!;
  for (const id of gpuIds) if (id < smallest) smallest = id;
  return smallest;
}

function gib(value: number): string {
  return value.toFixed(2);
}
