/**
 * A model of a solve with limits on both latencies (140 columns, 179 rows). With its presolve on, HiGHS 1.15.3 calls 7,405,632,016 optimal,
 * or other costs by its random seed; the optimum is less than half of that.
 */
import { readFileSync } from "node:fs";
import { afterAll, expect, it } from "vitest";
import { checkSolution } from "../../src/milp/check.ts";
import { createInlineHighs } from "../../src/milp/highs-inline.ts";
import type { MilpModel } from "../../src/milp/model.ts";

const backend = createInlineHighs();
afterAll(() => backend.dispose());

interface StoredModel {
  readonly columns: readonly [string, number, number | string, number | string, boolean][];
  readonly rows: readonly [string, number | string, number | string, [number, number][]][];
}

const bound = (value: number | string): number =>
  typeof value === "number" ? value : value === "inf" ? Infinity : -Infinity;

function storedModel(): MilpModel {
  const path = new URL("./false-optimum.json", import.meta.url);
  const { columns, rows } = JSON.parse(readFileSync(path, "utf8")) as StoredModel;
  return {
    columns: columns.map(([name, cost, lower, upper, integer]) => ({
      name,
      cost,
      lower: bound(lower),
      upper: bound(upper),
      integer,
    })),
    rows: rows.map(([name, lower, upper, terms]) => ({
      name,
      lower: bound(lower),
      upper: bound(upper),
      terms: terms.map(([column, coefficient]) => ({ column, coefficient })),
    })),
  };
}

it("the optimum of a model that HiGHS's presolve gets wrong", async () => {
  const model = storedModel();
  const outcome = await backend.solve(model, { absoluteGap: 0.5 });
  expect(outcome).toMatchObject({ status: "optimal", objective: 3_577_600_016 });
  if (outcome.status !== "optimal") return;
  expect(checkSolution(model, outcome.values).ok).toBe(true);
  // Nothing cheaper: the same model with the cost as a row is infeasible one below, and not at the optimum.
  const within = (most: number): MilpModel => ({
    ...model,
    rows: [
      ...model.rows,
      {
        name: "within",
        lower: -Infinity,
        upper: most,
        terms: model.columns.flatMap(({ cost }, column) =>
          cost === 0 ? [] : [{ column, coefficient: cost }],
        ),
      },
    ],
  });
  expect((await backend.solve(within(outcome.objective - 1000))).status).toBe("infeasible");
  expect((await backend.solve(within(outcome.objective))).status).toBe("optimal");
});
