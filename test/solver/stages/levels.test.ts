/** Placements whose rate only a rule on links or nodes makes worth having: see `groupsBeside`. */
import { afterAll, describe, expect, it } from "vitest";
import { createReferenceModel } from "../../../src/cost/reference/reference-model.ts";
import { InputError, InternalError } from "../../../src/errors.ts";
import { deployableRequest } from "../../../src/export/deployable.ts";
import { limitsOf } from "../../../src/export/limits.ts";
import type { MatrixNetwork } from "../../../src/hardware/network.ts";
import { createPool, type PoolEntry } from "../../../src/hardware/pool.ts";
import { createInlineHighs } from "../../../src/milp/highs-inline.ts";
import type { Model } from "../../../src/model/model.ts";
import type { Problem } from "../../../src/placement/problem.ts";
import { DEFAULT_REQUEST, type SolveRequest } from "../../../src/solver/request.ts";
import { requestedPoints } from "../../../src/solver/search/operating-points.ts";
import { solve } from "../../../src/solver/solve.ts";
import { requireLevel } from "../../../src/solver/stages/levels.ts";
import { bestOf, withinLimits } from "../../oracle/best-outcome.ts";
import { bruteForce } from "../../oracle/brute-force.ts";
import { expectAnswer, expectBest } from "../../oracle/check-solution.ts";
import { visitPlacements } from "../../oracle/exhaustive.ts";
import { entry, foundingProblem, RELAXED_RULES } from "../../support/founding.ts";
import { restated, statedModel } from "../../support/models.ts";

const backend = createInlineHighs();
afterAll(() => backend.dispose());

/** Two layers of 90 GiB: one stage each, on two GPUs of 80 GiB. */
const TWO_HEAVY_LAYERS: Model = statedModel("two heavy layers", {
  numLayers: 2,
  dModel: 1024,
  dHidden: 200_000,
  vocabSize: 32_000,
  numAttentionHeads: 8,
  numKvHeads: 8,
  bytesPerElement: 2,
  layerWeightGib: 90,
});

function matrix(rows: readonly (readonly number[])[]): MatrixNetwork {
  return {
    kind: "matrix",
    gpuCount: rows.length,
    gBytesPerSecond: Float64Array.from(rows.flat()),
  };
}

function problemOf(
  pool: readonly PoolEntry[],
  rows: readonly (readonly number[])[],
  maxPipelineStages = 2,
): Problem {
  return foundingProblem({
    model: TWO_HEAVY_LAYERS,
    pool: createPool(pool),
    network: matrix(rows),
    costModel: createReferenceModel(TWO_HEAVY_LAYERS.architecture, {
      realWorldEfficiency: 0.3,
      microBatchSize: 8,
      interferenceFactor: 0.8,
    }),
    rules: { ...RELAXED_RULES, maxPipelineStages },
    workload: { phase: "prefill", inputTokens: 512, outputTokens: 0, minBatch: 1, maxBatch: 1 },
  });
}

async function expectRight(problem: Problem, choices: Partial<SolveRequest>): Promise<void> {
  const request = { ...DEFAULT_REQUEST, tpDegrees: [2], ...choices };
  const outcomes = bruteForce(problem, request, requestedPoints(problem));
  expect(
    bestOf(withinLimits(problem, problem.limits, outcomes), "cost", 0, problem.weights),
  ).not.toBe(null);
  expectBest(problem, request, await solve(problem, request, backend), outcomes);
}

/** GPUs 0 and 1 of x are close; the only link out that is fast enough starts at GPU 1, whose other group is slow. */
const APART = problemOf(
  [
    entry("x", "NVIDIA H100", 3, 80, 300, 10, 10, 1),
    entry("w", "NVIDIA H100", 2, 80, 300, 10, 10, 1),
  ],
  [
    [300, 300, 4, 200, 200],
    [300, 300, 4, 300, 200],
    [4, 4, 300, 200, 200],
    [200, 200, 200, 300, 300],
    [200, 200, 200, 300, 300],
  ],
);

