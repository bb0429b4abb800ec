import { afterAll, describe, expect, it } from "vitest";
import { deriveMatrix } from "../../../src/hardware/network.ts";
import { createPool } from "../../../src/hardware/pool.ts";
import { usdToMicroUsd } from "../../../src/hardware/price.ts";
import { createInlineHighs } from "../../../src/milp/highs-inline.ts";
import { evaluate } from "../../../src/placement/evaluate.ts";
import type { Problem } from "../../../src/placement/problem.ts";
import { DEFAULT_REQUEST, type SolveRequest } from "../../../src/solver/request.ts";
import type { Answer, PriceRise, Relaxation } from "../../../src/solver/solution.ts";
import { solve } from "../../../src/solver/solve.ts";
import { type Limits, NO_LIMITS } from "../../../src/workload/workload.ts";
import { entry, foundingProblem } from "../../support/founding.ts";
import { restated } from "../../support/models.ts";
import { TOY_MODEL, TOY_RULES, toyProblem } from "../../support/toy.ts";

const backend = createInlineHighs();
afterAll(() => backend.dispose());

async function answerOf(problem: Problem, request: Partial<SolveRequest> = {}): Promise<Answer> {
  const solution = await solve(problem, { ...DEFAULT_REQUEST, ...request }, backend);
  if (solution.status !== "optimal") throw new Error(`no answer: ${solution.status}`);
  return solution;
}

function withPrice(problem: Problem, name: string, usd: number): Problem {
  const pool = createPool(
    problem.pool.types.map((type) =>
      type.instance.name === name
        ? { ...type, price: { ...type.price, microUsdPerHour: usdToMicroUsd(usd) } }
        : type,
    ),
  );
  return { ...problem, pool };
}

const mixed = foundingProblem({
  workload: { phase: "prefill", inputTokens: 2048, outputTokens: 0, minBatch: 64, maxBatch: 64 },
});

