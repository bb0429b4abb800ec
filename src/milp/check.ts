import type { MilpModel, MilpRow } from "./model.ts";
import {
  boundTolerance,
  FEASIBILITY_TOLERANCE,
  INTEGRALITY_TOLERANCE,
  objectiveTolerance,
  rowTolerance,
} from "./tolerance.ts";

/** A solution that was checked: integer columns are whole, every column lies within its bounds. */
export interface CheckedSolution {
  readonly values: Float64Array;
  /** Σ cost · value of the values above, not what the solver said. */
  readonly objective: number;
}

/** What a solver says about its solution, in the objective's unit; what is absent is not compared. */
export interface Claim {
  readonly objective?: number;
  /** Nothing is better than this. -Infinity claims nothing. */
  readonly bound?: number;
}

export type CheckResult =
  | { readonly ok: true; readonly solution: CheckedSolution }
  | { readonly ok: false; readonly reason: string };

/**
 * Verifies a solution against the model alone: one value a column, whole numbers where the model wants them, bounds, rows,
 * and the objective recomputed from the rounded values. A solver that opens a constraint with a binary of 5e-7 is caught
 * here, since the rounded binary closes it again.
 */
export function checkSolution(
  model: MilpModel,
  values: ArrayLike<number>,
  claim: Claim = {},
): CheckResult {
  if (values.length !== model.columns.length) {
    return fail(`it has ${values.length} values for ${model.columns.length} columns`);
  }
  const rounded = new Float64Array(values.length);
  let objective = 0;
  for (const [index, column] of model.columns.entries()) {
    const value = values[index]!;
    if (!Number.isFinite(value)) return fail(`column ${column.name} has the value ${value}`);
    const whole = column.integer ? Math.round(value) : value;
    if (Math.abs(whole - value) > INTEGRALITY_TOLERANCE) {
      return fail(`integer column ${column.name} has the value ${value}`);
    }
    if (
      whole < column.lower - FEASIBILITY_TOLERANCE * Math.max(1, Math.abs(column.lower)) ||
      whole > column.upper + FEASIBILITY_TOLERANCE * Math.max(1, Math.abs(column.upper))
    ) {
      return fail(`column ${column.name} = ${value} is outside ${column.lower} to ${column.upper}`);
    }
    const clamped = column.integer ? whole : Math.min(Math.max(whole, column.lower), column.upper);
    // Adding zero turns the -0 of a rounded -1e-9 into 0.
    rounded[index] = clamped + 0;
    objective += column.cost * clamped;
  }
  for (const row of model.rows) {
    const breach = rowBreach(model, row, rounded);
    if (breach !== null) return fail(breach);
  }
  const dispute = claimDispute(model, objective + 0, claim);
  if (dispute !== null) return fail(dispute);
  return { ok: true, solution: { values: rounded, objective: objective + 0 } };
}

function fail(reason: string): CheckResult {
  return { ok: false, reason };
}

function rowBreach(model: MilpModel, row: MilpRow, values: Float64Array): string | null {
  let activity = 0;
  let magnitude = 0;
  for (const { column, coefficient } of row.terms) {
    const part = coefficient * values[column]!;
    activity += part;
    magnitude += Math.abs(part);
  }
  // Adding large numbers that cancel leaves an error of their size times the machine epsilon.
  const noise = 8 * Number.EPSILON * magnitude;
  if (
    activity < row.lower - rowTolerance(model, row, row.lower) - noise ||
    activity > row.upper + rowTolerance(model, row, row.upper) + noise
  ) {
    return `row ${row.name} = ${activity} is outside ${row.lower} to ${row.upper}`;
  }
  return null;
}

function claimDispute(model: MilpModel, objective: number, claim: Claim): string | null {
  if (
    claim.objective !== undefined &&
    !(Math.abs(claim.objective - objective) <= objectiveTolerance(objective))
  ) {
    return `the objective is reported as ${claim.objective} but its values give ${objective}`;
  }
  if (claim.bound !== undefined && !(claim.bound <= objective + boundTolerance(model, objective))) {
    return `the bound ${claim.bound} is above the objective ${objective} it should be below`;
  }
  return null;
}
