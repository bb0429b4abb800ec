import { InternalError } from "../../errors.ts";
import { evaluate } from "../../placement/evaluate.ts";
import type { Success } from "../../placement/evaluation.ts";
import { meetsLimits } from "../../placement/limits.ts";
import { type Placement, parseInstanceName } from "../../placement/placement.ts";
import type { CaseCosts, CaseLimit, CaseModel } from "../case-terms.ts";
import type { HostClass } from "../hosts/host-class.ts";
import { arrangeStages } from "../links/arrange.ts";
import type { MilpBackend, MilpModel, MilpOptions, MilpOutcome } from "../milp/model.ts";
import { coverModel, type Shortfall } from "../starts/cover-formulation.ts";
import { brokenRentalRule } from "../rental-rules.ts";
import {
  fastModel,
  isFastModelExact,
  linkedModel,
  lowestGpuOf,
  type ModelContext,
} from "./case-model.ts";
import { type PriceUnits, unitsWithin } from "./costs.ts";
import { compare, type Found } from "./goal.ts";
import type { SearchObjective } from "./objectives.ts";
import type { Scenario } from "./scenarios.ts";
import type { CaseResult } from "./search.ts";

/** What all cases of one search share. */
export interface CaseContext extends ModelContext {
  readonly units: PriceUnits;
  readonly objective: SearchObjective;
  readonly scenarios: readonly Scenario[];
  readonly backend: MilpBackend;
  /** Time and cancellation for the next MILP. */
  readonly milpOptions: () => MilpOptions;
}

/** The MILP of a case that an answer came from. */
export function caseModel(context: CaseContext, scenario: number, level: number): CaseModel {
  const costs = context.objective.scale;
  const limits = budgetRows(context, scenario, level);
  const here = context.scenarios[scenario]!;
  return isFastModelExact(context, here, level, costs)
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
  const limits = [...budgetRows(context, scenario, level), ...boundRows(context, leastCost)];
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
      const best = await breakWeightedTie(context, scenario, level, first);
      offer(best);
      if (isOneLevel) return { status: "decided" };
      return { status: "optimal", cost: best.cost, level: best.origin!.level };
    }
  }
}

type ExactOutcome =
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
async function solveExactly(
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

/**
 * Among the cheapest placements of a case with the found price and number of instances, the one whose instance types come
 * first in the alphabet (smallest sum of positions).
 */
export async function breakNameTie(context: CaseContext, best: Found): Promise<Found> {
  const { scenario, level } = best.origin!;
  const { scale, minimisesPrice } = context.objective;
  if (!minimisesPrice || context.classes.length === 1) return best;
  const solved = await solveExactly(
    context,
    scenario,
    level,
    { perInstance: (position) => position, perLink: 0 },
    [{ name: "cost", perInstance: scale.perInstance, most: best.cost }],
  );
  if (solved.status !== "optimal") return best;
  const other = found(context, scenario, level, solved.placement);
  return other.nameRank < best.nameRank && other.tokensPerSecond >= best.tokensPerSecond
    ? other
    : best;
}

/**
 * Among the placements of a case with the same weighted cost, the one that the rule on ties prefers; a price scale has the
 * rule built in.
 */
async function breakWeightedTie(
  context: CaseContext,
  scenario: number,
  level: number,
  best: Found,
): Promise<Found> {
  const { tieCosts, scale } = context.objective;
  if (!tieCosts) return best;
  // The fast formulations count runs of stages, one more than links between instances.
  const sameCost: CaseLimit = {
    name: "score",
    perInstance: (position) => scale.perInstance(position) + scale.perLink,
    most: best.cost + scale.perLink,
  };
  const limits = [...budgetRows(context, scenario, level), sameCost];
  const solved = await solveExactly(context, scenario, level, tieCosts, limits);
  if (solved.status !== "optimal") return best;
  const other = found(context, scenario, level, solved.placement);
  return compare(other.cost, best.cost) <= 0 && other.tokensPerSecond >= best.tokensPerSecond
    ? other
    : best;
}

/** A placement scored in the terms of the search; null when it breaks a rule or `evaluate` lets it pass with a warning. */
export function scorePlacement(
  context: CaseContext,
  placement: Placement,
  origin: Found["origin"],
): Found | null {
  const evaluation = evaluate(context.problem, placement);
  if (evaluation.status !== "SUCCESS" || evaluation.warnings.length > 0) return null;
  const { problem, request } = context;
  if (brokenRentalRule(problem, request, placement, evaluation.metrics) !== null) return null;
  return score(context, evaluation, origin);
}

/** The host class of an instance. */
function classOf(context: CaseContext, name: string): HostClass {
  const parsed = parseInstanceName(name);
  const host = context.classes.find(
    ({ type, instances }) =>
      type.instance.name === parsed?.typeName && instances.includes(parsed.index),
  );
  if (!host) throw new InternalError(`${name} is in no host class.`);
  return host;
}

function score(context: CaseContext, evaluation: Success, origin: Found["origin"]): Found {
  const { placement, metrics } = evaluation;
  const { scale } = context.objective;
  let cost = 0;
  let priceUnits = 0;
  let nameRank = 0;
  for (const name of new Set(placement.stages.map((stage) => stage.gpu_type))) {
    const { position } = classOf(context, name);
    cost += scale.perInstance(position);
    priceUnits += context.units.perInstance[position]!;
    nameRank += position;
  }
  const links = metrics.links.filter((link) => link.crosses_instances).length;
  return {
    cost: cost + scale.perLink * links,
    priceUnits,
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

/** Has a placement of a MILP evaluated. @throws InternalError when solver and evaluator disagree. */
function found(context: CaseContext, scenario: number, level: number, placement: Placement): Found {
  const { levels } = context.scenarios[scenario]!;
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
  const broken = brokenRentalRule(context.problem, context.request, placement, evaluation.metrics);
  if (broken !== null) throw new InternalError(`the solver's placement breaks a rule: ${broken}.`);
  return score(context, evaluation, { scenario, level: reached });
}

/** Position of the last level not above `rate` (with room for rounding); −1 when all are above. */
export function lastAtMost(levels: ArrayLike<number>, rate: number): number {
  let low = 0;
  let high = levels.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compare(levels[middle]!, rate) <= 0) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function requireSameCost(evaluator: number, solver: number): void {
  const room = 1e-9 * Math.max(1, Math.abs(solver), Math.abs(evaluator));
  if (Math.abs(solver - evaluator) > room) {
    throw new InternalError(`the solver says cost ${solver}, the evaluator ${evaluator}.`);
  }
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

/**
 * What the search has proven of the cost, as a row: a MILP that meets the bound is then finished as soon as it has found a
 * plan, where its own relaxation would take long to say so. With links that are paid for the cost is not one of instances
 * alone, and the row is left out.
 */
function boundRows({ objective: { scale } }: CaseContext, leastCost: number): CaseLimit[] {
  return scale.perLink === 0 && leastCost > 0
    ? [{ name: "proven", perInstance: scale.perInstance, least: leastCost }]
    : [];
}

function hasLevelBudget({ problem, objective }: CaseContext): boolean {
  const { maxCostPerMillionTokenUsd, maxTotalCostUsd } = problem.limits;
  return (
    !objective.minimisesPrice && (maxCostPerMillionTokenUsd !== null || maxTotalCostUsd !== null)
  );
}

/** The highest price, in units, that meets all limits at a throughput; −1 when none does. */
function mostUnitsAt({ problem, units, classes }: CaseContext, tokensPerSecond: number): number {
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
    (sum, price, position) => sum + price * classes[position]!.instances.length,
    0,
  );
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (meets(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}
