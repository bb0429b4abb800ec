import { describe, expect, it } from "vitest";
import { createInlineHighs } from "../../src/milp/highs-inline.ts";
import { createJslp } from "../../src/milp/jslp.ts";
import { decideTrivially } from "../../src/milp/presolve.ts";
import { column, KNAPSACK, PARITY, row } from "./models.ts";

describe("decideTrivially", () => {
  it("leaves models that need a solver alone", () => {
    expect(decideTrivially(KNAPSACK)).toBeNull();
    expect(decideTrivially(PARITY)).toBeNull();
  });

  it("solves a model without columns", () => {
    const empty = { status: "optimal", values: new Float64Array(0), objective: 0, bound: 0 };
    expect(decideTrivially({ columns: [], rows: [] })).toEqual(empty);
    expect(decideTrivially({ columns: [], rows: [row("r", -1, [], 0)] })).toEqual(empty);
    expect(decideTrivially({ columns: [], rows: [row("r", 1, [], 2)] })?.status).toBe("infeasible");
  });

  it("finds rows without terms that do not hold", () => {
    const { columns } = KNAPSACK;
    expect(decideTrivially({ columns, rows: [row("r", 1, [], Infinity)] })?.status).toBe(
      "infeasible",
    );
    expect(decideTrivially({ columns, rows: [row("r", -Infinity, [], -1)] })?.status).toBe(
      "infeasible",
    );
    expect(decideTrivially({ columns, rows: [row("r", 0, [], 0)] })).toBeNull();
  });

  it("finds rows that no choice of columns reaches, and only those", () => {
    const { columns } = KNAPSACK;
    const rows = (lower: number, upper: number) => [row("r", lower, [2, -1], upper)];
    // 2x − y runs from −3 to 6.
    expect(decideTrivially({ columns, rows: rows(6.5, 7) })?.status).toBe("infeasible");
    expect(decideTrivially({ columns, rows: rows(6, 7) })).toBeNull();
    expect(decideTrivially({ columns, rows: rows(-9, -3.5) })?.status).toBe("infeasible");
    expect(decideTrivially({ columns, rows: rows(-9, -3) })).toBeNull();
  });

  it("lets open columns reach everything", () => {
    const columns = [column("a", 0, Infinity, { lower: -Infinity, integer: false })];
    expect(decideTrivially({ columns, rows: [row("r", 1e9, [-2], 2e9)] })).toBeNull();
  });

  it("finds integer columns without a whole number between their bounds", () => {
    const narrow = column("n", 1, 1.8, { lower: 1.2 });
    expect(decideTrivially({ columns: [narrow], rows: [] })?.status).toBe("infeasible");
    expect(decideTrivially({ columns: [{ ...narrow, integer: false }], rows: [] })).toBeNull();
  });
});

describe.each([createInlineHighs, createJslp])("%o", (create) => {
  it("decides by hand what solvers get wrong, and drops empty rows that hold", async () => {
    const backend = create();
    const broken = { columns: KNAPSACK.columns, rows: [row("r", 1, [], Infinity)] };
    expect(await backend.solve(broken)).toEqual({ status: "infeasible" });
    expect(await backend.solve({ columns: [], rows: [] })).toMatchObject({ objective: 0 });
    const holding = { ...KNAPSACK, rows: [row("nothing", -1, [], 1), ...KNAPSACK.rows] };
    expect(await backend.solve(holding)).toMatchObject({ status: "optimal", objective: -34 });
  });

  it("refuses a broken model before anything runs", async () => {
    const model = { columns: [column("x", NaN, 1)], rows: [] };
    await expect(create().solve(model)).rejects.toThrow(/column x: cost/);
  });

  it("solves nothing after it was disposed", async () => {
    const backend = create();
    await backend.dispose();
    expect(await backend.solve(KNAPSACK)).toEqual({
      status: "failed",
      reason: "the back end was disposed",
    });
  });
});
