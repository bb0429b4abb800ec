import { InternalError } from "../errors.ts";
import { toExportModel } from "./export-rows.ts";
import type { MilpColumn, MilpModel } from "./model.ts";
import { validateModel } from "./validate.ts";

/** Old readers of LP files stop at 255 characters a line. */
const LINE_WIDTH = 100;

const HEADING = "Written by llm-placement. The objective is minimised.";

/**
 * The model as LP text, as HiGHS, GLPK, CBC, SCIP, CPLEX and Gurobi read it. Numbers are printed so that they read back
 * as the very same numbers.
 *
 * @throws InternalError when the model breaks the rules of `validateModel`, or has no columns.
 */
export function writeLp(model: MilpModel): string {
  checkForExport(model);
  const { objectiveName, columnNames, rows } = toExportModel(model);
  const term = (coefficient: number, column: number): string =>
    `${coefficient < 0 ? "-" : "+"} ${Math.abs(coefficient)} ${columnNames[column]}`;
  const lines = [`\\ ${HEADING}`, "Minimize"];
  // Every column stands in the objective, with cost 0 if need be, so that readers number the columns as the model does.
  const costs = model.columns.map(({ cost }, column) => term(cost, column));
  lines.push(...wrap([`${objectiveName}:`, ...costs]));
  lines.push("Subject To");
  for (const row of rows) {
    // A row needs a term to be a row.
    const terms =
      row.terms.length === 0
        ? [term(0, 0)]
        : row.terms.map(({ column, coefficient }) => term(coefficient, column));
    lines.push(...wrap([`${row.name}:`, ...terms, `${row.sense} ${row.rightHandSide + 0}`]));
  }
  // Some readers refuse a file without any row.
  if (rows.length === 0) lines.push(` no_rows: ${term(0, 0)} >= 0`);
  lines.push("Bounds");
  model.columns.forEach((column, index) => {
    lines.push(` ${lpBound(column, columnNames[index]!)}`);
  });
  const integers = columnNames.filter((_, index) => model.columns[index]!.integer);
  if (integers.length > 0) lines.push("General", ...wrap(integers));
  lines.push("End", "");
  return lines.join("\n");
}

/**
 * The model as free-format MPS text. There is no OBJSENSE section, which some readers refuse: MPS minimises without it.
 *
 * @throws InternalError when the model breaks the rules of `validateModel`, or has no columns.
 */
export function writeMps(model: MilpModel): string {
  checkForExport(model);
  const { objectiveName, columnNames, rows } = toExportModel(model);
  const entries: string[][] = columnNames.map(() => []);
  rows.forEach((row) => {
    for (const { column, coefficient } of row.terms) {
      entries[column]!.push(`${row.name} ${coefficient}`);
    }
  });
  // Without the word FREE some readers take short names for the columns of the fixed format.
  const lines = [`* ${HEADING}`, "NAME llm_placement FREE", "ROWS", ` N ${objectiveName}`];
  const letters = { "<=": "L", ">=": "G", "=": "E" } as const;
  for (const row of rows) lines.push(` ${letters[row.sense]} ${row.name}`);
  lines.push("COLUMNS");
  let isInInteger = false;
  let markers = 0;
  const mark = (): void => {
    isInInteger = !isInInteger;
    lines.push(` MARKER${++markers} 'MARKER' '${isInInteger ? "INTORG" : "INTEND"}'`);
  };
  model.columns.forEach((column, index) => {
    if (column.integer !== isInInteger) mark();
    const name = columnNames[index]!;
    // The cost is written even when it is 0: a column exists by its entries.
    lines.push(` ${name} ${objectiveName} ${column.cost + 0}`);
    for (const entry of entries[index]!) lines.push(` ${name} ${entry}`);
  });
  if (isInInteger) mark();
  lines.push("RHS");
  for (const row of rows) {
    if (row.rightHandSide !== 0) lines.push(` RHS ${row.name} ${row.rightHandSide}`);
  }
  lines.push("BOUNDS");
  model.columns.forEach((column, index) => {
    for (const [kind, value] of mpsBounds(column)) {
      lines.push(` ${kind} BND ${columnNames[index]}${value === null ? "" : ` ${value}`}`);
    }
  });
  lines.push("ENDATA", "");
  return lines.join("\n");
}

function checkForExport(model: MilpModel): void {
  validateModel(model);
  if (model.columns.length === 0) {
    throw new InternalError("A model without columns cannot be written to a file.");
  }
}

/** Readers differ in what they assume, so each bound is spelt out. Adding 0 turns -0 into 0. */
function lpBound({ lower, upper }: MilpColumn, name: string): string {
  if (lower === upper) return `${name} = ${lower + 0}`;
  if (lower === -Infinity)
    return upper === Infinity ? `${name} free` : `-inf <= ${name} <= ${upper + 0}`;
  return upper === Infinity ? `${name} >= ${lower + 0}` : `${lower + 0} <= ${name} <= ${upper + 0}`;
}

/**
 * The lower bound comes first: a negative upper bound over an unset lower one is read in two ways. Integer columns get
 * their upper bound even when it is infinite, since some readers take 1 for granted.
 */
function mpsBounds({ lower, upper }: MilpColumn): readonly (readonly [string, number | null])[] {
  if (lower === upper) return [["FX", lower + 0]];
  if (lower === -Infinity && upper === Infinity) return [["FR", null]];
  return [
    lower === -Infinity ? ["MI", null] : ["LO", lower + 0],
    upper === Infinity ? ["PL", null] : ["UP", upper + 0],
  ];
}

/** Lines of words, each line indented by a blank and no longer than the width unless a single word is. */
function wrap(words: readonly string[]): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of words) {
    if (line !== "" && line.length + 1 + word.length > LINE_WIDTH) {
      lines.push(line);
      line = "";
    }
    line += ` ${word}`;
  }
  if (line !== "") lines.push(line);
  return lines;
}
