import { comparePlans, type PlanPair } from "../compare/compare.ts";
import type { Plan, PlanAtRate } from "../compare/plan.ts";
import type { Metrics } from "../placement/evaluation.ts";
import type { Placement } from "../placement/placement.ts";
import type { Problem } from "../placement/problem.ts";
import { rateService } from "../placement/rate-service.ts";
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

/** Why a placement that breaks rules is not held against an optimum. */
export const NOT_SEARCHED =
  "The placement is infeasible, so there is nothing to compare, and no optimum was searched. `solve` finds the optimum of this problem.";

/** The placement with its metrics that optima are held against. */
export interface RatedAnswer {
  readonly placement: Placement;
  readonly metrics: Metrics;
}

/** Optima as `evaluate --compare-optimum --json` prints them. */
export function optimaJson(rated: RatedAnswer, optima: readonly Optimum[]): object {
  return Object.fromEntries(
    optima.map((optimum) => [
      optimum.batches === "same" ? "optimum" : "optimum_any_batch",
      optimumJson(rated, optimum),
    ]),
  );
}

/** The same for a placement that breaks rules: no optimum was searched. */
export function notSearchedJson(): object {
  return {
    optimum: {
      status: "not_searched",
      objective: null,
      bound: null,
      gap: null,
      distance_percent: null,
      placement: null,
      metrics: null,
      reason: NOT_SEARCHED,
      because: [],
    },
  };
}

function optimumJson(rated: RatedAnswer, optimum: Optimum): object {
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
    because: answer ? pairWith(rated, optimum, answer).because : [],
  };
}

/** Why there is no optimum; null where there is one. */
export function reasonOf(solution: Solution): string | null {
  if ("placement" in solution) return null;
  const { sentences } = solution.explanation;
  return (solution.status === "infeasible" ? [NOTHING_FITS, ...sentences] : sentences).join(" ");
}

const NOTHING_FITS = "No placement meets all rules and limits (proven); `solve` explains why.";

/** How a placement and its optimum differ. */
export function pairWith(
  rated: RatedAnswer,
  optimum: Optimum,
  answer: RatedAnswer,
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

function plan(name: string, status: Plan["status"], problem: Problem, answer: RatedAnswer): Plan {
  const facts = planFacts(problem, answer.placement);
  return {
    name,
    status,
    gap: null,
    answer,
    reason: null,
    facts: { ...facts, at_rate: atRateOf(problem, answer) },
  };
}

/** What a plan does at the rate that was asked for; undefined where none was, or the plan does not serve it. */
function atRateOf(problem: Problem, { placement }: RatedAnswer): PlanAtRate | undefined {
  const service = rateService(problem, placement);
  if (!service) return undefined;
  const { ttft_ms, tpot_ms } = service.atRate.metrics;
  return {
    request_rate_per_sec: service.requestsPerSecond,
    capacity_used: service.used,
    dollar_per_million_token: service.usdPerMillionTokens,
    ttft_ms,
    tpot_ms,
  };
}
