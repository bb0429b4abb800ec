import type { PoolType } from "../../hardware/pool.ts";
import type { Metrics } from "../../placement/evaluation.ts";
import { type Placement, parseInstanceName } from "../../placement/placement.ts";
import type { Problem } from "../../placement/problem.ts";
import { brokenNodeRule, type UsedGpus } from "../deployable/node-rules.ts";
import type { SolveRequest } from "../request.ts";

/** Instances of a type that a placement rents; owned ones cost nothing at any price. */
export function rentedInstances(
  { instance, ownedCount = 0 }: PoolType,
  { stages }: Placement,
): number {
  return [...new Set(stages.map(({ gpu_type }) => gpu_type))].filter((name) => {
    const parsed = parseInstanceName(name);
    return parsed?.typeName === instance.name && parsed.index >= ownedCount;
  }).length;
}

/** What rules on rented instances are on. */
export type RentedMetrics = UsedGpus &
  Pick<Metrics, "num_gpus" | "num_gpus_rented" | "num_instances">;

/** What a placement rents, known before it is evaluated. */
export function rentedMetrics({ pool }: Problem, { stages }: Placement): RentedMetrics {
  const instances = new Set(stages.map(({ gpu_type }) => gpu_type));
  const gpusOf = (name: string): number =>
    pool.byName.get(parseInstanceName(name)!.typeName)!.instance.gpuCount;
  return {
    num_gpus: stages.reduce((sum, { tp_degree }) => sum + tp_degree, 0),
    num_gpus_rented: [...instances].reduce((sum, name) => sum + gpusOf(name), 0),
    num_instances: instances.size,
    stages: stages.map(({ gpu_type, gpu_ids, tp_degree }) => ({
      instance: gpu_type,
      gpu_ids: gpu_ids!,
      tp_degree,
    })),
  };
}

/** The first rule of a request on what is rented that a placement breaks, in words; null when it keeps them all. */
export function brokenRentalRule(
  problem: Problem,
  request: SolveRequest,
  placement: Placement,
  metrics: RentedMetrics,
): string | null {
  const stagesByType = new Map<string, number>();
  for (const { gpu_type } of placement.stages) {
    const { typeName } = parseInstanceName(gpu_type)!;
    stagesByType.set(typeName, (stagesByType.get(typeName) ?? 0) + 1);
  }
  for (const [name, stages] of stagesByType) {
    const most = request.maxStagesByType.get(name);
    if (most !== undefined && stages > most) return `${stages} stages on ${name}, at most ${most}`;
    if (request.includeTypes && !request.includeTypes.includes(name))
      return `${name} is not included`;
    if (request.excludeTypes.includes(name)) return `${name} is excluded`;
  }
  for (const [name, most] of request.maxRentedByType) {
    const rented = rentedInstances(problem.pool.byName.get(name)!, placement);
    if (rented > most) return `${rented} rented instances of ${name}, at most ${most}`;
  }
  for (const { gpu_type, tp_degree } of placement.stages) {
    const { typeName } = parseInstanceName(gpu_type)!;
    const most = request.maxTpByType.get(typeName);
    if (!request.tpDegrees.includes(tp_degree) || (most !== undefined && tp_degree > most)) {
      return `TP degree ${tp_degree} on ${typeName} is not allowed`;
    }
  }
  if (request.mostStages !== null && placement.stages.length > request.mostStages) {
    return `${placement.stages.length} stages, at most ${request.mostStages}`;
  }
  if (request.mostGpusInUse !== null && metrics.num_gpus > request.mostGpusInUse) {
    return `${metrics.num_gpus} GPUs in use, at most ${request.mostGpusInUse}`;
  }
  if (request.uniformTp && new Set(placement.stages.map((stage) => stage.tp_degree)).size > 1) {
    return "TP degrees differ between stages";
  }
  if (request.noIdleGpus && metrics.num_gpus !== metrics.num_gpus_rented) {
    return `${metrics.num_gpus_rented - metrics.num_gpus} rented GPUs are idle`;
  }
  if (request.maxInstances !== null && metrics.num_instances > request.maxInstances) {
    return `${metrics.num_instances} instances, at most ${request.maxInstances}`;
  }
  if (request.maxInstanceTypes !== null && stagesByType.size > request.maxInstanceTypes) {
    return `${stagesByType.size} instance types, at most ${request.maxInstanceTypes}`;
  }
  if (request.nodeRules) {
    const broken = brokenNodeRule(problem, request.nodeRules, placement, metrics);
    if (broken !== null) return broken;
  }
  const { maxPipelineStages } = problem.rules;
  return placement.stages.length > maxPipelineStages
    ? `${placement.stages.length} stages, at most ${maxPipelineStages}`
    : null;
}
