import type { Evaluation } from "../placement/evaluation.ts";
import type { Placement } from "../placement/placement.ts";
import type { Solution } from "../solver/solution.ts";
import type { Workload } from "../workload/workload.ts";
import { loadFacts } from "./load-words.ts";

/** What `solve --json` prints, its fields in the order of the contract. Without an answer those of the answer are null. */
export function solutionJson(
  workload: Workload,
  solution: Solution,
  warnings: readonly string[],
): object {
  const answer = "placement" in solution ? solution : null;
  return {
    status: solution.status,
    objective: answer?.objective ?? null,
    bound: finiteOrNull(answer?.bound),
    gap: finiteOrNull(answer?.gap),
    placement: answer?.placement ?? null,
    metrics: answer?.metrics ?? null,
    ...(answer && loadFacts(workload, answer.placement, answer.metrics)),
    ...(solution.frontier && {
      frontier: solution.frontier,
      frontier_complete: solution.frontier_complete ?? false,
    }),
    // A search that was cut short explains nothing.
    ...(solution.status !== "no_solution" &&
      solution.explanation && { explanation: solution.explanation }),
    warnings,
    run: solution.run,
  };
}

/** What `evaluate --json` prints. */
export function evaluationJson(
  workload: Workload,
  evaluation: Evaluation,
  warnings: readonly string[],
): object {
  const { warnings: _, ...said } = evaluation;
  return {
    ...said,
    ...(evaluation.status === "SUCCESS" &&
      loadFacts(workload, evaluation.placement, evaluation.metrics)),
    warnings,
  };
}

/** What `evaluate --json` prints for a placement that cannot even be made. */
export function noPlacementJson(
  error: string,
  warnings: readonly string[],
): {
  readonly status: "INFEASIBLE";
  readonly placement: Placement | null;
  readonly error: string;
  readonly violations: readonly [];
  readonly warnings: readonly string[];
} {
  return { status: "INFEASIBLE", placement: null, error, violations: [], warnings };
}

/** Different warnings of several sources, in their order. */
export function mergeWarnings(...sources: readonly (readonly string[])[]): string[] {
  return [...new Set(sources.flat())];
}

/** JSON has no infinity: a bound that says nothing is none. */
function finiteOrNull(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}
