import { pairGBytesPerSecond } from "../../../src/hardware/network.ts";
import type { PoolType } from "../../../src/hardware/pool.ts";
import { layerCount } from "../../../src/model/model.ts";
import { evaluate } from "../../../src/placement/evaluate.ts";
import type { Success } from "../../../src/placement/evaluation.ts";
import { evenSplit, mostStagesPerInstance } from "../../../src/placement/even-split.ts";
import { limitIsMet } from "../../../src/placement/limits.ts";
import { type Placement, parseInstanceName } from "../../../src/placement/placement.ts";
import type { Problem } from "../../../src/placement/problem.ts";
import type { FamilyBest } from "../../../src/solver/even-splits/even-splits.ts";
import {
  describeMiss,
  limitCause,
  type Miss,
  NO_SPLIT,
} from "../../../src/solver/even-splits/split-reasons.ts";
import type { SplitChoice } from "../../../src/solver/even-splits/split-shapes.ts";
import { setLimits } from "../../../src/solver/explain/limits.ts";
import { slowestUsedLink } from "../../../src/solver/instances/bandwidth-percentile.ts";
import { isAllowed, tpDegreesOf } from "../../../src/solver/instances/instance-classes.ts";
import type { SolveRequest } from "../../../src/solver/request.ts";
import { isProposed } from "../../../src/solver/search/candidate.ts";
import { allowedPoints, requestedPoints } from "../../../src/solver/search/operating-points.ts";
import { brokenRentalRule, rentedMetrics } from "../../../src/solver/search/rental-rules.ts";

/** What `bestEvenSplits` says, from an evaluation of every split at every point: nothing is skipped, tabulated or shared. */
export function plainSplits(problem: Problem, request: SolveRequest): FamilyBest[] {
  return problem.pool.types
    .map((type) => plainSplit(problem, request, type))
    .sort((a, b) => {
      if (a.status === "best" && b.status === "best") {
        const difference = compareSplits(request, a.evaluation, b.evaluation);
        if (difference !== 0) return difference;
      } else if (a.status === "best" || b.status === "best") {
        return a.status === "best" ? -1 : 1;
      }
      return a.family < b.family ? -1 : 1;
    });
}

function plainSplit(problem: Problem, request: SolveRequest, type: PoolType): FamilyBest {
  const family = type.instance.name;
  let best: { choice: SplitChoice; evaluation: Success } | null = null;
  let closest: Miss | null = null;
  let keepsRules = false;
  const unmet = new Set(setLimits(problem.limits).map(({ key }) => key));
  for (const { choice, placement, isSmallest } of splits(problem, request, type)) {
    const evaluation = evaluate(problem, placement);
    if (evaluation.status === "INFEASIBLE" && isSmallest) {
      const miss = describeMiss(choice, evaluation);
      if (closest === null || miss.distance < closest.distance) closest = miss;
    }
    if (!isProposed(problem, evaluation)) continue;
    keepsRules = true;
    const { metrics } = evaluation;
    for (const key of unmet) if (limitIsMet(problem, metrics, key)) unmet.delete(key);
    if (!metrics.meets_cost_threshold) continue;
    if (best === null || compareSplits(request, evaluation, best.evaluation) < 0) {
      best = { choice, evaluation };
    }
  }
  if (best !== null) return { family, status: "best", ...best };
  if (!keepsRules) return { family, status: "infeasible", ...causeOf(closest) };
  const cause = limitCause([...unmet]);
  const reason = `no even split meets the given limits: ${cause}`;
  return { family, status: "over_limits", cause, reason };
}

function causeOf(miss: Miss | null): { readonly cause: string; readonly reason: string } {
  if (miss === null) return NO_SPLIT;
  return { cause: miss.cause, reason: miss.reason };
}

function compareSplits({ objective }: SolveRequest, a: Success, b: Success): number {
  const [x, y] = [a.metrics, b.metrics];
  const isFree = x.cost_per_hour === 0 && y.cost_per_hour === 0;
  if (isFree || objective === "throughput") {
    return y.throughput_tokens_per_sec - x.throughput_tokens_per_sec;
  }
  return objective === "cost"
    ? x.cost_per_hour - y.cost_per_hour
    : x.dollar_per_million_token - y.dollar_per_million_token;
}

/** All splits that the request allows, at all points. */
function* splits(
  problem: Problem,
  request: SolveRequest,
  type: PoolType,
): Generator<{
  readonly choice: SplitChoice;
  readonly placement: Placement;
  /** At the smallest batch. */
  readonly isSmallest: boolean;
}> {
  if (!isAllowed(type, request)) return;
  const points = allowedPoints(requestedPoints(problem), request);
  const slowest = slowestUsedLink(problem.pool, problem.network, request.bandwidthPercentile);
  const mostStages = Math.min(problem.rules.maxPipelineStages, layerCount(problem.model));
  for (let ppStages = 1; ppStages <= mostStages; ppStages++) {
    for (const tpDegree of tpDegreesOf(problem, type, request)) {
      const most = mostStagesPerInstance(problem, type, tpDegree);
      for (let instances = 1; instances <= Math.min(ppStages, type.count); instances++) {
        // As few instances as hold so many stages each, for some number of stages.
        const each = Math.ceil(ppStages / instances);
        if (each > most || Math.ceil(ppStages / each) !== instances) continue;
        for (const point of points) {
          const shape = { tpDegree, ppStages, instances };
          const split = evenSplit(problem, { family: type.instance.name, ...shape }, point);
          if (split.status !== "placement") continue;
          const { placement } = split;
          const rented = rentedMetrics(problem, placement);
          if (brokenRentalRule(problem, request, placement, rented) !== null) continue;
          if (slowestOutside(problem, type, placement) < slowest) continue;
          yield { choice: { ...shape, point }, placement, isSmallest: point === points[0] };
        }
      }
    }
  }
}

/** Bandwidth of the slowest link between two instances, GB/s; infinite where there is none. */
function slowestOutside({ network }: Problem, type: PoolType, { stages }: Placement): number {
  const links = stages.slice(1).map((to, index) => {
    const from = stages[index]!;
    if (from.gpu_type === to.gpu_type) return Number.POSITIVE_INFINITY;
    const [source, target] = [from, to].map(({ gpu_type }) => parseInstanceName(gpu_type)!.index);
    const [gpu, other] = [from.gpu_ids![0]!, to.gpu_ids![0]!];
    return pairGBytesPerSecond(network, type, source!, gpu, type, target!, other);
  });
  return Math.min(Number.POSITIVE_INFINITY, ...links);
}
