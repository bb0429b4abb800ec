import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { evaluate } from "../../src/placement/evaluate.ts";
import { economics, meetsLimits } from "../../src/placement/limits.ts";
import { type Limits, NO_LIMITS } from "../../src/workload/workload.ts";
import { foundingProblem } from "../support/founding.ts";
import { placement, stage, toyProblem } from "../support/toy.ts";

/** 36 $/h at 1000 tokens/s: 3.6 million tokens an hour, 10 $ per million; 7.2 million tokens take 2 h and 72 $. */
const MICRO_USD_PER_HOUR = 36_000_000;
const TOKENS_PER_SECOND = 1000;
const TOTAL_TOKENS = 7_200_000;

test("a price and a throughput give cost per token, run time and total cost", () => {
  expect(economics(MICRO_USD_PER_HOUR, TOKENS_PER_SECOND, TOTAL_TOKENS)).toEqual({
    costPerHourUsd: 36,
    costPerTokenUsd: 0.00001,
    costPerMillionTokenUsd: 10,
    runtimeHours: 2,
    totalCostUsd: 72,
  });
});

function meets(limits: Partial<Limits>): boolean {
  return meetsLimits(
    { ...NO_LIMITS, ...limits },
    MICRO_USD_PER_HOUR,
    TOKENS_PER_SECOND,
    TOTAL_TOKENS,
  );
}

describe("a limit", () => {
  test("that is not given is kept", () => {
    expect(meets({})).toBe(true);
  });

  test.each([
    ["maxHourlyCostUsd", 36, 35.999999],
    ["maxCostPerMillionTokenUsd", 10, 9.999999],
    ["maxTotalCostUsd", 72, 71.99999],
    ["maxTotalRuntimeHours", 2, 1.999999],
    ["minTokensPerSecond", 1000, 1000.001],
  ] as const)("%s of %f is kept exactly, and one of %f is not", (limit, equal, tighter) => {
    expect(meets({ [limit]: equal })).toBe(true);
    expect(meets({ [limit]: tighter })).toBe(false);
  });

  test("of dollars is compared in whole micro-dollars", () => {
    // 1.005 · 10⁶ is 1,004,999.9999999999 in floating point.
    const limits = { ...NO_LIMITS, maxHourlyCostUsd: 1.005 };
    expect(meetsLimits(limits, 1_005_000, TOKENS_PER_SECOND, TOTAL_TOKENS)).toBe(true);
    expect(meetsLimits(limits, 1_005_001, TOKENS_PER_SECOND, TOTAL_TOKENS)).toBe(false);
  });

  test("of nothing is kept by nothing that costs or takes time", () => {
    expect(meets({ maxHourlyCostUsd: 0 })).toBe(false);
    expect(meets({ maxCostPerMillionTokenUsd: 0 })).toBe(false);
    expect(meets({ maxTotalCostUsd: 0 })).toBe(false);
    expect(meets({ maxTotalRuntimeHours: 0 })).toBe(false);
    expect(meets({ minTokensPerSecond: 0 })).toBe(true);
  });

  test("counts beside the others: one broken is enough", () => {
    expect(meets({ maxHourlyCostUsd: 36, maxTotalRuntimeHours: 2, minTokensPerSecond: 1000 })).toBe(
      true,
    );
    expect(meets({ maxHourlyCostUsd: 36, maxTotalRuntimeHours: 1, minTokensPerSecond: 1000 })).toBe(
      false,
    );
  });
});

describe("an hourly budget of exactly the price", () => {
  /** 2 × 6.85 + 4 × 3.42, which floating point adds up to a little more than 27.38. */
  const stages = Array.from({ length: 8 }, (_, i) =>
    stage(
      i < 4 ? `g6e.12xlarge#${Math.floor(i / 2)}` : `g6e.4xlarge#${i - 4}`,
      1,
      10 * i + 1,
      10 * i + 10,
    ),
  );
  const asked = placement(stages, {
    sequence_length: 2048,
    output_length: 512,
    workload_phase: "aggregated",
  });

  test.each([
    [27.38, true],
    [27.381, true],
    [27.379999, false],
    [27.37, false],
  ])("%f is met: %s", (maxHourlyCostUsd, met) => {
    const problem = foundingProblem({ limits: { ...NO_LIMITS, maxHourlyCostUsd } });
    const answer = evaluate(problem, asked);
    // A budget refuses nothing in evaluate: it is only reported.
    expect(answer).toMatchObject({ status: "SUCCESS", metrics: { meets_cost_threshold: met } });
  });
});

describe("evaluate says whether every limit is met", () => {
  // From the evaluate tests: 209,715.2 tokens/s at 6 $/h, a million tokens for 0.00794728597… $ in 0.00132454766… h.
  const asked = placement([stage("quad#0", 1, 1, 6), stage("duo#0", 1, 7, 12)]);

  test.each([
    [{}, true],
    [{ maxHourlyCostUsd: 6 }, true],
    [{ maxHourlyCostUsd: 5.99 }, false],
    [{ maxCostPerMillionTokenUsd: 0.007948 }, true],
    [{ maxCostPerMillionTokenUsd: 0.007947 }, false],
    [{ maxTotalCostUsd: 0.007948 }, true],
    [{ maxTotalCostUsd: 0.007947 }, false],
    [{ maxTotalRuntimeHours: 0.001325 }, true],
    [{ maxTotalRuntimeHours: 0.001324 }, false],
    [{ minTokensPerSecond: 209_715.2 }, true],
    [{ minTokensPerSecond: 209_715.3 }, false],
  ])("with %j: %s", (limits, met) => {
    const problem = toyProblem({ limits: { ...NO_LIMITS, ...limits } });
    expect(evaluate(problem, asked)).toMatchObject({ metrics: { meets_cost_threshold: met } });
  });
});

test("a lower price and a higher throughput never turn a yes into a no", () => {
  const positive = fc.double({ min: 1e-3, max: 1e6, noNaN: true });
  const limit = fc.option(positive, { nil: null });
  fc.assert(
    fc.property(
      fc.record({
        maxHourlyCostUsd: limit,
        maxCostPerMillionTokenUsd: limit,
        maxTotalCostUsd: limit,
        maxTotalRuntimeHours: limit,
        minTokensPerSecond: limit,
      }),
      fc.integer({ min: 1, max: 10 ** 9 }),
      fc.nat(10 ** 9),
      positive,
      fc.double({ min: 1, max: 10, noNaN: true }),
      positive,
      (budgets, micro, dearerBy, tokensPerSecond, fasterBy, totalTokens) => {
        const limits = { ...NO_LIMITS, ...budgets };
        fc.pre(meetsLimits(limits, micro + dearerBy, tokensPerSecond, totalTokens));
        expect(meetsLimits(limits, micro, tokensPerSecond * fasterBy, totalTokens)).toBe(true);
      },
    ),
  );
});
