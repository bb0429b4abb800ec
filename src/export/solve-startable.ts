import { InternalError } from "../errors.ts";
import type { MilpBackend } from "../milp/model.ts";
import type { Problem } from "../placement/problem.ts";
import type { SolveRequest } from "../solver/request.ts";
import { type Deployability, placementsOf, type Solution } from "../solver/solution.ts";
import { type SolveOptions, solve } from "../solver/solve.ts";
import { startableRequest } from "./deployable.ts";
import { launcherOf, startLimits } from "./startable.ts";
import { type ExportForm, FORMS, kindOf } from "./targets.ts";

/**
 * The best placement that the problem's engine can start: what `solve` of the command line does where nothing else is asked. Unlike
 * `solve` it leaves out what no launcher of the engine can say, e.g. several TP degrees in one pipeline. What that costs is not told,
 * see `solveDeployable`.
 * @param form what starts the placement; null: anything is a candidate, as in `solve`
 * @throws InputError as `solve` does, and when the launcher can use no type of the pool
 * @throws InternalError when an answer cannot be started
 */
export async function solveStartable(
  problem: Problem,
  request: SolveRequest,
  backend: MilpBackend,
  options: SolveOptions = {},
  form: ExportForm | null = launcherOf(problem),
): Promise<Solution> {
  if (form === null) return solve(problem, request, backend, options);
  const solution = await solve(problem, startableRequest(form, problem, request), backend, options);
  requireStartable(form, problem, solution);
  const deployable: Deployability = {
    target: FORMS[form].target,
    kind: kindOf(form),
    title: FORMS[form].title,
    refused: refusedShape(form, problem, solution),
    status_without: null,
    objective_without: null,
    cost_of_restriction_percent: null,
    placement_without: null,
  };
  if (solution.status !== "infeasible") return { ...solution, deployable };
  const { explanation } = solution;
  const sentences = [...explanation.sentences, onlyStartable(FORMS[form].title)];
  return { ...solution, explanation: { ...explanation, sentences }, deployable };
}

function onlyStartable(title: string): string {
  return `Only placements that ${title} can start were searched; --deployable none searches all.`;
}

/** Where any shape is allowed, the answer's may be one that the launcher refuses. */
function refusedShape(form: ExportForm, problem: Problem, solution: Solution): string | null {
  if (!("placement" in solution)) return null;
  const limits = startLimits(form, problem, solution.placement);
  return limits.find(({ rule }) => rule === "tp_shape")?.message ?? null;
}

function requireStartable(form: ExportForm, problem: Problem, solution: Solution): void {
  for (const placement of placementsOf(solution)) {
    // Any shape is allowed only where that is asked for.
    const limit = startLimits(form, problem, placement).find(({ rule }) => rule !== "tp_shape");
    if (!limit) continue;
    throw new InternalError(`the solver's placement cannot be started: ${limit.message}`);
  }
}
