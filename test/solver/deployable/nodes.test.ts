/** How stages become nodes: sizes, runs of layers and latencies of k stages together, against trying all ways. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  foldSizes,
  NodeLatencies,
  nodeStarts,
} from "../../../src/solver/deployable/node-starts.ts";

import type { LatencyBudget } from "../../../src/solver/stages/latency-budget.ts";
import type { SegmentLatencies } from "../../../src/solver/stages/start-table.ts";
import { type StartsAtRate, sizesAfter } from "../../../src/solver/stages/starts-at-rate.ts";

const RUNS = { seed: 20_261_124, numRuns: 200 };

/** A table in which any sizes may be possible after any layers. */
const arbitraryLayers = fc.integer({ min: 2, max: 40 });

const startsOver = (layers: number): fc.Arbitrary<StartsAtRate> =>
  fc
    .array(fc.uniqueArray(fc.integer({ min: 1, max: 9 }), { maxLength: 4 }), {
      minLength: layers,
      maxLength: layers,
    })
    .map((rows) => {
      const sizes = rows.map((row, before) =>
        row.filter((size) => before + size < layers).sort((a, b) => a - b),
      );
      const toEnd = Float64Array.from(rows, (row, before) =>
        row.includes(layers - before) ? 2 : 0,
      );
      return {
        table: {
          lists: sizes.map((list, before) => ({ before, sizes: list, rates: list.map(() => 2) })),
          listOf: sizes.map((_, before) => before),
          toEnd,
          latencies: null,
        },
        minRate: 1,
        sizes,
      };
    });

const arbitraryStarts = arbitraryLayers.chain(startsOver);

/** Every way of cutting what follows some layers into k stages. */
function* splits(starts: StartsAtRate, before: number, k: number): Generator<readonly number[]> {
  if (k === 0) {
    yield [];
    return;
  }
  if (before === starts.table.toEnd.length) return;
  for (const size of sizesAfter(starts, before)) {
    for (const rest of splits(starts, before + size, k - 1)) yield [size, ...rest];
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

/** Of all ways of making up a total from so many sizes, the smallest that the largest size can be; Infinity when there is none. */
function leastLargest(sizes: readonly number[], times: number, total: number): number {
  if (times === 0) return total === 0 ? 0 : Number.POSITIVE_INFINITY;
  if (total <= 0) return Number.POSITIVE_INFINITY;
  const ways = sizes.map((size) => Math.max(size, leastLargest(sizes, times - 1, total - size)));
  return Math.min(...ways);
}

describe("the sizes of a node", () => {
  it("are the sums of those of its stages, each as fast as its largest stage at best", () => {
    const sizes = fc
      .uniqueArray(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 6 })
      .map((list) => list.sort((a, b) => a - b));
    fc.assert(
      fc.property(
        sizes,
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 40 }),
        (list, k, most) => {
          let sums = [0];
          for (let i = 0; i < k; i++) sums = sums.flatMap((a) => list.map((b) => a + b));
          const expected = [...new Set(sums)].filter((a) => a <= most).sort((a, b) => a - b);
          const rates = list.map((size) => 1 / size);
          const folded = foldSizes({ sizes: list, rates }, k, most);
          expect(folded.sizes).toEqual(expected);
          const fastest = folded.sizes.map((total) => 1 / leastLargest(list, k, total));
          expect(folded.rates).toEqual(fastest);
        },
      ),
      RUNS,
    );
  });
});

describe("the runs of a node", () => {
  it("are those that its stages can hold one after the other", () => {
    fc.assert(
      fc.property(
        arbitraryStarts,
        fc.integer({ min: 1, max: 4 }),
        fc.boolean(),
        (starts, k, firstOnly) => {
          const nodes = nodeStarts(starts, starts, k, null, firstOnly);
          const layers = starts.table.toEnd.length;
          for (let before = 0; before < layers; before++) {
            const all = firstOnly && before > 0 ? [] : [...splits(starts, before, k)];
            const expected = new Set(all.map(sum));
            expect(new Set(sizesAfter(nodes, before))).toEqual(expected);
          }
        },
      ),
      RUNS,
    );
  });
});

