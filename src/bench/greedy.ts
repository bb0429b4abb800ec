import { tpGroup } from "../cost/cost-model.ts";
import { layerCount } from "../model/model.ts";
import type { Placement } from "../placement/placement.ts";
import type { Problem } from "../placement/problem.ts";
import type { SolveRequest } from "../solver/request.ts";
import type { OperatingPoint } from "../workload/workload.ts";
import { SizeFitter } from "./fit-sizes.ts";
import { type GpuGroup, seated, usableTypes } from "./gpu-groups.ts";
import type { Heuristic } from "./heuristic.ts";
import { bestOf } from "./score.ts";

/** What a seat is worth to a greedy choice, and what its share of the layers goes by. */
type WorthOf = (
  group: GpuGroup,
  problem: Problem,
  point: OperatingPoint,
  pipelineStages: number,
) => number;

/** More memory holds more layers. */
export const MEMORY_GREEDY: Heuristic = greedy(
  "memory-greedy",
  "the cheapest memory first, over mixed types; layers in proportion to memory",
  ({ type, tpDegree }) => type.instance.gpuMemoryGib * tpDegree,
);

/** A faster group carries more layers, so that all stages take equally long. */
export const RATE_GREEDY: Heuristic = greedy(
  "rate-greedy",
  "the cheapest speed first, over mixed types; layers in proportion to speed",
  speedOf,
);

/** tokens/s of a stage of one layer on a seat. */
export function speedOf(
  { type: { instance }, tpDegree }: GpuGroup,
  { costModel }: Problem,
  point: OperatingPoint,
  pipelineStages: number,
): number {
  const groupGBytesPerSecond =
    tpDegree === 1 ? Number.POSITIVE_INFINITY : instance.insideGBytesPerSecond;
  return costModel.stage(
    {
      instance,
      ...tpGroup(tpDegree, groupGBytesPerSecond),
      startLayer: 1,
      layers: 1,
      pipelineStages,
      next: pipelineStages > 1 ? "other_instance" : "none",
    },
    point,
  ).tokensPerSecond;
}

/**
 * Takes instances by rising price per worth and shares the layers out in proportion to worth. TP degrees are the largest up
 * to a cap; every cap and every number of stages is tried, the best is kept. Bandwidths of an explicit matrix are not looked
 * at in the choice, only in the score.
 */
function greedy(name: string, description: string, worthOf: WorthOf): Heuristic {
  return {
    name,
    description,
    place: (problem, request, point) =>
      bestOf(problem, request, candidates(problem, request, point, worthOf))?.placement ?? null,
  };
}

function* candidates(
  problem: Problem,
  request: SolveRequest,
  point: OperatingPoint,
  worthOf: WorthOf,
): Generator<Placement | null> {
  const numLayers = layerCount(problem.model);
  const fitter = new SizeFitter(problem, point);
  for (const cap of [...new Set(request.tpDegrees)].sort((a, b) => a - b)) {
    const groups = seatsByPrice(problem, request, point, worthOf, cap, fitter);
    const most = Math.min(problem.rules.maxPipelineStages, groups.length);
    for (let stages = 1; stages <= most; stages++) {
      const taken = groups.slice(0, stages);
      const worths = taken.map((group) => worthOf(group, problem, point, stages));
      const total = worths.reduce((sum, worth) => sum + worth, 0);
      const sizes = fitter.fit(
        taken,
        worths.map((worth) => (numLayers * worth) / total),
      );
      yield sizes && seated(point, taken, sizes);
    }
  }
}

/**
 * The seats of all instances that can hold a layer, the instances with the lowest price per worth first. How many stages
 * there will be is not known yet: seats are compared as parts of the longest pipeline.
 */
function seatsByPrice(
  problem: Problem,
  request: SolveRequest,
  point: OperatingPoint,
  worthOf: WorthOf,
  cap: number,
  fitter: SizeFitter,
): GpuGroup[] {
  const { maxPipelineStages } = problem.rules;
  const rows: { readonly pricePerWorth: number; readonly groups: readonly GpuGroup[] }[] = [];
  for (const { type, tpDegrees } of usableTypes(problem, request)) {
    const tpDegree = tpDegrees.filter((degree) => degree <= cap).at(-1);
    if (tpDegree === undefined) continue;
    const perInstance = Math.floor(type.instance.gpuCount / tpDegree);
    for (let instanceIndex = 0; instanceIndex < type.count; instanceIndex++) {
      // More instances than stages are never needed.
      if (instanceIndex >= maxPipelineStages) break;
      const group: GpuGroup = { type, instanceIndex, tpDegree };
      if (fitter.sizesAt(group, 0, maxPipelineStages).length === 0) break;
      const worth = worthOf(group, problem, point, maxPipelineStages);
      rows.push({
        pricePerWorth: type.price.microUsdPerHour / (worth * perInstance),
        groups: new Array<GpuGroup>(perInstance).fill(group),
      });
    }
  }
  // The sort is stable: equal prices keep the order of the pool.
  return rows.sort((a, b) => a.pricePerWorth - b.pricePerWorth).flatMap(({ groups }) => groups);
}
