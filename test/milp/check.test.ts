import { describe, expect, it } from "vitest";
import { checkSolution } from "../../src/milp/check.ts";
import type { MilpModel } from "../../src/milp/model.ts";
import { column, KNAPSACK, row } from "./models.ts";

function reasonOf(...args: Parameters<typeof checkSolution>): string | null {
  const check = checkSolution(...args);
  return check.ok ? null : check.reason;
}

describe("checkSolution", () => {
  it("rounds integer columns and recomputes the objective from them", () => {
    const check = checkSolution(KNAPSACK, [2 - 9e-6, 2 + 9e-6], { objective: -34, bound: -34 });
    expect(check).toEqual({
      ok: true,
      solution: { values: Float64Array.of(2, 2), objective: -34 },
    });
  });

  it("refuses values that are not whole", () => {
    expect(reasonOf(KNAPSACK, [2, 1.99998])).toMatch(/integer column y has the value 1.99998/);
  });

  it("refuses too few values and values that are no numbers", () => {
    expect(reasonOf(KNAPSACK, [2])).toMatch(/1 values for 2 columns/);
    expect(reasonOf(KNAPSACK, [2, NaN])).toMatch(/column y has the value NaN/);
  });

  it("refuses values outside their bounds", () => {
    expect(reasonOf(KNAPSACK, [4, 0])).toMatch(/column x = 4 is outside 0 to 3/);
    expect(reasonOf(KNAPSACK, [-1, 0])).toMatch(/column x = -1 is outside/);
  });

  it("brings continuous columns back to the bound they miss by a hair, and knows no -0", () => {
    const model: MilpModel = {
      columns: [column("a", 1, 1, { integer: false }), column("b", 1, 1)],
      rows: [],
    };
    const check = checkSolution(model, [1 + 5e-7, -1e-9]);
    expect(check).toEqual({ ok: true, solution: { values: Float64Array.of(1, 0), objective: 1 } });
    expect(reasonOf(model, [1 + 5e-6, 0])).toMatch(/column a/);
  });

  it("refuses a broken row at either end", () => {
    const model = { ...KNAPSACK, rows: [row("range", 4, [1, 1], 5)] };
    expect(reasonOf(model, [2, 2])).toBeNull();
    expect(reasonOf(model, [3, 3])).toMatch(/row range = 6 is outside 4 to 5/);
    expect(reasonOf(model, [1, 2])).toMatch(/row range = 3/);
  });

  it("catches a constraint that a binary of 5e-7 opened through a large factor", () => {
    const model: MilpModel = {
      columns: [column("flow", -1, 1000, { integer: false }), column("open", 100, 1)],
      rows: [row("only_if_open", -Infinity, [1, -1e7], 0)],
    };
    expect(reasonOf(model, [4, 5e-7])).toMatch(/row only_if_open = 4/);
    expect(reasonOf(model, [4, 1])).toBeNull();
  });

  it("does not let a whole-number budget be overdrawn by one however large it is", () => {
    const budget = (cost: number): MilpModel => ({
      columns: [column("n", 1, 10)],
      rows: [row("budget", -Infinity, [cost], 27_380_000)],
    });
    expect(reasonOf(budget(27_380_000), [1])).toBeNull();
    expect(reasonOf(budget(27_380_001), [1])).toMatch(/row budget/);
  });

  it("allows a fractional row its relative tolerance", () => {
    const memory = (bytes: number): MilpModel => ({
      columns: [column("n", 1, 10)],
      rows: [row("memory", -Infinity, [bytes], 1e9)],
    });
    expect(reasonOf(memory(1e9 + 500.5), [1])).toBeNull();
    expect(reasonOf(memory(1e9 + 1500.5), [1])).toMatch(/row memory/);
  });

  it("refuses an objective that its values do not give", () => {
    expect(reasonOf(KNAPSACK, [2, 2], { objective: -35 })).toMatch(/reported as -35 .* give -34/);
    expect(reasonOf(KNAPSACK, [2, 2], { objective: NaN })).toMatch(/reported as NaN/);
  });

  it("refuses a bound above the objective", () => {
    expect(reasonOf(KNAPSACK, [2, 2], { bound: -33.9 })).toMatch(/bound -33.9 is above/);
    expect(reasonOf(KNAPSACK, [2, 2], { bound: NaN })).toMatch(/bound NaN/);
    expect(reasonOf(KNAPSACK, [2, 2], { bound: -Infinity })).toBeNull();
  });

  it("allows a bound at most half a unit too high where objectives are whole", () => {
    const model: MilpModel = { columns: [column("n", 27_000_000, 1)], rows: [] };
    expect(reasonOf(model, [1], { bound: 27_000_000.4 })).toBeNull();
    expect(reasonOf(model, [1], { bound: 27_000_001 })).toMatch(/bound/);
  });
});
