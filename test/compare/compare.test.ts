import { describe, expect, it } from "vitest";
import { comparePlans } from "../../src/compare/compare.ts";
import { distancePercent } from "../../src/compare/distance.ts";
import { typesUsed } from "../../src/compare/plan.ts";
import type { Row } from "../../src/compare/rows.ts";
import { createPool } from "../../src/hardware/pool.ts";
import { placement, stage, toyProblem } from "../support/toy.ts";
import { planOf } from "./plans.ts";

const problem = toyProblem();
const onQuad = placement([stage("quad#0", 4, 1, 12)]);
const onDuo = placement([stage("duo#0", 2, 1, 12)]);
const A = planOf(problem, onQuad);
const B = planOf(problem, onDuo);

const rowOf = (rows: readonly Row[], name: Row["name"]): Row =>
  rows.find((row) => row.name === name)!;

describe("plans side by side", () => {
  it("differ in percent of the first, and the best of a row is marked", () => {
    const { rows, pairs } = comparePlans([A, B, A]);
    const cost = rowOf(rows, "cost_per_hour");
    expect(cost.cells.map(({ value }) => value)).toEqual([4, 2, 4]);
    expect(cost.cells.map(({ difference_percent }) => difference_percent)).toEqual([null, -50, 0]);
    expect(cost.cells.map(({ best }) => best)).toEqual([false, true, false]);
    const speed = rowOf(rows, "throughput_tokens_per_sec");
    expect(speed.cells.map(({ best }) => best)).toEqual([true, false, true]);
    expect(pairs.map(({ plan, comparable }) => [plan, comparable])).toEqual([
      [1, true],
      [2, true],
    ]);
  });

  it("have no best where all are the same, or where less is as good as more", () => {
    const { rows } = comparePlans([A, A]);
    expect(rows.flatMap(({ cells }) => cells).some(({ best }) => best)).toBe(false);
    const gpus = rowOf(comparePlans([A, B]).rows, "num_gpus");
    expect(gpus.cells.map(({ best }) => best)).toEqual([false, false]);
  });

  it("cost per input and per output token as all of the cost over these alone", () => {
    const both = {
      workload_phase: "aggregated",
      sequence_length: 1024,
      output_length: 512,
    } as const;
    const { rows } = comparePlans([planOf(problem, { ...onQuad, ...both }), A]);
    const total = rowOf(rows, "dollar_per_million_token").cells[0]!.value!;
    const input = rowOf(rows, "dollar_per_million_input_token").cells;
    const output = rowOf(rows, "dollar_per_million_output_token").cells;
    expect(input[0]!.value).toBeCloseTo((total * 1536) / 1024, 9);
    expect(output[0]!.value).toBeCloseTo((total * 1536) / 512, 9);
    // Prefill makes no output.
    expect(output[1]!.value).toBeNull();
  });

  it("have an interval of the cost where the throughput has one", () => {
    const interval = { low: 0.5, high: 4 };
    const uncertain = {
      ...A,
      answer: {
        ...A.answer!,
        metrics: {
          ...A.answer!.metrics,
          uncertainty: { throughput_tokens_per_sec: interval, ttft_ms: null, tpot_ms: null },
        },
      },
    };
    const { cells } = rowOf(comparePlans([uncertain, A]).rows, "dollar_per_million_token");
    // $4 an hour over 4 and over 0.5 tokens/s.
    expect(cells[0]!.interval!.low).toBeCloseTo(1e6 / 3600, 9);
    expect(cells[0]!.interval!.high).toBeCloseTo(8e6 / 3600, 9);
    expect(cells[1]!.interval).toBeNull();
  });

  it("do not compare when they answer different questions: no difference, no best, the fields named", () => {
    const longer = planOf(problem, { ...onDuo, sequence_length: 2048 });
    const { rows, pairs } = comparePlans([A, longer]);
    expect(pairs[0]).toMatchObject({
      comparable: false,
      decomposition: null,
      problem_differences: [{ field: "sequence_length", from: 1024, to: 2048 }],
    });
    for (const { cells } of rows) {
      expect(cells[1]).toMatchObject({ difference_percent: null, best: false });
    }
    // As cheap an hour as the best, and still no answer to the question.
    const cost = rowOf(comparePlans([A, B, longer]).rows, "cost_per_hour");
    expect(cost.cells.map(({ best }) => best)).toEqual([false, true, false]);
  });

  it.each([
    ["model", { facts: { ...A.facts, model: { ...A.facts.model, name: "other" } } }],
    ["layers", { facts: { ...A.facts, model: { ...A.facts.model, layers: 13 } } }],
    ["cost_model", { facts: { ...A.facts, cost_model: { name: "calibrated" } } }],
    [
      "output_length_p95",
      { facts: { ...A.facts, workload: { ...A.facts.workload, output_length_p95: 900 } } },
    ],
  ])("name %s as what sets them apart", (field, changes) => {
    const { pairs } = comparePlans([A, { ...A, ...changes }]);
    expect(pairs[0]!.problem_differences.map((each) => each.field)).toEqual([field]);
  });

  it("compare where a file does not hold a field, and when only settings differ", () => {
    expect(comparePlans([A, { ...B, facts: {} }]).pairs[0]!.comparable).toBe(true);
    const engine = (share: number) => ({
      ...A,
      facts: { ...A.facts, cost_model: { ...A.facts.cost_model, gpu_memory_utilization: share } },
    });
    const [pair] = comparePlans([engine(0.9), engine(0.8)]).pairs;
    expect(pair).toMatchObject({
      comparable: true,
      setting_differences: [{ field: "gpu_memory_utilization", from: 0.9, to: 0.8 }],
    });
  });

  it("may have no answer", () => {
    const none = { ...A, status: "infeasible", answer: null, reason: "too little memory" } as const;
    const { rows, pairs } = comparePlans([A, none]);
    expect(rowOf(rows, "cost_per_hour").cells[1]!.value).toBeNull();
    expect(pairs[0]).toMatchObject({ comparable: true, decomposition: null });
  });
});

