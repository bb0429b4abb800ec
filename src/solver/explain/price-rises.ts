import { InternalError } from "../../errors.ts";
import { createPool, type PoolType } from "../../hardware/pool.ts";
import { microUsdToUsd, usdToMicroUsd } from "../../hardware/price.ts";
import { evaluate } from "../../placement/evaluate.ts";
import type { Placement } from "../../placement/placement.ts";
import type { Problem } from "../../placement/problem.ts";
import type { Limits } from "../../workload/workload.ts";
import type { Candidate } from "../search/goal.ts";
import { isMaximised, objectiveValue } from "../search/objectives.ts";
import { rentedInstances } from "../search/rental-rules.ts";
import type { PriceRise } from "../solution.ts";
import { type Best, differs, type WhatIf } from "./what-if.ts";

/** For each rented type the price at which another placement is better. @throws ExplanationCut when a limit on time strikes */
export async function priceRises(whatIf: WhatIf, answer: Best): Promise<PriceRise[]> {
  const rises: PriceRise[] = [];
  for (const type of whatIf.problem.pool.types) {
    const rented = rentedInstances(type, answer.found.placement);
    if (rented > 0) rises.push(await priceRise(whatIf, answer, type, rented));
  }
  return rises;
}

/** Prices are looked at up to this many times today's. */
const MOST_TIMES_DEARER = 100;

/** Rises are tried in whole steps of this many micro-dollars: prices that share a large step make well-conditioned MILPs. */
const RISE_STEP_MICRO_USD = 100;

function wholeSteps(rise: number): number {
  return Math.floor(rise / RISE_STEP_MICRO_USD) * RISE_STEP_MICRO_USD;
}

/** Intervals of prices are searched up to this many times for one type. */
const MOST_INTERVALS = 16;

/**
 * The price of a type at which another placement overtakes the answer.
 *
 * At a price raised by δ the value of any placement is a line in δ. Newton's method from above: start where the line of the
 * best placement with fewer of the type crosses the answer's (or at a high δ when there is none that keeps the limits there); solve
 * there; where the line of the best placement crosses the answer's is the next δ. It ends when nothing is better than the answer at
 * the crossing. A limit that the answer breaks first ends it too.
 *
 * Lines cross once: what is better at some price is better at all higher ones, but there a limit may forbid it. So where limits can do
 * that, prices are gone through once more from below, in intervals: what is better within the limits somewhere in one is better at its
 * end, within limits loosened by what prices rise in it. When nothing is, the interval is proven; otherwise that placement is the
 * one, at its own crossing, or the interval is halved. When there are too many of them the rest is not known.
 */
async function priceRise(
  whatIf: WhatIf,
  answer: Best,
  type: PoolType,
  rented: number,
): Promise<PriceRise> {
  const { problem } = whatIf;
  const price = type.price.microUsdPerHour;
  const mostByLimits = riseWithinLimits(problem, answer.found, rented);
  let mayChangeEarlier = false;
  const report = (rise: number | null, then: Placement | null): PriceRise => ({
    instance_type: type.instance.name,
    price_usd_per_hour: price / 1e6,
    changes_above_usd_per_hour: rise === null ? null : (price + rise) / 1e6,
    may_change_earlier: mayChangeEarlier,
    then,
  });
  /** Where the line of a placement crosses the answer's; Infinity when it never gets below it. */
  const crossing = (other: Placement): number => {
    const width = usdToMicroUsd(1);
    const valuesOf = (placement: Placement): number[] =>
      [price, price + width].map((at) => valueAt(whatIf, type, at, placement));
    const [own0, own1] = valuesOf(answer.found.placement);
    const [other0, other1] = valuesOf(other);
    const rise = (width * (other0! - own0!)) / (own1! - own0! - (other1! - other0!));
    return rise >= 0 ? rise : Number.POSITIVE_INFINITY;
  };

  // The pool stays whole: a matrix and a percentile of its links are those of all its instances, rented or not.
  const { maxRentedByType } = whatIf.request;
  const fewer = await whatIf.best(
    {},
    { maxRentedByType: new Map([...maxRentedByType, [type.instance.name, rented - 1]]) },
  );
  /** The next whole step of prices above a rise. */
  const above = (rise: number): number => price + wholeSteps(rise) + RISE_STEP_MICRO_USD;
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
      keepsLimitsAt(whatIf, type, above(rise), placement);
    return isKept ? { rise, next: placement } : free;
  };
  let { rise, next } = start();
  for (;;) {
    const whole = wholeSteps(rise);
    const better = await betterAt(whatIf, answer, type, whole);
    if (!better) break;
    const earlier = crossing(better);
    if (!(earlier < rise)) break;
    next = better;
    rise = earlier;
  }
  // From below: up to `proven` nothing is better at any price.
  let proven = 0;
  let up = wholeSteps(rise);
  for (let tries = 0; proven < wholeSteps(rise); tries++) {
    const loose = looseLimits(whatIf, type, up - proven);
    if (!loose) break;
    const better =
      tries < MOST_INTERVALS ? await betterAt(whatIf, answer, type, up, loose) : undefined;
    if (better === undefined) {
      mayChangeEarlier = true;
      break;
    }
    if (better === null) {
      proven = up;
      up = wholeSteps(rise);
      continue;
    }
    const earlier = crossing(better);
    if (earlier < rise && keepsLimitsAt(whatIf, type, above(earlier), better)) {
      next = better;
      rise = earlier;
      up = wholeSteps(rise);
      continue;
    }
    up = Math.max(proven + RISE_STEP_MICRO_USD, wholeSteps((proven + up) / 2));
  }
  if (next) return report(rise, next);
  if (rise < mostByLimits) return report(null, null);
  const beyond = await whatIf.best({ pool: dearer(problem, type, above(rise)) });
  return report(rise, beyond?.found.placement ?? null);
}

