/** Limits on latencies in the search: answers, explanations, and a MILP solver that does not take rows at their word. */
import { afterAll, describe, expect, it } from "vitest";
import { InputError } from "../../../src/errors.ts";
import { createInlineHighs } from "../../../src/milp/highs-inline.ts";
import type { MilpBackend } from "../../../src/milp/model.ts";
import type { Problem } from "../../../src/placement/problem.ts";
import { bestEvenSplits } from "../../../src/solver/even-splits/even-splits.ts";
import { DEFAULT_REQUEST, type SolveRequest } from "../../../src/solver/request.ts";
import { requestedPoints } from "../../../src/solver/search/operating-points.ts";
import type { Answer, NoAnswer } from "../../../src/solver/solution.ts";
import { answerModel, solve } from "../../../src/solver/solve.ts";
import { NO_LIMITS } from "../../../src/workload/workload.ts";
import { bruteForce } from "../../oracle/brute-force.ts";
import { expectAnswer, expectBest } from "../../oracle/check-solution.ts";
import { drawLatencyLimits } from "../../oracle/random-limits.ts";
import { drawServingProblem } from "../../oracle/random-problem.ts";
import { foundingProblem } from "../../support/founding.ts";
import { servedProblem } from "../../support/served.ts";

const backend = createInlineHighs();
afterAll(() => backend.dispose());

async function answerOf(problem: Problem, request: Partial<SolveRequest> = {}): Promise<Answer> {
  return expectAnswer(await solve(problem, { ...DEFAULT_REQUEST, ...request }, backend));
}

async function noAnswerOf(problem: Problem): Promise<NoAnswer> {
  const solution = await solve(problem, DEFAULT_REQUEST, backend);
  if (solution.status !== "infeasible") throw new Error(`it is ${solution.status}`);
  return solution;
}

/** How many of the stages stand on fast GPUs. */
function fastStages({ placement }: Answer): number {
  return placement.stages.filter(({ gpu_type }) => gpu_type.startsWith("fast")).length;
}

describe("a limit on the time to first token", () => {
  // All on slow: 14 layers' worth · 0.25 s + 0.5 s = 4 s; all on fast: 14 · 0.1 s + 0.5 s = 1.9 s. Seven fit on a GPU and one
  // more, so at least two stages are needed, and with one fast one the best is 7 · 0.1 + 7 · 0.25 + 0.5 = 2.95 s, or 8 and 6: 2.8 s.
  it.each([
    [null, 0],
    [4.4, 0],
    [4.3, 1],
    [3.08, 1],
    [3.07, 2],
    [2.1, 2],
  ])("of %d s with a margin of 10 %% takes %d fast GPUs", async (maxTtftSeconds, fast) => {
    const answer = await answerOf(servedProblem({ maxTtftSeconds }), { objective: "cost" });
    expect(fastStages(answer)).toBe(fast);
    expect(answer.metrics.meets_cost_threshold).toBe(true);
  });

  it("holds for every point of the frontier", async () => {
    const limited = servedProblem({ maxTtftSeconds: 3.3, maxTpotSeconds: 0.35 });
    const { frontier } = await answerOf(limited, { frontier: true });
    const { frontier: free } = await answerOf(servedProblem(), { frontier: true });
    expect(frontier!.length).toBeGreaterThan(0);
    expect(frontier![0]!.cost_per_hour).toBeGreaterThan(free![0]!.cost_per_hour);
  });

  it("holds for even splits", () => {
    const families = (limits: Partial<Problem["limits"]>) =>
      bestEvenSplits(servedProblem(limits), DEFAULT_REQUEST).map(
        ({ family, status }) => `${family}: ${status}`,
      );
    expect(families({})).toEqual(["slow: best", "fast: best"]);
    expect(families({ maxTtftSeconds: 3 })).toEqual(["fast: best", "slow: over_limits"]);
  });

  it("is part of the exported MILP", async () => {
    const problem = servedProblem({ maxTtftSeconds: 3.08, maxTpotSeconds: 9 });
    const answer = await answerOf(problem, { objective: "cost" });
    const request = { ...DEFAULT_REQUEST, objective: "cost" } as const;
    const milp = await answerModel(problem, request, answer, backend);
    expect(milp.rows.map(({ name }) => name)).toEqual(expect.arrayContaining(["ttft", "tpot"]));
    const outcome = await backend.solve(milp, { absoluteGap: 0.5 });
    // Prices in units of 1 $: 10 + 1, times one more than the most stages, and one for each instance.
    expect(outcome).toMatchObject({ status: "optimal", objective: 11 * 5 + 2 });
  });

  it("is refused where the cost model predicts none", async () => {
    const problem = foundingProblem({ limits: { ...NO_LIMITS, maxTtftSeconds: 1 } });
    await expect(solve(problem, DEFAULT_REQUEST, backend)).rejects.toThrow(InputError);
  });
});

