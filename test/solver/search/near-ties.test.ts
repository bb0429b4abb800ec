/** Prices and budgets that differ in their last digits, ties under a weighted score, few instances: no MILP may be wrong or in vain. */
import { afterAll, describe, expect, it } from "vitest";
import { createPool, type PoolEntry } from "../../../src/hardware/pool.ts";
import { Builder } from "../../../src/milp/builder.ts";
import { createInlineHighs } from "../../../src/milp/highs-inline.ts";
import type { ObjectiveWeights, Problem } from "../../../src/placement/problem.ts";
import { addLimitRows } from "../../../src/solver/formulations/rental-rows.ts";
import { DEFAULT_REQUEST, type SolveRequest } from "../../../src/solver/request.ts";
import type { Answer } from "../../../src/solver/solution.ts";
import { solve } from "../../../src/solver/solve.ts";
import { createPrng, type Prng } from "../../oracle/prng.ts";
import { entry, foundingProblem, RELAXED_RULES } from "../../support/founding.ts";
import { restated } from "../../support/models.ts";

const backend = createInlineHighs();
afterAll(() => backend.dispose());

async function answerOf(problem: Problem, choices: Partial<SolveRequest>): Promise<Answer> {
  const solution = await solve(problem, { ...DEFAULT_REQUEST, ...choices }, backend);
  if (!("placement" in solution)) throw new Error(JSON.stringify(solution));
  expect(solution.status).toBe("optimal");
  return solution;
}

/** A problem without a charge for links. */
function problemOf(entries: readonly PoolEntry[], changes: Partial<Problem> = {}): Problem {
  const base = foundingProblem();
  return foundingProblem({
    pool: createPool(entries),
    rules: { ...RELAXED_RULES, maxPipelineStages: 4 },
    weights: { ...base.weights, crossInstancePenalty: 0 },
    ...changes,
  });
}

describe("a budget next to a price", { timeout: 60_000 }, () => {
  it("is kept to the micro-dollar, whatever the size of the prices", async () => {
    // Two of these cost four micro-dollars more than the budget; only one of them, at TP 8, is within it.
    const half = entry("half", "NVIDIA A100", 8, 32, 600, 400, 56.497938, 3);
    const whole = entry("whole", "NVIDIA V100", 8, 32, 300, 100, 112.995872, 1);
    const problem = problemOf([half, whole]);
    const limits = { ...problem.limits, maxHourlyCostUsd: 112.995872 };
    for (const objective of ["throughput", "cost", "cost-per-token", "weighted"] as const) {
      const choices = { objective, ...(objective === "weighted" && { weight: 0 }) };
      const { metrics } = await answerOf({ ...problem, limits }, choices);
      expect(metrics.cost_per_hour).toBe(56.497938);
    }
  });

  it("is a row of small numbers that allows what the row of large ones allows", async () => {
    const prng = createPrng(7);
    for (let round = 0; round < 60; round++) {
      const prices = Array.from({ length: 3 }, () => prng.int(1, 400_000_000));
      const counts = prices.map(() => prng.int(0, 3));
      const exact = prices.reduce((sum, price, i) => sum + price * counts[i]!, 0);
      for (const most of [exact, exact - 1, exact + 1].filter((budget) => budget >= 0)) {
        const build = new Builder();
        const columns = prices.map((_, i) => {
          const column = build.column(`y${i}`, 0, 3);
          build.row(`fixed${i}`, counts[i]!, counts[i]!, [{ column, coefficient: 1 }]);
          return { column, position: i };
        });
        const limit = { name: "budget", perInstance: (i: number) => prices[i]!, most };
        addLimitRows(build, [limit], columns, [], 0);
        const model = build.model();
        const largest = model.rows.flatMap(({ terms }) =>
          terms.map(({ coefficient }) => Math.abs(coefficient)),
        );
        expect(Math.max(...largest)).toBeLessThanOrEqual(2 ** 13);
        const { status } = await backend.solve(model, {});
        expect(status, `${counts} of ${prices} within ${most}`).toBe(
          exact <= most ? "optimal" : "infeasible",
        );
      }
    }
  });
});

