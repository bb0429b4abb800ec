import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { tpGroup } from "../../../src/cost/cost-model.ts";
import { createReferenceModel } from "../../../src/cost/reference/reference-model.ts";
import { layerCount, type Model } from "../../../src/model/model.ts";
import type { Problem } from "../../../src/placement/problem.ts";
import { lowerHull } from "../../../src/solver/bounds/lower-hull.ts";
import { orderStages, type StageGroup } from "../../../src/solver/order/order-stages.ts";
import { LayerWindows } from "../../../src/solver/stages/layer-windows.ts";
import { envelope, type StartTable } from "../../../src/solver/stages/start-table.ts";
import { sizesAfter, startsAtRate } from "../../../src/solver/stages/starts-at-rate.ts";
import { tabulateStarts } from "../../../src/solver/stages/tabulate.ts";
import type { OperatingPoint } from "../../../src/workload/workload.ts";
import { entry, foundingProblem, LLAMA3_70B } from "../../support/founding.ts";
import { restated } from "../../support/models.ts";
import { SERVED_MODEL, servedProblem } from "../../support/served.ts";

const POINT: OperatingPoint = {
  phase: "aggregated",
  batch: 8,
  inputTokens: 512,
  outputTokens: 128,
};

/** Kinds of layers in an order with some rhythm, so that runs repeat. */
const arbitraryKinds: fc.Arbitrary<readonly number[]> = fc
  .record({
    pattern: fc.array(fc.nat(2), { minLength: 1, maxLength: 4 }),
    length: fc.integer({ min: 1, max: 24 }),
    slips: fc.array(fc.nat(23), { maxLength: 3 }),
  })
  .map(({ pattern, length, slips }) =>
    Array.from({ length }, (_, i) =>
      slips.includes(i) ? (pattern[i % pattern.length]! + 1) % 3 : pattern[i % pattern.length]!,
    ),
  );

function planned(kindOf: readonly number[], allowedCuts: readonly number[] | null = null): Model {
  const kind = (weightGib: number, dHidden: number) => ({
    weightGib,
    dHidden,
    numKvHeads: 8,
    attentionWindowTokens: null,
  });
  const layers = {
    kinds: [kind(1.75, 28_672), kind(0.5, 8192), kind(3, 40_000)],
    kindOf,
    embeddingGib: 1.957,
    lmHeadGib: 2.5,
  };
  return { ...restated(LLAMA3_70B, { layers }), allowedCuts };
}

test("runs of layers that are alike have the same first one, and others have not", () => {
  fc.assert(
    fc.property(arbitraryKinds, (kindOf) => {
      const windows = LayerWindows.of(planned(kindOf));
      for (let before = 1; before < kindOf.length; before++) {
        for (let layers = 1; before + layers < kindOf.length; layers++) {
          const kinds = (from: number): string => kindOf.slice(from, from + layers).join();
          let first = 1;
          while (kinds(first) !== kinds(before)) first++;
          expect(windows.firstLike(before, layers)).toBe(first);
        }
      }
    }),
  );
});

test("layers are alike inside when nothing but the ends may differ", () => {
  const inside = (kindOf: readonly number[]) => LayerWindows.of(planned(kindOf)).isAlikeInside;
  expect([[0], [0, 1], [0, 1, 2], [0, 1, 1, 1, 2]].map(inside)).toEqual([true, true, true, true]);
  expect(
    [
      [0, 1, 2, 0],
      [0, 1, 1, 2, 1, 0],
    ].map(inside),
  ).toEqual([false, false]);
});

describe("the lower hull of latencies by layers", () => {
  test("is one facet where every layer adds the same, and then exact", () => {
    const affine = new Map([4, 5, 6, 9].map((n) => [n, 0.3 + 0.125 * n]));
    const [facet, ...others] = lowerHull(affine);
    expect(others).toEqual([]);
    for (const [n, t] of affine) expect(facet!.perLayer * n + facet!.perStage).toBeCloseTo(t, 12);
  });

  test("of a single size is its latency", () => {
    expect(lowerHull(new Map([[7, 2.5]]))).toEqual([{ perLayer: 0, perStage: 2.5 }]);
  });

  test("is never above a latency, and next to nothing below it at the ends", () => {
    const seconds = fc.dictionary(
      fc.integer({ min: 1, max: 80 }).map(String),
      fc.double({ min: 1e-3, max: 100, noNaN: true }),
      { minKeys: 1 },
    );
    fc.assert(
      fc.property(seconds, (drawn) => {
        const points = new Map(Object.entries(drawn).map(([n, t]) => [Number(n), t]));
        const facets = lowerHull(points);
        expect(facets.length).toBeLessThanOrEqual(6);
        const bound = (n: number): number =>
          Math.max(...facets.map(({ perLayer, perStage }) => perLayer * n + perStage));
        for (const [n, t] of points) expect(bound(n)).toBeLessThanOrEqual(t + 1e-9);
        for (const n of [Math.min(...points.keys()), Math.max(...points.keys())]) {
          expect(bound(n)).toBeGreaterThanOrEqual(points.get(n)! * (1 - 1e-4) - 1e-9);
        }
      }),
    );
  });
});

