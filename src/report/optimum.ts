import { comparePlans, type PlanPair } from "../compare/compare.ts";
import type { Plan, PlanAnswer } from "../compare/plan.ts";
import type { Metrics } from "../placement/evaluation.ts";
import type { Placement } from "../placement/placement.ts";
import type { Problem } from "../placement/problem.ts";
import type { ObjectiveName } from "../solver/request.ts";
import type { Solution } from "../solver/solution.ts";
import { whySentences } from "./compare-text.ts";
import { planFacts } from "./plan-facts.ts";

/** The best placement for the problem that a given placement is an answer to. */
export interface Optimum {
  /** Whether it was searched at the placement's own batch, or over all batches that the problem leaves open. */
  readonly batches: "same" | "any";
  readonly problem: Problem;
  readonly objective: ObjectiveName;
  readonly solution: Solution;
  /** How much worse the given placement is, in percent of the optimum; null without a figure for both. */
  readonly distance_percent: number | null;
}

/** The placement with its metrics that optima are held against. */
export interface RatedAnswer {
  readonly placement: Placement;
  readonly metrics: Metrics;
}

/** Optima as `evaluate --compare-optimum --json` prints them. */
export function optimaJson(rated: RatedAnswer | null, optima: readonly Optimum[]): object {
  return Object.fromEntries(
    optima.map((optimum) => [
      optimum.batches === "same" ? "optimum" : "optimum_any_batch",
      optimumJson(rated, optimum),
    ]),
  );
}

function optimumJson(rated: RatedAnswer | null, optimum: Optimum): object {
  const { solution, distance_percent } = optimum;
  const answer = "placement" in solution ? solution : null;
  return {
    status: solution.status,
    objective: answer?.objective ?? null,
    bound: answer && Number.isFinite(answer.bound) ? answer.bound : null,
    gap: answer && Number.isFinite(answer.gap) ? answer.gap : null,
    distance_percent,
    placement: answer?.placement ?? null,
    metrics: answer?.metrics ?? null,
    reason: answer ? null : reasonOf(solution),
    because: rated && answer ? pairWith(rated, optimum, answer).because : [],
  };
}

/** Why there is no optimum; null where there is one. */
export function reasonOf(solution: Solution): string | null {
  return "placement" in solution ? null : solution.explanation.sentences.join(" ");
}

/** How a placement and its optimum differ. */
export function pairWith(
  rated: RatedAnswer,
  optimum: Optimum,
  answer: PlanAnswer,
): { readonly pair: PlanPair; readonly because: readonly string[] } {
  const { problem, solution } = optimum;
  const names = {
    from: "this placement",
    to: solution.status === "optimal" ? "the optimum" : "the best found",
  };
  const plans = [
    plan(names.from, "SUCCESS", problem, rated),
    plan(names.to, solution.status, problem, answer),
  ] as const;
  const { pairs } = comparePlans(plans);
  const pair = pairs[0]!;
  return { pair, because: whySentences(plans[0], plans[1], pair, names) };
}

function plan(name: string, status: Plan["status"], problem: Problem, answer: PlanAnswer): Plan {
  const facts = planFacts(problem, answer.placement);
  return { name, status, gap: null, answer, reason: null, facts };
}
