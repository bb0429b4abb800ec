import type { PlanFacts } from "../compare/plan.ts";
import type { Evaluation } from "../placement/evaluation.ts";
import type { Placement } from "../placement/placement.ts";
import type { Problem } from "../placement/problem.ts";
import { type StoredProblem, storeProblem } from "../problem-file/store-problem.ts";
import { type Deployability, placementsOf, type Solution } from "../solver/solution.ts";
import { proofScope, SCOPE_SENTENCE } from "./answer-text.ts";
import { loadFacts } from "./load-text.ts";
import { planFacts } from "./plan-facts.ts";

/** What `solve --json` prints, its fields in the order of the contract. Without an answer those of the answer are null. */
export function solutionJson(
  problem: Problem,
  solution: Solution,
  warnings: readonly string[],
): object {
  const answer = "placement" in solution ? solution : null;
  return {
    status: solution.status,
    objective: answer?.objective ?? null,
    bound: finiteOrNull(answer?.bound),
    gap: finiteOrNull(answer?.gap),
    scope: proofScope(problem.workload),
    placement: answer?.placement ?? null,
    metrics: answer?.metrics ?? null,
    ...(answer && loadFacts(problem, answer.placement, answer.metrics)),
    ...planFacts(problem, answer?.placement ?? null),
    problem: storeProblem(problem, storedPlacements(solution)),
    ...(solution.frontier && {
      frontier: solution.frontier,
      frontier_complete: solution.frontier_complete ?? false,
    }),
    ...(answer?.simplicity && { simplicity: answer.simplicity }),
    ...(answer?.by && { by: answer.by }),
    ...(solution.deployable && { deployable: deployableJson(solution.deployable) }),
    // A search that was cut short explains nothing.
    ...(solution.status !== "no_solution" &&
      solution.explanation && { explanation: explanationJson(solution) }),
    warnings,
    run: solution.run,
  };
}

/** Why nothing fits, with what the proof speaks of; what would change an answer as it stands. */
function explanationJson(solution: Solution): object | undefined {
  if (solution.status !== "infeasible") return solution.explanation;
  const { explanation } = solution;
  return { ...explanation, sentences: [...explanation.sentences, SCOPE_SENTENCE] };
}

/** Every placement that a solution shows in full. */
function storedPlacements(solution: Solution): Placement[] {
  const without = solution.deployable?.placement_without ?? null;
  return [...placementsOf(solution), ...(without === null ? [] : [without])];
}

function deployableJson({ title: _, ...facts }: Deployability): object {
  return facts;
}

/** What `evaluate --json` prints. */
export function evaluationJson(
  problem: Problem,
  evaluation: Evaluation,
  warnings: readonly string[],
): object {
  const { warnings: _, ...said } = evaluation;
  return {
    ...said,
    ...evaluatedLoad(problem, evaluation),
    ...planFacts(problem, evaluation.placement),
    problem: storeProblem(problem, [evaluation.placement]),
    warnings,
  };
}

/** The answer to one line of `evaluate --placements`: what holds for all lines is not repeated in each. */
export function evaluationLineJson(problem: Problem, evaluation: Evaluation): object {
  const { warnings, ...said } = evaluation;
  return { ...said, ...evaluatedLoad(problem, evaluation), warnings };
}

function evaluatedLoad(problem: Problem, evaluation: Evaluation): object {
  return evaluation.status === "SUCCESS"
    ? loadFacts(problem, evaluation.placement, evaluation.metrics)
    : {};
}

/** What `evaluate --json` prints for a placement that cannot even be made. */
export function noPlacementJson(
  problem: Problem,
  error: string,
  warnings: readonly string[],
): {
  readonly status: "INFEASIBLE";
  readonly placement: Placement | null;
  readonly error: string;
  readonly violations: readonly [];
} & PlanFacts & {
    readonly problem: StoredProblem | null;
    readonly warnings: readonly string[];
  } {
  return {
    status: "INFEASIBLE",
    placement: null,
    error,
    violations: [],
    ...planFacts(problem, null),
    problem: storeProblem(problem, []),
    warnings,
  };
}

/** Different warnings of several sources, in their order. */
export function mergeWarnings(...sources: readonly (readonly string[])[]): string[] {
  return [...new Set(sources.flat())];
}

/** JSON has no infinity: a bound that says nothing is none. */
function finiteOrNull(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}
