import { evaluate } from "../../src/placement/evaluate.ts";
import type { Metrics } from "../../src/placement/evaluation.ts";
import type { Problem } from "../../src/placement/problem.ts";
import type { SolveRequest } from "../../src/solver/request.ts";
import { type BudgetName, type Limits, NO_LIMITS } from "../../src/workload/workload.ts";
import { frontierOf } from "./best-outcome.ts";
import { type Outcome, placementOf } from "./brute-force.ts";
import { metricsOf } from "./check-solution.ts";
import type { Prng } from "./prng.ts";
import { drawPlacement } from "./random-placement.ts";

const NAMES: readonly BudgetName[] = [
  "maxHourlyCostUsd",
  "maxCostPerMillionTokenUsd",
  "maxTotalCostUsd",
  "maxTotalRuntimeHours",
  "minTokensPerSecond",
];

/** Limits that cut through what can be had: exactly at a placement's number, a hair beside it, or well off. */
const FACTORS = [1, 1, 0.999, 1.001, 0.8, 1.3];

/** One or two limits, each near the number of some placement, often of one on the frontier. */
export function drawLimits(prng: Prng, problem: Problem, outcomes: readonly Outcome[]): Limits {
  const frontier = frontierOf(outcomes);
  const names = prng.shuffle(NAMES).slice(0, prng.int(1, 2));
  const limits: Partial<Record<BudgetName, number>> = {};
  for (const name of names) {
    const outcome = prng.pick(prng.chance(0.5) ? outcomes : frontier);
    limits[name] = limitAt(name, problem, outcome) * prng.pick(FACTORS);
  }
  return { ...NO_LIMITS, ...limits };
}

/**
 * Limits on one latency or both, each at what some placement has, a hair beside it, or well off; the margin is part of it.
 */
export function drawLatencyLimits(
  prng: Prng,
  problem: Problem,
  request: SolveRequest,
  outcomes: readonly Outcome[],
): Limits {
  const latencySafetyMargin = prng.pick([0, 0.1, 0.1, 0.25]);
  const metrics = (): Metrics => {
    // Any placement that is allowed, or else one of the fastest.
    for (let attempt = 0; attempt < 20; attempt++) {
      const evaluation = evaluate(problem, drawPlacement(prng, problem, request));
      if (evaluation.status === "SUCCESS") return evaluation.metrics;
    }
    return metricsOf(problem, placementOf(problem, prng.pick(outcomes)));
  };
  const limitOf = (milliseconds: number | null): number =>
    (milliseconds! / 1000) * (1 + latencySafetyMargin) * prng.pick(FACTORS);
  const which = prng.pick(["ttft", "tpot", "both"] as const);
  return {
    ...problem.limits,
    maxTtftSeconds: which === "tpot" ? null : limitOf(metrics().ttft_ms),
    maxTpotSeconds: which === "ttft" ? null : limitOf(metrics().tpot_ms),
    latencySafetyMargin,
  };
}

function limitAt(
  name: BudgetName,
  problem: Problem,
  outcome: Pick<Outcome, "microUsdPerHour" | "tokensPerSecond">,
): number {
  const usdPerHour = outcome.microUsdPerHour / 1e6;
  const tokensPerHour = outcome.tokensPerSecond * 3600;
  switch (name) {
    case "maxHourlyCostUsd":
      return usdPerHour;
    case "maxCostPerMillionTokenUsd":
      return (usdPerHour / tokensPerHour) * 1e6;
    case "maxTotalCostUsd":
      return (usdPerHour / tokensPerHour) * problem.totalTokensToProcess;
    case "maxTotalRuntimeHours":
      return problem.totalTokensToProcess / tokensPerHour;
    case "minTokensPerSecond":
      return outcome.tokensPerSecond;
  }
}