describe("what would change an answer", () => {
  for (const [name, problem, request] of [
    ["lowest cost per token", foundingProblem(), {}],
    ["a placement of two types", mixed, { objective: "cost", explain: true }],
    [
      "a budget",
      foundingProblem({ limits: { ...NO_LIMITS, maxHourlyCostUsd: 30 } }),
      { objective: "throughput" },
    ],
  ] as const) {
    it(`price thresholds hold on both sides: ${name}`, async () => {
      const answer = await answerOf(problem, { ...request, explain: true });
      const rises = answer.explanation!.price_rises;
      expect(rises.length).toBeGreaterThan(0);
      for (const { instance_type, price_usd_per_hour, changes_above_usd_per_hour, then } of rises) {
        expect(changes_above_usd_per_hour).not.toBeNull();
        const threshold = changes_above_usd_per_hour!;
        expect(threshold).toBeGreaterThanOrEqual(price_usd_per_hour);
        const below = withPrice(problem, instance_type, threshold - 1e-3);
        const above = withPrice(problem, instance_type, threshold + 1e-3);
        const valueAt = (at: Problem): number | null => {
          const evaluation = evaluate(at, answer.placement);
          if (evaluation.status !== "SUCCESS") throw new Error(evaluation.error);
          const { metrics } = evaluation;
          if (!metrics.meets_cost_threshold) return null;
          if (request.objective === "throughput") return metrics.throughput_tokens_per_sec;
          if (request.objective === "cost") return metrics.cost_per_hour;
          return metrics.dollar_per_million_token;
        };
        if (threshold - 1e-3 >= price_usd_per_hour) {
          const best = await answerOf(below, request);
          expect(best.objective.value).toBeCloseTo(valueAt(below)!, 9);
        }
        const best = await answerOf(above, request);
        const own = valueAt(above);
        const isBeaten =
          own === null ||
          (request.objective === "throughput"
            ? best.objective.value > own
            : best.objective.value < own);
        expect(isBeaten).toBe(true);
        const replacement = evaluate(above, then!);
        expect(replacement.status).toBe("SUCCESS");
      }
    });
  }

  it("keeps the pool of a bandwidth matrix, of rented and owned instances", async () => {
    const entries = [
      entry("a", "NVIDIA A100", 1, 80, 600, 400, 1, 2),
      { ...entry("b", "NVIDIA A100", 1, 80, 600, 400, 3, 2), ownedCount: 1 },
      entry("c", "NVIDIA A100", 1, 80, 600, 400, 7, 1),
    ];
    const pool = createPool(entries);
    const problem = toyProblem({
      pool,
      network: deriveMatrix(pool),
      rules: { ...TOY_RULES, maxPipelineStages: 2, minLayersPerStage: 6 },
      workload: { phase: "prefill", inputTokens: 512, outputTokens: 0, minBatch: 8, maxBatch: 8 },
      limits: { ...NO_LIMITS, minTokensPerSecond: 1 },
    });
    // All that one type can give, so that something has to take the place of what gets dearer.
    const answer = await answerOf(problem, { explain: true, excludeTypes: ["b"] });
    const [rise, ...others] = answer.explanation!.price_rises;
    expect(rise).toMatchObject({ instance_type: "a", price_usd_per_hour: 1 });
    expect(rise!.changes_above_usd_per_hour).toBeCloseTo(7, 9);
    expect(others).toEqual([]);
    const owned = await answerOf(problem, { objective: "throughput", explain: true });
    expect(owned.explanation!.best_by_type.map(({ objective }) => objective !== null)).toEqual([
      true,
      true,
      true,
    ]);
  });

  it("names no placement that a budget forbids at the price where it would be better", async () => {
    // a and b together serve faster than two of a, and a token for less from a = 1.33 on; then they cost more than the budget.
    const model = restated(TOY_MODEL, { numLayers: 3, layerWeightGib: 20 });
    const problem = toyProblem({
      model,
      pool: createPool([
        entry("a", "NVIDIA A100", 1, 48, 600, 400, 1, 2),
        entry("b", "NVIDIA H100", 1, 48, 600, 400, 4, 1),
      ]),
      rules: { ...TOY_RULES, maxPipelineStages: 3 },
      workload: { phase: "prefill", inputTokens: 512, outputTokens: 0, minBatch: 8, maxBatch: 8 },
    });
    const thresholdAt = async (maxHourlyCostUsd: number): Promise<number | null> => {
      const limits = { ...NO_LIMITS, maxHourlyCostUsd };
      const answer = await answerOf({ ...problem, limits }, { explain: true });
      expect(answer.metrics.cost_per_hour).toBe(2);
      const [rise] = answer.explanation!.price_rises;
      expect(rise!.instance_type).toBe("a");
      expect(rise!.then === null).toBe(maxHourlyCostUsd < 6);
      return rise!.changes_above_usd_per_hour;
    };
    expect(await thresholdAt(6)).toBeLessThan(1.5);
    // With the budget at what the two cost today, the answer stays until it breaks the budget itself.
    expect(await thresholdAt(5)).toBeCloseTo(2.5, 9);
  });

  it("finds what is better only between two prices, as the hourly budget forbids it above", async () => {
    // a and b together serve 1.8 times as fast as a alone, and a token for less from a = 1.875 on. c is as good as a at 5.
    const model = restated(TOY_MODEL, { numLayers: 3, layerWeightGib: 20 });
    const riseAt = async (maxHourlyCostUsd: number, priceOfB: number): Promise<PriceRise> => {
      const problem = toyProblem({
        model,
        pool: createPool([
          entry("a", "NVIDIA A100", 1, 80, 600, 400, 1, 1),
          entry("b", "NVIDIA H100", 1, 48, 600, 400, priceOfB, 1),
          entry("c", "NVIDIA A100", 1, 80, 600, 400, 5, 1),
        ]),
        rules: { ...TOY_RULES, maxPipelineStages: 3 },
        workload: { phase: "prefill", inputTokens: 512, outputTokens: 0, minBatch: 8, maxBatch: 8 },
        limits: { ...NO_LIMITS, maxHourlyCostUsd },
      });
      const answer = await answerOf(problem, { explain: true });
      expect(answer.placement.stages.map(({ gpu_type }) => gpu_type)).toEqual(["a#0"]);
      return answer.explanation!.price_rises[0]!;
    };
    // From a = 3.5 on the two cost more than the budget: at 5, where c takes over, nothing is seen of them.
    const between = await riseAt(5, 1.5);
    expect(between.changes_above_usd_per_hour).toBeCloseTo(1.875, 1);
    expect(between.then!.stages).toHaveLength(2);
    expect(between.may_change_earlier).toBe(false);
    // Where they cost too much before they are better, nothing is in between, and that is proven.
    const never = await riseAt(5, 3.4);
    expect(never).toMatchObject({ changes_above_usd_per_hour: 5, may_change_earlier: false });
    // By a hair: this is not looked at in ever smaller intervals, and not said to be proven.
    const hair = (await riseAt(1000, 1.5)).changes_above_usd_per_hour! + 1.5 - 2e-6;
    expect((await riseAt(hair, 1.5)).may_change_earlier).toBe(true);
  });

  it("keeps the pool that a percentile of links is one of", async () => {
    // Without c the link of x and y would be the fastest of all; with c it is one of the slow ones, which are not used.
    const model = restated(TOY_MODEL, { numLayers: 2, layerWeightGib: 20 });
    const problem = toyProblem({
      model,
      pool: createPool([
        entry("c", "NVIDIA A100", 1, 80, 600, 400, 1, 1),
        entry("x", "NVIDIA A10G", 1, 24, 32, 50, 1, 1),
        entry("y", "NVIDIA A10G", 1, 24, 32, 1, 1, 1),
      ]),
      workload: { phase: "prefill", inputTokens: 512, outputTokens: 0, minBatch: 8, maxBatch: 8 },
    });
    const thresholdAt = async (bandwidthPercentile: number | null): Promise<number | null> => {
      const answer = await answerOf(problem, { explain: true, bandwidthPercentile });
      expect(answer.explanation!.price_rises).toHaveLength(1);
      return answer.explanation!.price_rises[0]!.changes_above_usd_per_hour;
    };
    expect(await thresholdAt(null)).toBeGreaterThan(1);
    expect(await thresholdAt(0.5)).toBeGreaterThan(1);
    expect(await thresholdAt(0.9)).toBeNull();
  });

  it("names the limit that binds and what it costs", async () => {
    const limits = { ...NO_LIMITS, maxHourlyCostUsd: 30, maxTotalRuntimeHours: 100 };
    const answer = await answerOf(foundingProblem({ limits }), {
      objective: "throughput",
      explain: true,
    });
    const free = await answerOf(foundingProblem(), { objective: "throughput" });
    expect(answer.explanation!.binding_limits).toEqual([
      { limit: "max_hourly_cost", value: 30, objective_without: free.objective.value },
    ]);
  });

  it("finds the neighbours of the answer on the frontier", async () => {
    const answer = await answerOf(mixed, { explain: true, frontier: true });
    const frontier = answer.frontier!;
    const here = frontier.findIndex((p) => p.cost_per_hour === answer.metrics.cost_per_hour);
    expect(here).toBeGreaterThan(0);
    const pair = (p: { cost_per_hour: number; throughput_tokens_per_sec: number } | null) =>
      p && [p.cost_per_hour, p.throughput_tokens_per_sec];
    expect(pair(answer.explanation!.next_faster)).toEqual(pair(frontier[here + 1]!));
    expect(pair(answer.explanation!.next_cheaper)).toEqual(pair(frontier[here - 1]!));
  });

  it("gives each type alone its optimum", async () => {
    const answer = await answerOf(mixed, { explain: true });
    const types = answer.explanation!.best_by_type;
    expect(types.map((t) => t.instance_type).sort()).toEqual(
      mixed.pool.types.map((t) => t.instance.name).sort(),
    );
    for (const { instance_type, objective, placement } of types) {
      if (objective === null) continue;
      expect(objective).toBeGreaterThanOrEqual(answer.objective.value * (1 - 1e-12));
      expect(placement!.stages.every((s) => s.gpu_type.startsWith(`${instance_type}#`))).toBe(true);
    }
  });
});

