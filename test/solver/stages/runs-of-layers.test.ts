/** Sizes at a rate threshold, runs of layers by position, budgets of latencies, and what tables are remembered by. */
import { describe, expect, it } from "vitest";
import type { LatencyFrame } from "../../../src/cost/cost-model.ts";
import { latencyBudget } from "../../../src/solver/stages/latency-budget.ts";
import { largestAtRate, sizesAtRate } from "../../../src/solver/stages/size-rates.ts";
import { envelope, type StartTable } from "../../../src/solver/stages/start-table.ts";
import {
  endingOnly,
  forEachRun,
  POSITIONS,
  type Position,
  positionAt,
  positionsOf,
  sizesAfter,
  sizesOf,
  startsAtRate,
} from "../../../src/solver/stages/starts-at-rate.ts";
import { TableCache } from "../../../src/solver/stages/table-cache.ts";
import { NO_LIMITS } from "../../../src/workload/workload.ts";
import { TOY_POOL, toyProblem } from "../../support/toy.ts";

describe("sizes at a rate threshold", () => {
  const rated = { sizes: [2, 3, 5], rates: [30, 20, 10] };

  it("are those that are as fast or faster", () => {
    expect(sizesAtRate(rated, 31)).toEqual([]);
    expect(sizesAtRate(rated, 30)).toEqual([2]);
    expect(sizesAtRate(rated, 20)).toEqual([2, 3]);
    expect(sizesAtRate(rated, 19)).toEqual([2, 3]);
    expect(sizesAtRate(rated, 10)).toEqual([2, 3, 5]);
    expect([31, 30, 11, 1].map((rate) => largestAtRate(rated, rate))).toEqual([null, 2, 3, 5]);
  });
});

describe("runs of four layers", () => {
  // One to three layers inside; behind the first, second and third layer the rest at 8, 20 and 40 tokens/s.
  const inner = { sizes: [1, 2, 3], rates: [30, 20, 10] };
  const table = {
    lists: [
      { before: 0, ...inner },
      { before: 1, ...inner },
    ],
    listOf: [0, 1, 1, 1],
    toEnd: Float64Array.from([0, 8, 20, 40]),
    latencies: null,
  } as unknown as StartTable;
  const runsAt = (rate: number, position: Position): string[] => {
    const runs: string[] = [];
    forEachRun(startsAtRate(table, rate), position, (before, size) =>
      runs.push(`${before}+${size}`),
    );
    return runs;
  };

  it("end inside the model, or with it where the rest is fast enough", () => {
    const starts = startsAtRate(table, 20);
    expect([0, 1, 2, 3].map((before) => sizesAfter(starts, before))).toEqual([
      [1, 2],
      [1, 2],
      [1, 2],
      [1],
    ]);
    expect(sizesAfter(startsAtRate(table, 8), 1)).toEqual([1, 2, 3]);
    expect(sizesAfter(startsAtRate(table, 8), 0)).toEqual([1, 2, 3]);
    expect(sizesAfter(endingOnly(starts), 2)).toEqual([2]);
  });

  it("are visited by position, those that are alike once", () => {
    expect(runsAt(20, "first")).toEqual(["0+1", "0+2"]);
    expect(runsAt(20, "middle")).toEqual(["1+1", "1+2"]);
    // Behind the first layer a run of three would end the model: no stage in the middle does.
    expect(runsAt(8, "middle")).toEqual(["1+1", "1+2"]);
    expect(runsAt(20, "last")).toEqual(["2+2", "3+1"]);
    expect(runsAt(8, "last")).toEqual(["1+3", "2+2", "3+1"]);
    expect(runsAt(8, "only")).toEqual([]);
    expect(sizesOf(startsAtRate(table, 21))).toEqual([1]);
  });
});

it("what stages are anywhere at best: each size at its fastest start, and no slower than a larger one", () => {
  const tableOf = (rates: readonly number[], toEnd: readonly number[]): StartTable =>
    ({
      lists: [{ before: 0, sizes: [1, 2], rates }],
      listOf: [0, 0, 0],
      toEnd: Float64Array.from(toEnd),
      latencies: null,
    }) as unknown as StartTable;
  // Of three layers: sizes 1 and 2 inside, the last two or the last one at the end.
  expect(envelope([tableOf([30, 10], [0, 20, 40])])).toEqual({ sizes: [1, 2], rates: [40, 20] });
  expect(envelope([tableOf([30, 10], [0, 0, 0]), tableOf([20, 15], [5, 0, 0])])).toEqual({
    sizes: [1, 2, 3],
    rates: [30, 15, 5],
  });
  // One layer fits only where it is slow; two are faster elsewhere.
  expect(envelope([tableOf([8, 15], [0, 0, 0])]).rates).toEqual([15, 15]);
});

