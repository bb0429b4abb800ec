import { InputError } from "../../errors.ts";
import {
  completePlacement,
  refuseFixedBatch,
  type WorkloadFlags,
} from "../../input/placement/complete-placement.ts";
import type { PlacementInput } from "../../input/placement/parse-placement.ts";
import { aimedAtRate, evaluateAtMaxLoad, evaluateAtRate } from "../../placement/at-load.ts";
import { evaluate } from "../../placement/evaluate.ts";
import type { Evaluation } from "../../placement/evaluation.ts";
import type { Placement } from "../../placement/placement.ts";
import type { Problem } from "../../placement/problem.ts";
import type { Workload } from "../../workload/workload.ts";

/** Whether the load leaves the number of sequences in flight open. */
export function opensBatch({ load }: Workload): boolean {
  return load !== undefined && load.kind !== "concurrency";
}

/**
 * Scores a placement as a file gives it. Where it has no batch of its own and the load leaves it open, the batch is found.
 * @throws InputError for a placement that is incomplete or contradicts a flag
 */
export function evaluateInput(
  problem: Problem,
  input: PlacementInput,
  where: string,
  flags: WorkloadFlags,
): Evaluation {
  refuseFixedBatch(input, where, flags);
  const { workload } = problem;
  if (input.batch_size !== undefined || !opensBatch(workload)) {
    const placement = completePlacement(input, workload, where, flags);
    checkRequestLength(problem, placement, where);
    return workload.load?.kind === "request_rate"
      ? evaluate(aimedAtRate(problem, workload.load.requestsPerSecond, placement), placement)
      : evaluate(problem, placement);
  }
  const placement = completePlacement({ ...input, batch_size: 1 }, workload, where, flags);
  checkRequestLength(problem, placement, where);
  return evaluateOpen(problem, placement);
}

/** @throws InputError for a placement with lengths of its own that its engine would refuse */
function checkRequestLength(
  { engine }: Problem,
  { sequence_length, output_length }: Placement,
  where: string,
): void {
  const longest = engine?.maxModelLenTokens ?? null;
  if (longest === null || sequence_length + output_length <= longest) return;
  throw new InputError(
    where,
    `its ${sequence_length} input + ${output_length} output tokens exceed the longest request, ${longest} tokens.`,
    "Raise --max-model-len (max_model_len), or give shorter lengths.",
  );
}

/** Scores a placement at the load of the problem; the placement's own batch counts unless the load leaves it open. */
export function evaluateOpen(problem: Problem, placement: Placement): Evaluation {
  const { load } = problem.workload;
  const placementAt = (sequences: number): Placement => ({ ...placement, batch_size: sequences });
  switch (load?.kind) {
    case "max":
      return evaluateAtMaxLoad(problem, placementAt);
    case "request_rate":
      return evaluateAtRate(problem, load.requestsPerSecond, placementAt);
    default:
      return evaluate(problem, placement);
  }
}
