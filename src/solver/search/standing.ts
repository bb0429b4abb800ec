import { evaluate } from "../../placement/evaluate.ts";
import type { Metrics } from "../../placement/evaluation.ts";
import { keepsLatencyLimits } from "../../placement/limits.ts";
import {
  type Placement,
  type PlacementStage,
  parseInstanceName,
} from "../../placement/placement.ts";
import type { Problem } from "../../placement/problem.ts";
import { brokenNodeRule } from "../deployable/node-rules.ts";
import { type Case, classesSuffice, isOrderFree, linksCount } from "../formulations/case.ts";
import { arrangeStages } from "../order/arrange.ts";
import { asksForNext } from "../stages/candidates-at-rate.ts";
import { LayerWindows } from "../stages/layer-windows.ts";
import type { CaseContext } from "./case-context.ts";
import { compare } from "./compare.ts";

/** The placement of a relaxation in an order in which it keeps its promises; null when there is none. */
export function standingOrder(
  context: CaseContext,
  of: Case,
  placement: Placement,
): Placement | null {
  if (classesSuffice(of)) return placement;
  const mayMatter = of.links?.binding || linksCount(of) || of.shape !== null;
  // What stages send to is part of a plan's order, so that comes first.
  const asIs = !mayMatter || asksForNext(of.candidates);
  if (asIs && stands(context, of, placement)) return placement;
  if (!mayMatter) return null;
  const candidate = arranged(of, placement);
  return stands(context, of, candidate) ? candidate : null;
}

/** The placement of a plan, in an order in which it keeps its promises; null when there is none. */
export function standingPlan(
  context: CaseContext,
  of: Case,
  placement: Placement,
): Placement | null {
  if (!classesSuffice(of)) return standingOrder(context, of, placement);
  return mayStand(context, placement) ? placement : null;
}

/** Whether a placement keeps what its relaxation promises: links, rate, rules and limits. */
function stands(context: CaseContext, of: Case, placement: Placement): boolean {
  const { problem, minRate, links } = of;
  // Fast enough is not all: a link between instances may be forbidden by the rule on percentiles.
  if (links && !linksAreAllowed(problem, placement, links.allows)) return false;
  const evaluation = evaluate(problem, placement);
  if (evaluation.status !== "SUCCESS") return false;
  const { metrics } = evaluation;
  if (!keepsLimits(context, placement, metrics)) return false;
  if (compare(metrics.raw_throughput_tokens_per_sec, minRate) < 0) return false;
  const crossings = metrics.links.filter((link) => link.crosses_instances).length;
  return !linksCount(of) || crossings === metrics.num_instances - 1;
}

/** Whether a placement of an exact formulation keeps what its rows know within tolerances only, or not at all. */
export function mayStand(context: CaseContext, placement: Placement): boolean {
  const evaluation = evaluate(context.problem, placement);
  // What breaks a rule of placements is an error for whoever looks at the placement next.
  return evaluation.status !== "SUCCESS" || keepsLimits(context, placement, evaluation.metrics);
}

/** Whether a placement keeps the limits on latencies and the rules on nodes. */
function keepsLimits(
  { problem, request: { nodeRules } }: CaseContext,
  placement: Placement,
  metrics: Metrics,
): boolean {
  return (
    keepsLatencyLimits(problem.limits, metrics) &&
    (nodeRules === null || brokenNodeRule(problem, nodeRules, placement, metrics) === null)
  );
}

function linksAreAllowed(
  problem: Problem,
  { stages }: Placement,
  allows: (source: number, target: number) => boolean,
): boolean {
  const gpus = stages.map((stage) => lowestGpuOf(problem, stage));
  return gpus.every((gpu, i) => i === 0 || allows(gpus[i - 1]!, gpu));
}

/**
 * A placement with its stages in an order whose links are all allowed and cross instances as rarely as possible, as far as the
 * layers let stages change places; as it is when there is no such order.
 */
function arranged(of: Case, placement: Placement): Placement {
  const { problem, links } = of;
  const { model } = problem;
  const isFree = isOrderFree(of);
  const mayMove = isFree || (LayerWindows.of(model).isAlikeInside && model.allowedCuts === null);
  if (!mayMove) return placement;
  const found = arrangeStages(
    placement,
    (stage) => lowestGpuOf(problem, stage),
    links?.allows ?? (() => true),
    isFree ? "free" : "fixed",
  );
  return found?.placement ?? placement;
}

/** Global number of a placed stage's lowest GPU. */
function lowestGpuOf(problem: Problem, stage: PlacementStage): number {
  const { typeName, index } = parseInstanceName(stage.gpu_type)!;
  const type = problem.pool.byName.get(typeName)!;
  return type.firstGpu + index * type.instance.gpuCount + Math.min(...stage.gpu_ids!);
}
