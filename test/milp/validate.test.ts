import { describe, expect, it } from "vitest";
import { InternalError } from "../../src/errors.ts";
import type { MilpModel } from "../../src/milp/model.ts";
import { validateModel, validateOptions } from "../../src/milp/validate.ts";
import { column, KNAPSACK, row } from "./models.ts";

const [x, y] = [column("x", 1, 3), column("y", 1, 3)];

function withRow(...args: Parameters<typeof row>): MilpModel {
  return { columns: [x, y], rows: [row(...args)] };
}

function withTerms(...terms: { column: number; coefficient: number }[]): MilpModel {
  return { columns: [x, y], rows: [{ name: "r", lower: 0, upper: 1, terms }] };
}

describe("validateModel", () => {
  it("accepts infinite ends on their own side, fixed columns and empty rows", () => {
    expect(() =>
      validateModel({
        columns: [
          column("a.b_1", 0, Infinity, { lower: -Infinity, integer: false }),
          column("b", 1, 2, { lower: 2 }),
        ],
        rows: [row("free", -Infinity, [1, 1], Infinity), row("empty", 0, [], 0)],
      }),
    ).not.toThrow();
  });

  const bad: [string, MilpModel, RegExp][] = [
    ["a NaN cost", { columns: [column("x", NaN, 1)], rows: [] }, /column x: cost is NaN/],
    ["an infinite cost", { columns: [column("x", Infinity, 1)], rows: [] }, /column x: cost/],
    ["a huge cost", { columns: [column("x", 1e15, 1)], rows: [] }, /column x: cost/],
    ["a NaN bound", { columns: [column("x", 1, NaN)], rows: [] }, /column x: upper is NaN/],
    [
      "a column above all numbers",
      { columns: [column("x", 1, Infinity, { lower: Infinity })], rows: [] },
      /column x: lower is Infinity/,
    ],
    [
      "crossed column bounds",
      { columns: [column("x", 1, 1, { lower: 2 })], rows: [] },
      /column x: lower 2 is above upper 1/,
    ],
    ["crossed row bounds", withRow("r", 2, [1, 1], 1), /row r: lower 2 is above upper 1/],
    ["a row below all numbers", withRow("r", -Infinity, [1], -Infinity), /row r: upper is -Inf/],
    ["a NaN row bound", withRow("r", NaN, [1], 2), /row r: lower is NaN/],
    ["a NaN coefficient", withRow("r", 0, [1, NaN], 2), /row r: coefficient of y is NaN/],
    ["a huge coefficient", withRow("r", 0, [1e16], 2), /row r: coefficient of x/],
    ["a vanishing coefficient", withRow("r", 0, [9e-10], 2), /9e-10 of x is smaller than 1e-9/],
    ["a zero coefficient", withTerms({ column: 0, coefficient: 0 }), /coefficient 0 of x/],
    ["a column past the last", withTerms({ column: 2, coefficient: 1 }), /column index 2/],
    ["a negative column", withTerms({ column: -1, coefficient: 1 }), /column index -1/],
    ["half a column", withTerms({ column: 0.5, coefficient: 1 }), /column index 0.5/],
    [
      "a column twice in a row",
      withTerms(
        { column: 0, coefficient: 1 },
        { column: 1, coefficient: 1 },
        { column: 0, coefficient: 2 },
      ),
      /row r: column x appears twice/,
    ],
    ["equal column names", { columns: [x, x], rows: [] }, /Two columns are named x/],
    [
      "equal row names",
      { columns: [x], rows: [row("r", 0, [1], 1), row("r", 0, [1], 1)] },
      /Two rows are named r/,
    ],
    ["an empty name", { columns: [column("", 1, 1)], rows: [] }, /column name ""/],
    ["a blank in a name", { columns: [column("a b", 1, 1)], rows: [] }, /column name "a b"/],
    ["an operator in a name", withRow("a-b", 0, [1], 1), /row name "a-b"/],
    ["an endless name", { columns: [column("x".repeat(241), 1, 1)], rows: [] }, /1 to 240/],
  ];
  it.each(bad)("refuses %s", (_, model, message) => {
    expect(() => validateModel(model)).toThrow(InternalError);
    expect(() => validateModel(model)).toThrow(message);
  });
});

describe("validateOptions", () => {
  it("accepts no options, no limit and a start", () => {
    validateOptions(KNAPSACK, {});
    validateOptions(KNAPSACK, { timeLimitSeconds: Infinity, absoluteGap: 0 });
    validateOptions(KNAPSACK, { timeLimitSeconds: 0, start: Float64Array.of(0, 1) });
  });

  it.each([
    [{ timeLimitSeconds: -1 }, /time limit/],
    [{ timeLimitSeconds: NaN }, /time limit/],
    [{ absoluteGap: -1 }, /absolute gap/],
    [{ absoluteGap: Infinity }, /absolute gap/],
    [{ knownBound: -Infinity }, /known bound/],
    [{ start: Float64Array.of(1) }, /1 values for a model of 2 columns/],
    [{ start: Float64Array.of(1, NaN) }, /column y the value NaN/],
  ])("refuses %o", (options, message) => {
    expect(() => validateOptions(KNAPSACK, options)).toThrow(message);
  });
});
