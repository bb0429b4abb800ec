import type { Problem } from "../placement/problem.ts";
import { createPaint } from "../report/paint.ts";
import { renderSolution } from "../report/terminal-solution.ts";
import { bestEvenSplits } from "../solver/even-splits.ts";
import { isAllowed } from "../solver/hosts/hosts.ts";
import type { SolveRequest } from "../solver/request.ts";
import type { Solution } from "../solver/solution.ts";

/** The report of a solution. */
export type Report = (solution: Solution, inColour: boolean) => string;

/**
 * Makes ready what the report of a solve needs beside the solution, so that this can be done while the solver works: the best
 * even splits of the types that may be used. Of the others there is nothing to say.
 */
export function prepareReport(problem: Problem, request: SolveRequest): Report {
  const splits = bestEvenSplits(problem, request).filter(({ family }) =>
    isAllowed(problem.pool.byName.get(family)!, request),
  );
  return (solution, inColour) =>
    renderSolution(problem, request, solution, splits, createPaint(inColour));
}