describe("why a limit on latency leaves nothing", () => {
  it("is told with the nearest value and the margin", async () => {
    const { explanation } = await noAnswerOf(servedProblem({ maxTtftSeconds: 1 }));
    expect(explanation.conflict).toEqual(["max_ttft_ms 1000"]);
    expect(explanation.sentences.join(" ")).toContain(
      "The shortest time to first token of any placement is 1900 ms as predicted, 2090 ms with the safety margin of 10 % (to 0.1 %); the limit is 1000 ms.",
    );
    const [relaxed] = explanation.relaxations;
    expect(relaxed).toMatchObject({ change: "max_ttft_ms", from: 1000 });
    expect(relaxed!.to).toBeCloseTo(2090, 6);
  });

  it("is told in its relation to the other limits, and what is said to help does help", async () => {
    // One fast GPU at most: 2.8 s.
    const problem = servedProblem({ maxTtftSeconds: 2.5, maxHourlyCostUsd: 15 });
    const { explanation } = await noAnswerOf(problem);
    expect([...explanation.conflict].sort()).toEqual(["max_hourly_cost 15", "max_ttft_ms 2500"]);
    expect(explanation.sentences.at(-1)).toMatch(
      /^With all other limits kept, the shortest time to first token is 2800 ms as predicted, 3080 ms with/,
    );
    const relaxed = explanation.relaxations.find(({ change }) => change === "max_ttft_ms")!;
    const helped = servedProblem({ maxTtftSeconds: relaxed.to / 1000, maxHourlyCostUsd: 15 });
    expect((await answerOf(helped)).metrics.ttft_ms).toBeCloseTo(2800, 6);
  });

  it("names the time per output token as well", async () => {
    const { explanation } = await noAnswerOf(
      servedProblem({ maxTpotSeconds: 0.05, latencySafetyMargin: 0 }),
    );
    // Two stages of 7 on fast, two micro-batches: 2 · 0.07 s + 0.01 s.
    expect(explanation.sentences.join(" ")).toContain(
      "The shortest time per output token of any placement is 150 ms as predicted (to 0.1 %); the limit is 50 ms.",
    );
  });
});

it("a limit on latency that binds is named among what would change the answer", async () => {
  const problem = servedProblem({ maxTtftSeconds: 3.08 });
  const { explanation, objective } = await answerOf(problem, { explain: true, objective: "cost" });
  expect(objective.value).toBe(11);
  expect(explanation!.binding_limits).toEqual([
    { limit: "max_ttft_ms", value: 3080, objective_without: 2 },
  ]);
});

/** HiGHS, but every row on latencies may be missed by a twentieth, as by a solver with wide tolerances. */
function careless(): MilpBackend & { ruledOut: number } {
  return {
    name: "careless",
    ruledOut: 0,
    solve(model, options) {
      if (model.rows.some(({ name }) => name.startsWith("not"))) this.ruledOut++;
      const rows = model.rows.map((row) =>
        row.name === "ttft" || row.name === "tpot" ? { ...row, upper: row.upper * 1.05 } : row,
      );
      return backend.solve({ ...model, rows }, options);
    },
    dispose: async () => {},
  };
}

describe("a MILP solver that keeps rows on latencies loosely", { timeout: 120_000 }, () => {
  const loose = careless();
  // Problems of which a formulation over single runs of layers decides some cases.
  for (const seed of [74, 375, 471, 472]) {
    it(`changes no answer, on serving problem ${seed}`, async () => {
      const { problem, prng, outcomes, ...drawn } = drawServingProblem(seed);
      if (outcomes.length === 0) return;
      const limits = drawLatencyLimits(prng, problem, drawn.request, outcomes);
      const limited = { ...problem, limits };
      const within = bruteForce(limited, drawn.request, requestedPoints(limited));
      for (const objective of ["cost-per-token", "throughput"] as const) {
        const request: SolveRequest = { ...drawn.request, objective };
        expectBest(limited, request, await solve(limited, request, loose), within);
      }
    });
  }

  it("was caught at it", () => {
    expect(loose.ruledOut).toBeGreaterThan(0);
  });
});
