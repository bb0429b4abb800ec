import { servingKey } from "../hardware/instance.ts";
import { pairGBytesPerSecond } from "../hardware/network.ts";
import type { PoolType } from "../hardware/pool.ts";
import { evaluate } from "../placement/evaluate.ts";
import type { Evaluation, Infeasible, Rule, Success, Violation } from "../placement/evaluation.ts";
import { evenSplit } from "../placement/even-split.ts";
import { limitIsMet } from "../placement/limits.ts";
import type { Problem } from "../placement/problem.ts";
import type { LimitName, OperatingPoint } from "../workload/workload.ts";
import { setLimits } from "./explain/limits.ts";
import { isAllowed, tpDegreesOf } from "./hosts/hosts.ts";
import { slowestUsedLink } from "./link-rule.ts";
import type { Pace } from "./pace.ts";
import type { SolveRequest } from "./request.ts";
import { requestedPoints } from "./requested-points.ts";

/** A split of the layers as even as can be over `ppStages` instances of one type. */
export interface SplitChoice {
  readonly tpDegree: number;
  readonly ppStages: number;
  readonly point: OperatingPoint;
}

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
 * The best even split of every instance type in the pool: what one gets without a search. All allowed TP degrees × 1 to as
 * many stages as there are instances × the batch sizes of the workload are evaluated; the best keeps the limits and has the
 * lowest $ per million tokens (with the objectives throughput and cost: the highest tokens/s, the lowest $ per hour).
 *
 * The best come first, best first, then the types that have none, by name.
 */
export function bestEvenSplits(problem: Problem, request: SolveRequest): FamilyBest[] {
  const points = requestedPoints(problem);
  return bestFirst(
    problem.pool.types.map((type) => bestOfFamily(problem, request, points, type)),
    request,
  );
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
  const points = requestedPoints(problem);
  const types = cheapestOfEach(problem.pool.types.filter((type) => isAllowed(type, request)));
  const families: FamilyBest[] = [];
  for (const type of types) {
    const best = knownBest(problem, request, points, type);
    families.push(best);
    onFamily(best, families.length / types.length);
    await pace.turn();
  }
  return bestFirst(families, request);
}

/** The best splits of types that are known, by problem and by what is asked for. */
const known = new WeakMap<Problem, Map<string, Map<PoolType, FamilyBest>>>();

/** The search and the report of one solve ask for the same splits, and a catalogue has hundreds of types. */
function knownBest(
  problem: Problem,
  request: SolveRequest,
  points: readonly OperatingPoint[],
  type: PoolType,
): FamilyBest {
  const asked = JSON.stringify(request, (_, value) => (value instanceof Map ? [...value] : value));
  const byRequest = known.get(problem) ?? new Map<string, Map<PoolType, FamilyBest>>();
  known.set(problem, byRequest);
  const byType = byRequest.get(asked) ?? new Map<PoolType, FamilyBest>();
  byRequest.set(asked, byType);
  const best = byType.get(type) ?? bestOfFamily(problem, request, points, type);
  byType.set(type, best);
  return best;
}

/** Of types that serve alike and are as plentiful the cheapest, the first of equals. */
function cheapestOfEach(types: readonly PoolType[]): readonly PoolType[] {
  const cheapest = new Map<string, PoolType>();
  for (const type of types) {
    const { instance, count, ownedCount = 0 } = type;
    // Types of a pool file that serve alike are there on purpose.
    const key = instance.site === undefined ? instance.name : servingKey(instance);
    const like = `${key} ${count} ${ownedCount}`;
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
      const difference = compareBadness(request, a.evaluation, b.evaluation);
      if (difference !== 0) return difference;
    } else if (a.status === "best" || b.status === "best") {
      return a.status === "best" ? -1 : 1;
    }
    return a.family < b.family ? -1 : 1;
  });
}

/** Below 0 where the first is better; where nothing is paid, as the search has it, more tokens/s decide. */
function compareBadness(request: SolveRequest, a: Success, b: Success): number {
  const isFree = a.metrics.cost_per_hour === 0 && b.metrics.cost_per_hour === 0;
  return isFree
    ? b.metrics.throughput_tokens_per_sec - a.metrics.throughput_tokens_per_sec
    : badness(request, a) - badness(request, b);
}

/** What the best split of a type has least of. */
function badness(request: SolveRequest, { metrics }: Success): number {
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
  type: PoolType,
): FamilyBest {
  const family = type.instance.name;
  let best: { choice: SplitChoice; evaluation: Success } | null = null;
  let closestMiss: Miss | null = null;
  const unmet = new Set(setLimits(problem.limits).map(({ key }) => key));
  let keepsRules = false;
  for (const shape of shapesOf(problem, request, type)) {
    // By rising batch: what one is too large for, all larger ones are.
    for (const point of points) {
      const choice = { ...shape, point };
      const evaluation = evaluateChoice(problem, family, choice);
      if (evaluation === null) break;
      if (evaluation.status === "INFEASIBLE") {
        const miss = describeMiss(choice, evaluation);
        if (closestMiss === null || miss.distance < closestMiss.distance) closestMiss = miss;
        if (evaluation.violations.some(({ rule }) => rule === "above_max_segment")) break;
        continue;
      }
      keepsRules = true;
      if (!evaluation.metrics.meets_cost_threshold) {
        for (const key of unmet)
          if (limitIsMet(problem, evaluation.metrics, key)) unmet.delete(key);
        continue;
      }
      if (best === null || compareBadness(request, evaluation, best.evaluation) < 0) {
        best = { choice, evaluation };
      }
    }
  }
  if (best) return { family, status: "best", ...best };
  if (keepsRules) {
    const cause = limitCause([...unmet]);
    const reason = `no even split keeps the limits given: ${cause}`;
    return { family, status: "over_limits", cause, reason };
  }
  const { cause, reason } = closestMiss ?? NO_SPLIT;
  return { family, status: "infeasible", cause, reason };
}

