import { InternalError } from "../../errors.ts";
import { evaluate } from "../../placement/evaluate.ts";
import type { Success } from "../../placement/evaluation.ts";
import { meetsLimits } from "../../placement/limits.ts";
import type { Placement } from "../../placement/placement.ts";
import type { Problem } from "../../placement/problem.ts";
import {
  type CaseLimit,
  type CountModel,
  type CountPlan,
  countModel,
} from "../count/formulation.ts";
import { rebuildPlacement } from "../count/rebuild.ts";
import type { MilpBackend, MilpOptions } from "../milp/model.ts";
import { type PriceUnits, unitsWithin } from "./costs.ts";
import { compare, type Found } from "./goal.ts";
import type { SearchObjective } from "./objectives.ts";
import type { Scenario } from "./scenarios.ts";
import type { CaseResult } from "./search.ts";

/** What all MILPs of one search share. */
export interface CaseContext {
  readonly problem: Problem;
  readonly units: PriceUnits;
  readonly objective: SearchObjective;
  readonly scenarios: readonly Scenario[];
  readonly backend: MilpBackend;
  /** Position of each type's name in the alphabet, by the type's position in the pool. */
  readonly nameRanks: readonly number[];
  /** Time and cancellation for the next MILP. */
  readonly milpOptions: () => MilpOptions;
}

/** The MILP of one case. */
export function caseModel(context: CaseContext, scenario: number, level: number): CountModel {
  const { scale } = context.objective;
  const { family, stages } = context.scenarios[scenario]!;
  return countModel(
    family.types(level, stages),
    stages,
    context.problem.model.numLayers,
    scale,
    budgetRows(context, scenario, level),
  );
}

/** Solves one case, checks the answer against `evaluate`, offers it. */
export async function solveCase(
  context: CaseContext,
  scenario: number,
  level: number,
  offer: (found: Found) => void,
): Promise<CaseResult> {
  const { objective } = context;
  const rowsDifferByLevel = hasLevelBudget(context);
  const model = caseModel(context, scenario, level);
  const outcome = await context.backend.solve(model.milp, {
    absoluteGap: objective.scale.absoluteGap,
    ...context.milpOptions(),
  });
  switch (outcome.status) {
    case "failed":
      throw new InternalError(`the MILP solver ${context.backend.name} failed: ${outcome.reason}`);
    case "no_solution":
      return { status: "stopped" };
    case "infeasible":
      return { status: rowsDifferByLevel ? "decided" : "infeasible" };
    case "feasible":
      offer(foundPlan(context, scenario, level, model.decode(outcome.values)));
      return { status: "stopped" };
    case "optimal": {
      const found = foundPlan(context, scenario, level, model.decode(outcome.values));
      requireSame("cost", found.cost, outcome.objective + constantOf(context));
      offer(found);
      if (rowsDifferByLevel) return { status: "decided" };
      return { status: "optimal", cost: found.cost, level: found.origin!.level };
    }
  }
}

/**
 * Among the cheapest plans of a case with the found price and number of instances, the one whose instance types come
 * first in the alphabet (smallest sum of positions).
 */
export async function breakNameTie(context: CaseContext, found: Found): Promise<Found> {
  const { scenario, level } = found.origin!;
  const { family, stages } = context.scenarios[scenario]!;
  const { scale, minimisesPrice } = context.objective;
  if (!minimisesPrice) return found;
  const model = countModel(
    family.types(level, stages),
    stages,
    context.problem.model.numLayers,
    { perInstance: (position) => context.nameRanks[position]!, perLink: 0 },
    [{ name: "cost", perInstance: scale.perInstance, most: found.cost }],
  );
  const outcome = await context.backend.solve(model.milp, {
    absoluteGap: 0.5,
    ...context.milpOptions(),
  });
  if (outcome.status !== "optimal") return found;
  const other = foundPlan(context, scenario, level, model.decode(outcome.values));
  return other.nameRank < found.nameRank && other.tokensPerSecond >= found.tokensPerSecond
    ? other
    : found;
}

/** A placement scored in the terms of the search; null when `evaluate` refuses it or lets it pass with a warning. */
export function scorePlacement(
  context: CaseContext,
  placement: Placement,
  origin: Found["origin"],
): Found | null {
  const evaluation = evaluate(context.problem, placement);
  if (evaluation.status !== "SUCCESS" || evaluation.warnings.length > 0) return null;
  return score(context, evaluation, origin);
}

