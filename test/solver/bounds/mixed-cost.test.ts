import fc from "fast-check";
import { expect, it } from "vitest";
import { PieceKinds } from "../../../src/solver/bounds/mixed-cost.ts";

type Kind = readonly [holds: number, cost: number];

function mixedCost(kinds: readonly Kind[], pieces: number, total: number): number {
  const made = new PieceKinds();
  for (const [holds, cost] of kinds) made.add(holds, cost);
  return made.mixedCost(pieces, total);
}

/** By every pair: an optimum of two rows has no more than two kinds in it. */
function byPairs(kinds: readonly Kind[], pieces: number, total: number): number {
  const mean = total / pieces;
  let least = Number.POSITIVE_INFINITY;
  for (const [large, cost] of kinds) {
    if (large < mean) continue;
    least = Math.min(least, cost);
    for (const [small, low] of kinds) {
      if (small >= mean) continue;
      least = Math.min(least, low + ((mean - small) / (large - small)) * (cost - low));
    }
  }
  return pieces * least;
}

/** In whole pieces. */
function inWholePieces(kinds: readonly Kind[], pieces: number, total: number): number {
  if (pieces === 0) return total <= 0 ? 0 : Number.POSITIVE_INFINITY;
  return Math.min(
    Number.POSITIVE_INFINITY,
    ...kinds.map(([holds, cost]) => cost + inWholePieces(kinds, pieces - 1, total - holds)),
  );
}

const kinds = fc.array(fc.tuple(fc.integer({ min: -5, max: 30 }), fc.nat(40)), { maxLength: 7 });

it("the cost of a mix is that of the best pair", () => {
  fc.assert(
    fc.property(kinds, fc.integer({ min: 1, max: 6 }), fc.nat(90), (all, pieces, total) => {
      expect(mixedCost(all, pieces, total)).toBeCloseTo(byPairs(all, pieces, total), 9);
    }),
    { seed: 5, numRuns: 2000 },
  );
});

it("no whole pieces cost less", () => {
  fc.assert(
    fc.property(kinds, fc.integer({ min: 1, max: 4 }), fc.nat(90), (all, pieces, total) => {
      const whole = inWholePieces(all, pieces, total);
      expect(mixedCost(all, pieces, total)).toBeLessThanOrEqual(whole + 1e-9);
    }),
    { seed: 6, numRuns: 500 },
  );
});

it("of two pieces that hold 30, of kinds with 8 and 20, each costs 7/12 of the way from one to the other", () => {
  expect(
    mixedCost(
      [
        [8, 3],
        [20, 12],
      ],
      2,
      30,
    ),
  ).toBeCloseTo(2 * (3 + (7 / 12) * 9), 12);
  expect(mixedCost([[8, 3]], 2, 30)).toBe(Number.POSITIVE_INFINITY);
  expect(mixedCost([], 1, 1)).toBe(Number.POSITIVE_INFINITY);
});
