import { InternalError } from "../errors.ts";
import type { MilpBackend } from "../milp/model.ts";
import type { Problem } from "../placement/problem.ts";
import type { SolveRequest } from "../solver/request.ts";
import { isMaximised } from "../solver/search/objectives.ts";
import {
  type Answer,
  type Deployability,
  placementsOf,
  type Solution,
} from "../solver/solution.ts";
import { type SolveOptions, solve } from "../solver/solve.ts";
import { deployableRequest } from "./deployable.ts";
import { limitsOf } from "./limits.ts";
import { type ExportForm, FORMS, kindOf } from "./targets.ts";

/** Values of an objective that differ by less than this, relative, are the same. */
const SAME = 1e-9;

const PER_CENT = 100;

/**
 * The best placement that a target can start, and what it costs to be restricted to those: the solve of `deployableRequest`,
 * beside the one of the request as it is. Where the best placement of all can be exported it is the answer, and one search is
 * enough; a frontier and an explanation are always those of the restricted search. With a time limit the restricted search comes
 * first, and the other one gets what is left.
 *
 * @returns the solution with `deployable`; infeasible when no placement keeps both the limits and what the target can say
 * @throws InputError as `deployableRequest` and `solve` do
 * @throws InternalError when an answer cannot be exported
 */
export async function solveDeployable(
  problem: Problem,
  request: SolveRequest,
  form: ExportForm,
  backend: MilpBackend,
  options: SolveOptions = {},
): Promise<Solution> {
  const startedMilliseconds = performance.now();
  const restricted = deployableRequest(form, problem, request);
  const free: SolveRequest = {
    ...request,
    frontier: false,
    explain: false,
    by: null,
    preferSimplePercent: 0,
  };
  const spent = (): SolveOptions => ({
    ...options,
    spentSeconds: (options.spentSeconds ?? 0) + (performance.now() - startedMilliseconds) / 1000,
  });
  if (problem.timeLimitSeconds !== null) {
    const solution = await solve(problem, restricted, backend, options);
    return compared(problem, request, form, solution, await solve(problem, free, backend, spent()));
  }
  const without = await solve(problem, free, backend, options);
  const isAnswer =
    "placement" in without &&
    limitsOf(form, problem, without.placement).length === 0 &&
    !request.frontier &&
    !request.explain &&
    request.by === null &&
    request.preferSimplePercent === 0;
  const solution = isAnswer ? without : await solve(problem, restricted, backend, spent());
  return compared(problem, request, form, solution, without);
}

/** A restricted solution with what is known of the one without the restriction. */
function compared(
  problem: Problem,
  request: SolveRequest,
  form: ExportForm,
  solution: Solution,
  without: Solution,
): Solution {
  requireExportable(form, problem, solution);
  const { target, title } = FORMS[form];
  const said = { target, kind: kindOf(form), title, refused: null, status_without: without.status };
  const other = without.status === "optimal" ? without : null;
  const nothing: Deployability = {
    ...said,
    objective_without: null,
    cost_of_restriction_percent: null,
    placement_without: null,
  };
  if (!("placement" in solution)) {
    const deployable: Deployability = {
      ...nothing,
      objective_without: other?.objective.value ?? null,
      placement_without: other?.placement ?? null,
    };
    if (solution.status === "no_solution") return { ...solution, deployable };
    const { explanation } = solution;
    const sentences = [restrictionSentence(title, without), ...explanation.sentences];
    return { ...solution, explanation: { ...explanation, sentences }, deployable };
  }
  if (!other) return { ...solution, deployable: nothing };
  return { ...solution, deployable: { ...said, ...costOf(problem, request, solution, other) } };
}

/** By how much the answer is worse than the best placement of all. */
function costOf(
  problem: Problem,
  request: SolveRequest,
  answer: Answer,
  without: Answer,
): Pick<Deployability, "objective_without" | "cost_of_restriction_percent" | "placement_without"> {
  // What simplicity costs is told by itself.
  const own = answer.simplicity?.objective_optimum ?? answer.objective.value;
  const other = without.objective.value;
  const worse = isMaximised(problem, request) ? other - own : own - other;
  if (worse <= SAME * Math.abs(other)) {
    if (worse < -SAME * Math.abs(other) && request.gap === 0) {
      throw new InternalError(
        `a restricted search found ${own}, better than ${other} without the restriction.`,
      );
    }
    // Within an allowed gap either search may find the better one, and what can be exported counts for both.
    return { objective_without: own, cost_of_restriction_percent: 0, placement_without: null };
  }
  return {
    objective_without: other,
    cost_of_restriction_percent: other === 0 ? null : (worse / Math.abs(other)) * PER_CENT,
    placement_without: without.placement,
  };
}

/** Whether it is the restriction that leaves nothing. */
function restrictionSentence(title: string, without: Solution): string {
  switch (without.status) {
    case "infeasible":
      return `Nothing fits without the restriction to ${title} either.`;
    case "no_solution":
      return `The search stopped before it knew whether anything fits without the restriction to ${title}.`;
    case "optimal":
    case "feasible":
      return `The restriction to ${title} leaves nothing: without it there is a placement.`;
  }
}

/** The rules of the target are checked again, by what refuses an export. */
function requireExportable(form: ExportForm, problem: Problem, solution: Solution): void {
  for (const placement of placementsOf(solution)) {
    const [limit] = limitsOf(form, problem, placement);
    if (!limit) continue;
    throw new InternalError(`the solver's placement cannot be exported: ${limit.message}`);
  }
}