describe("the runs of a node whose stages have their next one there but for the last", () => {
  const arbitraryTwo = arbitraryLayers.chain((layers) =>
    fc.tuple(startsOver(layers), startsOver(layers)),
  );

  it("are a run of each stage that stays and one of a stage that leaves", () => {
    fc.assert(
      fc.property(arbitraryTwo, fc.integer({ min: 1, max: 4 }), ([leaves, other], k) => {
        const layers = leaves.table.toEnd.length;
        const stays = { ...other, table: { ...other.table, toEnd: new Float64Array(layers) } };
        const ends = (before: number, stage: number): number[] =>
          before === layers
            ? []
            : sizesAfter(stage === k - 1 ? leaves : stays, before).map((size) => before + size);
        const nodes = nodeStarts(leaves, stays, k, null, false);
        for (let start = 0; start < layers; start++) {
          let reached = new Set([start]);
          for (let stage = 0; stage < k; stage++) {
            reached = new Set([...reached].flatMap((before) => ends(before, stage)));
          }
          const sizes = [...reached].map((end) => end - start);
          expect(new Set(sizesAfter(nodes, start))).toEqual(new Set(sizes));
        }
      }),
      RUNS,
    );
  });
});

describe("the latencies of a node", () => {
  const latencies: SegmentLatencies = {
    // Neither the same cut nor the same number of layers is best for both.
    ttftSeconds: (before, layers) => layers ** 1.5 + ((before * 7) % 5),
    tpotSeconds: (before, layers) => 10 / layers + ((before * 3) % 4),
  };
  const both: LatencyBudget = { ttftSeconds: 1e3, tpotSeconds: 1e3, stageTpotSeconds: 1e3 };

  const withLatencies = (starts: StartsAtRate): StartsAtRate => ({
    ...starts,
    table: { ...starts.table, latencies },
  });

  it("are all pairs that no other cut is below in both", () => {
    let tradeOffs = 0;
    fc.assert(
      fc.property(arbitraryStarts, fc.integer({ min: 2, max: 3 }), (starts, k) => {
        const nodes = nodeStarts(starts, starts, k, null, false);
        const served = withLatencies(starts);
        const here = new NodeLatencies(served, served, k, both);
        for (let before = 0; before < starts.table.toEnd.length; before++) {
          for (const layers of sizesAfter(nodes, before)) {
            const cuts = [...splits(starts, before, k)].filter((sizes) => sum(sizes) === layers);
            const pairs = cuts.map((sizes) => pairOf(sizes, before));
            const found = here.pairs(before, layers);
            for (const way of found) {
              const isOfACut = pairs.some(
                ([ttft, tpot]) =>
                  Math.abs(way.ttftSeconds - ttft) < 1e-9 &&
                  Math.abs(way.tpotSeconds - tpot) < 1e-9,
              );
              expect(isOfACut).toBe(true);
            }
            for (const [ttft, tpot] of pairs) {
              const covered = found.some(
                (way) => way.ttftSeconds <= ttft + 1e-9 && way.tpotSeconds <= tpot + 1e-9,
              );
              expect(covered).toBe(true);
            }
            expect(here.ttftSeconds(before, layers)).toBeCloseTo(
              Math.min(...pairs.map(([a]) => a)),
              9,
            );
            expect(here.tpotSeconds(before, layers)).toBeCloseTo(
              Math.min(...pairs.map(([, b]) => b)),
              9,
            );
            if (found.length > 1) tradeOffs++;
          }
        }
      }),
      RUNS,
    );
    expect(tradeOffs).toBeGreaterThan(100);
  });

  it("look at those that are limited only", () => {
    const starts = fc.sample(arbitraryStarts, { seed: 3, numRuns: 20 });
    for (const table of starts) {
      const served = withLatencies(table);
      const onlyTtft = new NodeLatencies(served, served, 2, { ...both, tpotSeconds: null });
      for (const layers of sizesAfter(nodeStarts(table, table, 2, null, false), 0)) {
        expect(onlyTtft.pairs(0, layers)).toHaveLength(1);
        expect(onlyTtft.tpotSeconds(0, layers)).toBe(0);
      }
    }
  });

  function pairOf(sizes: readonly number[], start: number): readonly [number, number] {
    let before = start;
    let [ttft, tpot] = [0, 0];
    for (const size of sizes) {
      ttft += latencies.ttftSeconds(before, size);
      tpot += latencies.tpotSeconds(before, size);
      before += size;
    }
    return [ttft, tpot];
  }
});