/** The problem with one relaxation carried out, moved by `nudge` towards what was there before. */
function relaxed(problem: Problem, { change, from, to }: Relaxation, nudge: number): Problem {
  const limit: Readonly<Record<string, keyof Limits>> = {
    max_hourly_cost: "maxHourlyCostUsd",
    max_cost_per_million_token: "maxCostPerMillionTokenUsd",
    max_total_cost: "maxTotalCostUsd",
    max_total_runtime_hours: "maxTotalRuntimeHours",
    "min-throughput": "minTokensPerSecond",
  };
  const key = limit[change];
  if (key) {
    const factor = key === "minTokensPerSecond" ? 1 + nudge : 1 - nudge;
    return { ...problem, limits: { ...problem.limits, [key]: to * factor } };
  }
  if (change.startsWith("count of ")) {
    const name = change.slice("count of ".length);
    const count = nudge === 0 ? to : to - 1;
    const types = problem.pool.types.map((t) => (t.instance.name === name ? { ...t, count } : t));
    return { ...problem, pool: createPool(types) };
  }
  const { rules, workload } = problem;
  const step = Math.ceil(from / 128);
  if (change === "input_length") {
    return { ...problem, workload: { ...workload, inputTokens: nudge === 0 ? to : to + step } };
  }
  if (change === "min_batch_size") {
    return { ...problem, workload: { ...workload, minBatch: nudge === 0 ? to : to + step } };
  }
  if (change === "max_pipeline_stages") {
    return { ...problem, rules: { ...rules, maxPipelineStages: nudge === 0 ? to : to - 1 } };
  }
  if (change === "min_layers_per_stage") {
    return { ...problem, rules: { ...rules, minLayersPerStage: nudge === 0 ? to : to + 1 } };
  }
  const minMemoryUtilization = nudge === 0 ? to : to + 0.01;
  return { ...problem, rules: { ...rules, minMemoryUtilization } };
}

