import type { Plan, PlanAnswer } from "../../src/compare/plan.ts";
import { createPool } from "../../src/hardware/pool.ts";
import { usdToMicroUsd } from "../../src/hardware/price.ts";
import type { Placement } from "../../src/placement/placement.ts";
import type { Problem } from "../../src/placement/problem.ts";
import { planFacts } from "../../src/report/plan-facts.ts";
import { success } from "../support/answers.ts";

/** The plan that evaluating a placement gives, with its facts. */
export function planOf(problem: Problem, placement: Placement, changes: Partial<Plan> = {}): Plan {
  return {
    name: "plan.json",
    status: "SUCCESS",
    gap: null,
    answer: answerOf(problem, placement),
    reason: null,
    facts: planFacts(problem, placement),
    ...changes,
  };
}

export function answerOf(problem: Problem, placement: Placement): PlanAnswer {
  const { placement: placed, metrics } = success(problem, placement);
  return { placement: placed, metrics };
}

/** A problem whose prices are others, by type in USD per hour. */
export function repriced(problem: Problem, usdPerHour: Readonly<Record<string, number>>): Problem {
  return {
    ...problem,
    pool: createPool(
      problem.pool.types.map(({ instance, count, price, ownedCount = 0 }) => {
        const usd = usdPerHour[instance.name];
        const microUsdPerHour = usd === undefined ? price.microUsdPerHour : usdToMicroUsd(usd);
        return { instance, count, ownedCount, price: { ...price, microUsdPerHour } };
      }),
    ),
  };
}
