import { layerCount } from "../../src/model/model.ts";
import {
  instanceName,
  type Placement,
  type PlacementStage,
  placementAt,
} from "../../src/placement/placement.ts";
import type { Problem } from "../../src/placement/problem.ts";
import type { SolveRequest } from "../../src/solver/request.ts";
import { requestedPoints } from "../../src/solver/search/operating-points.ts";
import type { Prng } from "./prng.ts";

/** A placement drawn with little thought: any instances, GPUs and degrees, layers cut anywhere. It may break any rule. */
export function drawPlacement(prng: Prng, problem: Problem, request: SolveRequest): Placement {
  const point = prng.pick(requestedPoints(problem));
  const numLayers = layerCount(problem.model);
  const count = prng.int(1, Math.min(6, numLayers, problem.rules.maxPipelineStages));
  const ends = new Set<number>([numLayers]);
  while (ends.size < count) ends.add(drawEnd(prng, numLayers, count));
  const degree = prng.pick(request.tpDegrees);
  const mixed = prng.chance(0.5);
  const stages: PlacementStage[] = [];
  let start = 1;
  for (const end of [...ends].sort((a, b) => a - b)) {
    const { instance, count: instances } = prng.pick(problem.pool.types);
    const tp_degree = mixed ? prng.pick(request.tpDegrees) : degree;
    const all = Array.from({ length: instance.gpuCount }, (_, id) => id);
    stages.push({
      gpu_type: instanceName(instance.name, prng.int(0, instances - 1)),
      tp_degree,
      ...(prng.chance(0.5) && { gpu_ids: prng.shuffle(all).slice(0, tp_degree) }),
      start_layer: start,
      end_layer: end,
    });
    start = end + 1;
  }
  return placementAt(point, stages);
}

/** Mostly a cut of the even split, so that stages often fit. */
function drawEnd(prng: Prng, numLayers: number, count: number): number {
  if (prng.chance(0.3)) return prng.int(1, numLayers);
  return Math.ceil((numLayers * prng.int(1, count)) / count);
}
