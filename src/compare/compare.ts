import { type FieldDifference, problemDifferences, settingDifferences } from "./comparable.ts";
import { type Decomposition, decompose } from "./factors.ts";
import type { Plan } from "./plan.ts";
import { planRows, type Row } from "./rows.ts";
import { isTie } from "./tie.ts";

/** A plan set against the first one. */
export interface PlanPair {
  /** Position of the plan, from 1: the first plan is what it is compared with. */
  readonly plan: number;
  /** Whether both answer the same question; `problem_differences` says where not. */
  readonly comparable: boolean;
  readonly problem_differences: readonly FieldDifference[];
  readonly setting_differences: readonly FieldDifference[];
  /** Whether their costs per token differ by less than the error of the two predictions; see `isTie`. */
  readonly tie: boolean;
  /** Null where one has no answer or costs nothing, and where the two do not compare. */
  readonly decomposition: Decomposition | null;
}

/** Plans side by side. */
export interface Comparison {
  readonly plans: readonly Plan[];
  readonly rows: readonly Row[];
  /** Every plan but the first, in order. */
  readonly pairs: readonly PlanPair[];
}

/** Sets plans side by side; the first one is what the others are measured against. */
export function comparePlans(plans: readonly Plan[]): Comparison {
  const [first, ...others] = plans;
  if (!first) return { plans, rows: [], pairs: [] };
  const pairs = others.map((plan, index) => comparePair(first, plan, index + 1));
  const compares = [true, ...pairs.map(({ comparable }) => comparable)];
  return { plans, rows: planRows(plans, compares), pairs };
}

function comparePair(first: Plan, plan: Plan, position: number): PlanPair {
  const problem = problemDifferences(first, plan);
  const comparable = problem.length === 0;
  return {
    plan: position,
    comparable,
    problem_differences: problem,
    setting_differences: settingDifferences(first, plan),
    tie:
      comparable && first.answer !== null && plan.answer !== null
        ? isTie(first.answer.metrics, plan.answer.metrics)
        : false,
    decomposition:
      comparable && first.answer && plan.answer ? decompose(first.answer, plan.answer) : null,
  };
}
