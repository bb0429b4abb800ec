/** The known optima of the founding program's own example: Llama-3-70B on its pool, its model, its rules. */
import { describe, expect, it } from "vitest";
import type { Problem } from "../../src/placement/problem.ts";
import { DEFAULT_REQUEST } from "../../src/solver/request.ts";
import type { Answer } from "../../src/solver/solution.ts";
import { NO_LIMITS, type Phase } from "../../src/workload/workload.ts";
import { foundingProblem } from "../support/founding.ts";
import { expectAnswer, expectHonest } from "./check-solution.ts";
import { solve } from "./counted-solve.ts";

function serving(phase: Phase, tokens: readonly [number, number], batch: number): Problem {
  const [inputTokens, outputTokens] = tokens;
  return foundingProblem({
    workload: { phase, inputTokens, outputTokens, minBatch: batch, maxBatch: batch },
  });
}

/** Instance, TP degree and layers of each stage. */
function outline(answer: Pick<Answer, "placement">): string[] {
  return answer.placement.stages.map(
    ({ gpu_type, tp_degree, start_layer, end_layer }) =>
      `${gpu_type} TP ${tp_degree}: ${end_layer - start_layer + 1}`,
  );
}

describe("lowest cost per token", { timeout: 60_000 }, () => {
  it.each([
    {
      problem: serving("aggregated", [2048, 512], 32),
      dollars: 9.399926,
      stages: ["p4de.24xlarge#0 TP 8: 80"],
    },
    {
      problem: serving("prefill", [1024, 1024], 32),
      dollars: 3.121993,
      stages: ["g6e.24xlarge#0 TP 4: 80"],
    },
    {
      problem: serving("prefill", [1024, 1024], 64),
      dollars: 3.09889,
      // Two g6e.12xlarge at TP 2 cost and serve exactly the same: fewer instances decide.
      stages: ["g6e.24xlarge#0 TP 2: 40", "g6e.24xlarge#0 TP 2: 40"],
    },
    {
      problem: serving("prefill", [2048, 2048], 64),
      dollars: 3.851331,
      stages: Array.from({ length: 4 }, () => "g6e.48xlarge#0 TP 2: 20"),
    },
  ])("is $dollars USD per million tokens", async ({ problem, dollars, stages }) => {
    const answer = expectAnswer(await solve(problem, DEFAULT_REQUEST));
    expectHonest(problem, answer, 0);
    expect(answer.objective.value).toBeCloseTo(dollars, 6);
    expect(outline(answer)).toEqual(stages);
  });
});

/** USD per hour, tokens/s: all that is worth having for aggregated serving of 2048 + 512 tokens at batch 32. */
const FRONTIER: readonly (readonly [number, number])[] = [
  [11.34, 208.1711],
  [13.7, 311.4563],
  [22.68, 312.7936],
  [27.38, 376.2771],
  [27.39, 536.4191],
  [40.96, 1210.4114],
];

describe("aggregated serving of 2048 + 512 tokens at batch 32", { timeout: 60_000 }, () => {
  const problem = serving("aggregated", [2048, 512], 32);

  it("has the known frontier", async () => {
    const answer = expectAnswer(await solve(problem, { ...DEFAULT_REQUEST, frontier: true }));
    const points = answer.frontier!.map((point) => [
      point.cost_per_hour,
      Number(point.throughput_tokens_per_sec.toFixed(4)),
    ]);
    expect(points).toEqual(FRONTIER);
    expect(answer.frontier_complete).toBe(true);
    expect(answer.frontier!.map((point) => outline(point).sort())).toEqual([
      ["g5.12xlarge#0 TP 4: 40", "g5.12xlarge#1 TP 4: 40"],
      ["g6e.24xlarge#0 TP 4: 80"],
      ["0", "0", "1", "1", "2", "2", "3", "3"].map((n) => `g5.12xlarge#${n} TP 2: 10`),
      // Two g6e.12xlarge cost and serve as much as this one g6e.24xlarge: fewer instances decide.
      [
        ...["0", "0", "0", "0"].map((n) => `g6e.24xlarge#${n} TP 1: 10`),
        ...["0", "1", "2", "3"].map((n) => `g6e.4xlarge#${n} TP 1: 10`),
      ],
      ["g6e.48xlarge#0 TP 8: 80"],
      ["p4de.24xlarge#0 TP 8: 80"],
    ]);
  });

  it.each(FRONTIER)(
    "serves fastest within %d USD/h, and costs least at %d tokens/s",
    async (usd, rate) => {
      const within = { ...problem, limits: { ...NO_LIMITS, maxHourlyCostUsd: usd } };
      const fastest = expectAnswer(
        await solve(within, { ...DEFAULT_REQUEST, objective: "throughput" }),
      );
      expect(fastest.objective.value).toBeCloseTo(rate, 4);
      expect(fastest.metrics.cost_per_hour).toBe(usd);

      const target = { ...problem, limits: { ...NO_LIMITS, minTokensPerSecond: rate - 0.001 } };
      const cheapest = expectAnswer(await solve(target, { ...DEFAULT_REQUEST, objective: "cost" }));
      expect(cheapest.objective.value).toBe(usd);
      expect(cheapest.metrics.throughput_tokens_per_sec).toBeCloseTo(rate, 4);
    },
  );

  it("has nothing below the cheapest point, nor beyond the fastest", async () => {
    const poor = { ...problem, limits: { ...NO_LIMITS, maxHourlyCostUsd: 11.339999 } };
    expect((await solve(poor, DEFAULT_REQUEST)).status).toBe("infeasible");
    const hasty = { ...problem, limits: { ...NO_LIMITS, minTokensPerSecond: 1210.42 } };
    expect((await solve(hasty, DEFAULT_REQUEST)).status).toBe("infeasible");
  });

  it("keeps a budget with the weighted objective", async () => {
    const within = { ...problem, limits: { ...NO_LIMITS, maxHourlyCostUsd: 30 } };
    const request = { ...DEFAULT_REQUEST, objective: "weighted", weight: 0 } as const;
    const answer = expectAnswer(await solve(within, request));
    expectHonest(within, answer, 0);
    expect(outline(answer)).toEqual(["g6e.48xlarge#0 TP 8: 80"]);
  });

  it("takes an even split for an answer where the gap allows it", async () => {
    const answer = expectAnswer(await solve(problem, { ...DEFAULT_REQUEST, gap: 0.01 }));
    expectHonest(problem, answer, 0);
    expect(answer.gap).toBeLessThanOrEqual(0.01);
    expect(answer.bound).toBeLessThanOrEqual(9.399927);
  });
});
