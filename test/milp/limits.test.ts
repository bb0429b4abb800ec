import { afterAll, describe, expect, it } from "vitest";
import { checkSolution } from "../../src/milp/check.ts";
import { createHighsWorkerBackend } from "../../src/milp/highs-client.ts";
import { createInlineHighs } from "../../src/milp/highs-inline.ts";
import { loadHighs } from "../../src/milp/highs-load.ts";
import { createJslp } from "../../src/milp/jslp.ts";
import type { MilpOutcome } from "../../src/milp/model.ts";
import { column, KNAPSACK, largeKnapsack, marketSplit, row } from "./models.ts";

const worker = createHighsWorkerBackend();
const inline = createInlineHighs();
const jslp = createJslp();

afterAll(() => Promise.all([worker, inline, jslp].map((backend) => backend.dispose())));

const HARD = marketSplit(4, 40, 1);
/** Take nothing: every market is under its half by all of it. */
const NOTHING = Float64Array.from(HARD.columns, ({ name }) =>
  name.startsWith("under") ? HARD.rows[Number(name.slice(5))]!.lower : 0,
);

function expectFeasible(outcome: MilpOutcome): void {
  if (outcome.status !== "feasible") throw new Error(JSON.stringify(outcome));
  expect(checkSolution(HARD, outcome.values, outcome).ok).toBe(true);
  expect(outcome.bound).toBeLessThanOrEqual(outcome.objective);
}

describe.each([worker, inline])("$name", (backend) => {
  it("returns the best solution and the bound when the time is up", async () => {
    const outcome = await backend.solve(HARD, { timeLimitSeconds: 0.6, start: NOTHING });
    expectFeasible(outcome);
    expect(outcome).toMatchObject({ bound: expect.any(Number) });
  });

  it("returns nothing, or the start, when there is no time at all", async () => {
    const none = await backend.solve(HARD, { timeLimitSeconds: 0 });
    expect(none).toEqual({ status: "no_solution", bound: null });
    const started = await backend.solve(HARD, { timeLimitSeconds: 0, start: NOTHING });
    expect(started).toMatchObject({ status: "feasible", values: NOTHING, bound: -Infinity });
  });

  it("never returns worse than the start", async () => {
    const first = await backend.solve(HARD, { timeLimitSeconds: 0.5, start: NOTHING });
    if (first.status !== "feasible") throw new Error(first.status);
    const again = await backend.solve(HARD, { timeLimitSeconds: 0.05, start: first.values });
    expectFeasible(again);
    expect(again).toMatchObject({ objective: expect.any(Number) });
    if (again.status === "feasible") {
      expect(again.objective).toBeLessThanOrEqual(first.objective + 1e-6);
    }
  });

  it("takes a start that does not hold as a hint only", async () => {
    const outcome = await backend.solve(KNAPSACK, { start: Float64Array.of(3, 3) });
    expect(outcome).toMatchObject({ status: "optimal", objective: -34 });
  });

  it("stops within the gap that is allowed, with the bound that proves it", async () => {
    const outcome = await backend.solve(HARD, { absoluteGap: 1e6, start: NOTHING });
    expect(outcome.status).toBe("optimal");
    if (outcome.status !== "optimal") return;
    expect(outcome.bound).toBeLessThanOrEqual(outcome.objective);
    expect(outcome.objective - outcome.bound).toBeLessThanOrEqual(1e6);
  });

  it("ends when it is cancelled, with what it has found", async () => {
    const controller = new AbortController();
    const told: (number | null)[] = [];
    const outcome = await backend.solve(HARD, {
      signal: controller.signal,
      onProgress: ({ objective, bound }) => {
        told.push(objective);
        if (objective !== null && bound !== null) {
          expect(bound).toBeLessThanOrEqual(objective);
          controller.abort();
        }
      },
    });
    expectFeasible(outcome);
    expect(told.some((objective) => objective !== null)).toBe(true);
  });

  it("does not start what is already cancelled", async () => {
    const options = { signal: AbortSignal.abort() };
    expect(await backend.solve(HARD, options)).toEqual({ status: "no_solution", bound: null });
    const outcome = await backend.solve(HARD, { ...options, start: NOTHING });
    expect(outcome).toMatchObject({ status: "feasible", values: NOTHING });
  });

  it("solves what was asked at the same time one after the other", async () => {
    const asked = [1, 2, 3, 4, 5].map((weight) => {
      const rows = [row("weight", -Infinity, [3, 5], 3 * weight)];
      return backend.solve({ columns: KNAPSACK.columns, rows });
    });
    const objectives = (await Promise.all(asked)).map((outcome) =>
      outcome.status === "optimal" ? outcome.objective : outcome.status,
    );
    expect(objectives).toEqual([-7, -14, -21, -24, -31]);
  });
});

