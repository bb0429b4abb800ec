import { InputError, InternalError } from "../../errors.ts";
import { ones } from "../../milp/builder.ts";
import { lacksMemory, TOO_LITTLE_MEMORY } from "../../milp/lacks-memory.ts";
import type { MilpModel, MilpOutcome } from "../../milp/model.ts";
import { hasWholeObjective } from "../../milp/tolerance.ts";
import type { Placement } from "../../placement/placement.ts";
import type { CaseModel } from "../formulations/formulation.ts";
import { FORMULATIONS } from "../formulations/formulations.ts";
import { runsLessLinks } from "../formulations/instance-rows.ts";
import type { CaseCosts, CaseLimit } from "../formulations/rental-rows.ts";
import { planCase } from "../plans/plan-case.ts";
import { provenOf, withProven } from "./budget-rows.ts";
import type { CaseContext } from "./case-context.ts";
import { caseOf } from "./case-of.ts";
import type { CaseKey } from "./goal.ts";
import { mayStand, standingOrder, standingPlan } from "./standing.ts";

/** What came of one case under some costs and limits. */
export type CaseOutcome =
  | {
      readonly status: "optimal";
      readonly placement: Placement;
      readonly objective: number;
      /** What the formulation leaves out of its objective. */
      readonly constant: number;
    }
  | { readonly status: "infeasible" }
  | { readonly status: "stopped"; readonly placement: Placement | null };

/**
 * Decides a case by its plans or, where they leave it open, by the first formulation whose answer stands: that of an exact one always
 * does, that of a relaxation when its stages can be put in an order in which every link is fast enough and no more of them cross
 * instances than were paid for.
 */
export async function decideCase(
  context: CaseContext,
  { subproblem, level }: CaseKey,
  costs: CaseCosts,
  limits: readonly CaseLimit[],
): Promise<CaseOutcome> {
  let of = caseOf(context, context.subproblems[subproblem]!, level, costs, limits);
  if (!context.backend.decidesEveryCase) {
    const planned = planCase(of, (placement) => standingPlan(context, of, placement));
    if (planned.status !== "open") {
      context.onFormulation("plans");
      return planned.status === "optimal" ? { ...planned, constant: runsLessLinks(of) } : planned;
    }
    of = { ...of, limits: withProven(costs, planned.least, limits) };
  }
  const knownBound = provenOf(of.limits);
  let isRelaxed = false;
  for (const { name, covers, build } of FORMULATIONS) {
    const kind = covers(of);
    // All relaxations have the same optimum once their stages have an order.
    if (kind === null || (kind === "relaxation" && isRelaxed)) continue;
    const model = build(of);
    const solved =
      kind === "exact"
        ? await solveExact(context, model, knownBound)
        : await solveRelaxed(context, model, knownBound);
    if (solved.status === "no_order") continue;
    if (solved.status === "infeasible") {
      context.onFormulation(name);
      return solved;
    }
    const { placement } = solved;
    const isStanding = kind === "exact" || placement === null;
    const standing = isStanding ? placement : standingOrder(context, of, placement);
    if (solved.status === "stopped") return { status: "stopped", placement: standing };
    if (standing) {
      context.onFormulation(standing === placement ? name : `${name}, arranged`);
      return { ...solved, placement: standing, constant: model.constant };
    }
    isRelaxed = true;
  }
  throw new InternalError("no formulation decides a case.");
}

type Solved =
  | { readonly status: "optimal"; readonly placement: Placement; readonly objective: number }
  | { readonly status: "infeasible" }
  | { readonly status: "stopped"; readonly placement: Placement | null };

/** Solves a relaxation; a solution whose stages have no order is cut off, and others like it, and the MILP is solved again. */
async function solveRelaxed(
  context: CaseContext,
  first: CaseModel,
  knownBound: number | undefined,
): Promise<Solved | { readonly status: "no_order" }> {
  for (let model: CaseModel | null = first; model !== null; ) {
    const outcome = await callBackend(context, model.milp, knownBound);
    if (outcome.status === "infeasible") return { status: "infeasible" };
    if (outcome.status === "no_solution") return { status: "stopped", placement: null };
    const placement = model.placement(outcome.values);
    if (outcome.status === "feasible") return { status: "stopped", placement };
    if (placement) return { status: "optimal", placement, objective: outcome.objective };
    model = model.withCut?.(outcome.values) ?? null;
  }
  return { status: "no_order" };
}

/**
 * Solves an exact formulation. A MILP solver keeps rows within tolerances, so where latencies are limited a placement may be over a
 * limit by next to nothing; and not every formulation knows in which order a node uses its GPUs. Such a placement is ruled out, and
 * only it, and the MILP is solved again.
 */
async function solveExact(
  context: CaseContext,
  model: CaseModel,
  knownBound: number | undefined,
): Promise<Solved> {
  const { choices } = model;
  for (let milp = model.milp; ; ) {
    const outcome = await callBackend(context, milp, knownBound);
    if (outcome.status === "no_solution") return { status: "stopped", placement: null };
    if (outcome.status === "infeasible") return { status: "infeasible" };
    const placement = model.placement(outcome.values);
    if (!placement) throw new InternalError("the answer of an exact formulation has no order.");
    const isOver = choices !== undefined && !mayStand(context, placement);
    if (outcome.status === "feasible") {
      return { status: "stopped", placement: isOver ? null : placement };
    }
    if (!isOver) return { status: "optimal", placement, objective: outcome.objective };
    milp = withoutChoice(milp, choices, outcome.values);
  }
}

/** The MILP without the solutions that choose the same columns: Σ chosen ≤ their number − 1. */
function withoutChoice(
  milp: MilpModel,
  choices: readonly number[],
  values: ArrayLike<number>,
): MilpModel {
  const chosen = choices.filter((column) => Math.round(values[column]!) === 1);
  const row = {
    name: `not${milp.rows.length}`,
    lower: Number.NEGATIVE_INFINITY,
    upper: chosen.length - 1,
    terms: ones(chosen),
  };
  return { ...milp, rows: [...milp.rows, row] };
}

/** Objectives of whole numbers are proven once the bound is less than one below. */
const WHOLE_GAP = 0.5;

async function callBackend(
  context: CaseContext,
  milp: MilpModel,
  knownBound: number | undefined,
): Promise<Exclude<MilpOutcome, { readonly status: "failed" }>> {
  const { backend } = context;
  const outcome = await backend.solve(milp, {
    absoluteGap: hasWholeObjective(milp) ? WHOLE_GAP : 0,
    ...(knownBound === undefined ? {} : { knownBound }),
    ...context.milpOptions(),
  });
  if (outcome.status === "failed") {
    const { problem, hint } = TOO_LITTLE_MEMORY;
    if (lacksMemory(outcome.reason)) throw new InputError("memory", problem, hint);
    throw new InternalError(`the MILP solver ${backend.name} failed: ${outcome.reason}`);
  }
  return outcome;
}
