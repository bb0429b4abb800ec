/** Prices as whole units, and budgets in them. */
import { afterAll, describe, expect, it } from "vitest";
import { createPool } from "../../../src/hardware/pool.ts";
import { createInlineHighs } from "../../../src/milp/highs-inline.ts";
import type { Metrics } from "../../../src/placement/evaluation.ts";
import type { Problem } from "../../../src/placement/problem.ts";
import { instanceClasses } from "../../../src/solver/instances/instance-classes.ts";
import { DEFAULT_REQUEST } from "../../../src/solver/request.ts";
import {
  affordable,
  greatestCommonDivisor,
  priceUnits,
  unitsToUsd,
  unitsWithin,
} from "../../../src/solver/search/costs.ts";
import { solve } from "../../../src/solver/solve.ts";
import { type Limits, NO_LIMITS } from "../../../src/workload/workload.ts";
import { entry } from "../../support/founding.ts";
import { restated } from "../../support/models.ts";
import { TOY_MODEL, TOY_RULES, toyProblem } from "../../support/toy.ts";

const backend = createInlineHighs();
afterAll(() => backend.dispose());

/** Classes at 2.50, 6 and 0 dollars an hour: units of half a dollar. */
const pool = createPool([
  entry("a", "NVIDIA A100", 1, 80, 600, 400, 2.5, 1),
  entry("b", "NVIDIA A100", 1, 80, 600, 400, 6, 1),
  { ...entry("c", "NVIDIA A100", 1, 80, 600, 400, 9, 1), ownedCount: 1 },
]);
const classes = instanceClasses(toyProblem({ pool }), DEFAULT_REQUEST);

describe("price units", () => {
  it("are the largest amount that divides every price", () => {
    const units = priceUnits(classes);
    expect(units).toEqual({ microUsdPerUnit: 500_000, perInstance: [5, 12, 0] });
    expect(unitsToUsd(units, 17)).toBe(8.5);
    expect(priceUnits([]).microUsdPerUnit).toBe(1);
    expect(greatestCommonDivisor(12, 18)).toBe(6);
    expect(greatestCommonDivisor(0, 7)).toBe(7);
  });

  it("within a budget are rounded down: none is overdrawn, and a whole one is spent", () => {
    const units = priceUnits(classes);
    expect(unitsWithin(units, 5.7)).toBe(11);
    expect(unitsWithin(units, 5.5)).toBe(11);
    expect(unitsWithin(units, 5.499999)).toBe(10);
    expect(unitsWithin(units, 0.499999)).toBe(0);
    // 1.001 · 10⁶ is a little less than 1,001,000 in binary.
    expect(unitsWithin({ microUsdPerUnit: 1000, perInstance: [] }, 1.001)).toBe(1001);
  });

  it("tell which instances a budget can pay", () => {
    const within = (maxHourlyCostUsd: number | null): string[] =>
      affordable(classes, priceUnits(classes), { maxHourlyCostUsd }).map(
        ({ type }) => type.instance.name,
      );
    expect(within(null)).toEqual(["a", "b", "c"]);
    expect(within(6)).toEqual(["a", "b", "c"]);
    expect(within(5.9)).toEqual(["a", "c"]);
    expect(within(0)).toEqual(["c"]);
  });
});

/** Layers of 3 GiB on GPUs of 24 GiB, in a pair at 6 dollars and in singles at 2.50; a link is charged more than prices differ. */
const pairAndSingles = (numLayers: number, singles: number, maxPipelineStages: number): Problem =>
  toyProblem({
    model: restated(TOY_MODEL, { numLayers, layerWeightGib: 3 }),
    pool: createPool([
      entry("pair", "NVIDIA L40S", 2, 24, 32, 400, 6, 1),
      entry("single", "NVIDIA L40S", 1, 24, 32, 400, 2.5, singles),
    ]),
    rules: { ...TOY_RULES, maxPipelineStages },
    workload: { phase: "prefill", inputTokens: 512, outputTokens: 0, minBatch: 8, maxBatch: 8 },
    weights: {
      costWeight: 0.5,
      throughputNormalization: 1e9,
      costNormalization: 1,
      crossInstancePenalty: 10,
    },
  });

async function metricsWithin(problem: Problem, limits: Partial<Limits>): Promise<Metrics> {
  const request = { ...DEFAULT_REQUEST, objective: "weighted", tpDegrees: [1] } as const;
  const limited = { ...problem, limits: { ...NO_LIMITS, ...limits } };
  const solution = await solve(limited, request, backend);
  if (!("placement" in solution)) throw new Error(solution.status);
  expect(solution.status).toBe("optimal");
  return solution.metrics;
}

describe("a budget between two price units, with links charged for", () => {
  // Twelve layers on two GPUs: of one machine at 6 dollars, or of two at 5 with a link. The budget alone decides.
  const problem = pairAndSingles(12, 2, 2);

  it("an hourly one", async () => {
    const costWithin = async (maxHourlyCostUsd: number | null): Promise<number> =>
      (await metricsWithin(problem, { maxHourlyCostUsd })).cost_per_hour;
    expect(await costWithin(null)).toBe(6);
    expect(await costWithin(6)).toBe(6);
    expect(await costWithin(5.99)).toBe(5);
    expect(await costWithin(5)).toBe(5);
  });
});

describe("a budget that every machine keeps alone, and not all together, with links charged for", () => {
  // Eighteen layers on three GPUs: a pair and a single at 8.50 with one link, or three singles at 7.50 with two.
  const problem = pairAndSingles(18, 3, 3);

  it("an hourly one, to the last unit", async () => {
    expect((await metricsWithin(problem, { maxHourlyCostUsd: 8.5 })).cost_per_hour).toBe(8.5);
    expect((await metricsWithin(problem, { maxHourlyCostUsd: 8.49 })).cost_per_hour).toBe(7.5);
  });

  it("one on the price of tokens, to the last unit of what a level can bear", async () => {
    const { dollar_per_million_token: usd } = await metricsWithin(problem, {
      maxHourlyCostUsd: 7.5,
    });
    const within = await metricsWithin(problem, { maxCostPerMillionTokenUsd: usd });
    expect(within.cost_per_hour).toBe(7.5);
    expect(within.dollar_per_million_token).toBe(usd);
  });
});
