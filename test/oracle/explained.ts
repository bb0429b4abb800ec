import { expect } from "vitest";
import { createPool } from "../../src/hardware/pool.ts";
import type { Problem } from "../../src/placement/problem.ts";
import type { SolveRequest } from "../../src/solver/request.ts";
import { requestedPoints } from "../../src/solver/search/operating-points.ts";
import type { Answer } from "../../src/solver/solution.ts";
import { NO_LIMITS } from "../../src/workload/workload.ts";
import { bestOf, withinLimits } from "./best-outcome.ts";
import { bruteForce, type Outcome } from "./brute-force.ts";
import { isMaximised, metricsOf } from "./check-solution.ts";

/** Values agree to this, relative. */
const AGREEMENT = 1e-9;

/** Prices a little below and above a threshold are this far from it, USD per hour: twice the step of prices that are tried. */
const BESIDE_USD = 2e-4;

/**
 * Holds what would change an answer against enumeration of the changed problems: the neighbours on either side, each type alone,
 * and the prices at which another placement is better.
 */
export function expectExplained(problem: Problem, request: SolveRequest, answer: Answer): void {
  const { explanation, metrics } = answer;
  const all = enumerated(problem, request);
  const within = withinLimits(problem, problem.limits, all);
  const ownMicroUsd = Math.round(metrics.cost_per_hour * 1e6);
  const own = metrics.throughput_tokens_per_sec;

  const faster = within.filter((o) => o.tokensPerSecond > own * (1 + 4e-9));
  const cheapestFaster = bestOf(faster, "cost", 0, problem.weights);
  expectSame(explanation!.next_faster?.cost_per_hour, cheapestFaster?.value, "next faster");

  const itsPrice = Math.round((cheapestFaster?.value ?? 0) * 1e6);
  const ofItsPrice = faster.filter((o) => o.microUsdPerHour === itsPrice);
  expectSame(
    explanation!.next_faster?.throughput_tokens_per_sec,
    bestOf(ofItsPrice, "throughput", 0, problem.weights)?.value,
    "next faster, of its price",
  );

  const cheaper = within.filter((o) => o.microUsdPerHour < ownMicroUsd);
  const fastestCheaper = bestOf(cheaper, "throughput", 0, problem.weights);
  expectSame(
    explanation!.next_cheaper?.throughput_tokens_per_sec,
    fastestCheaper?.value,
    "next cheaper",
  );
  const ofItsSpeed = cheaper.filter(
    (o) => o.tokensPerSecond >= (fastestCheaper?.value ?? 0) * (1 - 1e-12),
  );
  expectSame(
    explanation!.next_cheaper?.cost_per_hour,
    bestOf(ofItsSpeed, "cost", 0, problem.weights)?.value,
    "next cheaper, of its speed",
  );

  for (const { instance_type, objective } of explanation!.best_by_type) {
    const only = { ...request, includeTypes: [instance_type], excludeTypes: [] };
    const best = bestOf(
      withinLimits(problem, problem.limits, enumerated(problem, only)),
      request.objective,
      request.weight ?? 0,
      problem.weights,
    );
    expectSame(objective ?? undefined, best?.value, `${instance_type} alone`);
  }

  for (const rise of explanation!.price_rises) {
    const threshold = rise.changes_above_usd_per_hour;
    const price = rise.price_usd_per_hour;
    if (threshold === null) {
      for (const times of [2, 30]) {
        expectBestAt(problem, request, answer, rise.instance_type, price * times, true);
      }
      continue;
    }
    if (threshold - BESIDE_USD > price) {
      const below = threshold - BESIDE_USD;
      expectBestAt(problem, request, answer, rise.instance_type, below, true);
    }
    expectBestAt(problem, request, answer, rise.instance_type, threshold + BESIDE_USD, false);
  }
}

/** Whether the answer's placement is (still) the best at another price of a type. */
function expectBestAt(
  problem: Problem,
  request: SolveRequest,
  { placement }: Answer,
  typeName: string,
  usdPerHour: number,
  stays: boolean,
): void {
  const microUsdPerHour = Math.round(usdPerHour * 1e6);
  const pool = createPool(
    problem.pool.types.map((type) =>
      type.instance.name === typeName
        ? { ...type, price: { ...type.price, microUsdPerHour } }
        : type,
    ),
  );
  const changed = { ...problem, pool };
  const metrics = metricsOf(changed, placement);
  const own =
    request.objective === "throughput"
      ? metrics.throughput_tokens_per_sec
      : request.objective === "cost"
        ? metrics.cost_per_hour
        : metrics.dollar_per_million_token;
  const best = bestOf(
    withinLimits(changed, problem.limits, enumerated(changed, request)),
    request.objective,
    0,
    problem.weights,
  );
  const what = `${typeName} at ${usdPerHour} USD per hour`;
  if (stays) {
    expect(metrics.meets_cost_threshold, what).toBe(true);
    expectSame(own, best?.value, what);
  } else if (metrics.meets_cost_threshold) {
    const gain = isMaximised(request) ? best!.value - own : own - best!.value;
    expect(gain, what).toBeGreaterThan(0);
  }
}

function enumerated(problem: Problem, request: SolveRequest): Outcome[] {
  return bruteForce({ ...problem, limits: NO_LIMITS }, request, requestedPoints(problem));
}

function expectSame(actual: number | undefined, expected: number | undefined, what: string): void {
  if (actual === undefined || expected === undefined) {
    expect(actual, what).toBe(expected);
    return;
  }
  expect(
    Math.abs(actual - expected),
    `${what}: ${actual} instead of ${expected}`,
  ).toBeLessThanOrEqual(AGREEMENT * Math.abs(expected));
}
