import { InputError, InternalError } from "../../errors.ts";
import { ones } from "../../milp/builder.ts";
import { lacksMemory, TOO_LITTLE_MEMORY } from "../../milp/lacks-memory.ts";
import type { MilpModel, MilpOutcome } from "../../milp/model.ts";
import { hasWholeObjective } from "../../milp/tolerance.ts";
import { allowedCuts, layerCount } from "../../model/model.ts";
import { evaluate } from "../../placement/evaluate.ts";
import type { Metrics } from "../../placement/evaluation.ts";
import { keepsLatencyLimits } from "../../placement/limits.ts";
import type { Placement } from "../../placement/placement.ts";
import type { Problem } from "../../placement/problem.ts";
import { brokenNodeRule } from "../deployable/node-rules.ts";
import { coverModel, type NoOrderCut } from "../formulations/cover.ts";
import {
  type CaseCosts,
  type CaseLimit,
  type CaseModel,
  countsLinks,
} from "../formulations/rental-rows.ts";
import type { LinksAtRate } from "../instances/matrix-links.ts";
import { arrangeStages } from "../order/arrange.ts";
import { asksForNext } from "../stages/candidates-at-rate.ts";
import { LayerWindows } from "../stages/layer-windows.ts";
import { startsMatter } from "../stages/start-table.ts";
import type { CaseContext } from "./case-context.ts";
import { fastModel, isFastModelExact, linkedModel, lowestGpuOf } from "./case-model.ts";
import { caseRules } from "./case-rules.ts";
import { compare } from "./goal.ts";
import type { Subproblem } from "./subproblems.ts";

/** What came of one case under some costs and limits. */
export type ExactOutcome =
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
 * The fast formulation first. Where it is a relaxation, its answer is exact when it stands as it is, or with its stages in
 * another order (alike layers only): every link fast enough, no more crossings than it paid for. Otherwise the formulation
 * over single TP groups decides.
 */
export async function solveExactly(
  context: CaseContext,
  subproblem: number,
  level: number,
  costs: CaseCosts,
  limits: readonly CaseLimit[],
): Promise<ExactOutcome> {
  const here = context.subproblems[subproblem]!;
  const linksCount = countsLinks(costs, limits);
  const isExact = isFastModelExact(context, here, level, linksCount);
  const fast = await solveFast(context, here, level, costs, limits, isExact);
  // Links between instances are runs of stages − 1; the fast formulations count runs.
  const constant = -costs.perLink;
  const decides = (name: string): void => {
    if (fast.status !== "stopped") context.onFormulation(name);
  };
  if (isExact || fast.status === "infeasible") {
    decides(fast.formulation);
    return withConstant(fast, constant);
  }
  if (fast.placement) {
    const standing = standingOrder(context, here, level, linksCount, fast.placement);
    if (standing) {
      const isSame = standing === fast.placement;
      decides(isSame ? fast.formulation : `${fast.formulation}, arranged`);
      return withConstant({ ...fast, placement: standing }, constant);
    }
  }
  if (fast.status === "stopped") return { status: "stopped", placement: null };
  const exact = linkedModel(context, here, level, costs, limits);
  const outcome = await runMilp(context, exact, here, true);
  if (outcome.status !== "stopped") context.onFormulation(exact.name);
  return withConstant(outcome, 0);
}

function linksAreAllowed(
  problem: Problem,
  { stages }: Placement,
  allows: (source: number, target: number) => boolean,
): boolean {
  const gpus = stages.map((stage) => lowestGpuOf(problem, stage));
  return gpus.every((gpu, i) => i === 0 || allows(gpus[i - 1]!, gpu));
}

/** Plans that cannot be put in order are ruled out one by one, this often; then the starts formulation decides. */
const MOST_SHORTFALLS = 60;

/**
 * The fast formulation. For layers that are not alike it is first tried without positions: its optimum is that of the case
 * as soon as its stages can be put in an order.
 */
async function solveFast(
  context: CaseContext,
  here: Subproblem,
  level: number,
  costs: CaseCosts,
  limits: readonly CaseLimit[],
  isExact: boolean,
): Promise<RunOutcome & { readonly formulation: string }> {
  const { model } = context.problem;
  const { stageTables } = here;
  const withoutCover = async (): Promise<RunOutcome & { readonly formulation: string }> => {
    const fast = fastModel(context, here, level, costs, limits);
    return { ...(await runMilp(context, fast, here, isExact)), formulation: fast.name };
  };
  if (!startsMatter(context.problem)) return withoutCover();
  const formulation = "cover";
  const noOrderCuts: NoOrderCut[] = [];
  while (noOrderCuts.length < MOST_SHORTFALLS) {
    const candidates = stageTables.candidates(level, here.stages);
    const cover = coverModel(
      candidates,
      stageTables.pieces(here.stages),
      layerCount(model),
      stageTables.layerWeights.rows,
      stageTables.batch.setting.latency,
      costs,
      limits,
      caseRules(context.request, stageTables.shape),
      noOrderCuts,
    );
    const placementOf = (values: ArrayLike<number>): Placement | null => {
      const placement = cover.placement(values, here.point);
      return placement && stageTables.placement(placement, candidates);
    };
    const outcome = await callBackend(context, cover.milp);
    if (outcome.status === "infeasible") return { status: "infeasible", formulation };
    if (outcome.status !== "optimal") {
      const placement = outcome.status === "feasible" ? placementOf(outcome.values) : null;
      return { status: "stopped", placement, formulation };
    }
    const placement = placementOf(outcome.values);
    if (placement) {
      return { status: "optimal", placement, objective: outcome.objective, formulation };
    }
    const noOrderCut = cover.noOrderCut(outcome.values);
    if (!noOrderCut) break;
    noOrderCuts.push(noOrderCut);
  }
  return withoutCover();
}

