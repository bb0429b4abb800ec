import { describe, expect, it } from "vitest";
import { createPool, type PoolEntry } from "../../../src/hardware/pool.ts";
import { evaluate } from "../../../src/placement/evaluate.ts";
import { evenSplit } from "../../../src/placement/even-split.ts";
import type { Problem } from "../../../src/placement/problem.ts";
import {
  bestEvenSplits,
  EvenSplits,
  type FamilyBest,
} from "../../../src/solver/even-splits/even-splits.ts";
import { DEFAULT_REQUEST, type SolveRequest } from "../../../src/solver/request.ts";
import { Pace } from "../../../src/solver/search/pace.ts";
import { batchSizes, type Limits, NO_LIMITS } from "../../../src/workload/workload.ts";
import {
  FOUNDING_POOL,
  foundingProblem,
  LARGE_RULES,
  LLAMA3_70B,
  RELAXED_RULES,
} from "../../support/founding.ts";
import { restated } from "../../support/models.ts";

const best = (problem: Problem, changes: Partial<SolveRequest> = {}): FamilyBest[] =>
  bestEvenSplits(problem, { ...DEFAULT_REQUEST, ...changes });

const workload = { ...foundingProblem().workload, minBatch: 8, maxBatch: 48 };

/** Lowest $ per million tokens of a family, by trying everything. */
function lowest(problem: Problem, family: string): number {
  let least = Number.POSITIVE_INFINITY;
  for (const tpDegree of [1, 2, 4, 8]) {
    for (let ppStages = 1; ppStages <= 4; ppStages++) {
      for (const batch of batchSizes(8, 48)) {
        const point = { phase: "aggregated", batch, inputTokens: 2048, outputTokens: 512 } as const;
        const split = evenSplit(problem, { family, tpDegree, ppStages }, point);
        if (split.status !== "placement") continue;
        const evaluation = evaluate(problem, split.placement);
        if (evaluation.status !== "SUCCESS") continue;
        least = Math.min(least, evaluation.metrics.dollar_per_million_token);
      }
    }
  }
  return least;
}