describe("prices that differ by a millionth where links are charged for", {
  timeout: 120_000,
}, () => {
  const a100 = (name: string, gpus: number, microUsd: number): PoolEntry =>
    entry(name, "NVIDIA A100", gpus, 32, 300, 400, microUsd / 1e6, 2);
  const weightsOf = (prng: Prng, weights: ObjectiveWeights): ObjectiveWeights => ({
    ...weights,
    throughputNormalization: prng.pick([100, 3000]),
    costNormalization: prng.pick([7.3, 100, 3000]),
    crossInstancePenalty: prng.pick([0.001, 0.05, 0.3]),
  });

  it.each([0.1, 0.3, 0.8])(
    "are told apart, whatever a solver tolerates, at weight %d",
    async (weight) => {
      const prng = createPrng(Math.round(weight * 10));
      for (let round = 0; round < 8; round++) {
        const micro = prng.int(3_000_000, 60_000_000);
        const gpus = prng.pick([2, 3, 4]);
        // By name the dearer one comes first.
        const dearer = a100("a", gpus, micro + prng.pick([1, 2, 7]));
        const base = problemOf(prng.shuffle([dearer, a100("c", gpus, micro)]));
        const problem: Problem = {
          ...base,
          weights: weightsOf(prng, base.weights),
          model: restated(base.model, {
            numLayers: prng.int(4, 9),
            layerWeightGib: prng.pick([0.5, 2, 4]),
          }),
          workload: { ...base.workload, minBatch: 16, maxBatch: 64 },
        };
        const tpDegrees = prng.pick([[1], [2], [1, 2]]);
        const request = { objective: "weighted", weight, tpDegrees, maxInstances: 2 } as const;
        const { placement } = await answerOf(problem, request);
        const names = placement.stages.map(({ gpu_type }) => gpu_type);
        expect(names.join(" "), `round ${round}`).not.toContain("a#");
      }
    },
  );

  it("that are equal go by the GPUs of the instances", async () => {
    const prng = createPrng(5);
    for (let round = 0; round < 10; round++) {
      const micro = prng.int(3_000_000, 60_000_000);
      const base = problemOf([a100("a", 4, micro), a100("b", 2, micro)]);
      const problem = { ...base, weights: weightsOf(prng, base.weights) };
      const request = { objective: "weighted", weight: 0.4, tpDegrees: [2] } as const;
      const { placement, metrics } = await answerOf(problem, request);
      const names = placement.stages.map(({ gpu_type }) => gpu_type);
      // A stage that is alone on an instance stands on the small one while there is one.
      const alone = names.filter((name) => names.indexOf(name) === names.lastIndexOf(name));
      const large = alone.filter((name) => name.startsWith("a")).length;
      if (large > 0) expect(names.filter((name) => name.startsWith("b"))).toHaveLength(2);
      expect(metrics.num_instances).toBe(new Set(names).size);
    }
  });
});

describe("few instances", { timeout: 60_000 }, () => {
  it.each([0, 2])("leave next to nothing to MILPs, links at %d", async (crossInstancePenalty) => {
    const entries = [
      entry("a", "NVIDIA RTX 4090", 2, 24, 32, 5, 9.2306, 3),
      entry("b", "NVIDIA A100", 4, 40, 600, 100, 19.2306, 2),
      entry("c", "NVIDIA V100", 4, 16, 300, 50, 12.2, 2),
      entry("z", "NVIDIA RTX 4090", 2, 24, 32, 5, 9.2306, 2),
    ];
    const problem = problemOf(entries);
    const { model, workload, weights, rules } = problem;
    const small: Problem = {
      ...problem,
      model: restated(model, { numLayers: 6, layerWeightGib: 3 }),
      rules: { ...rules, maxPipelineStages: 6 },
      workload: { ...workload, phase: "prefill", inputTokens: 512, minBatch: 1, maxBatch: 1024 },
      weights: { ...weights, crossInstancePenalty },
      limits: {
        ...problem.limits,
        maxHourlyCostUsd: 999,
        maxCostPerMillionTokenUsd: 999_999,
        maxTotalCostUsd: 999_999,
      },
    };
    for (const weight of [0, 0.5, 1]) {
      for (const maxInstances of [1, 2, 3]) {
        const answer = await answerOf(small, { objective: "weighted", weight, maxInstances });
        expect(answer.metrics.num_instances).toBeLessThanOrEqual(maxInstances);
        expect(answer.run.milps_solved).toBeLessThanOrEqual(20);
      }
    }
  });
});

describe("names", { timeout: 60_000 }, () => {
  const a100 = (name: string): PoolEntry => entry(name, "NVIDIA A100", 8, 32, 600, 400, 40, 1);

  it.each([0, 0.05])("decide ties of a weighted score as well, links at %d", async (penalty) => {
    const problem = problemOf([a100("b"), a100("c"), a100("a")]);
    const weights = { ...problem.weights, crossInstancePenalty: penalty };
    for (const weight of [0, 0.4]) {
      const { placement } = await answerOf(
        { ...problem, weights },
        { objective: "weighted", weight, maxInstances: 1 },
      );
      expect(placement.stages[0]!.gpu_type).toBe("a#0");
    }
  });

  it("decide between sites, also where another site has more for less", async () => {
    const at = (site: string, type: string, usdPerHour: number): PoolEntry => {
      const { instance, price, count } = a100(type);
      return {
        count,
        price: { ...price, microUsdPerHour: usdPerHour * 1e6 },
        instance: { ...instance, name: `${type}@${site}`, typeName: type, site: `cloud/${site}` },
      };
    };
    // West covers east: it has both types, and one of them is cheaper there.
    const problem = problemOf([
      at("west", "x", 40),
      at("west", "y", 80),
      at("east", "x", 40),
      at("east", "y", 90),
    ]);
    const { placement } = await answerOf(problem, { objective: "cost" });
    expect([...new Set(placement.stages.map(({ gpu_type }) => gpu_type))]).toEqual(["x@east#0"]);
  });
});
