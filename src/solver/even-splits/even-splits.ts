import { InternalError } from "../../errors.ts";
import { servingKey } from "../../hardware/instance.ts";
import { instanceMicroUsdPerHour, type PoolType } from "../../hardware/pool.ts";
import { evaluate } from "../../placement/evaluate.ts";
import type { Evaluation, Metrics, Success } from "../../placement/evaluation.ts";
import {
  economics,
  type LimitedMetrics,
  limitIsMet,
  meetsLatencyLimits,
  meetsLimits,
} from "../../placement/limits.ts";
import type { Problem } from "../../placement/problem.ts";
import type { LimitName, OperatingPoint } from "../../workload/workload.ts";
import { setLimits } from "../explain/limits.ts";
import { isAllowed } from "../instances/instance-classes.ts";
import type { SolveRequest } from "../request.ts";
import { isProposed } from "../search/candidate.ts";
import { allowedPoints, requestedPoints } from "../search/operating-points.ts";
import type { Pace } from "../search/pace.ts";
import { type SplitFigures, SplitTable } from "./split-figures.ts";
import { describeMiss, limitCause, type Miss, NO_SPLIT } from "./split-reasons.ts";
import { type PlacedSplit, type SplitChoice, splitsOf } from "./split-shapes.ts";

/** The best even split of one instance type, or why it has none. */
export type FamilyBest =
  | {
      readonly family: string;
      readonly status: "best";
      readonly choice: SplitChoice;
      readonly evaluation: Success;
    }
  | {
      readonly family: string;
      /** infeasible: no split keeps the rules; over_limits: some do, but not within the budgets and targets. */
      readonly status: "infeasible" | "over_limits";
      /** In the words by which types are counted: "too small", "over budget". It holds for every split of the type. */
      readonly cause: string;
      readonly reason: string;
    };

/**
 * The best even split of every instance type in the pool: what one gets without a search. All allowed TP degrees × stages ×
 * instances that share them × the batch sizes of the workload are scored; the best keeps the limits and has the lowest $ per
 * million tokens (with the objectives throughput and cost: the highest tokens/s, the lowest $ per hour).
 *
 * The best come first, best first, then the types that have none, by name.
 */
export function bestEvenSplits(problem: Problem, request: SolveRequest): FamilyBest[] {
  const scorer = scorerOf(problem, request);
  return bestFirst(problem.pool.types.map(scorer), request);
}

/**
 * The best even splits of the types worth looking at, with breaks between them: those that may be used, and of types that
 * differ in price only the cheapest, since the dearer ones do the same for more.
 * @param onFamily told of each as it is found, with the share of the types that are done
 */
export async function eachEvenSplit(
  problem: Problem,
  request: SolveRequest,
  pace: Pace,
  onFamily: (best: FamilyBest, share: number) => void = () => {},
): Promise<FamilyBest[]> {
  const scorer = scorerOf(problem, request);
  const types = cheapestOfEach(
    problem.pool.types.filter((type) => isAllowed(type, request)),
    request,
  );
  const families: FamilyBest[] = [];
  for (const type of types) {
    const best = scorer(type);
    families.push(best);
    onFamily(best, families.length / types.length);
    await pace.turn();
  }
  return bestFirst(families, request);
}

type Scorer = (type: PoolType) => FamilyBest;

/** By problem and by what is asked for. */
const scorers = new WeakMap<Problem, Map<string, Scorer>>();

/** Scores a type once: the search and the report of one solve ask for the same splits, and a catalogue has hundreds of types. */
function scorerOf(problem: Problem, request: SolveRequest): Scorer {
  const asked = JSON.stringify(request, (_, value) => (value instanceof Map ? [...value] : value));
  const byRequest = scorers.get(problem) ?? new Map<string, Scorer>();
  scorers.set(problem, byRequest);
  let scorer = byRequest.get(asked);
  if (!scorer) {
    const points = allowedPoints(requestedPoints(problem), request);
    const table = new SplitTable(problem, points);
    const known = new Map<PoolType, FamilyBest>();
    scorer = (type) => {
      const best = known.get(type) ?? bestOfFamily(problem, request, points, table, type);
      known.set(type, best);
      return best;
    };
    byRequest.set(asked, scorer);
  }
  return scorer;
}

