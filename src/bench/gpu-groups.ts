import type { PoolType } from "../hardware/pool.ts";
import { instanceName, type Placement, placementAt } from "../placement/placement.ts";
import type { Problem } from "../placement/problem.ts";
import { isAllowed, tpDegreesOf } from "../solver/instances/instance-classes.ts";
import type { SolveRequest } from "../solver/request.ts";
import type { OperatingPoint } from "../workload/workload.ts";

/** A place for one stage: some GPUs of one instance. Which of them is left to `evaluate`, which takes the lowest free ones. */
export interface GpuGroup {
  readonly type: PoolType;
  readonly instanceIndex: number;
  readonly tpDegree: number;
}

/** A type with the TP degrees that a request allows on it, rising. */
export interface UsableType {
  readonly type: PoolType;
  readonly tpDegrees: readonly number[];
}

/** The types that a request lets be used, in pool order. */
export function usableTypes(problem: Problem, request: SolveRequest): UsableType[] {
  return problem.pool.types
    .filter((type) => type.count > 0 && isAllowed(type, request))
    .map((type) => ({ type, tpDegrees: tpDegreesOf(problem, type, request) }))
    .filter(({ tpDegrees }) => tpDegrees.length > 0);
}

/**
 * Seats of one degree, `perInstance` of them on each instance from the first on; null when the pool has too few instances.
 */
export function rowOfSeats(
  type: PoolType,
  tpDegree: number,
  stages: number,
  perInstance: number,
): GpuGroup[] | null {
  if (Math.ceil(stages / perInstance) > type.count) return null;
  return Array.from({ length: stages }, (_, index) => ({
    type,
    instanceIndex: Math.floor(index / perInstance),
    tpDegree,
  }));
}

/** Stages of the given sizes on seats, one after another from layer 1. */
export function seated(
  point: OperatingPoint,
  groups: readonly GpuGroup[],
  sizes: readonly number[],
): Placement {
  let nextLayer = 1;
  const stages = groups.map(({ type, instanceIndex, tpDegree }, index) => {
    const startLayer = nextLayer;
    nextLayer += sizes[index]!;
    return {
      gpu_type: instanceName(type.instance.name, instanceIndex),
      tp_degree: tpDegree,
      start_layer: startLayer,
      end_layer: nextLayer - 1,
    };
  });
  return placementAt(point, stages);
}
