import { evaluate } from "../../src/placement/evaluate.ts";
import type { Infeasible, Metrics, Success } from "../../src/placement/evaluation.ts";
import type { Placement } from "../../src/placement/placement.ts";
import type { PlacementRules, Problem } from "../../src/placement/problem.ts";
import { TOY_RULES, toyProblem } from "./toy.ts";

/** The answer to a placement that keeps all rules. */
export function success(problem: Problem, placed: Placement): Success {
  const answer = evaluate(problem, placed);
  if (answer.status !== "SUCCESS") throw new Error(answer.error);
  return answer;
}

export function metrics(problem: Problem, placed: Placement): Metrics {
  return success(problem, placed).metrics;
}

export function rates(
  items: readonly { readonly throughput_tokens_per_sec: number }[],
): readonly number[] {
  return items.map((item) => item.throughput_tokens_per_sec);
}

/** The answer to a placement that breaks rules. */
export function broken(problem: Problem, placed: Placement): Infeasible {
  const answer = evaluate(problem, placed);
  if (answer.status !== "INFEASIBLE") throw new Error("the placement keeps all rules");
  return answer;
}

/** Rule and stage of every breach, in order: `gpu_ids 0`. */
export function breaches(problem: Problem, placed: Placement): readonly string[] {
  return broken(problem, placed).violations.map(({ rule, stage }) =>
    stage === undefined ? rule : `${rule} ${stage}`,
  );
}

/** The toy problem under the given rules and no others. */
export function withRules(rules: Partial<PlacementRules>): Problem {
  return toyProblem({ rules: { ...TOY_RULES, ...rules } });
}
