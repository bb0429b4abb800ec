import { InternalError } from "../../errors.ts";
import { type CaseModel, countsLinks } from "../case-terms.ts";
import { boundRows, hasLevelBudget, limitRows } from "./budget-rows.ts";
import type { CaseContext } from "./case-context.ts";
import { fastModel, isFastModelExact, linkedModel } from "./case-model.ts";
import { solveExactly } from "./exact-case.ts";
import { found } from "./found.ts";
import type { Found } from "./goal.ts";
import type { CaseResult } from "./search.ts";
import { breakWeightedTie } from "./ties.ts";

/** The MILP of a case that an answer came from. */
export function caseModel(context: CaseContext, scenario: number, level: number): CaseModel {
  const costs = context.objective.scale;
  const limits = limitRows(context, scenario, level);
  const here = context.scenarios[scenario]!;
  return isFastModelExact(context, here, level, countsLinks(costs, limits))
    ? fastModel(context, here, level, costs, limits)
    : linkedModel(context, here, level, costs, limits);
}

/**
 * Solves one case, checks the answer against `evaluate`, offers it.
 * @param leastCost search cost that no placement of the case is below, by what the search has proven so far
 */
export async function solveCase(
  context: CaseContext,
  scenario: number,
  level: number,
  leastCost: number,
  offer: (found: Found) => void,
): Promise<CaseResult> {
  const limits = [...limitRows(context, scenario, level), ...boundRows(context, leastCost)];
  const solved = await solveExactly(context, scenario, level, context.objective.scale, limits);
  const isOneLevel = hasLevelBudget(context);
  switch (solved.status) {
    case "stopped":
      if (solved.placement) offer(found(context, scenario, level, solved.placement));
      return { status: "stopped" };
    case "infeasible":
      return { status: isOneLevel ? "decided" : "infeasible" };
    case "optimal": {
      const first = found(context, scenario, level, solved.placement);
      requireSameCost(first.cost, solved.objective + solved.constant);
      const best = await breakWeightedTie(context, scenario, first.origin!.level, first);
      offer(best);
      if (isOneLevel) return { status: "decided" };
      return { status: "optimal", cost: best.cost, level: best.origin!.level };
    }
  }
}

function requireSameCost(evaluator: number, solver: number): void {
  const room = 1e-9 * Math.max(1, Math.abs(solver), Math.abs(evaluator));
  if (Math.abs(solver - evaluator) > room) {
    throw new InternalError(`the solver says cost ${solver}, the evaluator ${evaluator}.`);
  }
}
