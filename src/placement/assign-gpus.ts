import type { StageShape } from "../cost/cost-model.ts";
import type { PoolType } from "../hardware/pool.ts";
import type { Rule, Violation } from "./evaluation.ts";
import type { PlacementStage } from "./placement.ts";

/** One instance of the pool. */
export interface Location {
  readonly type: PoolType;
  readonly instanceIndex: number;
}

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

/**
 * The GPUs of a stage inside its instance: those it lists, else the lowest that are free.
 *
 * `usedGpus` holds the GPUs of the stages before, by their number in the pool; the stage's own are added. null, with a
 * violation, when the stage cannot have its GPUs.
 */
export function assignGpus(
  location: Location,
  stage: PlacementStage,
  index: number,
  usedGpus: Set<number>,
  violations: Violation[],
): readonly number[] | null {
  const t = stage.tp_degree;
  if (stage.gpu_ids !== undefined || !isTpDegree(t)) {
    return takeListedGpus(location, stage, index, usedGpus, violations);
  }
  const { gpuCount } = location.type.instance;
  const base = firstGpuOf(location);
  const free: number[] = [];
  for (let id = 0; id < gpuCount && free.length < t; id++) {
    if (!usedGpus.has(base + id)) free.push(id);
  }
  if (free.length < t) {
    violations.push({
      rule: "gpu_free",
      stage: index,
      message: `stage ${index}: TP degree ${t} needs ${t} free GPUs, ${stage.gpu_type} has ${free.length} of ${gpuCount} left.`,
      tp_degree: t,
      free_gpus: free.length,
      instance_gpus: gpuCount,
    });
    return null;
  }
  for (const id of free) usedGpus.add(base + id);
  return free;
}

/** The number in the pool of an instance's first GPU. */
function firstGpuOf({ type, instanceIndex }: Location): number {
  return type.firstGpu + instanceIndex * type.instance.gpuCount;
}

/** The GPUs a stage lists, marked as used; null (with a violation) when it cannot have them. */
function takeListedGpus(
  location: Location,
  stage: PlacementStage,
  index: number,
  usedGpus: Set<number>,
  violations: Violation[],
): readonly number[] | null {
  const { gpuCount } = location.type.instance;
  const base = firstGpuOf(location);
  const ids = stage.gpu_ids ?? [];
  const broken = (rule: Rule, message: string): void => {
    violations.push({
      rule,
      stage: index,
      message: `stage ${index}: ${message}`,
      gpu_ids: ids,
      tp_degree: stage.tp_degree,
      instance_gpus: gpuCount,
    });
  };
  const fault = listedGpusFault(stage, ids, gpuCount);
  if (fault !== null) broken("gpu_ids", fault);
  const reused = ids.find((id) => id >= 0 && id < gpuCount && usedGpus.has(base + id));
  if (reused !== undefined) {
    broken("gpu_reuse", `GPU ${reused} of ${stage.gpu_type} is used by an earlier stage.`);
  }
  if (fault !== null || reused !== undefined) return null;
  for (const id of ids) usedGpus.add(base + id);
  return ids;
}

/** The first thing wrong with the GPUs a stage lists, apart from who else uses them; null when there is none. */
function listedGpusFault(
  stage: PlacementStage,
  ids: readonly number[],
  gpuCount: number,
): string | null {
  const t = stage.tp_degree;
  if (!isTpDegree(t)) return `TP degree ${t} is not a number of GPUs.`;
  if (ids.length !== t) return `${ids.length} GPU ids ${listed(ids)} for TP degree ${t}.`;
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i]!;
    if (!Number.isSafeInteger(id) || id < 0 || id >= gpuCount) {
      return `GPU id ${id} is not inside ${stage.gpu_type}, which has GPUs 0 to ${gpuCount - 1}.`;
    }
    if (ids.indexOf(id) !== i) return `GPU id ${id} is listed twice in ${listed(ids)}.`;
  }
  return null;
}

/** Whether a TP degree is a number of GPUs. */
export function isTpDegree(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 1;
}

function listed(ids: readonly number[]): string {
  return `[${ids.join(", ")}]`;
}
