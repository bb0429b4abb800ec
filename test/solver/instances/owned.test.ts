/** Instances that cost nothing: every token of theirs costs the same, so that other rules have to choose. */
import { afterAll, expect, it } from "vitest";
import { createPool } from "../../../src/hardware/pool.ts";
import { createInlineHighs } from "../../../src/milp/highs-inline.ts";
import { DEFAULT_REQUEST, type ObjectiveName } from "../../../src/solver/request.ts";
import { solve } from "../../../src/solver/solve.ts";
import { restated } from "../../support/models.ts";
import { TOY_MODEL, TOY_POOL, toyProblem } from "../../support/toy.ts";

const backend = createInlineHighs();
afterAll(() => backend.dispose());

it("of placements whose tokens cost nothing the fastest is the best, not the smallest", async () => {
  const [quad, duo] = TOY_POOL;
  const problem = toyProblem({
    pool: createPool([{ ...quad, ownedCount: quad.count }, duo]),
    workload: { ...toyProblem().workload, minBatch: 1, maxBatch: 16 },
  });
  const ownAlone = { ...problem, pool: createPool([{ ...quad, ownedCount: quad.count }]) };
  const answer = async (asked: typeof problem, objective: ObjectiveName) => {
    const solution = await solve(asked, { ...DEFAULT_REQUEST, objective }, backend);
    if (!("placement" in solution)) throw new Error(solution.status);
    return solution.metrics;
  };
  const cheapest = await answer(problem, "cost-per-token");
  const fastest = await answer(ownAlone, "throughput");
  expect(cheapest.dollar_per_million_token).toBe(0);
  expect(cheapest.throughput_tokens_per_sec).toBe(fastest.throughput_tokens_per_sec);
});

it("at a rate, placements that cost nothing go by the GPUs in use", async () => {
  const base = toyProblem();
  const [quad, duo] = TOY_POOL;
  for (const requestsPerSecond of [0.01, 1, 30]) {
    const limits = { ...base.limits, minTokensPerSecond: requestsPerSecond * 512 };
    const problem = toyProblem({
      pool: createPool([{ ...quad, ownedCount: quad.count }, duo]),
      workload: {
        ...base.workload,
        phase: "prefill",
        inputTokens: 512,
        load: { kind: "request_rate", requestsPerSecond },
      },
      limits,
    });
    for (const objective of ["cost", "cost-per-token"] as const) {
      const solution = await solve(problem, { ...DEFAULT_REQUEST, objective }, backend);
      if (!("placement" in solution)) throw new Error(solution.status);
      expect(solution.status).toBe("optimal");
      expect(solution.metrics.cost_per_hour).toBe(0);
      const { num_gpus } = solution.metrics;
      // With one GPU less in use something has to be paid, or nothing serves the rate.
      const fewer = { ...DEFAULT_REQUEST, objective, mostGpusInUse: num_gpus - 1 };
      const less = num_gpus === 1 ? null : await solve(problem, fewer, backend);
      if (less && "placement" in less) expect(less.metrics.cost_per_hour).toBeGreaterThan(0);
      if (requestsPerSecond < 1) expect(num_gpus).toBe(1);
    }
  }
});

it("a limit on rented instances of a type leaves the owned ones", async () => {
  // Three machines are needed: two are owned, one more is rented.
  const [, , mono] = TOY_POOL;
  const problem = toyProblem({
    model: restated(TOY_MODEL, { layerWeightGib: 3 }),
    pool: createPool([{ ...mono, count: 5, ownedCount: 2 }]),
  });
  const request = {
    ...DEFAULT_REQUEST,
    objective: "cost",
    maxRentedByType: new Map([["mono", 1]]),
  } as const;
  const solution = await solve(problem, request, backend);
  expect(solution).toMatchObject({ status: "optimal", metrics: { cost_per_hour: 1 } });
});
