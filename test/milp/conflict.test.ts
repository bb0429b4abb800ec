import { afterAll, describe, expect, it } from "vitest";
import { createInlineHighs } from "../../src/milp/highs-inline.ts";
import type { MilpModel } from "../../src/milp/model.ts";

const backend = createInlineHighs();
afterAll(() => backend.dispose());

const column = (name: string, upper: number) => ({ name, cost: 1, lower: 0, upper, integer: true });
const row = (name: string, lower: number, upper: number, ...coefficients: number[]) => ({
  name,
  lower,
  upper,
  terms: coefficients
    .map((coefficient, i) => ({ column: i, coefficient }))
    .filter((term) => term.coefficient !== 0),
});

describe("rows that cannot hold together", () => {
  it("are named without the ones that are innocent", async () => {
    const model: MilpModel = {
      columns: [column("a", 10), column("b", 10), column("c", 10)],
      rows: [
        row("at_least", 8, Number.POSITIVE_INFINITY, 1, 1, 0),
        row("innocent", 0, 5, 0, 0, 1),
        row("at_most", Number.NEGATIVE_INFINITY, 6, 1, 1, 0),
      ],
    };
    const conflict = await backend.conflict!(model);
    expect([...conflict!].sort()).toEqual(["at_least", "at_most"]);
    for (const left of ["at_least", "at_most"]) {
      const rest = { ...model, rows: model.rows.filter((r) => r.name !== left) };
      expect((await backend.solve(rest)).status).toBe("optimal");
    }
  });

  it("include bounds of columns", async () => {
    const conflict = await backend.conflict!({
      columns: [column("a", 3), column("b", 4)],
      rows: [row("much", 8, Number.POSITIVE_INFINITY, 1, 1), row("few", 0, 9, 1, 1)],
    });
    expect([...conflict!].sort()).toEqual(["much", "the bounds of a", "the bounds of b"]);
  });

  it("are none when only integrality is in the way", async () => {
    const model: MilpModel = {
      columns: [column("a", 1)],
      rows: [row("half", 1, 1, 2)],
    };
    expect((await backend.solve(model)).status).toBe("infeasible");
    expect(await backend.conflict!(model)).toBeNull();
  });
});