describe("the table of starts", () => {
  const instance = entry("x", "NVIDIA A100", 8, 40, 600, 400, 1, 1).instance;
  const { group, layout } = tpGroup(2, 600);

  /** Every run asked for by itself. */
  function byAsking(
    problem: Problem,
    sizes: readonly number[],
    before: number,
  ): [number, number][] {
    const { costModel, model, rules } = problem;
    const range = costModel.segmentRange(
      { instance, group, layout, startLayer: before + 1, pipelineStages: 2 },
      POINT,
      rules.minMemoryUtilization,
    );
    const cuts = model.allowedCuts;
    return sizes.flatMap((size): [number, number][] => {
      const end = before + size;
      if (!range.fits || size < range.smallest || size > range.largest) return [];
      if (end > layerCount(model)) return [];
      if (end < layerCount(model) && cuts !== null && !cuts.includes(end)) return [];
      const shape = {
        ...{ instance, group, layout, startLayer: before + 1, layers: size, pipelineStages: 2 },
        next: end < layerCount(model) ? ("other_instance" as const) : ("none" as const),
      };
      return [[size, costModel.stage(shape, POINT).tokensPerSecond]];
    });
  }

  function rowsOf(table: StartTable, before: number): [number, number][] {
    const rest = table.toEnd.length - before;
    const list = table.lists[table.listOf[before]!]!;
    const rows = list.sizes.flatMap((size, i): [number, number][] =>
      size < rest ? [[size, list.rates[i]!]] : [],
    );
    return table.toEnd[before]! > 0 ? [...rows, [rest, table.toEnd[before]!]] : rows;
  }

  test("says of every run what asking for it alone says", () => {
    fc.assert(
      fc.property(
        arbitraryKinds,
        fc.constantFrom(0, 0.2, 0.5, 0.9, 1),
        fc.option(fc.array(fc.integer({ min: 1, max: 23 }))),
        fc.constantFrom(1, 2, 3),
        (kindOf, minMemoryUtilization, drawnCuts, step) => {
          const cuts = drawnCuts && [...new Set(drawnCuts)].filter((cut) => cut < kindOf.length);
          const model = planned(kindOf, cuts?.sort((a, b) => a - b) ?? null);
          const base = foundingProblem({
            model,
            costModel: createReferenceModel(model.architecture, {
              realWorldEfficiency: 1,
              microBatchSize: 8,
              interferenceFactor: 0.8,
            }),
          });
          const problem = { ...base, rules: { ...base.rules, minMemoryUtilization } };
          const sizes = kindOf.flatMap((_, i) => (i % step === 0 ? [i + 1] : []));
          const table = tabulateStarts(problem, instance, group, {
            sizes,
            point: POINT,
            pipelineStages: 2,
          }).leaves;
          for (let before = 0; before < kindOf.length; before++) {
            const mayStart = before === 0 || cuts === null || cuts.includes(before);
            const expected = mayStart ? byAsking(problem, sizes, before) : [];
            expect(rowsOf(table, before)).toEqual(expected);
            const floor = expected[Math.floor(expected.length / 2)]?.[1] ?? 0;
            expect(sizesAfter(startsAtRate(table, floor), before)).toEqual(
              expected.filter(([, rate]) => rate >= floor).map(([size]) => size),
            );
          }
          const { sizes: all, rates } = envelope([table]);
          for (const [i, rate] of rates.entries()) {
            if (i > 0) expect(rate).toBeLessThanOrEqual(rates[i - 1]!);
          }
          expect(new Set(all)).toEqual(
            new Set(kindOf.flatMap((_, before) => rowsOf(table, before).map(([size]) => size))),
          );
        },
      ),
    );
  });

  test("asks for some three runs a layer where only the ends differ", () => {
    const model = planned(new Array<number>(80).fill(0));
    const base = foundingProblem({ model });
    const inner = createReferenceModel(model.architecture, {
      realWorldEfficiency: 1,
      microBatchSize: 8,
      interferenceFactor: 0.8,
    });
    let asked = 0;
    const costModel: Problem["costModel"] = {
      ...inner,
      stage: (shape, point) => {
        asked++;
        return inner.stage(shape, point);
      },
    };
    const big = { ...instance, gpuMemoryGib: 1000 };
    const problem = { ...base, costModel };
    const sizes = Array.from({ length: 80 }, (_, i) => i + 1);
    tabulateStarts(problem, big, group, { sizes, point: POINT, pipelineStages: 2 });
    expect(asked).toBeLessThanOrEqual(3 * 80);
  });
});

