import { afterAll, describe, expect, it } from "vitest";
import { createInlineHighs } from "../../src/milp/highs-inline.ts";
import { loadHighs } from "../../src/milp/highs-load.ts";
import type { MilpModel } from "../../src/milp/model.ts";
import { writeLp, writeMps } from "../../src/milp/write.ts";
import { column, KNAPSACK, randomModel, randomOf, row } from "./models.ts";

const highs = await loadHighs();
const backend = createInlineHighs();

afterAll(() => backend.dispose());

const formats = [
  { format: "lp", write: writeLp },
  { format: "mps", write: writeMps },
] as const;

/** What HiGHS reads from a text: the model, and its optimum or null when there is none. */
function readBack(format: "lp" | "mps", data: string) {
  const model = highs.createModel({ format, data });
  try {
    model.options.set({ log_to_console: false, mip_rel_gap: 0 });
    const read = model.getModel("csr");
    const names = Array.from({ length: read.numCols }, (_, index) => model.getColName(index));
    const rowNames = Array.from({ length: read.numRows }, (_, index) => model.getRowName(index));
    const { modelStatus } = model.run();
    const isOptimal = modelStatus === highs.constants.modelStatus.optimal;
    const optimum = isOptimal ? model.getObjectiveValue() : null;
    return { read, names, rowNames, optimum };
  } finally {
    model.dispose();
  }
}

const AWKWARD: MilpModel = {
  columns: [
    column("n_open", 0.1 + 0.2, Infinity),
    column("whole.down", -1e-7, 3, { lower: -Infinity }),
    column("fixed", 1 / 3, 2.5, { lower: 2.5, integer: false }),
    column("below_zero", 5, -1.25, { lower: -7.125, integer: false }),
    column("free_one", 123456789.125, Infinity, { lower: -Infinity, integer: false }),
    column("unused", 0, 1e6),
    column("zero_one", -0, 1),
  ],
  rows: [
    row("range", -1e6, [1, 0.1, 0, 1e-8], 1e14 / 3),
    row("equal", -0, [0, 0, 3, 0, 1], -0),
    row("at_least", 0.1, [1], Infinity),
    row("at_most", -Infinity, [0, 1, 0, 0, 0, 0, -1e9], 7),
    row("anything", -Infinity, [1, 1], Infinity),
    row("empty", -1, [], 1),
  ],
};

describe.each(formats)("$format", ({ format, write }) => {
  it("reads back as the very same numbers", () => {
    const { read, names, rowNames } = readBack(format, write(AWKWARD));
    const { columns } = AWKWARD;
    expect(names).toEqual(columns.map(({ name }) => name));
    expect([...read.colCost]).toEqual(columns.map(({ cost }) => cost + 0));
    expect([...read.colLower]).toEqual(columns.map(({ lower }) => lower));
    expect([...read.colUpper]).toEqual(columns.map(({ upper }) => upper));
    expect([...read.integrality]).toEqual(columns.map(({ integer }) => (integer ? 1 : 0)));
    expect(read.sense).toBe(highs.constants.objectiveSense.minimize);
    expect(rowNames).toEqual([
      "range_lo",
      "range_up",
      "equal",
      "at_least",
      "at_most",
      "empty_lo",
      "empty_up",
    ]);
    expect([...read.rowLower]).toEqual([-1e6, -Infinity, 0, 0.1, -Infinity, -1, -Infinity]);
    expect([...read.rowUpper]).toEqual([Infinity, 1e14 / 3, 0, Infinity, 7, Infinity, 1]);
    const entries = [...read.matrix.values].map((value, index) => [
      value,
      read.matrix.indices[index],
    ]);
    const range = [
      [1, 0],
      [0.1, 1],
      [1e-8, 3],
    ];
    const rest = [
      [3, 2],
      [1, 4],
      [1, 0],
      [1, 1],
      [-1e9, 6],
    ];
    expect(entries).toEqual([...range, ...range, ...rest]);
  });

  it("has the optimum of the model it was written from, on random models", async () => {
    const random = randomOf(4711);
    let optimal = 0;
    for (let round = 0; round < 60; round++) {
      const model = randomModel(random);
      const outcome = await backend.solve(model);
      const { optimum } = readBack(format, write(model));
      const about = JSON.stringify({ model, outcome });
      if (outcome.status !== "optimal") {
        expect(optimum, about).toBeNull();
        continue;
      }
      optimal++;
      expect(optimum, about).toBeCloseTo(outcome.objective, 6);
    }
    expect(optimal).toBeGreaterThan(20);
  });

  it("gives names that readers would misread a harmless form, each its own", () => {
    const odd = [
      "free",
      "n_free",
      "inf",
      "Infinity_x",
      "nan1",
      "e12",
      "E",
      "1x",
      ".5",
      "st",
      "End",
    ];
    const model: MilpModel = {
      columns: odd.map((name, index) => column(name, index + 1, 3)),
      rows: ["r", "r_lo", "r_up", "cost", "bounds"].map((name, index) =>
        row(
          name,
          index,
          odd.map((_, position) => position + 1),
          index === 0 ? 9 : 99,
        ),
      ),
    };
    const { names, rowNames, read } = readBack(format, write(model));
    expect(names[1]).toBe("n_free_2");
    expect(new Set(names).size).toBe(odd.length);
    expect([...read.colCost]).toEqual(odd.map((_, index) => index + 1));
    expect(rowNames).toHaveLength(10);
    expect(new Set(rowNames).size).toBe(10);
  });

  it("writes a model without rows", () => {
    const model: MilpModel = { columns: [column("x", -1, 4)], rows: [] };
    expect(readBack(format, write(model)).optimum).toBe(-4);
  });

  it("wraps lines and never splits a number", () => {
    const columns = Array.from({ length: 200 }, (_, index) => column(`x${index}`, index + 0.5, 1));
    const rows = [
      row(
        "sum",
        3,
        columns.map(() => 1),
        3,
      ),
    ];
    const text = write({ columns, rows });
    expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(110);
    expect(readBack(format, text).optimum).toBe(0.5 + 1.5 + 2.5);
  });

  it("is text that ends in a line break, the same every time", () => {
    expect(write(KNAPSACK)).toBe(write(KNAPSACK));
    expect(write(KNAPSACK)).toMatch(/\n$/);
  });

  it("refuses what cannot be written", () => {
    expect(() => write({ columns: [], rows: [] })).toThrow(/without columns/);
    expect(() => write({ columns: [column("a b", 1, 1)], rows: [] })).toThrow(/column name/);
  });
});

it("writes LP that a person can read", () => {
  expect(writeLp(KNAPSACK)).toBe(`\\ Written by llm-placement. The objective is minimised.
Minimize
 cost: - 7 x - 10 y
Subject To
 weight: + 3 x + 5 y <= 17.5
Bounds
 0 <= x <= 3
 0 <= y <= 3
General
 x y
End
`);
});

it("writes MPS without a section for the sense, and bounds for every column", () => {
  expect(writeMps(KNAPSACK)).toBe(`* Written by llm-placement. The objective is minimised.
NAME llm_placement FREE
ROWS
 N cost
 L weight
COLUMNS
 MARKER1 'MARKER' 'INTORG'
 x cost -7
 x weight 3
 y cost -10
 y weight 5
 MARKER2 'MARKER' 'INTEND'
RHS
 RHS weight 17.5
BOUNDS
 LO BND x 0
 UP BND x 3
 LO BND y 0
 UP BND y 3
ENDATA
`);
});
