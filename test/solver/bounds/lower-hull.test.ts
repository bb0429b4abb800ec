import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lowerHull } from "../../../src/solver/bounds/lower-hull.ts";

const ROUNDING = 1e-9;

describe("the lower hull of latencies", () => {
  it("is one facet where every layer adds the same", () => {
    expect(
      lowerHull(
        new Map([
          [1, 3],
          [2, 5],
          [4, 9],
        ]),
      ),
    ).toEqual([{ perLayer: 2, perStage: 1 }]);
    expect(lowerHull(new Map([[3, 7]]))).toEqual([{ perLayer: 0, perStage: 7 }]);
  });

  it("has a facet for each slope, in any order of the points", () => {
    // 1 to 2 layers add 1 second, 2 to 4 add 3 each; 3 layers lie above.
    const facets = lowerHull(
      new Map([
        [4, 8],
        [1, 1],
        [3, 9],
        [2, 2],
      ]),
    );
    expect(facets).toEqual([
      { perLayer: 1, perStage: 0 },
      { perLayer: 3, perStage: -4 },
    ]);
  });

  it("lies below every point, and touches one with each facet", () => {
    const seconds = fc.array(fc.double({ min: 0.001, max: 100, noNaN: true }), {
      minLength: 1,
      maxLength: 12,
    });
    fc.assert(
      fc.property(seconds, (list) => {
        const points = list.map((value, i): [number, number] => [i + 1, value]);
        for (const { perLayer, perStage } of lowerHull(new Map(points))) {
          const room = points.map(([n, value]) => value - (perLayer * n + perStage));
          expect(Math.min(...room)).toBeGreaterThanOrEqual(-ROUNDING * 1e3);
          expect(Math.min(...room)).toBeLessThanOrEqual(ROUNDING * 1e3);
        }
      }),
      { seed: 5 },
    );
  });
});
