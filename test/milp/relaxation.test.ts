import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { createInlineHighs } from "../../src/milp/highs-inline.ts";
import { createJslp } from "../../src/milp/jslp.ts";
import type { MilpModel } from "../../src/milp/model.ts";
import { judgeRelaxation } from "../../src/milp/relaxation.ts";

const backend = createInlineHighs();
afterAll(() => backend.dispose());

const NONE = Number.POSITIVE_INFINITY;
const column = (cost: number, upper = NONE, integer = false) => ({
  cost,
  lower: 0,
  upper,
  integer,
});
const row = (lower: number, upper: number, ...coefficients: number[]) => ({
  lower,
  upper,
  terms: coefficients.flatMap((coefficient, index) =>
    coefficient === 0 ? [] : [{ column: index, coefficient }],
  ),
});
const model = (
  columns: readonly ReturnType<typeof column>[],
  rows: readonly ReturnType<typeof row>[],
): MilpModel => ({
  columns: columns.map((each, index) => ({ ...each, name: `x${index}` })),
  rows: rows.map((each, index) => ({ ...each, name: `row${index}` })),
});

/** min 3x + 2y, x + y ≥ 4, x + 3y ≥ 6: the optimum is (0, 4), where only the first row is tight. */
const COVER = model([column(3), column(2)], [row(4, NONE, 1, 1), row(6, NONE, 1, 3)]);

describe("the duals of a relaxation", () => {
  it("are those computed by hand: a tight row and one with slack", async () => {
    expect(await backend.relax!(COVER)).toEqual({
      status: "optimal",
      values: Float64Array.of(0, 4),
      objective: 8,
      bound: 8,
      rowDuals: Float64Array.of(2, 0),
      reducedCosts: Float64Array.of(1, 0),
    });
  });

  it("are those computed by hand: an upper side, and a column at its upper bound", async () => {
    // min −x − 2y, x + y ≤ 4, y ≤ 3: the optimum is (1, 3).
    const relaxed = await backend.relax!(model([column(-1), column(-2, 3)], [row(-NONE, 4, 1, 1)]));
    expect(relaxed).toMatchObject({ objective: -7, rowDuals: Float64Array.of(-1) });
    expect(relaxed).toMatchObject({ reducedCosts: Float64Array.of(0, -1) });
  });

  it("are those computed by hand: the price of a capacity that two demands share", async () => {
    // Machines of 3 and 5 USD hold 2 and 4 requests/s, 1 of the second is to be had: 6 requests/s take 1 and 1, the last ones by the first.
    const relaxed = await backend.relax!(model([column(3), column(5, 1)], [row(6, NONE, 2, 4)]));
    expect(relaxed).toMatchObject({ objective: 8, rowDuals: Float64Array.of(1.5) });
    expect(relaxed).toMatchObject({ reducedCosts: Float64Array.of(0, -1) });
  });

  it("are of fractions, whatever has to be whole in the model", async () => {
    const whole = model([column(3, NONE, true)], [row(7, NONE, 2)]);
    expect(await backend.relax!(whole)).toMatchObject({
      objective: 10.5,
      rowDuals: Float64Array.of(1.5),
    });
    expect(await backend.solve(whole)).toMatchObject({ objective: 12 });
  });

  it("are 0 for rows without terms", async () => {
    const padded = {
      ...COVER,
      rows: [{ name: "empty", lower: 0, upper: 1, terms: [] }, ...COVER.rows],
    };
    expect(await backend.relax!(padded)).toMatchObject({ rowDuals: Float64Array.of(0, 2, 0) });
  });

  it("do not exist where not even fractions fit", async () => {
    const none = model([column(1, 1)], [row(3, NONE, 1), row(0, 9, 1)]);
    expect(await backend.relax!(none)).toEqual({ status: "infeasible" });
    const crossed = model([column(1), column(1)], [row(3, NONE, 1, 1), row(-NONE, 2, 1, 1)]);
    expect(await backend.relax!(crossed)).toEqual({ status: "infeasible" });
  });

  it("are refused where they do not prove the objective", () => {
    const values = [0, 4];
    expect(judgeRelaxation(COVER, { values, rowDuals: [2, 0] }).status).toBe("optimal");
    for (const rowDuals of [[1.9, 0], [0, 2 / 3], [2.1, 0], [-2, 0], [2], [Number.NaN, 0]]) {
      expect(judgeRelaxation(COVER, { values, rowDuals }).status).toBe("failed");
    }
    expect(judgeRelaxation(COVER, { values: [0, 3], rowDuals: [2, 0] }).status).toBe("failed");
  });

  it("are not offered by the second solver", async () => {
    expect(createJslp().relax).toBeUndefined();
  });
});

/** Demands over machines: always feasible, with a finite optimum. */
const coverings = fc
  .record({
    costs: fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 5 }),
    needs: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 4 }),
    seeds: fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 20, maxLength: 20 }),
  })
  .map(({ costs, needs, seeds }) =>
    model(
      costs.map((cost) => column(cost)),
      needs.map((need, r) =>
        row(need, NONE, ...costs.map((_, c) => (c === r % costs.length ? 1 : seeds[r * 5 + c]!))),
      ),
    ),
  );

describe("for any covering problem", () => {
  it("the duals prove the optimum, and no other demand costs less than they say", async () => {
    await fc.assert(
      fc.asyncProperty(
        coverings,
        fc.nat(3),
        fc.integer({ min: -5, max: 5 }),
        async (lp, at, by) => {
          const relaxed = await backend.relax!(lp);
          if (relaxed.status !== "optimal") throw new Error(relaxed.status);
          const { objective, bound, rowDuals } = relaxed;
          expect(bound).toBeCloseTo(objective, 6);
          // The optimum is convex in the demands, and the duals are a slope of it.
          const index = at % lp.rows.length;
          const rows = lp.rows.map((each, i) =>
            i === index ? { ...each, lower: Math.max(0, each.lower + by) } : each,
          );
          const moved = rows[index]!.lower - lp.rows[index]!.lower;
          const other = await backend.relax!({ ...lp, rows });
          if (other.status !== "optimal") throw new Error(other.status);
          expect(other.objective).toBeGreaterThanOrEqual(
            objective + rowDuals[index]! * moved - 1e-6,
          );
        },
      ),
      { numRuns: 60 },
    );
  });
});
