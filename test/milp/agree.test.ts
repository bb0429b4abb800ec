import { afterAll, describe, expect, it } from "vitest";
import { checkSolution } from "../../src/milp/check.ts";
import { createHighsWorkerBackend } from "../../src/milp/highs-client.ts";
import { createInlineHighs } from "../../src/milp/highs-inline.ts";
import { createJslp } from "../../src/milp/jslp.ts";
import type { MilpModel } from "../../src/milp/model.ts";
import { bruteForce, column, integerOf, PARITY, randomModel, randomOf, row } from "./models.ts";

const inline = createInlineHighs();
const worker = createHighsWorkerBackend();
const jslp = createJslp();
const backends = [inline, worker, jslp];

afterAll(() => Promise.all(backends.map((backend) => backend.dispose())));

describe.each([
  { backend: inline, count: 100 },
  { backend: jslp, count: 300 },
  { backend: worker, count: 60 },
])("$backend.name", ({ backend, count }) => {
  it(`gives the optimum that trying everything gives, on ${count} random models`, async () => {
    const random = randomOf(20_240);
    let infeasible = 0;
    for (let round = 0; round < count; round++) {
      const model = randomModel(random);
      const best = bruteForce(model);
      const outcome = await backend.solve(model);
      const about = JSON.stringify({ round, model, best, outcome });
      if (best === null) {
        infeasible++;
        expect(outcome.status, about).toBe("infeasible");
        continue;
      }
      expect(outcome.status, about).toBe("optimal");
      if (outcome.status !== "optimal") continue;
      expect(outcome.objective, about).toBeCloseTo(best, 6);
      expect(outcome.bound, about).toBe(outcome.objective);
      expect(checkSolution(model, outcome.values, outcome).ok, about).toBe(true);
    }
    // Both answers must have been asked for.
    expect(infeasible).toBeGreaterThan(count / 20);
    expect(infeasible).toBeLessThan(count / 2);
  });
});

it("agrees on mixed models with open bounds, where nothing can be tried out", async () => {
  const random = randomOf(77);
  let optimal = 0;
  for (let round = 0; round < 100; round++) {
    const model = randomMixed(random);
    const [first, second] = [await inline.solve(model), await jslp.solve(model)];
    const about = JSON.stringify({ round, model, first, second });
    expect(second.status, about).toBe(first.status);
    if (first.status !== "optimal" || second.status !== "optimal") continue;
    optimal++;
    expect(Math.abs(first.objective - second.objective), about).toBeLessThan(1e-5);
  }
  expect(optimal).toBeGreaterThan(50);
});

describe.each(backends)("$name", (backend) => {
  it("solves linear programs", async () => {
    const model: MilpModel = {
      columns: [
        column("a", 2, Infinity, { integer: false }),
        column("b", 3, Infinity, { integer: false }),
      ],
      rows: [row("sum", 3.5, [1, 1], Infinity), row("b_least", 1, [0, 1], Infinity)],
    };
    expect(await backend.solve(model)).toEqual({
      status: "optimal",
      values: Float64Array.of(2.5, 1),
      objective: 8,
      bound: 8,
    });
    const impossible = { ...model, rows: [row("r", 2, [1, 1], 2), row("s", 3, [1, 1], 3)] };
    expect(await backend.solve(impossible)).toEqual({ status: "infeasible" });
  });

  it("reports an unbounded model as a failure that says so", async () => {
    const model: MilpModel = {
      columns: [column("a", -1, Infinity), column("b", 1, 5)],
      rows: [row("r", -Infinity, [1, -2], Infinity)],
    };
    const outcome = await backend.solve(model);
    expect(outcome).toMatchObject({ status: "failed", reason: expect.stringMatching(/unbounded/) });
  });

  it("proves infeasible what only whole numbers make so", async () => {
    expect(await backend.solve(PARITY)).toEqual({ status: "infeasible" });
  });

  it("gives the same values every time", async () => {
    const model = randomTie();
    const first = await backend.solve(model);
    expect(first.status).toBe("optimal");
    for (let round = 0; round < 5; round++) expect(await backend.solve(model)).toEqual(first);
  });
});

/** Integers and continuous columns, some without a lower or upper bound, costs that keep the objective finite. */
function randomMixed(random: () => number): MilpModel {
  const columns = Array.from({ length: integerOf(random, 2, 5) }, (_, index) => {
    const kind = integerOf(random, 0, 3);
    const lower = kind === 0 ? -Infinity : integerOf(random, -3, 2);
    const upper = kind === 1 ? Infinity : Math.max(lower, 0) + integerOf(random, 1, 4);
    const size = Math.round(random() * 900 + 100) / 100;
    const open = kind === 0 ? -size : size;
    return column(`x${index}`, kind > 1 && random() < 0.5 ? -size : open, upper, {
      lower,
      integer: random() < 0.6,
    });
  });
  const rows = Array.from({ length: integerOf(random, 1, 3) }, (_, index) => {
    const low = integerOf(random, -5, 5);
    return row(
      `r${index}`,
      low,
      columns.map(() => integerOf(random, -3, 3)),
      random() < 0.5 ? Infinity : low + integerOf(random, 0, 5),
    );
  });
  return { columns, rows };
}

/** Twelve equal columns of which six are to be chosen: 924 optima. */
function randomTie(): MilpModel {
  const columns = Array.from({ length: 12 }, (_, index) => column(`x${index}`, 1, 1));
  return {
    columns,
    rows: [
      row(
        "six",
        6,
        columns.map(() => 1),
        6,
      ),
    ],
  };
}
