import { Pace } from "../../src/solver/search/pace.ts";
import { SearchSpace } from "../../src/solver/search/space.ts";
import type { Question, Subproblem, SubproblemParts } from "../../src/solver/search/subproblems.ts";

/** All subproblems of a question, with their tables. */
export async function allSubproblems(
  question: Question,
  parts: SubproblemParts,
): Promise<readonly Subproblem[]> {
  const space = new SearchSpace(question, parts);
  for (const block of space.leaves()) await space.open(block, new Pace());
  return space.subproblems;
}