describe("jslp", () => {
  const slow = largeKnapsack(100, 10, 1);

  it("claims nothing when the time is up, though the solver calls it feasible", async () => {
    const outcome = await jslp.solve(slow, { timeLimitSeconds: 0.3 });
    expect(["feasible", "no_solution"]).toContain(outcome.status);
  });

  it("keeps the start when the time is up", async () => {
    const start = new Float64Array(100);
    const outcome = await jslp.solve(slow, { timeLimitSeconds: 0.05, start });
    if (outcome.status !== "feasible") throw new Error(JSON.stringify(outcome));
    expect(checkSolution(slow, outcome.values, outcome).ok).toBe(true);
    expect(outcome.objective).toBeLessThanOrEqual(0);
    expect(outcome.bound).toBe(-Infinity);
  });

  it("does not hang with the solver where its simplex method goes round for ever", async () => {
    expect(await jslp.solve(HARD)).toMatchObject({
      status: "failed",
      reason: expect.stringMatching(/simplex method/),
    });
  });

  it("refuses more integer columns than it can be trusted with", async () => {
    const columns = Array.from({ length: 501 }, (_, index) => column(`x${index}`, 1, 1));
    expect(await jslp.solve({ columns, rows: [] })).toMatchObject({
      status: "failed",
      reason: expect.stringMatching(/501 integer columns are more than the 500/),
    });
    expect((await jslp.solve({ columns: columns.slice(1), rows: [] })).status).toBe("optimal");
  });

  it("refuses tables that would not fit", async () => {
    const columns = Array.from({ length: 3000 }, (_, index) =>
      column(`x${index}`, 1, 1, { integer: false }),
    );
    expect(await jslp.solve({ columns, rows: [] })).toMatchObject({
      status: "failed",
      reason: expect.stringMatching(/a table of 9006001 numbers/),
    });
  });

  it("does not start what is already cancelled", async () => {
    const outcome = await jslp.solve(HARD, { signal: AbortSignal.abort() });
    expect(outcome).toEqual({ status: "no_solution", bound: null });
  });
});

describe("memory", () => {
  /** Enough rows and columns that a model which is not given back shows. */
  const columns = Array.from({ length: 300 }, (_, index) =>
    column(`x${index}`, 1 + (index % 7), 1),
  );
  const rows = Array.from({ length: 60 }, (_, item) =>
    row(
      `row${item}`,
      1,
      columns.map((_, index) => (index % 60 === item ? 1 : 0)),
      1,
    ),
  );
  const model = { columns, rows };

  it("of the module does not grow over 300 solves", async () => {
    const highs = await loadHighs();
    const backend = createInlineHighs({ load: async () => highs });
    for (let round = 0; round < 20; round++) await backend.solve(model);
    const before = highs.memoryBytes;
    for (let round = 0; round < 280; round++) await backend.solve(model);
    expect(highs.memoryBytes).toBe(before);
  });

  it("of the process hardly grows over 300 solves in one worker", async () => {
    for (let round = 0; round < 50; round++) await worker.solve(model);
    const before = process.memoryUsage().rss;
    for (let round = 0; round < 250; round++) {
      expect((await worker.solve(model)).status).toBe("optimal");
    }
    // A model that stayed would cost about 0.1 MB; what the collectors have not got to yet is far below this.
    expect((process.memoryUsage().rss - before) / 2 ** 20).toBeLessThan(100);
  });
});
