import { InternalError } from "../../errors.ts";
import { createPool, type PoolType } from "../../hardware/pool.ts";
import { usdToMicroUsd } from "../../hardware/price.ts";
import { evaluate } from "../../placement/evaluate.ts";
import type { Placement } from "../../placement/placement.ts";
import type { Problem } from "../../placement/problem.ts";
import { atFullUse } from "../../placement/rate-service.ts";
import { isAllowed } from "../hosts/hosts.ts";
import { rentedInstances } from "../rental-rules.ts";
import type { Found } from "../search/goal.ts";
import { isMaximised, objectiveValue } from "../search/objectives.ts";
import type { BindingLimit, FrontierPoint, PriceRise, Sensitivity, TypeBest } from "../solution.ts";
import { setLimits, without } from "./limits.ts";
import type { Best, Prober } from "./prober.ts";

/** Relative difference from which on two values of an objective are not the same. */
const DIFFERS = 1e-9;

/** Just above what a target's own room for rounding forgives. */
const JUST_MORE = 1 + 3e-9;

/**
 * What would change an answer: limits that bind, the next placements on either side, prices, other types. Every figure comes
 * from a search of the changed problem.
 * @throws ExplanationCut when a limit on time strikes
 */
export async function explainAnswer(prober: Prober, answer: Best): Promise<Sensitivity> {
  const { limits } = prober.problem;
  // At a rate the answer runs at that rate; it is not faster than itself with more sequences in flight.
  const { metrics } = atFullUse(prober.problem, answer.found);
  const faster = await prober.best(
    {
      limits: {
        ...limits,
        minTokensPerSecond: metrics.throughput_tokens_per_sec * JUST_MORE,
      },
    },
    { objective: "cost", weight: null },
  );
  const cheaper =
    metrics.cost_per_hour > 0
      ? await prober.best(
          { limits: { ...limits, maxHourlyCostUsd: metrics.cost_per_hour - 1e-6 } },
          { objective: "throughput", weight: null },
        )
      : null;
  return {
    binding_limits: await bindingLimits(prober, answer),
    next_faster: faster && frontierPoint(faster.found),
    next_cheaper: cheaper && frontierPoint(cheaper.found),
    price_rises: await priceRises(prober, answer),
    best_by_type: await bestByType(prober),
  };
}

/** A placement as a point of cost and throughput. */
export function frontierPoint({ metrics, placement }: Found): FrontierPoint {
  return {
    cost_per_hour: metrics.cost_per_hour,
    throughput_tokens_per_sec: metrics.throughput_tokens_per_sec,
    dollar_per_million_token: metrics.dollar_per_million_token,
    batch_size: placement.batch_size,
    placement,
  };
}

async function bindingLimits(prober: Prober, answer: Best): Promise<BindingLimit[]> {
  const binding: BindingLimit[] = [];
  for (const { key, name, value } of setLimits(prober.problem.limits)) {
    const free = await prober.best({ limits: without(prober.problem.limits, [key]) });
    if (free && differs(free.value, answer.value)) {
      binding.push({ limit: name, value, objective_without: free.value });
    }
  }
  return binding;
}

async function bestByType(prober: Prober): Promise<TypeBest[]> {
  const { problem, request } = prober;
  const all: TypeBest[] = [];
  for (const type of problem.pool.types.filter((one) => isAllowed(one, request))) {
    const { name } = type.instance;
    const best = await prober.best({}, { includeTypes: [name], excludeTypes: [] });
    all.push({
      instance_type: name,
      objective: best?.value ?? null,
      placement: best?.found.placement ?? null,
    });
  }
  const wantsMore = isMaximised(problem, request);
  const rank = ({ objective }: TypeBest): number => {
    if (objective === null) return Number.POSITIVE_INFINITY;
    return wantsMore ? -objective : objective;
  };
  return all.sort(
    (a, b) => compareNumbers(rank(a), rank(b)) || (a.instance_type < b.instance_type ? -1 : 1),
  );
}

function compareNumbers(a: number, b: number): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

async function priceRises(prober: Prober, answer: Best): Promise<PriceRise[]> {
  const rises: PriceRise[] = [];
  for (const type of prober.problem.pool.types) {
    const rented = rentedInstances(type, answer.found.placement);
    if (rented > 0) rises.push(await priceRise(prober, answer, type, rented));
  }
  return rises;
}

/** Prices are looked at up to this many times today's. */
const MOST_TIMES_DEARER = 100;

/** Rises are tried in whole steps of this many micro-dollars: prices that share a large step make well-conditioned MILPs. */
const RISE_STEP_MICRO_USD = 100;

/**
 * The price of a type at which another placement overtakes the answer.
 *
 * At a price raised by δ the value of any placement is a line in δ. Newton's method from above: start where the line of the
 * best placement with fewer of the type crosses the answer's (or at a high δ when there is none that keeps the limits there); solve
 * there; where the line of the best placement crosses the answer's is the next δ. It ends when nothing is better than the answer at
 * the crossing. A limit that the answer breaks first ends it too.
 */
