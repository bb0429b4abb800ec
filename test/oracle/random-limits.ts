import type { Problem } from "../../src/placement/problem.ts";
import { type Limits, NO_LIMITS } from "../../src/workload/workload.ts";
import { frontierOf } from "./best-outcome.ts";
import type { Outcome } from "./brute-force.ts";
import type { Prng } from "./prng.ts";

type LimitName = keyof Limits;
const NAMES: readonly LimitName[] = [
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
  const limits: Partial<Record<LimitName, number>> = {};
  for (const name of names) {
    const outcome = prng.pick(prng.chance(0.5) ? outcomes : frontier);
    limits[name] = limitAt(name, problem, outcome) * prng.pick(FACTORS);
  }
  return { ...NO_LIMITS, ...limits };
}

function limitAt(
  name: LimitName,
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
