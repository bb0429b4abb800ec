import { groupBy } from "../../lists.ts";
import { instanceName } from "../../placement/placement.ts";
import type { CaseCosts, CaseLimit } from "../formulations/rental-rows.ts";
import { twinsElsewhere } from "../instances/sites.ts";
import { limitRows } from "./budget-rows.ts";
import { classOf, found, scorePlacement } from "./candidate.ts";
import type { CaseContext } from "./case-context.ts";
import { compare, compareAll } from "./compare.ts";
import { decideCase } from "./decide-case.ts";
import type { Candidate, CaseKey } from "./goal.ts";
import { equalCostRows } from "./linked-cost.ts";
import { keyBeforeNames, tieKey } from "./ties.ts";

/**
 * Among the placements of a case that are equal in all that decides before, the one with the fewest instances, and of these the
 * one whose classes come first by name (smallest sum of positions).
 */
export async function breakNameTie(context: CaseContext, best: Candidate): Promise<Candidate> {
  const { classes } = context.subproblems[best.origin!.subproblem]!;
  if (classes.length === 1) return best;
  const key = lowestAlike(context, best.origin!);
  const { scale, linked } = context.objective;
  // A sum of positions is below this.
  const instance = best.stages * context.classes.length;
  const names: CaseCosts = { perInstance: (position) => instance + position, perLink: 0 };
  const same: CaseLimit[][] = linked
    ? equalCostRows(context, best)
    : [[{ name: "cost", perInstance: scale.perInstance, most: best.cost }]];
  const others = limitRows(context, key);
  let first = best;
  for (const rows of same) {
    const solved = await decideCase(context, key, names, [...rows, ...others]);
    if (solved.status !== "optimal") continue;
    const other = found(context, key, solved.placement);
    const isEqual =
      compare(other.cost, best.cost) <= 0 &&
      compareAll(keyBeforeNames(other), keyBeforeNames(best)) <= 0;
    if (isEqual && compareAll(tieKey(other), tieKey(first)) < 0) first = other;
  }
  return first;
}

/**
 * Of a placement and the same one at other sites, where it costs as much, the first by name. Sites that another one covers are
 * left out of the search, and only there is such a twin not found already.
 */
export function firstOfSites(context: CaseContext, best: Candidate): Candidate {
  const { placement } = best;
  const names = [...new Set(placement.stages.map(({ gpu_type }) => gpu_type))];
  const byClass = groupBy(names, (name) => classOf(context, name));
  const used = [...byClass].map(([instanceClass, own]) => ({ instanceClass, count: own.length }));
  let first = best;
  for (const twins of twinsElsewhere(context.classes, used)) {
    const renamed = new Map<string, string>();
    for (const [position, own] of [...byClass.values()].entries()) {
      const { type, instances } = twins[position]!;
      for (const [i, name] of own.entries()) {
        renamed.set(name, instanceName(type.instance.name, instances[i]!));
      }
    }
    const stages = placement.stages.map((stage) => ({
      ...stage,
      gpu_type: renamed.get(stage.gpu_type)!,
    }));
    const twin = scorePlacement(context, { ...placement, stages }, best.origin);
    if (twin && compareAll(tieKey(twin), tieKey(first)) < 0) first = twin;
  }
  return first;
}

/** The case at the lowest level that is the same but for rounding: stages and links that reach it only are as good in a tie. */
export function lowestAlike({ subproblems }: CaseContext, { subproblem, level }: CaseKey): CaseKey {
  const { levels } = subproblems[subproblem]!;
  let lowest = level;
  while (lowest > 0 && compare(levels[lowest - 1]!, levels[level]!) === 0) lowest--;
  return { subproblem, level: lowest };
}