describe("groups that are slower than others of their instance", { timeout: 60_000 }, () => {
  it("are used where the percentile rule leaves no other link", async () => {
    await expectRight(APART, { bandwidthPercentile: 1, frontier: true });
    await expectRight(APART, { bandwidthPercentile: 1, objective: "throughput" });
  });

  it("are used where nodes have to use their GPUs in one order", async () => {
    // The fast pairs of the two machines are 0, 1 | 2, 3 and 0, 2 | 1, 3: pods of one order get a slow pair on one of them.
    const [fast, slow] = [300, 1.5];
    const inside = (first: readonly (readonly number[])[]): number[][] =>
      Array.from({ length: 4 }, (_, a) =>
        Array.from({ length: 4 }, (__, b) =>
          a === b || first.some((pair) => pair.includes(a) && pair.includes(b)) ? fast : slow,
        ),
      );
    const one = inside([
      [0, 1],
      [2, 3],
    ]);
    const two = inside([
      [0, 2],
      [1, 3],
    ]);
    const rows = [
      ...one.map((row) => [...row, 300, 300, 300, 300]),
      ...two.map((row) => [300, 300, 300, 300, ...row]),
    ];
    const pool = [entry("n", "NVIDIA H100", 4, 80, 300, 10, 10, 2)];
    const model: Model = restated(TWO_HEAVY_LAYERS, { numLayers: 4 });
    const base = problemOf(pool, rows, 4);
    const problem: Problem = {
      ...base,
      model,
      costModel: createReferenceModel(model.architecture, {
        realWorldEfficiency: 0.3,
        microBatchSize: 8,
        interferenceFactor: 0.8,
      }),
      workload: { ...base.workload, phase: "aggregated", outputTokens: 8 },
    };
    const free = { ...DEFAULT_REQUEST, tpDegrees: [2] };
    const request = deployableRequest("dynamo", problem, free);
    let fastest = 0;
    visitPlacements(problem, free, requestedPoints(problem), (metrics, _point, placement) => {
      if (metrics.throughput_tokens_per_sec <= fastest) return;
      if (limitsOf("dynamo", problem, placement).length > 0) return;
      fastest = metrics.throughput_tokens_per_sec;
    });
    expect(fastest).toBeGreaterThan(0);
    const throughput = { ...request, objective: "throughput" } as const;
    const answer = expectAnswer(await solve(problem, throughput, backend));
    expect(answer.objective.value).toBeCloseTo(fastest, 6);
    const without = expectAnswer(
      await solve(problem, { ...free, objective: "throughput" }, backend),
    );
    expect(without.objective.value).toBeGreaterThan(1.01 * fastest);
  });

  it("are refused where they are too many to be listed, before anything is proven", async () => {
    const [gpus, count] = [15, 4];
    const rows = Array.from({ length: count * gpus }, (_, a) =>
      Array.from({ length: count * gpus }, (__, b) => {
        if (Math.floor(a / gpus) === Math.floor(b / gpus)) return 300;
        return a % gpus === 1 && b % gpus === 1 ? 300 : 200;
      }),
    );
    const pool = [entry("n", "NVIDIA H100", gpus, 80, 300, 10, 10, count)];
    const model: Model = restated(TWO_HEAVY_LAYERS, { layerWeightGib: 600 });
    const base = problemOf(pool, rows);
    const problem: Problem = {
      ...base,
      model,
      costModel: createReferenceModel(model.architecture, {
        realWorldEfficiency: 0.3,
        microBatchSize: 8,
        interferenceFactor: 0.8,
      }),
    };
    const request = { ...DEFAULT_REQUEST, tpDegrees: [8], bandwidthPercentile: 1 };
    // C(15, 8) groups on each of four instances.
    await expect(solve(problem, request, backend)).rejects.toThrow(InputError);
    // Without the rule every link is fast enough, and it does not matter which GPUs a stage has.
    expectAnswer(await solve(problem, { ...request, bandwidthPercentile: null }, backend));
  });
});

it("a rate that is no level is a defect of the search", () => {
  const levels = Float64Array.of(1, 2, 4);
  for (const rate of [1, 2, 4, 5]) requireLevel(levels, rate, "a stage");
  expect(() => requireLevel(levels, 3, "a stage")).toThrow(InternalError);
  expect(() => requireLevel(levels, 0.5, "a stage")).toThrow(/a stage can serve 0.5 tokens/);
});
