import type { MilpModel, MilpRow } from "./model.ts";

/** How far a row or bound may be missed, in its own unit; the tolerance MILP solvers work with. */
export const FEASIBILITY_TOLERANCE = 1e-6;

/** How far from a whole number the value of an integer column may be before it counts as not integral. */
export const INTEGRALITY_TOLERANCE = 1e-5;

/** Allowed difference between two computations of the same objective, in the objective's unit. */
export function objectiveTolerance(objective: number): number {
  return 1e-6 * Math.max(1, Math.abs(objective));
}

/**
 * What two bounds may differ by and still count as equal, in the objective's unit. An objective that only takes whole
 * values is proven best once the bound is less than one below it, so half a unit is never exceeded there.
 */
export function boundTolerance(model: MilpModel, objective: number): number {
  const tolerance = objectiveTolerance(objective);
  return hasWholeObjective(model) ? Math.min(tolerance, 0.5) : tolerance;
}

/**
 * How far `row` may miss its bound `bound`. Where every term is a whole number times an integer column the activity is a
 * whole number, and a tolerance that grew with the bound would let a budget in micro-dollars be overdrawn.
 */
export function rowTolerance(model: MilpModel, row: MilpRow, bound: number): number {
  const whole = row.terms.every(
    ({ column, coefficient }) => model.columns[column]!.integer && Number.isInteger(coefficient),
  );
  return whole ? FEASIBILITY_TOLERANCE : FEASIBILITY_TOLERANCE * Math.max(1, Math.abs(bound));
}

/** Whether an objective only takes whole values. */
export function hasWholeObjective(model: MilpModel): boolean {
  return model.columns.every(
    ({ cost, integer }) => cost === 0 || (integer && Number.isInteger(cost)),
  );
}