describe("why nothing fits", () => {
  it("the model's shape, where it forbids every TP degree that is asked for", async () => {
    const { model } = foundingProblem();
    const problem = foundingProblem({
      model: restated(model, { numAttentionHeads: 28, numKvHeads: 4 }),
    });
    const request = { ...DEFAULT_REQUEST, tpDegrees: [8] };
    const solution = await solve(problem, request, backend);
    expect(solution).toMatchObject({
      status: "infeasible",
      explanation: {
        sentences: [
          "TP 8 is left out: it does not divide the 28 attention heads. --any-shape allows it anyway.",
        ],
      },
    });
    const any = { ...problem, rules: { ...problem.rules, anyShape: true } };
    expect((await solve(any, request, backend)).status).toBe("optimal");
  });

  const cases: readonly [string, Problem, number][] = [
    [
      "a budget and a target",
      foundingProblem({
        limits: {
          ...NO_LIMITS,
          maxHourlyCostUsd: 12,
          minTokensPerSecond: 300,
          maxTotalCostUsd: 99,
        },
      }),
      2,
    ],
    [
      "a price per token below the lowest",
      foundingProblem({ limits: { ...NO_LIMITS, maxCostPerMillionTokenUsd: 5 } }),
      1,
    ],
    [
      "too much cache for the pool",
      foundingProblem({
        workload: {
          phase: "aggregated",
          inputTokens: 8192,
          outputTokens: 512,
          minBatch: 256,
          maxBatch: 256,
        },
      }),
      0,
    ],
    [
      "too few stages",
      foundingProblem({
        rules: {
          maxPipelineStages: 1,
          minLayersPerStage: 1,
          minMemoryUtilization: 0,
          quantizeSegments: false,
        },
        pool: createPool(
          foundingProblem().pool.types.filter((t) => t.instance.name === "g5.12xlarge"),
        ),
      }),
      0,
    ],
  ];
  for (const [name, problem, conflicts] of cases) {
    it(`${name}: an irreducible conflict, and the smallest changes that help`, async () => {
      const solution = await solve(problem, DEFAULT_REQUEST, backend);
      expect(solution.status).toBe("infeasible");
      if (solution.status !== "infeasible") return;
      const { sentences, conflict, relaxations } = solution.explanation;
      expect(sentences.length).toBeGreaterThan(0);
      expect(conflict).toHaveLength(conflicts);
      expect(relaxations.length).toBeGreaterThan(0);
      for (const relaxation of relaxations) {
        const enough = relaxed(problem, relaxation, 0);
        const evaluation = evaluate(enough, relaxation.placement);
        expect(evaluation.status, relaxation.change).toBe("SUCCESS");
        if (evaluation.status === "SUCCESS") {
          expect(evaluation.metrics.meets_cost_threshold, relaxation.change).toBe(true);
        }
        const notEnough = await solve(relaxed(problem, relaxation, 1e-6), DEFAULT_REQUEST, backend);
        expect(notEnough.status, relaxation.change).toBe("infeasible");
      }
    });
  }
});
