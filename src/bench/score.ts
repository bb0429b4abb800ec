import { evaluate } from "../placement/evaluate.ts";
import type { Metrics } from "../placement/evaluation.ts";
import type { Placement } from "../placement/placement.ts";
import type { Problem } from "../placement/problem.ts";
import type { SolveRequest } from "../solver/request.ts";
import { isProposed } from "../solver/search/candidate.ts";
import { isMaximised, objectiveValue } from "../solver/search/objectives.ts";
import { brokenRentalRule } from "../solver/search/rental-rules.ts";

/** A placement that may be compared with the solver's: it keeps the rules, the limits and the request. */
export interface Scored {
  readonly placement: Placement;
  readonly metrics: Metrics;
  /** The objective's value, in its own unit. */
  readonly value: number;
  /** What the objective has least of at its best: the value, or minus the value where more is better. */
  readonly badness: number;
}

/**
 * Scores a placement by `evaluate`; null when it breaks a rule, a limit or what the request allows, or when it passes only by
 * the reference model's quirk that lets a one-layer stage pass which does not fit.
 */
export function scorePlacement(
  problem: Problem,
  request: SolveRequest,
  placement: Placement,
): Scored | null {
  const evaluation = evaluate(problem, placement);
  if (!isProposed(problem, evaluation)) return null;
  const { metrics } = evaluation;
  if (!metrics.meets_cost_threshold) return null;
  if (brokenRentalRule(problem, request, placement, metrics) !== null) return null;
  const value = objectiveValue(problem, request, metrics);
  return {
    placement: evaluation.placement,
    metrics,
    value,
    badness: isMaximised(problem, request) ? -value : value,
  };
}

/** The better of two, the first among equals. */
export function better(a: Scored | null, b: Scored | null): Scored | null {
  if (!a || !b) return a ?? b;
  return b.badness < a.badness ? b : a;
}

/** The best of some placements, the first among equals; null when none may be compared. */
export function bestOf(
  problem: Problem,
  request: SolveRequest,
  placements: Iterable<Placement | null>,
): Scored | null {
  let best: Scored | null = null;
  for (const placement of placements) {
    if (placement) best = better(best, scorePlacement(problem, request, placement));
  }
  return best;
}
