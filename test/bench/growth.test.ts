/** The problems that bench/growth.ts solves, its table and its picture. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { parseHTML } from "linkedom";
import { afterAll, describe, expect, it } from "vitest";
import { growthSvg } from "../../bench/growth-plot.ts";
import {
  drawnPool,
  GROWTH_BASE,
  GROWTH_SEEDS,
  GROWTH_SERIES,
  growthProblem,
} from "../../bench/growth-problems.ts";
import { growthBlocks, growthOf } from "../../bench/growth-table.ts";
import type { GrowthRun, GrowthSeries } from "../../bench/measured.ts";
import { layerCount } from "../../src/model/model.ts";
import { allowedPoints, requestedPoints } from "../../src/solver/search/operating-points.ts";

const scratch = mkdtempSync(join(tmpdir(), "growth-"));
afterAll(() => rmSync(scratch, { recursive: true }));

/** The four numbers of a problem, counted in it. */
function sizesOf(series: GrowthSeries, size: number): typeof GROWTH_BASE {
  const { problem, request } = growthProblem(series, size, 1, scratch);
  return {
    offers: problem.pool.types.length,
    levels: allowedPoints(requestedPoints(problem), request).length,
    layers: layerCount(problem.model),
    stages: problem.rules.maxPipelineStages,
  };
}

const SERIES = Object.entries(GROWTH_SERIES) as [GrowthSeries, readonly number[]][];

describe.each(SERIES)("the series of %s", (series, sizes) => {
  it("rises from size to size, past the base problem", () => {
    expect([...sizes].sort((a, b) => a - b)).toEqual(sizes);
    expect(sizes).toContain(GROWTH_BASE[series]);
  });

  it("changes one number of the base problem", () => {
    for (const size of [sizes[0]!, GROWTH_BASE[series], sizes.at(-1)!]) {
      expect(sizesOf(series, size)).toEqual({ ...GROWTH_BASE, [series]: size });
    }
  });
});

describe("a pool that is drawn", () => {
  const { pool } = growthProblem("offers", GROWTH_SERIES.offers.at(-1)!, 1, scratch).problem;
  const names = (offers: number, seed: number): string[] =>
    drawnPool(pool, offers, seed).types.map(({ instance }) => instance.name);

  it("is the same for a seed and another one for others", () => {
    expect(names(40, 1)).toEqual(names(40, 1));
    expect(new Set(GROWTH_SEEDS.map((seed) => names(40, seed).join())).size).toBe(
      GROWTH_SEEDS.length,
    );
  });

  it("holds what a smaller one holds, in the order of the catalogue", () => {
    const order = new Map(pool.types.map(({ instance, position }) => [instance.name, position]));
    const size = fc.integer({ min: 1, max: pool.types.length });
    fc.assert(
      fc.property(size, size, fc.nat(), (one, other, seed) => {
        const [small, large] = [Math.min(one, other), Math.max(one, other)];
        const drawn = names(large, seed);
        expect(drawn).toHaveLength(large);
        expect(drawn).toEqual(expect.arrayContaining(names(small, seed)));
        expect([...drawn].sort((a, b) => order.get(a)! - order.get(b)!)).toEqual(drawn);
      }),
      { seed: 1, numRuns: 30 },
    );
  });

  it("is not larger than the catalogue", () => {
    const all = pool.types.length;
    expect(() => drawnPool(pool, all + 1, 1)).toThrow(`the catalogue has ${all} offers`);
  });
});

const run = (series: GrowthSeries, size: number, draws: readonly number[]): GrowthRun => ({
  series,
  size,
  draws_processor_seconds: draws,
  cases: 10 * size,
  milps: 2,
  rounds: 3,
  load: 0.5,
});
const RUNS = [
  run("offers", 10, [0.5, 0.4, 2]),
  run("offers", 40, [1, 0.9, 1.2]),
  run("offers", 350, [3, 2.5, 2]),
  run("stages", 1, [0.3, 0.2, 0.1]),
  run("stages", 16, [3, 2, 2.2]),
];

describe("what was measured", () => {
  it("is told from the smallest to the largest size", () => {
    const offers = RUNS.filter(({ series }) => series === "offers");
    expect(growthOf(offers.reverse())).toEqual({ timesSize: 35, timesSeconds: 5 });
  });

  it("is a table of sizes", () => {
    const [lines = "", table = ""] = growthBlocks(RUNS);
    expect(lines.split("\n")).toEqual([
      "- offers in the pool: 35.0 times as many take 5.0 times the processor time.",
      "- most stages of a pipeline: 16.0 times as many take 11.0 times the processor time.",
    ]);
    expect(table.split("\n")[2]).toBe(
      "| offers in the pool | 10 | 0.50 | 0.40 | 2.00 | 100 | 2 | 0.5 |",
    );
    expect(table.split("\n")).toHaveLength(2 + RUNS.length);
  });

  it("is a picture with a panel a series, every size at its axis, and colours for light and dark", () => {
    const text = growthSvg(RUNS);
    expect(growthSvg(RUNS)).toBe(text);
    const { document } = parseHTML(text);
    const panels = [...document.querySelectorAll("g.panels > g")];
    expect(panels).toHaveLength(2);
    const texts = [...panels[0]!.querySelectorAll("text")].map((node) => node.textContent);
    for (const shown of ["10", "40", "350", "offers in the pool", "0.5", "2", "seconds"]) {
      expect(texts).toContain(shown);
    }
    expect(panels[0]!.querySelectorAll("circle")).toHaveLength(9);
    expect(panels[1]!.querySelectorAll("circle")).toHaveLength(6);
    expect(document.querySelector("style")!.textContent).toContain("prefers-color-scheme:dark");
  });
});
