import type { PoolType } from "../hardware/pool.ts";
import type { OperatingPoint } from "../workload/workload.ts";
import { isTpDegree } from "./assign-gpus.ts";
import { describe, sizeOf } from "./check-stage.ts";
import type { Violation } from "./evaluation.ts";
import { memoryShape, tooLongRequest } from "./longest-request.ts";
import type { PlacementStage } from "./placement.ts";
import type { Problem } from "./problem.ts";

/** The size against what the GPU holds, and against the memory it has to use. */
export function checkMemory(
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

function gib(value: number): string {
  return value.toFixed(2);
}
