import type { CheckedSolution } from "./check.ts";
import type { MilpModel, MilpOutcome } from "./model.ts";
import { boundTolerance } from "./tolerance.ts";

export type FailedOutcome = MilpOutcome & { readonly status: "failed" };

export function failed(reason: string): FailedOutcome {
  return { status: "failed", reason };
}

/**
 * The outcome when a limit struck: the best known solution with what is proven, or no solution.
 *
 * @param bound In the objective's unit; -Infinity when nothing is proven.
 */
export function limitOutcome(
  model: MilpModel,
  best: CheckedSolution | null,
  bound: number,
): MilpOutcome {
  if (best === null) {
    return { status: "no_solution", bound: Number.isFinite(bound) ? bound : null };
  }
  if (bound > best.objective + boundTolerance(model, best.objective)) {
    return failed(
      `the bound ${bound} is above the objective ${best.objective} of a known solution`,
    );
  }
  return { status: "feasible", ...best, bound: Math.min(bound, best.objective) };
}
