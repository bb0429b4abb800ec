import type { CaseLimit } from "../case-terms.ts";
import { limitRows, rentedRows } from "./budget-rows.ts";
import type { CaseContext } from "./case-context.ts";
import { solveExactly } from "./exact-case.ts";
import { found } from "./found.ts";
import { compare, type Found } from "./goal.ts";

/**
 * Among the cheapest placements of a case with the found price and number of instances, the one whose instance types come
 * first in the alphabet (smallest sum of positions).
 */
export async function breakNameTie(context: CaseContext, best: Found): Promise<Found> {
  const { scenario } = best.origin!;
  const level = lowestAlike(context, scenario, best.origin!.level);
  const { scale, minimisesPrice } = context.objective;
  if (!minimisesPrice || context.classes.length === 1) return best;
  const solved = await solveExactly(
    context,
    scenario,
    level,
    { perInstance: (position) => position, perLink: 0 },
    [{ name: "cost", perInstance: scale.perInstance, most: best.cost }, ...rentedRows(context)],
  );
  if (solved.status !== "optimal") return best;
  const other = found(context, scenario, level, solved.placement);
  return other.nameRank < best.nameRank && compare(other.tokensPerSecond, best.tokensPerSecond) >= 0
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
  reached: number,
  best: Found,
): Promise<Found> {
  const { tieCosts, scale } = context.objective;
  if (!tieCosts) return best;
  const level = lowestAlike(context, scenario, reached);
  const sameCost: CaseLimit = {
    name: "score",
    perInstance: scale.perInstance,
    perLink: scale.perLink,
    most: best.cost,
  };
  const limits = [...limitRows(context, scenario, level), sameCost];
  const solved = await solveExactly(context, scenario, level, tieCosts, limits);
  if (solved.status !== "optimal") return best;
  const other = found(context, scenario, level, solved.placement);
  return compare(other.cost, best.cost) <= 0 &&
    compare(other.tokensPerSecond, best.tokensPerSecond) >= 0
    ? other
    : best;
}

/** The lowest level that is the same but for rounding: stages and links that reach it only are as good in a tie. */
function lowestAlike({ scenarios }: CaseContext, scenario: number, level: number): number {
  const { levels } = scenarios[scenario]!;
  let lowest = level;
  while (lowest > 0 && compare(levels[lowest - 1]!, levels[level]!) === 0) lowest--;
  return lowest;
}