/** Of types that serve alike, are as plentiful and have the same limits by name the cheapest, the first of equals. */
function cheapestOfEach(
  types: readonly PoolType[],
  { maxTpByType, maxStagesByType, maxRentedByType }: SolveRequest,
): readonly PoolType[] {
  const cheapest = new Map<string, PoolType>();
  for (const type of types) {
    const { instance, position, count, ownedCount = 0 } = type;
    // Types of a pool file that serve alike are there on purpose.
    const key = instance.site === undefined ? position : servingKey(instance);
    const limits = [maxTpByType, maxStagesByType, maxRentedByType].map((of) =>
      of.get(instance.name),
    );
    const like = `${key} ${count} ${ownedCount} ${limits}`;
    const known = cheapest.get(like);
    if (!known || type.price.microUsdPerHour < known.price.microUsdPerHour) {
      cheapest.set(like, type);
    }
  }
  const kept = new Set(cheapest.values());
  return types.filter((type) => kept.has(type));
}

function bestFirst(families: FamilyBest[], request: SolveRequest): FamilyBest[] {
  return families.sort((a, b) => {
    if (a.status === "best" && b.status === "best") {
      const difference = compareBadness(request, a.evaluation.metrics, b.evaluation.metrics);
      if (difference !== 0) return difference;
    } else if (a.status === "best" || b.status === "best") {
      return a.status === "best" ? -1 : 1;
    }
    return a.family < b.family ? -1 : 1;
  });
}

/** What splits are compared by. */
type Score = Pick<
  Metrics,
  "cost_per_hour" | "throughput_tokens_per_sec" | "dollar_per_million_token"
>;

/** Below 0 where the first is better; where nothing is paid, as the search has it, more tokens/s decide. */
function compareBadness(request: SolveRequest, a: Score, b: Score): number {
  const isFree = a.cost_per_hour === 0 && b.cost_per_hour === 0;
  return isFree
    ? b.throughput_tokens_per_sec - a.throughput_tokens_per_sec
    : badness(request, a) - badness(request, b);
}

/** What the best split of a type has least of. */
function badness(request: SolveRequest, metrics: Score): number {
  switch (request.objective) {
    case "throughput":
      return -metrics.throughput_tokens_per_sec;
    case "cost":
      return metrics.cost_per_hour;
    case "cost-per-token":
    case "weighted":
      return metrics.dollar_per_million_token;
  }
}

function bestOfFamily(
  problem: Problem,
  request: SolveRequest,
  points: readonly OperatingPoint[],
  table: SplitTable,
  type: PoolType,
): FamilyBest {
  const family = type.instance.name;
  let best: { choice: SplitChoice; evaluation: Success } | null = null;
  let closestMiss: Miss | null = null;
  const unmet = new Set(setLimits(problem.limits).map(({ key }) => key));
  let keepsRules = false;
  for (const split of splitsOf(problem, request, type, points[0]!)) {
    const evaluationAt = (index: number): Evaluation =>
      evaluate(problem, { ...split.placement, batch_size: points[index]!.batch });
    const figures = table.of(type, split);
    const all = Array.from({ length: figures.fitting }, (_, index) =>
      scored(problem, type, split, figures, index),
    );
    const within = all
      .filter(({ isWithin }) => isWithin)
      .sort((a, b) => compareBadness(request, a, b) || a.index - b.index);
    for (const score of within) {
      if (best !== null && compareBadness(request, score, best.evaluation.metrics) >= 0) break;
      const evaluation = evaluationAt(score.index);
      if (!isProposed(problem, evaluation)) continue;
      requireSame(score, evaluation);
      best = { choice: { ...split.shape, point: points[score.index]! }, evaluation };
    }
    if (best !== null) continue;
    const kept = keptAt(problem, figures, all, unmet, keepsRules);
    keepsRules ||= kept;
    if (kept) continue;
    const evaluation = evaluationAt(0);
    if (evaluation.status !== "INFEASIBLE") continue;
    const miss = describeMiss({ ...split.shape, point: points[0]! }, evaluation);
    if (closestMiss === null || miss.distance < closestMiss.distance) closestMiss = miss;
  }
  if (best) return { family, status: "best", ...best };
  if (keepsRules) {
    const cause = limitCause([...unmet]);
    const reason = `no even split meets the given limits: ${cause}`;
    return { family, status: "over_limits", cause, reason };
  }
  const { cause, reason } = closestMiss ?? NO_SPLIT;
  return { family, status: "infeasible", cause, reason };
}