const NO_SPLIT = {
  cause: "without a split by the choices given",
  reason: "the choices given leave it no split",
};

/** Limits that no split of a type meets, whatever becomes of the others. */
function limitCause(unmet: readonly LimitName[]): string {
  if (unmet.length === 0) return "within each limit, but not within all together";
  return [...new Set(unmet.map((key) => LIMIT_CAUSES[key]))].join(" and ");
}

const LIMIT_CAUSES: Readonly<Record<LimitName, string>> = {
  maxHourlyCostUsd: "over budget",
  maxCostPerMillionTokenUsd: "over the budget of a million tokens",
  maxTotalCostUsd: "over the budget of the whole job",
  maxTotalRuntimeHours: "too slow for the whole job",
  minTokensPerSecond: "too slow",
  maxTtftSeconds: "over the TTFT target",
  maxTpotSeconds: "over the TPOT target",
};

/** The splits that the request allows. Smaller shapes first: among equals the first one wins. */
function* shapesOf(
  problem: Problem,
  request: SolveRequest,
  type: PoolType,
): Generator<Omit<SplitChoice, "point">> {
  if (!isAllowed(type, request)) return;
  const { pool, network, rules, model } = problem;
  const slowest = slowestUsedLink(pool, network, request.bandwidthPercentile);
  // One stage more than the rules allow would only say so again.
  const mostStages = Math.min(
    type.count,
    rules.maxPipelineStages,
    model.numLayers,
    request.maxInstances ?? type.count,
    request.maxStagesByType.get(type.instance.name) ?? type.count,
  );
  for (let ppStages = 1; ppStages <= mostStages; ppStages++) {
    // The last link that this split has more than the one before it.
    const newLink =
      ppStages === 1
        ? Number.POSITIVE_INFINITY
        : pairGBytesPerSecond(network, type, ppStages - 2, 0, type, ppStages - 1, 0);
    if (newLink < slowest) return;
    for (const tpDegree of tpDegreesOf(problem, type, request)) {
      if (request.noIdleGpus && tpDegree < type.instance.gpuCount) continue;
      yield { tpDegree, ppStages };
    }
  }
}

/** null when the pool or the model cannot hold the split at all. */
function evaluateChoice(problem: Problem, family: string, choice: SplitChoice): Evaluation | null {
  const split = evenSplit(problem, { family, ...choice }, choice.point);
  return split.status === "placement" ? evaluate(problem, split.placement) : null;
}

/** A split that breaks rules: how far it is from fitting, and the reason in a few words. */
interface Miss {
  readonly distance: number;
  readonly cause: string;
  readonly reason: string;
}

function describeMiss(choice: SplitChoice, { violations }: Infeasible): Miss {
  const shape = `TP ${choice.tpDegree} × PP ${choice.ppStages}, batch ${choice.point.batch}`;
  const tooLarge = violations.filter((violation) => violation.rule === "above_max_segment");
  if (tooLarge.length === 0) {
    // It fits into memory, so it is closer than anything that does not.
    const first = violations[0]!;
    return {
      distance: 0,
      cause: CAUSES[first.rule] ?? `against the rule ${first.rule}`,
      reason: `${shortReason(first)} (${shape})`,
    };
  }
  const worst = tooLarge.reduce((a, b) => (shortage(b) > shortage(a) ? b : a));
  const { required_gb: required, available_gb: available } = worst;
  return {
    distance: shortage(worst),
    cause: "too small",
    reason: `needs at least ${gib(required)} GiB on a GPU with ${gib(available)} (${shape})`,
  };
}

function shortage({ required_gb: required, available_gb: available }: Violation): number {
  return Number(required) / Number(available);
}

/** What keeps a type out that is large enough. */
const CAUSES: Readonly<Partial<Record<Rule, string>>> = {
  above_kv_cache: "with too little KV cache for the longest request",
  below_min_segment: "too large for min_memory_utilization",
  several_sites: "too small alone, and without a site that several share",
};

function shortReason(violation: Violation): string {
  switch (violation.rule) {
    case "below_min_segment":
      return `${violation.size} layers a stage use too little memory for min_memory_utilization`;
    case "below_min_layers":
      return `${violation.size} layers a stage are fewer than min_layers_per_stage`;
    case "below_min_pipeline_segment":
      return `${violation.size} layers a stage are too few for max_pipeline_stages`;
    case "above_kv_cache":
      return `the KV cache holds ${violation.kv_cache_holds_tokens} tokens, a request may have ${violation.longest_request_tokens}`;
    case "not_quantised":
      return `${violation.size} layers a stage are not a quantised size`;
    default:
      return violation.message.replace(/\.$/, "");
  }
}

function gib(value: unknown): string {
  return Number(value).toFixed(1);
}
