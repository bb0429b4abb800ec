import type { CaseLimit } from "../case-terms.ts";
import { budgetRows } from "./budget-rows.ts";
import type { CaseContext } from "./case-context.ts";
import { solveExactly } from "./exact-case.ts";
import { found } from "./found.ts";
import { compare, type Found } from "./goal.ts";

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
export async function breakWeightedTie(
  context: CaseContext,
  scenario: number,
  level: number,
  best: Found,
): Promise<Found> {
  const { tieCosts, scale } = context.objective;
  if (!tieCosts) return best;
  const sameCost: CaseLimit = {
    name: "score",
    perInstance: scale.perInstance,
    perLink: scale.perLink,
    most: best.cost,
  };
  const limits = [...budgetRows(context, scenario, level), sameCost];
  const solved = await solveExactly(context, scenario, level, tieCosts, limits);
  if (solved.status !== "optimal") return best;
  const other = found(context, scenario, level, solved.placement);
  return compare(other.cost, best.cost) <= 0 && other.tokensPerSecond >= best.tokensPerSecond
    ? other
    : best;
}