describe("the best even split of every type", () => {
  it("is the fastest where all instances are owned", () => {
    const problem = { ...foundingProblem(), workload };
    const owned = {
      ...problem,
      pool: createPool(problem.pool.types.map((type) => ({ ...type, ownedCount: type.count }))),
    };
    const fastest = new Map(
      best(problem, { objective: "throughput" }).map((one) => [one.family, one]),
    );
    const free = best(owned);
    expect(free.some(({ status }) => status === "best")).toBe(true);
    for (const one of free) {
      const other = fastest.get(one.family)!;
      expect(one.status).toBe(other.status);
      if (one.status !== "best" || other.status !== "best") continue;
      expect(one.evaluation.metrics.throughput_tokens_per_sec).toBe(
        other.evaluation.metrics.throughput_tokens_per_sec,
      );
    }
  });

  it("is the cheapest of all there are, the cheapest type first", () => {
    const problem = foundingProblem({ workload, rules: RELAXED_RULES });
    const families = best(problem);
    expect(families).toHaveLength(FOUNDING_POOL.length);
    const prices = families.map((family) =>
      family.status === "best"
        ? family.evaluation.metrics.dollar_per_million_token
        : Number.POSITIVE_INFINITY,
    );
    expect(prices).toEqual(families.map(({ family }) => lowest(problem, family)));
    expect(prices).toEqual([...prices].sort((a, b) => a - b));
    expect(prices.filter(Number.isFinite).length).toBeGreaterThan(5);
  });

  it("is the fastest, or the cheapest per hour, when that is the objective", () => {
    const problem = foundingProblem();
    const [fastest] = best(problem, { objective: "throughput" });
    expect(fastest).toMatchObject({ family: "p4de.24xlarge", choice: { tpDegree: 8 } });
    const [cheapest] = best(problem, { objective: "cost" });
    expect(cheapest).toMatchObject({ family: "g5.12xlarge", choice: { ppStages: 2 } });
  });

  it("keeps the limits, and says when that leaves none", () => {
    const limits = { ...NO_LIMITS, maxHourlyCostUsd: 20 };
    const families = best(foundingProblem({ limits }));
    for (const family of families) {
      if (family.status !== "best") continue;
      expect(family.evaluation.metrics.cost_per_hour).toBeLessThanOrEqual(20);
    }
    expect(families).toContainEqual({
      family: "p4de.24xlarge",
      status: "over_limits",
      cause: "over budget",
      reason: "no even split meets the given limits: over budget",
    });
  });

  it("names a cause that holds for every split of a type", () => {
    const causes = (limits: Partial<Limits>): string[] =>
      best(foundingProblem({ limits: { ...NO_LIMITS, ...limits } })).flatMap((family) =>
        family.status === "over_limits" ? [`${family.family} ${family.cause}`] : [],
      );
    expect(causes({ minTokensPerSecond: 1000 })).toContain("g5.48xlarge too slow");
    expect(causes({ minTokensPerSecond: 1000, maxHourlyCostUsd: 20 })).toContain(
      "p4de.24xlarge over budget",
    );
    expect(causes({ minTokensPerSecond: 2000, maxHourlyCostUsd: 20 })).toContain(
      "p4de.24xlarge over budget and too slow",
    );
  });

  it("says in short why there is none", () => {
    const families = best(foundingProblem());
    expect(families.at(-1)).toEqual({
      family: "g5.4xlarge",
      status: "infeasible",
      cause: "too small",
      reason: "needs at least 47.3 GiB on a GPU with 24.0 (TP 1 × PP 4, batch 32)",
    });
  });

  it.each([
    [
      { rules: { ...RELAXED_RULES, minMemoryUtilization: 0.95 } },
      "40 layers per stage use too little memory for min_memory_utilization (TP 4 × PP 2, batch 32)",
    ],
    [
      { rules: { ...RELAXED_RULES, minLayersPerStage: 81 } },
      "40 layers per stage are fewer than min_layers_per_stage (TP 4 × PP 2, batch 32)",
    ],
    [
      {
        model: restated(LLAMA3_70B, { numLayers: 83 }),
        rules: { ...LARGE_RULES, minMemoryUtilization: 0 },
      },
      "42 layers per stage are not a quantised size (TP 4 × PP 2, batch 32)",
    ],
  ])("names the rule that keeps out what would fit", (changes, reason) => {
    const families = best(foundingProblem(changes), { tpDegrees: [4] });
    expect(families).toContainEqual(
      expect.objectContaining({ family: "g5.12xlarge", status: "infeasible", reason }),
    );
  });

  it("says in words that several instances of a type share no site", () => {
    const pool = createPool(
      FOUNDING_POOL.map((each) => ({
        ...each,
        instance: { ...each.instance, isScattered: true },
      })),
    );
    const causes = best(foundingProblem({ pool, rules: RELAXED_RULES })).flatMap((each) =>
      each.status === "infeasible" ? [each.cause] : [],
    );
    expect(causes).toContain("too small alone, with no site that several share");
    for (const cause of causes) expect(cause).not.toContain("_");
  });

  /** The outcomes of two machines at a dear site and some at a cheap one; two are needed. */
  async function atTwoSites(
    cheapMachines: number,
    changes: Partial<SolveRequest>,
  ): Promise<string[]> {
    const [row] = FOUNDING_POOL.filter(({ instance }) => instance.name === "g5.12xlarge");
    const at = (site: string, count: number, usd: number): PoolEntry => ({
      ...row!,
      instance: { ...row!.instance, name: `g5@${site}`, site },
      count,
      price: { ...row!.price, microUsdPerHour: usd * 1e6 },
    });
    const splits = EvenSplits.of(
      foundingProblem({
        pool: createPool([at("dear", 2, 2), at("cheap", cheapMachines, 1)]),
        rules: RELAXED_RULES,
      }),
      { ...DEFAULT_REQUEST, tpDegrees: [4], ...changes },
    );
    await splits.search(new Pace());
    return splits.families().map(({ family, status }) => `${family} ${status}`);
  }

  it("takes the cheapest of sites that have the same", async () => {
    expect(await atTwoSites(2, {})).toEqual(["g5@cheap best"]);
  });

  it("takes no cheaper site for a dearer one that has more machines", async () => {
    expect(await atTwoSites(1, {})).toEqual(["g5@dear best", "g5@cheap infeasible"]);
  });

  it.each<Partial<SolveRequest>>([
    { maxTpByType: new Map([["g5@cheap", 2]]) },
    { maxStagesByType: new Map([["g5@cheap", 1]]) },
    { maxRentedByType: new Map([["g5@cheap", 1]]) },
  ])("takes no cheaper site for a dearer one that a limit is not on: %o", async (limit) => {
    expect(await atTwoSites(2, limit)).toEqual(["g5@dear best", "g5@cheap infeasible"]);
  });

  it("uses only what the request allows", () => {
    const problem = foundingProblem({ rules: RELAXED_RULES });
    const of = (family: string, changes: Partial<SolveRequest>): FamilyBest =>
      best(problem, changes).find((each) => each.family === family)!;
    const free = of("g6e.24xlarge", {});
    expect(free).toMatchObject({ status: "best", choice: { tpDegree: 4 } });
    const narrow = of("g6e.24xlarge", { maxTpByType: new Map([["g6e.24xlarge", 2]]) });
    expect(narrow.status === "best" && narrow.choice.tpDegree).toBeLessThanOrEqual(2);
    expect(of("g6e.24xlarge", { tpDegrees: [1] })).toMatchObject({ choice: { tpDegree: 1 } });
    expect(of("g6e.24xlarge", { excludeTypes: ["g6e.24xlarge"] })).toEqual({
      family: "g6e.24xlarge",
      status: "infeasible",
      cause: "excluded by the given choices",
      reason: "the given choices leave no split",
    });
    const few = of("g5.12xlarge", { maxInstances: 1 });
    expect(few.status).toBe("infeasible");
    const busy = of("g5.48xlarge", { noIdleGpus: true });
    expect(busy.status === "best" && busy.choice.tpDegree).toBe(8);
    // Its network is among the slower ones, so that one instance has to do, which is too small.
    expect(of("g5.12xlarge", {}).status).toBe("best");
    expect(of("g5.12xlarge", { bandwidthPercentile: 0.9 }).status).toBe("infeasible");
    expect(of("g6e.12xlarge", { bandwidthPercentile: 0.9 }).status).toBe("best");
  });

  it("does not depend on the order of the pool", () => {
    const turned = createPool([...FOUNDING_POOL].reverse());
    const names = (families: readonly FamilyBest[]): string[] =>
      families.map((each) => each.family);
    expect(names(best(foundingProblem({ pool: turned })))).toEqual(names(best(foundingProblem())));
  });
});
