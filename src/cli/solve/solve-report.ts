import type { Problem } from "../../placement/problem.ts";
import { createColours } from "../../report/colours.ts";
import { renderSolution } from "../../report/terminal-solution.ts";
import { EvenSplits } from "../../solver/even-splits/even-splits.ts";
import type { SolveRequest } from "../../solver/request.ts";
import { Pace } from "../../solver/search/pace.ts";
import type { Solution } from "../../solver/solution.ts";

/** The report of a solution, with the even splits that its search found; where it looked for none, they are found now. */
export async function reportOf(
  problem: Problem,
  request: SolveRequest,
  solution: Solution,
  inColour: boolean,
): Promise<string> {
  const splits = EvenSplits.of(problem, request);
  // What a limit has cut short stays so: nothing in the table is to be better than an answer that comes from it.
  if (splits.missing === splits.types.length) await splits.search(new Pace());
  return renderSolution(
    problem,
    request,
    solution,
    splits.families(),
    createColours(inColour),
    splits.missing,
  );
}