/** The best placement at prices raised by so much, within the problem's limits or others; null where it is not better than the answer. */
async function betterAt(
  whatIf: WhatIf,
  answer: Best,
  type: PoolType,
  rise: number,
  limits: Limits = whatIf.problem.limits,
): Promise<Placement | null> {
  const raised = type.price.microUsdPerHour + rise;
  const best = await whatIf.best({ pool: dearer(whatIf.problem, type, raised), limits });
  const own = valueAt(whatIf, type, raised, answer.found.placement);
  return best && isBetter(whatIf, best.value, own) ? best.found.placement : null;
}

/** By how many micro-dollars an hour each rented instance may get dearer before the answer breaks a budget. */
function riseWithinLimits(problem: Problem, { metrics }: Candidate, rented: number): number {
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
  { problem }: WhatIf,
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
  whatIf: WhatIf,
  type: PoolType,
  microUsdPerHour: number,
  placement: Placement,
): number {
  const { problem, request } = whatIf;
  const evaluation = evaluate(
    { ...problem, pool: dearer(problem, type, microUsdPerHour) },
    placement,
  );
  if (evaluation.status !== "SUCCESS") throw new InternalError(evaluation.error);
  return objectiveValue(problem, request, evaluation.metrics);
}

/**
 * The limits, as loose as what keeps them at some price of a type needs them at a price that is so many micro-dollars higher; null where that is no question: a placement that is better than the answer keeps them wherever the answer does.
 */
function looseLimits({ problem, request }: WhatIf, type: PoolType, rise: number): Limits | null {
  const { limits, rules } = problem;
  const { objective } = request;
  const isPerToken = limits.maxCostPerMillionTokenUsd !== null || limits.maxTotalCostUsd !== null;
  const isHourly = limits.maxHourlyCostUsd !== null;
  const forbids = {
    throughput: false,
    cost: isPerToken,
    "cost-per-token": isHourly,
    weighted: isPerToken || isHourly,
  }[objective];
  if (!forbids) return null;
  const most = Math.min(
    type.count - (type.ownedCount ?? 0),
    rules.maxPipelineStages,
    request.maxInstances ?? Number.POSITIVE_INFINITY,
  );
  const { maxHourlyCostUsd: hourly } = limits;
  return {
    ...limits,
    maxHourlyCostUsd: hourly === null ? null : hourly + microUsdToUsd(most * rise),
    ...(objective !== "cost-per-token" && {
      maxCostPerMillionTokenUsd: null,
      maxTotalCostUsd: null,
    }),
  };
}

function isBetter(whatIf: WhatIf, value: number, than: number): boolean {
  const wantsMore = isMaximised(whatIf.problem, whatIf.request);
  return differs(value, than) && (wantsMore ? value > than : value < than);
}
