import { type CheckedSolution, checkSolution } from "./check.ts";
import type { HighsAnswer } from "./highs-job.ts";
import type { MilpModel, MilpOutcome } from "./model.ts";
import { failed, limitOutcome } from "./outcome.ts";
import { boundTolerance } from "./tolerance.ts";

/** What came of one run, from wherever it ran. */
export type HighsReport =
  | { readonly kind: "answer"; readonly answer: HighsAnswer }
  /** Ended from outside (a limit or a cancellation) without an answer. */
  | { readonly kind: "stopped" }
  | { readonly kind: "crashed"; readonly reason: string };

/** What is known about a model besides the report that is judged. */
export interface Evidence {
  readonly model: MilpModel;
  /** In the objective's unit. */
  readonly absoluteGap: number;
  /** The best solution that was checked, from the caller or from an earlier or interrupted run; null when there is none. */
  readonly best: CheckedSolution | null;
  /** The last bound the run told of; -Infinity when none. */
  readonly lastBound: number;
}

/**
 * Turns a report into an outcome, believing nothing that can be checked: solutions go through the checker, bounds must lie
 * below objectives, "optimal" must be within the gap and no worse than a known solution, and "infeasible" is refused when a
 * solution is known.
 */
export function judgeReport(report: HighsReport, evidence: Evidence): MilpOutcome {
  switch (report.kind) {
    case "crashed":
      return failed(report.reason);
    case "stopped":
      return limitOutcome(evidence.model, evidence.best, evidence.lastBound);
    case "answer":
      return judgeAnswer(report.answer, evidence);
  }
}

function judgeAnswer(answer: HighsAnswer, evidence: Evidence): MilpOutcome {
  switch (answer.end) {
    case "optimal":
      return judgeOptimal(answer, evidence);
    case "limit":
      return judgeLimit(answer, evidence);
    case "infeasible":
      return judgeInfeasible(evidence);
    case "unbounded_or_infeasible":
      // An objective that the columns' bounds keep finite cannot be unbounded, so only one reading is left.
      return isObjectiveBounded(evidence.model)
        ? judgeInfeasible(evidence)
        : failed("the model is unbounded, or infeasible");
    case "unbounded":
      return failed("the model is unbounded: its objective falls without end");
    case "error":
      return failed(`HiGHS gave up with model status ${answer.modelStatus}`);
  }
}

function judgeOptimal(answer: HighsAnswer, evidence: Evidence): MilpOutcome {
  const { model, absoluteGap, best } = evidence;
  if (answer.values === null) return failed("HiGHS called the model optimal without a solution");
  const check = checkSolution(model, answer.values, answer);
  if (!check.ok) return failed(`HiGHS's optimal solution does not hold: ${check.reason}`);
  const { solution } = check;
  const tolerance = boundTolerance(model, solution.objective);
  if (!(solution.objective - answer.bound <= absoluteGap + tolerance)) {
    return failed(
      `HiGHS called ${solution.objective} optimal with the bound ${answer.bound} and the allowed gap ${absoluteGap}`,
    );
  }
  if (best !== null && solution.objective > best.objective + absoluteGap + tolerance) {
    return failed(
      `HiGHS called ${solution.objective} optimal, but a solution of ${best.objective} is known`,
    );
  }
  const better = best !== null && best.objective < solution.objective - tolerance ? best : solution;
  // A difference within the tolerance is rounding of the solver, not a gap.
  const isTight = better.objective - answer.bound <= tolerance;
  return { status: "optimal", ...better, bound: isTight ? better.objective : answer.bound };
}

function judgeLimit(answer: HighsAnswer, evidence: Evidence): MilpOutcome {
  const { model, best } = evidence;
  if (answer.values === null) return limitOutcome(model, best, answer.bound);
  const check = checkSolution(model, answer.values, answer);
  if (!check.ok) return failed(`HiGHS's solution at the limit does not hold: ${check.reason}`);
  const isBetter = best === null || check.solution.objective < best.objective;
  return limitOutcome(model, isBetter ? check.solution : best, answer.bound);
}

function judgeInfeasible({ best }: Evidence): MilpOutcome {
  return best === null
    ? { status: "infeasible" }
    : failed(`HiGHS called the model infeasible, but a solution of ${best.objective} is known`);
}

function isObjectiveBounded(model: MilpModel): boolean {
  return model.columns.every(
    ({ cost, lower, upper }) => cost === 0 || Number.isFinite(cost > 0 ? lower : upper),
  );
}