describe("the types of a plan", () => {
  it("are counted by instance, with what one that is paid for costs", () => {
    const pool = createPool(
      problem.pool.types.map((type) =>
        type.instance.name === "duo" ? { ...type, ownedCount: 1 } : type,
      ),
    );
    const stages = [
      stage("quad#0", 1, 1, 3),
      stage("quad#0", 3, 4, 6),
      stage("duo#1", 1, 7, 9),
      stage("duo#0", 2, 10, 12),
    ];
    const { answer, facts } = planOf({ ...problem, pool }, placement(stages));
    expect(typesUsed(answer!.metrics)).toEqual([
      {
        instance_type: "duo",
        gpu_model: "NVIDIA L40S",
        instances: 2,
        free_instances: 1,
        usd_per_hour: 2,
      },
      {
        instance_type: "quad",
        gpu_model: "NVIDIA A100-SXM4-80GB",
        instances: 1,
        free_instances: 0,
        usd_per_hour: 4,
      },
    ]);
    expect(facts.prices).toMatchObject([
      { instance_type: "duo", instances: 2, owned_instances: 1, usd_per_hour: 2 },
      { instance_type: "quad", instances: 1, owned_instances: 0, usd_per_hour: 4 },
    ]);
  });
});

describe("the distance to an optimum", () => {
  it("is positive for what is worse, in percent of the optimum", () => {
    expect(distancePercent(12, 10, false)).toBeCloseTo(20, 12);
    expect(distancePercent(9, 10, false)).toBeCloseTo(-10, 12);
    expect(distancePercent(8, 10, true)).toBeCloseTo(20, 12);
    expect(distancePercent(-12, -10, true)).toBeCloseTo(20, 12);
  });

  it("is 0 between equals, and none of nothing", () => {
    expect(distancePercent(0, 0, false)).toBe(0);
    expect(distancePercent(7, 7, true)).toBe(0);
    expect(distancePercent(1, 0, false)).toBeNull();
  });
});
