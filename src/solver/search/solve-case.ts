import { InternalError } from "../../errors.ts";
import type { CaseModel } from "../formulations/formulation.ts";
import { FORMULATIONS } from "../formulations/formulations.ts";
import type { CaseLimit } from "../formulations/rental-rows.ts";
import { STARTS } from "../formulations/starts.ts";
import { boundRows, hasLevelBudget, levelFreeRows, limitRows } from "./budget-rows.ts";
import { found } from "./candidate.ts";
import type { CaseContext } from "./case-context.ts";
import { caseOf } from "./case-of.ts";
import { type CaseOutcome, decideCase } from "./decide-case.ts";
import type { Candidate, CaseKey, Goal } from "./goal.ts";
import { firstOfEqualCost, sharesBelow, sharpened, slackOf, solverFactor } from "./linked-cost.ts";
import { lowestAlike } from "./name-ties.ts";
import type { CaseResult } from "./search.ts";

/** Where stages are told apart by what they send to, the exact formulation of a larger pool is too large to be written out. */
const MOST_GPUS_TOLD_APART = 64;

/**
 * The MILP of a case that an answer came from. On large derived pools, where it matters what stages send to, a relaxation as it was
 * of the answer as a rule: no placement of the case costs less than its optimum.
 */
export function caseModel(context: CaseContext, key: CaseKey): CaseModel {
  const { objective, subproblems, problem } = context;
  const here = subproblems[key.subproblem]!;
  const of = caseOf(context, here, key.level, objective.scale, limitRows(context, key));
  const { costModel, network, pool } = problem;
  const isTooLarge =
    costModel.dependsOnNext && network.kind === "derived" && pool.gpuCount > MOST_GPUS_TOLD_APART;
  const exact = FORMULATIONS.find(({ covers }) => covers(of) === "exact")!;
  return (isTooLarge ? STARTS : exact).build(of);
}

/** Where what is found goes. */
export interface Answers extends Pick<Goal, "mayImprove"> {
  submit(found: Candidate): Promise<void>;
}

/**
 * Solves one case, checks the answer against `evaluate`, submits it.
 *
 * A budget that depends on the level is looked at only where the best placement without it breaks it: with it the case says
 * nothing of other levels.
 * @param leastCost search cost that no placement of the case is below, by what the search has proven so far
 */
export async function solveCase(
  context: CaseContext,
  key: CaseKey,
  leastCost: number,
  answers: Answers,
): Promise<CaseResult> {
  const rows = [...levelFreeRows(context), ...boundRows(context, leastCost)];
  const free = await solveRows(context, key, rows, answers);
  if (free.status !== "optimal") return free;
  const { found: first, leastCost: least } = free;
  if (!hasLevelBudget(context) || first.metrics.meets_cost_threshold) {
    return { status: "optimal", cost: first.cost, leastCost: least, level: first.origin!.level };
  }
  const within = limitRows(context, key);
  const limited = await solveRows(context, key, within, answers);
  return limited.status === "stopped" ? limited : { status: "decided" };
}

/** The cheapest placement of a case within some rows, evaluated and submitted. */
async function solveRows(
  context: CaseContext,
  key: CaseKey,
  limits: readonly CaseLimit[],
  answers: Answers,
): Promise<
  | { readonly status: "stopped" | "infeasible" }
  | { readonly status: "optimal"; readonly found: Candidate; readonly leastCost: number }
> {
  const solved = await solveScaled(context, key, limits);
  switch (solved.status) {
    case "stopped":
      if (solved.placement) await answers.submit(found(context, key, solved.placement));
      return { status: "stopped" };
    case "infeasible":
      return { status: "infeasible" };
    case "optimal": {
      const first = found(context, key, solved.placement);
      requireSameCost(first.cost, solved.objective + solved.constant);
      return context.objective.linked
        ? decideLinked(context, key, first, limits, answers)
        : submitProven(first, answers);
    }
  }
}

async function submitProven(
  found: Candidate,
  answers: Answers,
): Promise<{ readonly status: "optimal"; readonly found: Candidate; readonly leastCost: number }> {
  await answers.submit(found);
  return { status: "optimal", found, leastCost: found.cost };
}

/** Where links have a part in the cost: what the MILP's tolerance has left open is decided if it may become the answer. */
async function decideLinked(
  context: CaseContext,
  key: CaseKey,
  first: Candidate,
  limits: readonly CaseLimit[],
  answers: Answers,
): Promise<
  | { readonly status: "stopped" }
  | { readonly status: "optimal"; readonly found: Candidate; readonly leastCost: number }
> {
  const mayBeWanted = (cost: number, like: Candidate): boolean =>
    answers.mayImprove({ ...like, cost, nameRank: 0 });
  const least = first.cost - slackOf(context, first.cost);
  // What breaks a budget is no answer, and the case is solved again within it.
  if (hasLevelBudget(context) && !first.metrics.meets_cost_threshold) {
    return { status: "optimal", found: first, leastCost: least };
  }
  let best = first;
  if (sharesBelow(context, first.stages, first.cost, least).length > 0) {
    if (!mayBeWanted(least, first)) {
      await answers.submit(first);
      return { status: "optimal", found: first, leastCost: least };
    }
    const sharp = await sharpened(context, key, first, limits);
    if (sharp === null) {
      await answers.submit(first);
      return { status: "stopped" };
    }
    best = sharp;
  }
  // Which of its equals it is counts only where it may become the answer.
  if (!mayBeWanted(best.cost, best)) return submitProven(best, answers);
  const alike = lowestAlike(context, best.origin!);
  return submitProven(await firstOfEqualCost(context, alike, best, limits), answers);
}

/** A MILP over the search cost. Where that is not whole it is made large enough for a solver's tolerances to be small beside it. */
async function solveScaled(
  context: CaseContext,
  key: CaseKey,
  limits: readonly CaseLimit[],
): Promise<CaseOutcome> {
  const { scale, linked } = context.objective;
  if (!linked) return decideCase(context, key, scale, limits);
  const factor = solverFactor(context);
  const costs = {
    perInstance: (position: number) => scale.perInstance(position) * factor,
    perLink: scale.perLink * factor,
  };
  const solved = await decideCase(context, key, costs, limits);
  return solved.status === "optimal"
    ? { ...solved, objective: solved.objective / factor, constant: solved.constant / factor }
    : solved;
}

function requireSameCost(evaluator: number, solver: number): void {
  const room = 1e-9 * Math.max(1, Math.abs(solver), Math.abs(evaluator));
  if (Math.abs(solver - evaluator) > room) {
    throw new InternalError(`the solver says cost ${solver}, the evaluator ${evaluator}.`);
  }
}