function score(context: CaseContext, evaluation: Success, origin: Found["origin"]): Found {
  const { placement, metrics } = evaluation;
  const { scale } = context.objective;
  let cost = 0;
  let nameRank = 0;
  for (const name of new Set(placement.stages.map((stage) => stage.gpu_type))) {
    const { position } = context.problem.pool.byName.get(name.slice(0, name.lastIndexOf("#")))!;
    cost += scale.perInstance(position);
    nameRank += context.nameRanks[position]!;
  }
  const links = metrics.links.filter((link) => link.crosses_instances).length;
  return {
    cost: cost + scale.perLink * links,
    tokensPerSecond: metrics.throughput_tokens_per_sec,
    instances: metrics.num_instances,
    stages: metrics.num_pipeline_stages,
    batch: placement.batch_size,
    nameRank,
    placement,
    metrics,
    origin,
  };
}

/** Rebuilds a plan as a placement and has it evaluated. @throws InternalError when the two disagree. */
function foundPlan(context: CaseContext, scenario: number, level: number, plan: CountPlan): Found {
  const { point, levels } = context.scenarios[scenario]!;
  const placement = rebuildPlacement(plan, point);
  const evaluation = evaluate(context.problem, placement);
  if (evaluation.status !== "SUCCESS") {
    throw new InternalError(`the solver's placement breaks a rule: ${evaluation.error}`);
  }
  const raw = evaluation.metrics.raw_throughput_tokens_per_sec;
  const reached = lastAtMost(levels, raw);
  if (reached < level || compare(levels[reached]!, raw) !== 0) {
    throw new InternalError(
      `the solver promised ${levels[level]} tokens/s raw, the evaluator finds ${raw}.`,
    );
  }
  return score(context, evaluation, { scenario, level: reached });
}

/** Position of the last level not above `rate` (with room for rounding); −1 when all are above. */
export function lastAtMost(levels: readonly number[], rate: number): number {
  let low = 0;
  let high = levels.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compare(levels[middle]!, rate) <= 0) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function requireSame(what: string, solver: number, evaluator: number): void {
  if (Math.abs(solver - evaluator) > 1e-9 * Math.max(1, Math.abs(solver), Math.abs(evaluator))) {
    throw new InternalError(`${what}: the solver says ${evaluator}, the evaluator ${solver}.`);
  }
}

/** The constant that the formulation leaves out of its objective: links between instances are runs − 1. */
function constantOf(context: CaseContext): number {
  return -context.objective.scale.perLink;
}

/**
 * Budgets as rows. When the price is what is minimised, only the hourly budget needs a row (and saves work): any other
 * limit on the cheapest plan of a level can be read off its price and throughput. A weighted plan is not the cheapest, so
 * there the price that the level's throughput can bear becomes a row of its own.
 */
function budgetRows(context: CaseContext, scenario: number, level: number): CaseLimit[] {
  const { problem, units } = context;
  const budgets: number[] = [];
  if (problem.limits.maxHourlyCostUsd !== null) {
    budgets.push(unitsWithin(units, problem.limits.maxHourlyCostUsd));
  }
  if (hasLevelBudget(context)) {
    budgets.push(mostUnitsAt(context, context.scenarios[scenario]!.tokensPerSecond(level)));
  }
  if (budgets.length === 0) return [];
  return [
    {
      name: "budget",
      perInstance: (position) => units.perInstance[position]!,
      most: Math.min(...budgets),
    },
  ];
}

function hasLevelBudget({ problem, objective }: CaseContext): boolean {
  const { maxCostPerMillionTokenUsd, maxTotalCostUsd } = problem.limits;
  return (
    !objective.minimisesPrice && (maxCostPerMillionTokenUsd !== null || maxTotalCostUsd !== null)
  );
}

/** The highest price, in units, that meets all limits at a throughput; −1 when none does. */
function mostUnitsAt({ problem, units }: CaseContext, tokensPerSecond: number): number {
  const meets = (count: number): boolean =>
    meetsLimits(
      problem.limits,
      count * units.microUsdPerUnit,
      tokensPerSecond,
      problem.totalTokensToProcess,
    );
  if (!meets(0)) return -1;
  let low = 0;
  let high = units.perInstance.reduce(
    (sum, price, position) => sum + price * problem.pool.types[position]!.count,
    0,
  );
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (meets(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}