/** The placement of a relaxation in an order in which it keeps its promises; null when there is none. */
function standingOrder(
  context: CaseContext,
  here: Subproblem,
  level: number,
  linksCount: boolean,
  placement: Placement,
): Placement | null {
  const { stageTables, stages } = here;
  const links = stageTables.links(level);
  const mayMatter = links?.binding || linksCount || stageTables.shape !== null;
  // What stages send to is part of a plan's order, so that comes first.
  const asIs = !mayMatter || asksForNext(stageTables.candidates(level, stages));
  if (asIs && stands(context, here, level, linksCount, placement)) return placement;
  if (!mayMatter) return null;
  const candidate = arranged(context.problem, links, placement);
  return stands(context, here, level, linksCount, candidate) ? candidate : null;
}

/** Whether a placement keeps what its relaxation promises: links, rate, rules and limits. */
function stands(
  context: CaseContext,
  { stageTables, levels }: Subproblem,
  level: number,
  linksCount: boolean,
  placement: Placement,
): boolean {
  const { problem } = context;
  const links = stageTables.links(level);
  // Fast enough is not all: a link between instances may be forbidden by the rule on percentiles.
  if (links && !linksAreAllowed(problem, placement, links.allows)) return false;
  const evaluation = evaluate(problem, placement);
  if (evaluation.status !== "SUCCESS") return false;
  const { metrics } = evaluation;
  if (!keepsLatencyLimits(problem.limits, metrics)) return false;
  if (breaksNodeRules(context, placement, metrics)) return false;
  if (compare(metrics.raw_throughput_tokens_per_sec, levels[level]!) < 0) return false;
  const crossings = metrics.links.filter((link) => link.crosses_instances).length;
  return !linksCount || crossings === metrics.num_instances - 1;
}

/**
 * A placement with its stages in an order whose links are all allowed and cross instances as rarely as possible, as far as the
 * layers let stages change places; as it is when there is no such order.
 */
function arranged(problem: Problem, links: LinksAtRate | null, placement: Placement): Placement {
  const isFree = !startsMatter(problem);
  const { model } = problem;
  const mayMove = isFree || (LayerWindows.of(model).isAlikeInside && allowedCuts(model) === null);
  if (!mayMove) return placement;
  const allows = links?.allows ?? (() => true);
  const found = arrangeStages(
    placement,
    (stage) => lowestGpuOf(problem, stage),
    allows,
    isFree ? "free" : "fixed",
  );
  return found?.placement ?? placement;
}

type RunOutcome =
  | { readonly status: "optimal"; readonly placement: Placement; readonly objective: number }
  | { readonly status: "infeasible"; readonly placement?: never }
  | { readonly status: "stopped"; readonly placement: Placement | null };

function withConstant(outcome: RunOutcome, constant: number): ExactOutcome {
  return outcome.status === "optimal" ? { ...outcome, constant } : outcome;
}

/**
 * Runs a formulation to its end. A MILP solver keeps rows within tolerances, so where latencies are limited a placement may
 * be over a limit by next to nothing; and not every formulation knows in which order a node uses its GPUs. Such a placement is
 * ruled out, and only it, and the MILP is solved again.
 *
 * @param isExact whether a choice of columns is one placement. Of a relaxation it may stand for others too, of which one may stand
 */
async function runMilp(
  context: CaseContext,
  model: CaseModel,
  { point }: Subproblem,
  isExact: boolean,
): Promise<RunOutcome> {
  let { milp } = model;
  for (;;) {
    const outcome = await callBackend(context, milp);
    if (outcome.status === "no_solution") return { status: "stopped", placement: null };
    if (outcome.status === "infeasible") return { status: "infeasible" };
    const placement = model.placement(outcome.values, point);
    const isOver = isExact && model.choices !== undefined && !mayStand(context, placement);
    if (outcome.status === "feasible") {
      return { status: "stopped", placement: isOver ? null : placement };
    }
    if (!isOver) return { status: "optimal", placement, objective: outcome.objective };
    milp = withoutChoice(milp, model.choices!, outcome.values);
  }
}

function mayStand(context: CaseContext, placement: Placement): boolean {
  const evaluation = evaluate(context.problem, placement);
  // What breaks a rule of placements is an error for whoever looks at the placement next.
  return (
    evaluation.status !== "SUCCESS" ||
    (keepsLatencyLimits(context.problem.limits, evaluation.metrics) &&
      !breaksNodeRules(context, placement, evaluation.metrics))
  );
}

function breaksNodeRules(
  { problem, request: { nodeRules } }: CaseContext,
  placement: Placement,
  metrics: Metrics,
): boolean {
  return nodeRules !== null && brokenNodeRule(problem, nodeRules, placement, metrics) !== null;
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
): Promise<Exclude<MilpOutcome, { readonly status: "failed" }>> {
  const { backend } = context;
  const outcome = await backend.solve(milp, {
    absoluteGap: hasWholeObjective(milp) ? WHOLE_GAP : 0,
    ...context.milpOptions(),
  });
  if (outcome.status === "failed") {
    const { problem, hint } = TOO_LITTLE_MEMORY;
    if (lacksMemory(outcome.reason)) throw new InputError("memory", problem, hint);
    throw new InternalError(`the MILP solver ${backend.name} failed: ${outcome.reason}`);
  }
  return outcome;
}
