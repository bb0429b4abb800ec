import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { errorTables, symmetricError } from "../../src/calibration/error-tables.ts";
import type { PredictedRow } from "../../src/calibration/predicted-row.ts";
import { mean, median, quantile } from "../../src/calibration/statistics.ts";
import { throughputRow } from "./rows.ts";

/** A row of a group: 100 tokens/s measured, `predicted` predicted. */
function row(configGroup: string, predicted: number, tp = 1): PredictedRow {
  return throughputRow({ configGroup, tp }, 100, predicted);
}

describe("the symmetric error", () => {
  it("is 1 for twice too much and for half as much, 0 when they agree", () => {
    expect(symmetricError(200, 100)).toBe(1);
    expect(symmetricError(50, 100)).toBe(1);
    expect(symmetricError(7, 7)).toBe(0);
  });

  it("is the same with both sides exchanged, and exp|ln(p/m)| − 1", () => {
    const size = fc.double({ min: 1e-6, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(size, size, (a, b) => {
        const error = symmetricError(a, b);
        expect(error).toBe(symmetricError(b, a));
        expect(error).toBeGreaterThanOrEqual(0);
        const byLogarithm = Math.exp(Math.abs(Math.log(a / b))) - 1;
        expect(Math.abs(error - byLogarithm)).toBeLessThan(1e-9 * (1 + error));
      }),
    );
  });
});

describe("statistics", () => {
  it("interpolates quantiles linearly between ranks", () => {
    expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
    expect(quantile([10, 20], 0.9)).toBeCloseTo(19, 12);
    expect(quantile([5], 0.9)).toBe(5);
    expect(median([10, 9, 100])).toBe(10);
    expect(quantile([3, 1, 2], 1)).toBe(3);
    expect(median([3, 1, 2])).toBe(2);
    expect(quantile([], 0.5)).toBeNaN();
    expect(mean([])).toBeNaN();
  });
});

describe("error tables", () => {
  // Group a: errors 0.1, 0.2, 1 → 0.2. Group b: 0.25 (80 for 100) and 0.25 → 0.25. Group c: 0.
  const rows = [
    row("a", 110),
    row("a", 120),
    row("a", 200),
    row("b", 80, 2),
    row("b", 80, 2),
    row("c", 100, 4),
  ];
  const tables = errorTables(rows);

  it("count a group once, with the median of its figures", () => {
    const { groups, rows: figures, macro_mean, macro_median, p90 } = tables.overall;
    expect({ groups, figures }).toEqual({ groups: 3, figures: 6 });
    expect(macro_mean).toBeCloseTo((0.2 + 0.25 + 0) / 3, 12);
    expect(macro_median).toBeCloseTo(0.2, 12);
    expect(p90).toBeCloseTo(0.2 + 0.8 * 0.05, 12);
  });

  it("take the bias as the geometric mean over groups of that inside groups", () => {
    const a = Math.log(1.1 * 1.2 * 2) / 3;
    const b = Math.log(0.8);
    expect(tables.overall.geometric_bias).toBeCloseTo(Math.exp((a + b + 0) / 3) - 1, 12);
  });

  it("divide by every property, numbers in order of size", () => {
    expect(tables.tables.map(({ by }) => by)).toEqual([
      "kind",
      "target",
      "engine",
      "gpu",
      "source",
      "tp",
      "pp",
      "layers",
      "limited by",
    ]);
    const byTp = tables.tables.find(({ by }) => by === "tp")!;
    expect(byTp.lines.map(({ name, rows: count }) => [name, count])).toEqual([
      ["1", 3],
      ["2", 2],
      ["4", 1],
    ]);
    expect(byTp.lines[1]!.macro_mean).toBeCloseTo(0.25, 12);
    const ten = errorTables([row("x", 100, 8), row("x", 100, 16), row("x", 100, 2)]);
    const names = ten.tables.find(({ by }) => by === "tp")!.lines.map(({ name }) => name);
    expect(names).toEqual(["2", "8", "16"]);
  });

  it("tell models with experts and starved KV caches apart", () => {
    const moe = throughputRow({ numExperts: 8, expertsPerToken: 2 }, 100, 150);
    const starved = { ...row("b", 100), limit: "kv_cache" as const };
    const { tables: divided } = errorTables([moe, starved]);
    const names = (by: string): string[] =>
      divided.find((table) => table.by === by)!.lines.map(({ name }) => name);
    expect(names("layers")).toEqual(["MoE", "dense"]);
    expect(names("limited by")).toEqual(["KV cache", "requests in flight"]);
  });

  it("name the worst groups first", () => {
    expect(tables.worst_groups.map(({ config_group }) => config_group)).toEqual(["b", "a", "c"]);
    expect(tables.worst_groups[0]).toMatchObject({ rows: 2 });
    expect(tables.worst_groups[0]!.error).toBeCloseTo(0.25, 12);
  });

  it("do not depend on the order of the rows", () => {
    const group = fc.constantFrom("a", "b", "c", "d");
    const random = fc.array(fc.tuple(group, fc.double({ min: 1, max: 1e4, noNaN: true })), {
      minLength: 1,
      maxLength: 12,
    });
    fc.assert(
      fc.property(
        random.chain((pairs) =>
          fc.tuple(fc.constant(pairs), fc.shuffledSubarray(pairs, { minLength: pairs.length })),
        ),
        ([pairs, shuffled]) => {
          const of = (list: typeof pairs) =>
            errorTables(list.map(([name, predicted]) => row(name, predicted)));
          expect(of(shuffled)).toEqual(of(pairs));
        },
      ),
      { numRuns: 50 },
    );
  });
});