async function priceRise(
  prober: Prober,
  answer: Best,
  type: PoolType,
  rented: number,
): Promise<PriceRise> {
  const { problem } = prober;
  const price = type.price.microUsdPerHour;
  const mostByLimits = riseWithinLimits(problem, answer.found, rented);
  const report = (rise: number | null, then: Placement | null): PriceRise => ({
    instance_type: type.instance.name,
    price_usd_per_hour: price / 1e6,
    changes_above_usd_per_hour: rise === null ? null : (price + rise) / 1e6,
    then,
  });
  /** Where the line of a placement crosses the answer's; Infinity when it never gets below it. */
  const crossing = (other: Placement): number => {
    const width = usdToMicroUsd(1);
    const valuesOf = (placement: Placement): number[] =>
      [price, price + width].map((at) => valueAt(prober, type, at, placement));
    const [own0, own1] = valuesOf(answer.found.placement);
    const [other0, other1] = valuesOf(other);
    const rise = (width * (other0! - own0!)) / (own1! - own0! - (other1! - other0!));
    return rise >= 0 ? rise : Number.POSITIVE_INFINITY;
  };

  // The pool stays whole: a matrix and a percentile of its links are those of all its instances, rented or not.
  const { maxRentedByType } = prober.request;
  const fewer = await prober.best(
    {},
    { maxRentedByType: new Map([...maxRentedByType, [type.instance.name, rented - 1]]) },
  );
  /** The next whole step of prices above a rise. */
  const above = (rise: number): number =>
    price + (Math.floor(rise / RISE_STEP_MICRO_USD) + 1) * RISE_STEP_MICRO_USD;
  const start = (): { rise: number; next: Placement | null } => {
    const most = Math.max(price, usdToMicroUsd(1)) * (MOST_TIMES_DEARER - 1);
    const free = { rise: Math.min(mostByLimits, most), next: null };
    if (!fewer) return free;
    const { placement } = fewer.found;
    const rise = crossing(placement);
    // What a budget forbids at the price where it would be better is no replacement.
    const isKept =
      Number.isFinite(rise) &&
      rise <= mostByLimits &&
      keepsLimitsAt(prober, type, above(rise), placement);
    return isKept ? { rise, next: placement } : free;
  };
  let { rise, next } = start();
  for (;;) {
    const whole = Math.floor(rise / RISE_STEP_MICRO_USD) * RISE_STEP_MICRO_USD;
    const best = await prober.best({ pool: dearer(problem, type, price + whole) });
    const own = valueAt(prober, type, price + whole, answer.found.placement);
    if (!best || !isBetter(prober, best.value, own)) break;
    const earlier = crossing(best.found.placement);
    if (!(earlier < rise)) break;
    next = best.found.placement;
    rise = earlier;
  }
  if (next) return report(rise, next);
  if (rise < mostByLimits) return report(null, null);
  const beyond = await prober.best({ pool: dearer(problem, type, above(rise)) });
  return report(rise, beyond?.found.placement ?? null);
}

/** By how many micro-dollars an hour each rented instance may get dearer before the answer breaks a budget. */
function riseWithinLimits(problem: Problem, { metrics }: Found, rented: number): number {
  const { limits, totalTokensToProcess } = problem;
  const perHour = metrics.throughput_tokens_per_sec * 3600;
  const budgets = [
    limits.maxHourlyCostUsd,
    limits.maxCostPerMillionTokenUsd && (limits.maxCostPerMillionTokenUsd * perHour) / 1e6,
    limits.maxTotalCostUsd && (limits.maxTotalCostUsd * perHour) / totalTokensToProcess,
  ].filter((budget) => budget !== null);
  if (budgets.length === 0) return Number.POSITIVE_INFINITY;
  return Math.max(0, usdToMicroUsd(Math.min(...budgets) - metrics.cost_per_hour) / rented);
}

/** The pool at another price of a type. */
function dearer(problem: Problem, dear: PoolType, microUsdPerHour: number): Problem["pool"] {
  return createPool(
    problem.pool.types.map((type) =>
      type === dear ? { ...type, price: { ...type.price, microUsdPerHour } } : type,
    ),
  );
}

/** Whether a placement keeps the limits at another price of a type. */
function keepsLimitsAt(
  { problem }: Prober,
  type: PoolType,
  microUsdPerHour: number,
  placement: Placement,
): boolean {
  const changed = { ...problem, pool: dearer(problem, type, microUsdPerHour) };
  const evaluation = evaluate(changed, placement);
  return evaluation.status === "SUCCESS" && evaluation.metrics.meets_cost_threshold;
}

/** The objective's value of a placement at another price of a type, whether or not it keeps the limits there. */
function valueAt(
  prober: Prober,
  type: PoolType,
  microUsdPerHour: number,
  placement: Placement,
): number {
  const { problem, request } = prober;
  const evaluation = evaluate(
    { ...problem, pool: dearer(problem, type, microUsdPerHour) },
    placement,
  );
  if (evaluation.status !== "SUCCESS") throw new InternalError(evaluation.error);
  return objectiveValue(problem, request, evaluation.metrics);
}

function isBetter(prober: Prober, value: number, than: number): boolean {
  const wantsMore = isMaximised(prober.problem, prober.request);
  return differs(value, than) && (wantsMore ? value > than : value < than);
}

function differs(a: number, b: number): boolean {
  return Math.abs(a - b) > DIFFERS * Math.max(Math.abs(a), Math.abs(b));
}
