import {
  CONCURRENCY_LEVELS,
  MOST_SEQUENCES,
  tokensPerRequest,
  tokensPerSecondAtRate,
} from "../workload/load.ts";
import { evaluate, placementPoint } from "./evaluate.ts";
import type { Evaluation, Success } from "./evaluation.ts";
import type { Placement } from "./placement.ts";
import type { Problem } from "./problem.ts";

/** Relative room for rounding where a throughput is compared with a target. */
const ROUNDING = 1e-9;

/** A placement with so many sequences in flight. */
export type PlacementAt = (sequences: number) => Placement;

/**
 * Scores a placement at the largest of `CONCURRENCY_LEVELS` that fits it.
 * @returns INFEASIBLE at the smallest level when none fits
 */
export function evaluateAtMaxLoad(problem: Problem, placementAt: PlacementAt): Evaluation {
  for (let level = CONCURRENCY_LEVELS.length - 1; level > 0; level--) {
    const evaluation = evaluate(problem, placementAt(CONCURRENCY_LEVELS[level]!));
    if (evaluation.status === "SUCCESS") return evaluation;
  }
  return evaluate(problem, placementAt(CONCURRENCY_LEVELS[0]!));
}

/**
 * Scores a placement at the fewest sequences in flight with which it serves a rate of requests: the first of
 * `CONCURRENCY_LEVELS` that does, then bisection down to the level before. Throughput is taken to rise with the sequences in
 * flight between two levels.
 *
 * The rate is the placement's throughput target: `meets_cost_threshold` takes it into account.
 *
 * @returns INFEASIBLE without violations when the placement fits and never serves the rate
 */
export function evaluateAtRate(
  problem: Problem,
  requestsPerSecond: number,
  placementAt: PlacementAt,
): Evaluation {
  const aimed = aimedAtRate(problem, requestsPerSecond, placementAt(1));
  const target = aimed.limits.minTokensPerSecond!;
  const evaluateAt = (sequences: number): Evaluation => evaluate(aimed, placementAt(sequences));
  let fastest: Success | null = null;
  const reaches = (sequences: number): Success | null => {
    const evaluation = evaluateAt(sequences);
    if (evaluation.status !== "SUCCESS") return null;
    if (!fastest || rate(evaluation) > rate(fastest)) fastest = evaluation;
    return rate(evaluation) >= target * (1 - ROUNDING) ? evaluation : null;
  };
  const found = firstLevel(reaches) ?? largestThatFits(evaluateAt, reaches);
  if (found) return fewest(found.below, found.sequences, found.evaluation, reaches);
  return fastest ? tooSlow(fastest, requestsPerSecond) : evaluateAt(1);
}

/** The problem with the throughput that a rate asks of a placement with lengths of its own; itself where it has that already. */
export function aimedAtRate(
  problem: Problem,
  requestsPerSecond: number,
  placement: Placement,
): Problem {
  const { limits } = problem;
  const point = placementPoint(placement);
  const target = tokensPerSecondAtRate(requestsPerSecond, point.phase, point);
  if (limits.minTokensPerSecond === target) return problem;
  return { ...problem, limits: { ...limits, minTokensPerSecond: target } };
}

type Reaches = (sequences: number) => Success | null;

/** So many sequences reach the rate, `below` do not. */
interface Reached {
  readonly below: number;
  readonly sequences: number;
  readonly evaluation: Success;
}

function firstLevel(reaches: Reaches): Reached | null {
  let below = 0;
  for (const sequences of CONCURRENCY_LEVELS) {
    const evaluation = reaches(sequences);
    if (evaluation) return { below, sequences, evaluation };
    below = sequences;
  }
  return null;
}

/** No level reaches the rate; the most sequences that fit may lie between two levels and still do. */
function largestThatFits(
  evaluateAt: (sequences: number) => Evaluation,
  reaches: Reaches,
): Reached | null {
  const fits = (sequences: number): boolean => evaluateAt(sequences).status === "SUCCESS";
  const level = CONCURRENCY_LEVELS.findLastIndex(fits);
  const below = CONCURRENCY_LEVELS[level];
  if (below === undefined || below === MOST_SEQUENCES) return null;
  let [most, tooMany] = [below, CONCURRENCY_LEVELS[level + 1]!];
  while (tooMany - most > 1) {
    const middle = Math.floor((most + tooMany) / 2);
    if (fits(middle)) most = middle;
    else tooMany = middle;
  }
  const evaluation = most === below ? null : reaches(most);
  return evaluation && { below, sequences: most, evaluation };
}

function fewest(below: number, sequences: number, evaluation: Success, reaches: Reaches): Success {
  if (sequences - below <= 1) return evaluation;
  const middle = Math.floor((below + sequences) / 2);
  const atMiddle = reaches(middle);
  return atMiddle
    ? fewest(below, middle, atMiddle, reaches)
    : fewest(middle, sequences, evaluation, reaches);
}

function tooSlow({ placement, metrics, warnings }: Success, requestsPerSecond: number): Evaluation {
  const point = placementPoint(placement);
  const most = metrics.throughput_tokens_per_sec / tokensPerRequest(point.phase, point);
  return {
    status: "INFEASIBLE",
    placement,
    error: `The placement serves at most ${Number(most.toPrecision(4))} requests per second, with ${placement.batch_size} sequences in flight; ${requestsPerSecond} are requested.`,
    violations: [],
    warnings,
  };
}

function rate({ metrics }: Success): number {
  return metrics.throughput_tokens_per_sec;
}
