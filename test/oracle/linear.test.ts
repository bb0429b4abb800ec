/** The seams that fleets need: free coefficients of throughput, price and links, and tables of stages that know no prices. */
import { describe, expect, it } from "vitest";
import { createPool } from "../../src/hardware/pool.ts";
import { DEFAULT_REQUEST, type LinearObjective } from "../../src/solver/request.ts";
import type { StartTables } from "../../src/solver/stages/start-table.ts";
import { TableCache } from "../../src/solver/stages/table-cache.ts";
import { foundingProblem } from "../support/founding.ts";
import { solve } from "./counted-solve.ts";
import type { Prng } from "./prng.ts";
import { drawProblem } from "./random-problem.ts";
import { oracleSeeds } from "./seeds.ts";

const PREFILL = foundingProblem({
  workload: { phase: "prefill", inputTokens: 1024, outputTokens: 0, minBatch: 32, maxBatch: 32 },
});

/** Coefficients of any size, 0 among them. */
function drawLinear(prng: Prng): LinearObjective {
  const draw = (scale: number): number =>
    prng.chance(0.25) ? 0 : scale * 10 ** (prng.int(-200, 200) / 100);
  return { perTokensPerSecond: draw(0.01), perUsdPerHour: draw(0.1), perLink: draw(0.1) };
}

describe("free coefficients", { timeout: 60_000 }, () => {
  for (const seed of oracleSeeds(40)) {
    it(`reach the best sum by enumeration on problem ${seed}`, async () => {
      const { problem, request, outcomes, prng } = drawProblem(seed);
      const linear = drawLinear(prng);
      const solution = await solve(problem, { ...request, objective: "weighted", linear });
      if (outcomes.length === 0) {
        expect(solution.status).toBe("infeasible");
        return;
      }
      const scores = outcomes.map(
        ({ tokensPerSecond, microUsdPerHour, crossings }) =>
          linear.perTokensPerSecond * tokensPerSecond -
          (linear.perUsdPerHour * microUsdPerHour) / 1e6 -
          linear.perLink * crossings,
      );
      if (!("placement" in solution)) throw new Error(solution.status);
      expect(solution.status).toBe("optimal");
      const best = Math.max(...scores);
      const size = Math.max(1, ...scores.map(Math.abs));
      expect(Math.abs(solution.objective.value - best)).toBeLessThanOrEqual(1e-9 * size);
    });
  }

  it("give the answer of the weight that they stand for", async () => {
    const { throughputNormalization, costNormalization, crossInstancePenalty } = PREFILL.weights;
    const weighted = { ...DEFAULT_REQUEST, objective: "weighted", weight: 0.4 } as const;
    const linear = {
      perTokensPerSecond: 1 / throughputNormalization,
      perUsdPerHour: 0.4 / (1 - 0.4) / costNormalization,
      perLink: crossInstancePenalty,
    };
    const [one, other] = [
      await solve(PREFILL, weighted),
      await solve(PREFILL, { ...weighted, weight: null, linear }),
    ];
    expect({ ...other, run: null }).toEqual({ ...one, run: null });
  });

  it("are refused with another objective, and below 0", async () => {
    const linear = { perTokensPerSecond: 1, perUsdPerHour: 1, perLink: 0 };
    await expect(solve(PREFILL, { ...DEFAULT_REQUEST, linear })).rejects.toThrow(
      "linear: the objective cost-per-token has no coefficients.",
    );
    const negative = { ...linear, perLink: -1 };
    await expect(
      solve(PREFILL, { ...DEFAULT_REQUEST, objective: "weighted", linear: negative }),
    ).rejects.toThrow("linear.perLink: -1 is not a coefficient.");
  });
});

/** A cache that notes which tables it is asked for. */
class NotedTables extends TableCache {
  readonly noted = new Set<StartTables>();

  override of(...question: Parameters<TableCache["of"]>): StartTables {
    const tables = super.of(...question);
    this.noted.add(tables);
    return tables;
  }
}

describe("tables of stages", { timeout: 60_000 }, () => {
  it("are made once for problems that differ in prices, limits and counts, and serve their solves", async () => {
    const tables = new NotedTables();
    await solve(PREFILL, DEFAULT_REQUEST, { tables });
    const made = new Set(tables.noted);
    for (const factor of [0.5, 3]) {
      const entries = PREFILL.pool.types.map((type, index) => {
        const microUsdPerHour = Math.round(type.price.microUsdPerHour * factor ** (index % 3));
        return { ...type, price: { ...type.price, microUsdPerHour }, count: type.count + 1 };
      });
      const pool = createPool(entries);
      const changed = { ...PREFILL, pool, limits: { ...PREFILL.limits, maxHourlyCostUsd: 40 } };
      tables.noted.clear();
      const shared = await solve(changed, DEFAULT_REQUEST, { tables });
      expect(tables.noted.size).toBeGreaterThan(0);
      expect([...tables.noted].every((table) => made.has(table))).toBe(true);
      const fresh = await solve(changed, DEFAULT_REQUEST);
      expect({ ...shared, run: null }).toEqual({ ...fresh, run: null });
    }
  });
});
