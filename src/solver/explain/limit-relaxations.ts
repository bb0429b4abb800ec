import type { Metrics } from "../../placement/evaluation.ts";
import { type BudgetName, isLatencyLimit, type Limits } from "../../workload/workload.ts";
import type { ObjectiveName } from "../request.ts";
import type { Candidate } from "../search/goal.ts";
import type { Relaxation } from "../solution.ts";
import { latencySeconds, leastLatency } from "./least-latency.ts";
import { MS_PER_SECOND, type SetLimit, without } from "./limits.ts";
import type { WhatIf } from "./what-if.ts";

/** Which objective, at its best, is the smallest change of a limit, and what it then reads. */
const RELAXED_BY: Readonly<
  Record<BudgetName, readonly [ObjectiveName, (metrics: Metrics) => number]>
> = {
  maxHourlyCostUsd: ["cost", (metrics) => metrics.cost_per_hour],
  maxCostPerMillionTokenUsd: ["cost-per-token", (metrics) => metrics.dollar_per_million_token],
  maxTotalCostUsd: ["cost-per-token", (metrics) => metrics.total_cost],
  maxTotalRuntimeHours: ["throughput", (metrics) => metrics.total_runtime_hours],
  minTokensPerSecond: ["throughput", (metrics) => metrics.throughput_tokens_per_sec],
};

/** The best value that a limited figure can have, and a placement that has it. */
export interface BestFigure {
  /** In the unit of the limit's name: what the limit would have to be. */
  readonly to: number;
  readonly found: Candidate;
}

/**
 * The best value of a limited figure within other limits, whatever they say of the figure itself; null when they leave nothing.
 * @throws ExplanationCut when a limit on time strikes
 */
export async function bestFigure(
  whatIf: WhatIf,
  limits: Limits,
  { key, perUnit }: SetLimit,
): Promise<BestFigure | null> {
  if (isLatencyLimit(key)) {
    const least = await leastLatency(whatIf, key, limits);
    return least && { to: least.limitSeconds * MS_PER_SECOND, found: least.found };
  }
  const [objective, figureOf] = RELAXED_BY[key];
  const best = await whatIf.best({ limits: without(limits, [key]) }, { objective, weight: null });
  return best && { to: figureOf(best.found.metrics) * perUnit, found: best.found };
}

/** What a limit would have to be for a placement to keep it, in the unit of its name. */
export function figureAt(
  { key, perUnit }: SetLimit,
  metrics: Metrics,
  latencySafetyMargin: number,
): number {
  return isLatencyLimit(key)
    ? latencySeconds(key, metrics) * (1 + latencySafetyMargin) * MS_PER_SECOND
    : RELAXED_BY[key][1](metrics) * perUnit;
}

/** The best value of each limited figure while all other limits stay. */
export async function limitRelaxations(
  whatIf: WhatIf,
  limits: readonly SetLimit[],
): Promise<Relaxation[]> {
  const relaxations: Relaxation[] = [];
  for (const limit of limits) {
    const best = await bestFigure(whatIf, whatIf.problem.limits, limit);
    if (!best) continue;
    const { name, value } = limit;
    relaxations.push({ change: name, from: value, to: best.to, placement: best.found.placement });
  }
  return relaxations;
}
