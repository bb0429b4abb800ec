import type { MilpColumn, MilpModel, MilpOutcome, MilpRow } from "./model.ts";
import { FEASIBILITY_TOLERANCE, rowTolerance } from "./tolerance.ts";

/**
 * Decides what needs no solver, or returns null: models without columns, rows without terms and rows that no values
 * within the columns' bounds can meet. Solvers answer the first two wrongly (a violated empty row counts as solved), and
 * an "infeasible" that is proven here needs no second opinion.
 */
export function decideTrivially(model: MilpModel): MilpOutcome | null {
  if (model.columns.some((column) => wholeLower(column) > wholeUpper(column))) {
    return { status: "infeasible" };
  }
  if (model.rows.some((row) => isOutOfReach(model, row))) return { status: "infeasible" };
  if (model.columns.length > 0) return null;
  return { status: "optimal", values: new Float64Array(0), objective: 0, bound: 0 };
}

/** Whether Σ coefficient · column misses the row for every choice of columns; for a row without terms the sum is 0. */
function isOutOfReach(model: MilpModel, row: MilpRow): boolean {
  let least = 0;
  let most = 0;
  let magnitude = 0;
  for (const { column, coefficient } of row.terms) {
    const atLower = coefficient * wholeLower(model.columns[column]!);
    const atUpper = coefficient * wholeUpper(model.columns[column]!);
    least += Math.min(atLower, atUpper);
    most += Math.max(atLower, atUpper);
    magnitude += Math.max(finiteSize(atLower), finiteSize(atUpper));
  }
  const noise = 8 * Number.EPSILON * magnitude;
  return (
    least > row.upper + rowTolerance(model, row, row.upper) + noise ||
    most < row.lower - rowTolerance(model, row, row.lower) - noise
  );
}

/** The lower bound of a column; for an integer column the smallest whole number within it. */
export function wholeLower(column: MilpColumn): number {
  return column.integer ? Math.ceil(column.lower - FEASIBILITY_TOLERANCE) : column.lower;
}

/** The upper bound of a column; for an integer column the largest whole number within it. */
export function wholeUpper(column: MilpColumn): number {
  return column.integer ? Math.floor(column.upper + FEASIBILITY_TOLERANCE) : column.upper;
}

function finiteSize(value: number): number {
  return Number.isFinite(value) ? Math.abs(value) : 0;
}