/** A split at one operating point, before it is known whether it keeps the rules there. */
interface ScoredPoint extends Score, LimitedMetrics {
  readonly index: number;
  /** Whether it is within all budgets and targets. */
  readonly isWithin: boolean;
}

/** The figures of `evaluate` that splits are compared by and that limits are on. */
function scored(
  problem: Problem,
  type: PoolType,
  { shape }: PlacedSplit,
  figures: SplitFigures,
  index: number,
): ScoredPoint {
  const { limits, totalTokensToProcess } = problem;
  const { tokensPerSecond, ttftSeconds, tpotSeconds } = figures.speed(index);
  let microUsdPerHour = 0;
  for (let instance = 0; instance < shape.instances; instance++) {
    microUsdPerHour += instanceMicroUsdPerHour(type, instance);
  }
  const money = economics(microUsdPerHour, tokensPerSecond, totalTokensToProcess);
  return {
    index,
    isWithin:
      meetsLimits(limits, microUsdPerHour, tokensPerSecond, totalTokensToProcess) &&
      meetsLatencyLimits(limits, ttftSeconds, tpotSeconds),
    cost_per_hour: money.costPerHourUsd,
    throughput_tokens_per_sec: tokensPerSecond,
    dollar_per_million_token: money.costPerMillionTokenUsd,
    ttft_ms: ttftSeconds === null ? null : ttftSeconds * MS_PER_SECOND,
    tpot_ms: tpotSeconds === null ? null : tpotSeconds * MS_PER_SECOND,
  };
}

const MS_PER_SECOND = 1000;

/** @throws InternalError when the figures that chose a split are not those of `evaluate` */
function requireSame(score: ScoredPoint, { metrics }: Success): void {
  if (
    score.throughput_tokens_per_sec === metrics.throughput_tokens_per_sec &&
    score.cost_per_hour === metrics.cost_per_hour &&
    metrics.meets_cost_threshold
  ) {
    return;
  }
  throw new InternalError(
    `an even split was chosen for ${score.throughput_tokens_per_sec} tokens/s at $${score.cost_per_hour} an hour, the evaluator finds ${metrics.throughput_tokens_per_sec} at $${metrics.cost_per_hour}.`,
  );
}

/**
 * Whether a split keeps the rules at any operating point. Limits that it meets at one where it does are taken off `unmet`.
 * @param keepsRules true where that is known of another split: then only limits are looked for
 */
function keptAt(
  problem: Problem,
  figures: SplitFigures,
  points: readonly ScoredPoint[],
  unmet: Set<LimitName>,
  keepsRules: boolean,
): boolean {
  let isKept = keepsRules && figures.fitting > 0;
  for (const point of points) {
    const met = [...unmet].filter((key) => limitIsMet(problem, point, key));
    if ((isKept && met.length === 0) || !figures.keepsRules(point.index)) continue;
    isKept = true;
    for (const key of met) unmet.delete(key);
  }
  return isKept;
}
