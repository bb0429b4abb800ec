import { checkSolution } from "./check.ts";
import type { MilpModel, MilpRow, RelaxationOutcome } from "./model.ts";
import { failed } from "./outcome.ts";
import { objectiveTolerance } from "./tolerance.ts";

/** The model with fractions allowed. */
export function relaxationOf(model: MilpModel): MilpModel {
  return { ...model, columns: model.columns.map((column) => ({ ...column, integer: false })) };
}

/**
 * A dual within this share of the largest cost on the side where its row or bound is infinite counts as 0: solvers keep the signs of
 * duals within a tolerance of 1e-7 (HiGHS, dual_feasibility_tolerance).
 */
const DUAL_TOLERANCE = 1e-6;

/**
 * Checks a solution of a linear program together with its duals, against the model alone. Any y gives a bound from below:
 *
 *   min cᵀx ≥ Σ_i min(y_i · r : l_i ≤ r ≤ u_i) + Σ_j min(d_j · x : l_j ≤ x ≤ u_j),   d = c − Aᵀy
 *
 * (weak duality), and that bound meets the objective only where both are optimal (strong duality).
 *
 * @param claim one value a column; one dual for each row that has terms, in order
 */
export function judgeRelaxation(
  model: MilpModel,
  claim: { readonly values: ArrayLike<number>; readonly rowDuals: ArrayLike<number> },
): RelaxationOutcome {
  const check = checkSolution(model, claim.values);
  if (!check.ok) return failed(`its solution does not hold: ${check.reason}`);
  const { values, objective } = check.solution;
  const { columns, rows } = model;
  const noise =
    DUAL_TOLERANCE * columns.reduce((most, { cost }) => Math.max(most, Math.abs(cost)), 1);
  const reducedCosts = Float64Array.from(columns, ({ cost }) => cost);
  const rowDuals = new Float64Array(rows.length);
  let bound = 0;
  let next = 0;
  for (const [index, row] of rows.entries()) {
    if (row.terms.length === 0) continue;
    const claimed = claim.rowDuals[next++];
    if (claimed === undefined || !Number.isFinite(claimed)) {
      return failed(`row ${row.name} has the dual ${claimed}`);
    }
    const dual = signed(claimed, row, noise);
    rowDuals[index] = dual;
    bound += leastProduct(dual, row);
    for (const { column, coefficient } of row.terms) reducedCosts[column]! -= coefficient * dual;
  }
  for (const [index, column] of columns.entries()) {
    const reduced = signed(reducedCosts[index]!, column, noise);
    reducedCosts[index] = reduced;
    bound += leastProduct(reduced, column);
  }
  return Math.abs(objective - bound) <= objectiveTolerance(objective)
    ? { status: "optimal", values, objective, bound, rowDuals, reducedCosts }
    : failed(`its duals prove ${bound}, its solution costs ${objective}`);
}

type Sides = Pick<MilpRow, "lower" | "upper">;

/** A dual without noise on a side that is infinite. */
function signed(dual: number, { lower, upper }: Sides, noise: number): number {
  const isBounded = Number.isFinite(dual > 0 ? lower : upper);
  return dual === 0 || (!isBounded && Math.abs(dual) <= noise) ? 0 : dual;
}

/** min(dual · value) between two sides. */
function leastProduct(dual: number, { lower, upper }: Sides): number {
  return dual === 0 ? 0 : dual * (dual > 0 ? lower : upper);
}
