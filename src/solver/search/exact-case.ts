import { InternalError } from "../../errors.ts";
import { evaluate } from "../../placement/evaluate.ts";
import type { Placement } from "../../placement/placement.ts";
import type { Problem } from "../../placement/problem.ts";
import type { CaseCosts, CaseLimit, CaseModel } from "../case-terms.ts";
import { arrangeStages } from "../links/arrange.ts";
import type { MilpModel, MilpOutcome } from "../milp/model.ts";
import { coverModel, type Shortfall } from "../starts/cover-formulation.ts";
import type { CaseContext } from "./case-context.ts";
import { fastModel, isFastModelExact, linkedModel, lowestGpuOf } from "./case-model.ts";
import type { Scenario } from "./scenarios.ts";

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
  scenario: number,
  level: number,
  costs: CaseCosts,
  limits: readonly CaseLimit[],
): Promise<ExactOutcome> {
  const here = context.scenarios[scenario]!;
  const fast = await solveFast(context, here, level, costs, limits);
  // Links between instances are runs of stages − 1; the fast formulations count runs.
  const constant = -costs.perLink;
  if (isFastModelExact(context, here, level, costs) || fast.status === "infeasible") {
    return withConstant(fast, constant);
  }
  if (fast.placement) {
    const standing = standingOrder(context, here, level, costs, fast.placement);
    if (standing) return withConstant({ ...fast, placement: standing }, constant);
  }
  if (fast.status === "stopped") return { status: "stopped", placement: null };
  const exact = linkedModel(context, here, level, costs, limits);
  return withConstant(await runMilp(context, exact, here), 0);
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
  here: Scenario,
  level: number,
  costs: CaseCosts,
  limits: readonly CaseLimit[],
): Promise<RunOutcome> {
  const { model } = context.problem;
  if (!model.layers) return runMilp(context, fastModel(context, here, level, costs, limits), here);
  const shortfalls: Shortfall[] = [];
  while (shortfalls.length < MOST_SHORTFALLS) {
    const cover = coverModel(
      here.family.hosts(level, here.stages),
      here.stages,
      model.numLayers,
      here.family.measures,
      costs,
      limits,
      context.request,
      shortfalls,
    );
    const outcome = await callBackend(context, cover.milp);
    if (outcome.status === "infeasible") return { status: "infeasible" };
    if (outcome.status !== "optimal") {
      const placement =
        outcome.status === "feasible" ? cover.placement(outcome.values, here.point) : null;
      return { status: "stopped", placement };
    }
    const placement = cover.placement(outcome.values, here.point);
    if (placement) return { status: "optimal", placement, objective: outcome.objective };
    const shortfall = cover.shortfall(outcome.values);
    if (!shortfall) break;
    shortfalls.push(shortfall);
  }
  return runMilp(context, fastModel(context, here, level, costs, limits), here);
}

/** The placement of a relaxation in an order in which it keeps its promises; null when there is none. */
function standingOrder(
  context: CaseContext,
  { family, levels }: Scenario,
  level: number,
  costs: CaseCosts,
  placement: Placement,
): Placement | null {
  const { problem } = context;
  const links = family.links(level);
  const candidate =
    problem.model.layers || !links?.binding
      ? placement
      : (arrangeStages(placement, (stage) => lowestGpuOf(problem, stage), links.allows)
          ?.placement ?? null);
  if (!candidate) return null;
  // Fast enough is not all: a link between instances may be forbidden by the rule on percentiles.
  if (links && !linksAreAllowed(problem, candidate, links.allows)) return null;
  const evaluation = evaluate(problem, candidate);
  if (evaluation.status !== "SUCCESS") return null;
  const { metrics } = evaluation;
  if (metrics.raw_throughput_tokens_per_sec < levels[level]!) return null;
  const crossings = metrics.links.filter((link) => link.crosses_instances).length;
  return costs.perLink === 0 || crossings === metrics.num_instances - 1 ? candidate : null;
}

type RunOutcome =
  | { readonly status: "optimal"; readonly placement: Placement; readonly objective: number }
  | { readonly status: "infeasible"; readonly placement?: never }
  | { readonly status: "stopped"; readonly placement: Placement | null };

function withConstant(outcome: RunOutcome, constant: number): ExactOutcome {
  return outcome.status === "optimal" ? { ...outcome, constant } : outcome;
}

async function runMilp(
  context: CaseContext,
  model: CaseModel,
  { point }: Scenario,
): Promise<RunOutcome> {
  const outcome = await callBackend(context, model.milp);
  switch (outcome.status) {
    case "no_solution":
      return { status: "stopped", placement: null };
    case "infeasible":
      return { status: "infeasible" };
    case "feasible":
      return { status: "stopped", placement: model.placement(outcome.values, point) };
    case "optimal":
      return {
        status: "optimal",
        placement: model.placement(outcome.values, point),
        objective: outcome.objective,
      };
  }
}

async function callBackend(
  context: CaseContext,
  milp: MilpModel,
): Promise<Exclude<MilpOutcome, { readonly status: "failed" }>> {
  const { backend, objective } = context;
  const outcome = await backend.solve(milp, {
    absoluteGap: objective.scale.absoluteGap,
    ...context.milpOptions(),
  });
  if (outcome.status === "failed") {
    throw new InternalError(`the MILP solver ${backend.name} failed: ${outcome.reason}`);
  }
  return outcome;
}
