/** Orders of stages by hand: which runs of layers a stage may hold, how often it may be used, and where it stands. */
import { describe, expect, it } from "vitest";
import type { Seat } from "../../../src/solver/order/open-run.ts";
import { orderStages, type StageGroup } from "../../../src/solver/order/order-stages.ts";
import { stageMove } from "../../../src/solver/order/stage-move.ts";
import type { LatencyBudget } from "../../../src/solver/stages/latency-budget.ts";
import type { StartTable } from "../../../src/solver/stages/start-table.ts";
import {
  type Position,
  type StartsAtRate,
  startsAtRate,
} from "../../../src/solver/stages/starts-at-rate.ts";

/** Stages of these sizes wherever they start, and of the rest of the model where that is one of `rests`. */
function startsOf(
  layers: number,
  sizes: readonly number[],
  rests: readonly number[] = [],
): StartsAtRate {
  const rates = sizes.map(() => 1);
  const table = {
    lists: [
      { before: 0, sizes, rates },
      { before: 1, sizes, rates },
    ],
    listOf: Array.from({ length: layers }, (_, before) => Math.min(before, 1)),
    toEnd: Float64Array.from({ length: layers }, (_, before) =>
      Number(rests.includes(layers - before)),
    ),
    // A stage takes a second a layer, and one more behind the third.
    latencies: {
      ttftSeconds: (before: number, size: number) => size + Number(before >= 3),
      tpotSeconds: () => 0,
    },
  } as unknown as StartTable;
  return startsAtRate(table, 1);
}

describe("the runs of a stage", () => {
  const runs = (
    ends: "inside" | "model" | "any",
    before: number,
    budget: LatencyBudget | null = null,
  ): string[] => {
    const found: string[] = [];
    stageMove(7, startsOf(4, [1, 2, 3], [1, 2, 3, 4]), ends, budget).forEachRun(
      before,
      (boundary, ttft) => found.push(budget ? `${boundary} in ${ttft} s` : `${boundary}`),
    );
    return found;
  };

  it("that ends inside the model never reach its last layer", () => {
    expect([0, 1, 2, 3].map((before) => runs("inside", before))).toEqual([
      ["1", "2", "3"],
      ["2", "3"],
      ["3"],
      [],
    ]);
  });

  it("that ends the model hold all of the rest", () => {
    expect([0, 1, 2, 3].map((before) => runs("model", before))).toEqual([
      ["4"],
      ["4"],
      ["4"],
      ["4"],
    ]);
    expect(runs("any", 2)).toEqual(["3", "4"]);
  });

  it("add the latencies that are limited", () => {
    const budget = { ttftSeconds: 9, tpotSeconds: null, stageTpotSeconds: null };
    expect(runs("any", 2, budget)).toEqual(["3 in 1 s", "4 in 2 s"]);
    expect(runs("model", 3, budget)).toEqual(["4 in 2 s"]);
    expect(runs("model", 3, { ...budget, ttftSeconds: null })).toEqual(["4 in 0 s"]);
  });
});

describe("an order of stages", () => {
  const group = (position: Position, starts: StartsAtRate, seat?: Seat): StageGroup => ({
    position,
    starts,
    ...(seat && { seat }),
  });
  /** The first and the last stage hold one layer, those between them one or three. */
  const groupsOf = (layers: number): StageGroup[] => [
    group("first", startsOf(layers, [1])),
    group("middle", startsOf(layers, [1])),
    group("middle", startsOf(layers, [3])),
    group("last", startsOf(layers, [], [1])),
  ];
  const boundaries = (
    layers: number,
    copies: readonly number[],
    budget: LatencyBudget | null = null,
  ) => {
    const order = orderStages(groupsOf(layers), copies, 4, layers, budget);
    if (order === "too_large") throw new Error(order);
    return order?.map(({ group: used, before }) => `${used} after ${before}`) ?? null;
  };

  it("covers all layers", () => {
    expect(boundaries(6, [1, 1, 1, 1])).toEqual([
      "0 after 0",
      "1 after 1",
      "2 after 2",
      "3 after 5",
    ]);
    expect(boundaries(7, [1, 1, 1, 1])).toBeNull();
  });

  it("uses no stage more often than there are copies", () => {
    expect(boundaries(8, [1, 0, 2, 1])).toEqual([
      "0 after 0",
      "2 after 1",
      "2 after 4",
      "3 after 7",
    ]);
    expect(boundaries(8, [1, 1, 1, 1])).toBeNull();
    expect(boundaries(4, [1, 1, 1, 1])).toBeNull();
    expect(boundaries(6, [0, 1, 1, 1])).toBeNull();
  });

  it("keeps a budget of latencies, in whichever order that takes", () => {
    // 1 + 1 + 3 + 1 layers, and a second more for what starts behind the third: the last, and the run of three unless it comes first.
    const within = (ttftSeconds: number): LatencyBudget => ({
      ttftSeconds,
      tpotSeconds: null,
      stageTpotSeconds: null,
    });
    expect(boundaries(6, [1, 1, 1, 1], within(7))).toEqual([
      "0 after 0",
      "1 after 1",
      "2 after 2",
      "3 after 5",
    ]);
    expect(boundaries(6, [1, 1, 1, 1], within(6.9))).toBeNull();
  });

  it("has stages that stay on one instance as long as it has GPUs", () => {
    const seat = (stays: boolean, instanceGpus: number, instanceClass = 0): Seat => ({
      instanceClass,
      gpus: 1,
      instanceGpus,
      stays,
    });
    const order = (instanceGpus: number, lastClass: number) =>
      orderStages(
        [
          group("first", startsOf(3, [1]), seat(true, instanceGpus)),
          group("middle", startsOf(3, [1]), seat(true, instanceGpus)),
          group("last", startsOf(3, [], [1]), seat(false, instanceGpus, lastClass)),
        ],
        [1, 1, 1],
        3,
        3,
        null,
      );
    expect(order(3, 0)).toHaveLength(3);
    expect(order(2, 0)).toBeNull();
    expect(order(3, 1)).toBeNull();
  });
});
