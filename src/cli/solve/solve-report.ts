import type { Problem } from "../../placement/problem.ts";
import { createColours } from "../../report/colours.ts";
import { renderSolution } from "../../report/terminal-solution.ts";
import { eachEvenSplit } from "../../solver/even-splits/even-splits.ts";
import type { SolveRequest } from "../../solver/request.ts";
import { Pace } from "../../solver/search/pace.ts";
import type { Solution } from "../../solver/solution.ts";

/** The report of a solution. */
export type Report = (solution: Solution, inColour: boolean) => string;

/**
 * Makes ready what the report of a solve needs beside the solution, so that this can be done while the solver works: the best
 * even splits of the types worth looking at.
 */
export async function prepareReport(problem: Problem, request: SolveRequest): Promise<Report> {
  const splits = await eachEvenSplit(problem, request, new Pace());
  return (solution, inColour) =>
    renderSolution(problem, request, solution, splits, createColours(inColour));
}
