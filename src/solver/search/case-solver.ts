import { InternalError } from "../../errors.ts";
import { type CaseLimit, type CaseModel, countsLinks } from "../case-terms.ts";
import { boundRows, hasLevelBudget, levelFreeRows, limitRows } from "./budget-rows.ts";
import type { CaseContext } from "./case-context.ts";
import { fastModel, isFastModelExact, linkedModel } from "./case-model.ts";
import { solveExactly } from "./exact-case.ts";
import { found } from "./found.ts";
import type { Found, Goal } from "./goal.ts";
import type { CaseResult } from "./search.ts";
import { breakWeightedTie } from "./ties.ts";

/** Where stages are told apart by what they send to, the exact formulation of a larger pool is too large to be written out. */
const MOST_GPUS_TOLD_APART = 64;

/**
 * The MILP of a case that an answer came from. On large derived pools, where it matters what stages send to, the relaxation that the
 * answer came from as a rule: no placement of the case costs less than its optimum.
 */
export function caseModel(context: CaseContext, scenario: number, level: number): CaseModel {
  const costs = context.objective.scale;
  const limits = limitRows(context, scenario, level);
  const here = context.scenarios[scenario]!;
  const { costModel, network, pool } = context.problem;
  const isTooLarge =
    costModel.dependsOnNext && network.kind === "derived" && pool.gpuCount > MOST_GPUS_TOLD_APART;
  return isTooLarge || isFastModelExact(context, here, level, countsLinks(costs, limits))
    ? fastModel(context, here, level, costs, limits)
    : linkedModel(context, here, level, costs, limits);
}

/**
 * Solves one case, checks the answer against `evaluate`, offers it.
 *
 * A budget that depends on the level is looked at only where the best placement without it breaks it: with it the case says
 * nothing of other levels.
 * @param leastCost search cost that no placement of the case is below, by what the search has proven so far
 */
export async function solveCase(
  context: CaseContext,
  scenario: number,
  level: number,
  leastCost: number,
  goal: Goal,
  offer: (found: Found) => Promise<void>,
): Promise<CaseResult> {
  const rows = [...levelFreeRows(context), ...boundRows(context, leastCost)];
  const free = await solveRows(context, scenario, level, rows, goal, offer);
  if (free.status !== "optimal") return free;
  if (!hasLevelBudget(context) || free.found.metrics.meets_cost_threshold) {
    return { status: "optimal", cost: free.found.cost, level: free.found.origin!.level };
  }
  const within = limitRows(context, scenario, level);
  const limited = await solveRows(context, scenario, level, within, goal, offer);
  return limited.status === "stopped" ? limited : { status: "decided" };
}

/** The cheapest placement of a case within some rows, evaluated and offered. */
async function solveRows(
  context: CaseContext,
  scenario: number,
  level: number,
  limits: readonly CaseLimit[],
  goal: Goal,
  offer: (found: Found) => Promise<void>,
): Promise<
  | { readonly status: "stopped" | "infeasible" }
  | { readonly status: "optimal"; readonly found: Found }
> {
  const solved = await solveExactly(context, scenario, level, context.objective.scale, limits);
  switch (solved.status) {
    case "stopped":
      if (solved.placement) await offer(found(context, scenario, level, solved.placement));
      return { status: "stopped" };
    case "infeasible":
      return { status: "infeasible" };
    case "optimal": {
      const first = found(context, scenario, level, solved.placement);
      requireSameCost(first.cost, solved.objective + solved.constant);
      // Which of its equals it is counts only where it may become the answer.
      const isWanted = goal.mayImprove({ ...first, nameRank: 0 });
      const best = isWanted
        ? await breakWeightedTie(context, scenario, first.origin!.level, first, limits)
        : first;
      await offer(best);
      return { status: "optimal", found: best };
    }
  }
}

function requireSameCost(evaluator: number, solver: number): void {
  const room = 1e-9 * Math.max(1, Math.abs(solver), Math.abs(evaluator));
  if (Math.abs(solver - evaluator) > room) {
    throw new InternalError(`the solver says cost ${solver}, the evaluator ${evaluator}.`);
  }
}
