import { tpGroup } from "../../src/cost/cost-model.ts";
import { deriveMatrix } from "../../src/hardware/network.ts";
import type { PoolType } from "../../src/hardware/pool.ts";
import { layerCount } from "../../src/model/model.ts";
import { evaluate } from "../../src/placement/evaluate.ts";
import type { Metrics } from "../../src/placement/evaluation.ts";
import {
  instanceName,
  type Placement,
  type PlacementStage,
  parseInstanceName,
  placementAt,
} from "../../src/placement/placement.ts";
import type { Problem } from "../../src/placement/problem.ts";
import type { SolveRequest } from "../../src/solver/request.ts";
import type { OperatingPoint } from "../../src/workload/workload.ts";
import { slowestAllowed } from "./brute-force.ts";

/**
 * Calls `visit` with every placement that `evaluate` accepts and the solver may propose: any stages on any named instance at
 * any TP degree asked for, of an explicit matrix on any GPUs, any sizes that add up to the model. No symmetry, no bound, no
 * table: for the tiniest problems.
 */
export function visitPlacements(
  problem: Problem,
  request: SolveRequest,
  points: readonly OperatingPoint[],
  visit: (metrics: Metrics, point: OperatingPoint, placement: Placement) => void,
): void {
  const numLayers = layerCount(problem.model);
  const isWanted = requestRules(problem, request);
  const seats = problem.pool.types.flatMap((type) => seatsOf(problem, type, request));
  const stages: PlacementStage[] = [];
  for (const point of points) {
    const extend = (start: number): void => {
      if (start > numLayers) {
        const placement = asPlacement(stages, point);
        const evaluation = evaluate(problem, placement);
        if (evaluation.status === "SUCCESS" && isWanted(evaluation.metrics, placement)) {
          visit(evaluation.metrics, point, evaluation.placement);
        }
        return;
      }
      if (stages.length === problem.rules.maxPipelineStages) return;
      for (const seat of seats) {
        for (let end = start; end <= numLayers; end++) {
          stages.push({ ...seat, start_layer: start, end_layer: end });
          extend(end + 1);
          stages.pop();
        }
      }
    };
    extend(1);
  }
}

type NamedSeat = Pick<PlacementStage, "gpu_type" | "tp_degree" | "gpu_ids">;

function seatsOf(problem: Problem, type: PoolType, request: SolveRequest): NamedSeat[] {
  const { gpuCount, name } = type.instance;
  const gpuSets: number[][] = [[]];
  for (let id = 0; id < gpuCount; id++) gpuSets.push(...gpuSets.map((set) => [...set, id]));
  return Array.from({ length: type.count }, (_, index) => instanceName(name, index)).flatMap(
    (gpu_type) =>
      problem.network.kind === "matrix"
        ? gpuSets
            .filter((set) => request.tpDegrees.includes(set.length))
            .map((set) => ({ gpu_type, tp_degree: set.length, gpu_ids: set }))
        : request.tpDegrees.map((tp_degree) => ({ gpu_type, tp_degree })),
  );
}

/** What a request forbids, and `evaluate` does not: read off what `evaluate` says of the placement. */
export function requestRules(
  problem: Problem,
  request: SolveRequest,
): (metrics: Metrics, placement: Placement) => boolean {
  const { pool, network } = problem;
  const cutoff = slowestAllowed(problem, request.bandwidthPercentile);
  const { gpuCount, gBytesPerSecond } = network.kind === "matrix" ? network : deriveMatrix(pool);
  return ({ stages, links, num_gpus, num_gpus_rented, num_instances }, placement) => {
    const used = stages.map((stage) => {
      const { typeName, index } = parseInstanceName(stage.instance)!;
      const type = pool.byName.get(typeName)!;
      const firstGpu = type.firstGpu + index * type.instance.gpuCount;
      return { name: typeName, type, lowestGpu: firstGpu + Math.min(...stage.gpu_ids) };
    });
    const names = used.map(({ name }) => name);
    const point = {
      phase: placement.workload_phase,
      batch: placement.batch_size,
      inputTokens: placement.sequence_length,
      outputTokens: placement.output_length,
    };
    return (
      stages.every(({ tp_degree }) => request.tpDegrees.includes(tp_degree)) &&
      stages.every(({ tp_degree }, i) => tp_degree <= (request.maxTpByType.get(names[i]!) ?? 99)) &&
      // A stage that does not fit although one-layer stages pass is never proposed.
      stages.every(
        ({ tp_degree, start_layer }, i) =>
          problem.costModel.segmentRange(
            {
              instance: used[i]!.type.instance,
              ...tpGroup(tp_degree),
              startLayer: start_layer,
              pipelineStages: stages.length,
            },
            point,
            0,
          ).fits,
      ) &&
      (!request.uniformTp || new Set(stages.map((stage) => stage.tp_degree)).size === 1) &&
      names.every((name) => !request.excludeTypes.includes(name)) &&
      names.every((name) => request.includeTypes?.includes(name) ?? true) &&
      (!request.noIdleGpus || num_gpus === num_gpus_rented) &&
      num_instances <= (request.maxInstances ?? 99) &&
      new Set(names).size <= (request.maxInstanceTypes ?? 99) &&
      [...request.maxStagesByType].every(
        ([limited, most]) => names.filter((name) => name === limited).length <= most,
      ) &&
      links.every(
        ({ crosses_instances }, i) =>
          !crosses_instances ||
          gBytesPerSecond[used[i]!.lowestGpu * gpuCount + used[i + 1]!.lowestGpu]! >= cutoff,
      )
    );
  };
}

function asPlacement(stages: readonly PlacementStage[], point: OperatingPoint): Placement {
  return placementAt(point, [...stages]);
}
