import { meetsLimits } from "../../placement/limits.ts";
import type { CaseCosts, CaseLimit } from "../formulations/rental-rows.ts";
import type { CaseContext } from "./case-context.ts";
import { unitsWithin } from "./costs.ts";
import type { CaseKey } from "./goal.ts";

/** Limits of a case as rows: budgets, and how many instances of a type may be rented. */
export function limitRows(context: CaseContext, { subproblem, level }: CaseKey): CaseLimit[] {
  const levelBudget = hasLevelBudget(context)
    ? mostUnitsAt(context, context.subproblems[subproblem]!.tokensPerSecond(level))
    : Number.POSITIVE_INFINITY;
  return [...budgetRow(context, levelBudget), ...rentedRows(context)];
}

/** The limits that are the same for all levels. */
export function levelFreeRows(context: CaseContext): CaseLimit[] {
  return [...budgetRow(context, Number.POSITIVE_INFINITY), ...rentedRows(context)];
}

/** Most rented instances of a type. Owned instances are instance classes of their own. */
function rentedRows({ problem, request, classes }: CaseContext): CaseLimit[] {
  return [...request.maxRentedByType].flatMap(([name, most]) => {
    const isCounted = classes.map(
      ({ type, instances }) =>
        type.instance.name === name && instances[0]! >= (type.ownedCount ?? 0),
    );
    const rentable = classes.reduce(
      (sum, { instances }, position) => sum + (isCounted[position] ? instances.length : 0),
      0,
    );
    if (rentable <= most) return [];
    const perInstance = (position: number): number => Number(isCounted[position]);
    return [{ name: `rented.type${problem.pool.byName.get(name)!.position}`, perInstance, most }];
  });
}

/**
 * Budgets as a row. When the price is what is minimised, only the hourly budget needs one (and saves work): any other
 * limit on the cheapest plan of a level can be read off its price and throughput. A weighted plan is not the cheapest, so
 * there the price that the level's throughput can bear may have to be a row of its own.
 */
function budgetRow(context: CaseContext, levelBudget: number): CaseLimit[] {
  const { problem, units } = context;
  const { maxHourlyCostUsd } = problem.limits;
  const hourly =
    maxHourlyCostUsd === null ? Number.POSITIVE_INFINITY : unitsWithin(units, maxHourlyCostUsd);
  const budget = Math.min(hourly, levelBudget);
  if (budget === Number.POSITIVE_INFINITY) return [];
  // A budget that all instances together do not reach is a number that solvers need not be able to hold.
  const most = Math.min(budget, unitsOfAll(context));
  return [{ name: "budget", perInstance: (position) => units.perInstance[position]!, most }];
}

/**
 * What the search has proven of the cost, as a row: a MILP that meets the bound is then finished as soon as it has found a
 * plan, where its own relaxation would take long to say so. With links that are paid for the cost is not one of instances
 * alone, and the row is left out.
 */
export function boundRows(
  { objective: { scale } }: CaseContext,
  leastCost: number,
): readonly CaseLimit[] {
  return withProven(scale, leastCost, []);
}

const PROVEN = "proven";

/** Limits with the row above, and without one that says less. */
export function withProven(
  { perInstance, perLink }: CaseCosts,
  least: number,
  limits: readonly CaseLimit[],
): readonly CaseLimit[] {
  if (perLink > 0 || least <= (provenOf(limits) ?? 0)) return limits;
  return [...limits.filter(({ name }) => name !== PROVEN), { name: PROVEN, perInstance, least }];
}

/** What the row above says; undefined where it is not there. */
export function provenOf(limits: readonly CaseLimit[]): number | undefined {
  return limits.find(({ name }) => name === PROVEN)?.least;
}

/** Whether the budget rows of a case depend on its level. */
export function hasLevelBudget({ problem, objective }: CaseContext): boolean {
  const { maxCostPerMillionTokenUsd, maxTotalCostUsd } = problem.limits;
  return (
    objective.linked !== null && (maxCostPerMillionTokenUsd !== null || maxTotalCostUsd !== null)
  );
}

/** The highest price, in units, that meets all limits at a throughput; −1 when none does. */
function mostUnitsAt(context: CaseContext, tokensPerSecond: number): number {
  const { problem, units } = context;
  const meets = (count: number): boolean =>
    meetsLimits(
      problem.limits,
      count * units.microUsdPerUnit,
      tokensPerSecond,
      problem.totalTokensToProcess,
    );
  if (!meets(0)) return -1;
  let low = 0;
  let high = unitsOfAll(context);
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (meets(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The price of all instances together, in units. */
export function unitsOfAll({ units, classes }: Pick<CaseContext, "units" | "classes">): number {
  return units.perInstance.reduce(
    (sum, price, position) => sum + price * classes[position]!.instances.length,
    0,
  );
}
