import type { Model as JslpModel, SolveResult } from "javascript-lp-solver";

/** How javascript-lp-solver ended. */
export interface JslpRun {
  /** The last solution it had, whose variables at zero are left out; null when the time was up before any. */
  readonly result: SolveResult | null;
  /** Whether the time limit struck, so that nothing is proven. */
  readonly isTimeUp: boolean;
}

class TimeUp extends Error {}

/**
 * Runs javascript-lp-solver under watch. Its own time limit is looked at only between two linear programs, its simplex
 * method can go round for ever within one, and where it notices that, it calls that program infeasible and goes on: all
 * three would end in a hang or in a wrong optimum. So each pivot checks the clock and the count, and a run that went in
 * circles is no answer.
 *
 * @param timeLimitSeconds Infinity for no limit.
 * @throws Error when the simplex method went in circles, or whatever the solver throws.
 */
export async function runJslp(json: JslpModel, timeLimitSeconds: number): Promise<JslpRun> {
  // With every column fixed there is nothing to choose, and its rows were found to hold.
  if (Object.keys(json.variables).length === 0) {
    return { result: { feasible: true, result: 0 }, isTimeUp: false };
  }
  const imported = await import("javascript-lp-solver");
  // The package's types describe its CommonJS build; its ES module exports the solver itself as the default.
  const solver = imported.default as unknown as typeof imported.default.default;
  const model = new solver.Model(undefined, undefined, solver.branchAndCutService).loadJson(json);

  const deadline = Date.now() + timeLimitSeconds * 1000;
  const { tableau } = model;
  const pivot = tableau.pivot.bind(tableau);
  const phase1 = tableau.phase1.bind(tableau);
  let pivots = 0;
  tableau.phase1 = () => {
    pivots = 0;
    return phase1();
  };
  tableau.pivot = (row, column) => {
    if (Date.now() >= deadline) throw new TimeUp();
    // A simplex method that gets anywhere needs a few pivots a row.
    if (++pivots > 10_000 + 100 * tableau.height)
      throw new Error("its simplex method does not end");
    pivot(row, column);
  };
  try {
    // Solve() reads `this`, so it is called on the solver.
    const result = solver.Solve(model) as SolveResult;
    if (model.messages.length > 0) throw new Error("its simplex method went in circles");
    return { result, isTimeUp: false };
  } catch (error) {
    if (!(error instanceof TimeUp)) throw error;
    const last = model.solutions?.at(-1);
    const result =
      last === undefined ? null : { ...last, feasible: true, result: last.result ?? NaN };
    return { result, isTimeUp: true };
  }
}
