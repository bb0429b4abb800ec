import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { type HeldOutResidual, spreadTable } from "../../bench/fitting/spread-table.ts";
import {
  CONFIDENCES,
  HAZARDS,
  QUANTITIES,
  spreadOf,
} from "../../src/cost/calibrated/uncertainty.ts";
import type { Spread } from "../../src/cost/cost-model.ts";
import { createPrng } from "../oracle/prng.ts";

function residual(value: number, changes: Partial<HeldOutResidual> = {}): HeldOutResidual {
  return {
    residual: value,
    group: `group of ${value}`,
    quantity: "throughput",
    confidence: "measured_alike",
    hazards: [],
    ...changes,
  };
}

/** Normal deviates of mean 0 and deviation 1, by the sum of twelve uniform ones. */
function normals(seed: number, count: number): number[] {
  const prng = createPrng(seed);
  return Array.from({ length: count }, () => {
    let sum = -6;
    for (let i = 0; i < 12; i++) sum += prng.next();
    return sum;
  });
}

function covered(residuals: readonly number[], { low, high }: Spread): number {
  const inside = residuals.filter((r) => Math.exp(r) >= low && Math.exp(r) <= high);
  return inside.length / residuals.length;
}

describe("intervals from residuals", () => {
  it("cover four fifths of others like them", () => {
    const sizes = { measured_alike: 0.1, same_gpu_class: 0.2, extrapolated: 0.4 } as const;
    const table = spreadTable(
      CONFIDENCES.flatMap((confidence, seed) =>
        normals(seed, 500).map((z, i) =>
          residual(sizes[confidence] * z, { confidence, group: `${confidence} ${i}` }),
        ),
      ),
    );
    for (const [seed, confidence] of CONFIDENCES.entries()) {
      const others = normals(100 + seed, 2000).map((z) => sizes[confidence] * z);
      const spread = table.byConfidence[confidence].throughput;
      expect(covered(others, spread)).toBeGreaterThan(0.75);
      expect(covered(others, spread)).toBeLessThan(0.85);
      // 1.28 deviations to either side.
      expect(Math.log(spread.high)).toBeCloseTo(1.28 * sizes[confidence], 1);
      expect(Math.log(spread.low)).toBeCloseTo(-1.28 * sizes[confidence], 1);
    }
  });

  it("lie where the residuals lie, on both sides of 1", () => {
    const biased = normals(7, 500).map((z, i) => residual(0.3 + 0.05 * z, { group: `${i}` }));
    const { low, high } = spreadTable(biased).byConfidence.measured_alike.throughput;
    expect(Math.log(high)).toBeCloseTo(0.3 + 1.28 * 0.05, 1);
    // Never above 1: the prediction itself is always inside.
    expect(low).toBeCloseTo(Math.exp(-0.03), 10);
  });

  it("count a group of many rows as one", () => {
    const many = Array.from({ length: 1000 }, () => residual(2, { group: "many" }));
    const few = normals(3, 50).map((z, i) => residual(0.1 * z, { group: `few ${i}` }));
    const { high } = spreadTable([...many, ...few]).byConfidence.measured_alike.throughput;
    expect(high).toBeLessThan(Math.exp(0.4));
  });

  it("are never narrower for less confidence, nor anywhere than a few per cent", () => {
    const anyResidual = fc.record({
      residual: fc.double({ min: -2, max: 2, noNaN: true }),
      group: fc.constantFrom(..."abcdefghij"),
      quantity: fc.constantFrom(...QUANTITIES),
      confidence: fc.constantFrom(...CONFIDENCES),
      hazards: fc.subarray([...HAZARDS]),
    });
    fc.assert(
      fc.property(fc.array(anyResidual), (residuals) => {
        const table = spreadTable(residuals);
        for (const quantity of QUANTITIES) {
          const spreads = CONFIDENCES.map((confidence) => table.byConfidence[confidence][quantity]);
          for (const [i, { low, high }] of spreads.entries()) {
            expect(low).toBeLessThanOrEqual(Math.exp(-0.03));
            expect(high).toBeGreaterThanOrEqual(Math.exp(0.03));
            const better = spreads[i - 1];
            if (!better) continue;
            expect(low).toBeLessThanOrEqual(better.low);
            expect(high).toBeGreaterThanOrEqual(better.high);
          }
        }
      }),
    );
  });

  test("do not depend on the order of the residuals", () => {
    const residuals = normals(5, 60).map((z, i) =>
      residual(z, {
        group: `${i % 20}`,
        quantity: QUANTITIES[i % 4]!,
        confidence: CONFIDENCES[i % 3]!,
      }),
    );
    fc.assert(
      fc.property(fc.shuffledSubarray(residuals, { minLength: residuals.length }), (shuffled) => {
        expect(spreadTable(shuffled)).toEqual(spreadTable(residuals));
      }),
    );
  });

  it("are borrowed where fewer than five groups speak: from lower confidence first", () => {
    const poor = [1, -1, 0.5, -0.5].map((value) => residual(value, { quantity: "tpot" }));
    const rich = normals(9, 200).map((z, i) =>
      residual(0.1 * z, { quantity: "tpot", confidence: "same_gpu_class", group: `${i}` }),
    );
    const borrowed = spreadTable([...poor, ...rich]).byConfidence.measured_alike.tpot;
    expect(Math.log(borrowed.high)).toBeCloseTo(0.13, 1);
    const fifth = residual(-0.7, { quantity: "tpot" });
    const own = spreadTable([...poor, fifth, ...rich]).byConfidence.measured_alike.tpot;
    expect(Math.log(own.high)).toBeGreaterThan(0.4);
  });
});

describe("what makes a case riskier", () => {
  const plain = normals(1, 100).map((z, i) => residual(0.05 * z, { group: `plain ${i}` }));
  const starved = normals(2, 100).map((z, i) =>
    residual(0.5 * z, { group: `starved ${i}`, hazards: ["kv_starved"] }),
  );
  const table = spreadTable([...plain, ...starved]);

  it("has intervals of its own, which the others' do not contain", () => {
    expect(Math.log(table.byHazard.kv_starved.high)).toBeGreaterThan(0.5);
    expect(Math.log(table.byConfidence.measured_alike.throughput.high)).toBeLessThan(0.1);
  });

  it("widens an interval and never narrows it", () => {
    const [without, withIt] = [[], ["kv_starved"] as const].map((hazards) =>
      spreadOf("throughput", "measured_alike", hazards, table),
    ) as [Spread, Spread];
    expect(withIt.low).toBeLessThan(without.low);
    expect(withIt.high).toBeGreaterThan(without.high);
    for (const confidence of CONFIDENCES) {
      const wide = spreadOf("ttft", confidence, HAZARDS, table);
      const base = table.byConfidence[confidence].ttft;
      expect(wide.low).toBeLessThanOrEqual(base.low);
      expect(wide.high).toBeGreaterThanOrEqual(base.high);
    }
  });
});