it("a stage is the first, the last, in the middle or the only one", () => {
  const positions = (stages: number): Position[] =>
    Array.from({ length: stages }, (_, stage) => positionAt(stage, stages));
  expect(positions(1)).toEqual(["only"]);
  expect(positions(2)).toEqual(["first", "last"]);
  expect(positions(4)).toEqual(["first", "middle", "middle", "last"]);
  for (const stages of [1, 2, 3, 4]) {
    const used = POSITIONS.filter((position) => positions(stages).includes(position));
    expect(new Set(positionsOf(stages))).toEqual(new Set(used));
  }
});

describe("a budget of latencies", () => {
  const base = toyProblem();
  const budgetOf = (limits: Partial<typeof NO_LIMITS>, microBatches: number) =>
    latencyBudget(
      {
        ...base,
        costModel: {
          ...base.costModel,
          latencyFrame: (): LatencyFrame => ({
            ttftSeconds: 0.1,
            tpotSeconds: 0.02,
            microBatches,
          }),
        },
        limits: { ...NO_LIMITS, ...limits },
      },
      { phase: "aggregated", batch: 8, inputTokens: 10, outputTokens: 10 },
      4,
    );

  it("is what limit and margin leave beside the frame; a stage has its part of it for each micro-batch", () => {
    expect(budgetOf({}, 4)).toBeNull();
    const budget = budgetOf({ maxTtftSeconds: 1.1, maxTpotSeconds: 0.11 }, 4)!;
    expect(budget.ttftSeconds).toBeCloseTo(0.9, 8);
    expect(budget.tpotSeconds).toBeCloseTo(0.08, 8);
    expect(budget.stageTpotSeconds).toBeCloseTo(0.02, 8);
    const strict = budgetOf({ maxTtftSeconds: 1.1, latencySafetyMargin: 0 }, 4)!;
    expect(strict.ttftSeconds).toBeCloseTo(1, 8);
    expect(strict.tpotSeconds).toBeNull();
    expect(strict.stageTpotSeconds).toBeNull();
  });

  it("leaves room for rounding, half of what `evaluate` does", () => {
    const { tpotSeconds } = budgetOf({ maxTpotSeconds: 1, latencySafetyMargin: 0 }, 1)!;
    expect(tpotSeconds! - 0.98).toBeGreaterThan(0);
    expect(tpotSeconds! - 0.98).toBeLessThan(1e-9);
  });
});

it("tables are remembered by all that they depend on, and by nothing else", () => {
  const problem = toyProblem();
  const cache = new TableCache();
  const [{ instance }] = TOY_POOL;
  const group = { gpus: 2, gBytesPerSecond: 64 };
  const point = { phase: "prefill", batch: 4, inputTokens: 64, outputTokens: 0 } as const;
  const setting = { sizes: [1, 2], point, pipelineStages: 2 };
  const utilization = { ...problem, rules: { ...problem.rules, minMemoryUtilization: 0.5 } };
  const known = cache.of(problem, instance, group, setting);
  const others = [
    cache.of(problem, { ...instance, gpuMemoryGib: 40 }, group, setting),
    cache.of(problem, instance, { ...group, gpus: 1 }, setting),
    cache.of(problem, instance, { ...group, gBytesPerSecond: 32 }, setting),
    cache.of(problem, instance, group, { ...setting, sizes: [1] }),
    cache.of(problem, instance, group, { ...setting, point: { ...point, batch: 5 } }),
    cache.of(problem, instance, group, { ...setting, pipelineStages: 3 }),
    cache.of(utilization, instance, group, setting),
  ];
  expect(new Set([known, ...others]).size).toBe(others.length + 1);
  const named = { ...instance, name: "another", site: "cloud/east" };
  const limited = { ...problem, limits: { ...NO_LIMITS, maxHourlyCostUsd: 1 } };
  expect(cache.of(limited, named, { ...group }, { ...setting, point: { ...point } })).toBe(known);
});