describe("an order of stages", () => {
  const problem = servedProblem();
  const { point, sizes } = {
    point: { ...POINT, batch: 4 },
    sizes: SERVED_MODEL.architecture.kindOf.map((_, i) => i + 1),
  };
  /** Groups at the positions of a pipeline of two stages: fast first, slow first, fast last, slow last. */
  const groups = (["first", "last"] as const).flatMap((position) =>
    problem.pool.types.map(({ instance }): StageGroup => {
      const one = tpGroup(1).group;
      const table = tabulateStarts(problem, instance, one, {
        sizes,
        point,
        pipelineStages: 2,
      }).leaves;
      return { position, starts: startsAtRate(table, 0) };
    }),
  );
  const budget = (ttftSeconds: number) => ({
    ttftSeconds,
    tpotSeconds: null,
    stageTpotSeconds: null,
  });
  // Fast first, slow last. At most seven layers fit at an end: 8 units of work on fast, 6 on slow are 0.8 s + 1.5 s.
  const FAST_SLOW = [1, 0, 0, 1];

  test("is the one that keeps the budget", () => {
    const order = orderStages(groups, FAST_SLOW, 2, 12, budget(2.3 + 1e-9));
    expect(order).toEqual([
      { group: 0, before: 0 },
      { group: 3, before: 7 },
    ]);
  });

  test("is none where the smallest sum is over the budget", () => {
    expect(orderStages(groups, FAST_SLOW, 2, 12, budget(2.3 - 1e-9))).toBeNull();
    expect(orderStages(groups, FAST_SLOW, 2, 12, null)).not.toBeNull();
  });

  test("takes of two latencies what keeps both", () => {
    // TPOT is a tenth of TTFT: any order that keeps one budget keeps the other.
    const both = (tpotSeconds: number) => ({ ...budget(2.31), tpotSeconds });
    expect(orderStages(groups, FAST_SLOW, 2, 12, both(0.231))).not.toBeNull();
    expect(orderStages(groups, FAST_SLOW, 2, 12, both(0.229))).toBeNull();
  });
});

describe("an order of stages with seats", () => {
  /** Three layers; a stage holds one of them, wherever it stands. */
  const table = (endsModel: boolean): StartTable => ({
    lists: [0, 1].map((before) => ({ before, sizes: [1], rates: [1] })),
    listOf: [0, 1, 1],
    toEnd: Float64Array.from([0, 0, endsModel ? 1 : 0]),
    latencies: null,
  });
  const group = (
    position: StageGroup["position"],
    instanceClass: number,
    stays: boolean,
    instanceGpus = 8,
  ): StageGroup => ({
    position,
    starts: startsAtRate(table(!stays), 0),
    seat: { instanceClass, gpus: 4, instanceGpus, stays },
  });
  const order = (groups: readonly StageGroup[]) =>
    orderStages(
      groups,
      groups.map(() => 1),
      3,
      3,
      null,
    );

  test("has a stage of the same instance class behind one that stays", () => {
    const [first, last] = [group("first", 0, true), group("last", 0, false)];
    expect(order([first, group("middle", 0, false), last])).toHaveLength(3);
    expect(order([first, group("middle", 1, false), last])).toBeNull();
    expect(order([group("first", 0, false), group("middle", 1, false), last])).toHaveLength(3);
  });

  test("has no run that is longer than an instance has room for", () => {
    const run = (gpus: number) => [
      group("first", 0, true, gpus),
      group("middle", 0, true, gpus),
      group("last", 0, false, gpus),
    ];
    expect(order(run(12))).toHaveLength(3);
    expect(order(run(8))).toBeNull();
  });
});
