import { InternalError } from "../../errors.ts";
import { objectiveTolerance } from "../../milp/tolerance.ts";
import type { CaseLimit } from "../formulations/rental-rows.ts";
import { unitsOfAll } from "./budget-rows.ts";
import { found } from "./candidate.ts";
import type { CaseContext } from "./case-context.ts";
import { compare, compareAll, SAME } from "./compare.ts";
import { decideCase } from "./decide-case.ts";
import type { Candidate, CaseKey } from "./goal.ts";
import { keyBeforeNames } from "./ties.ts";

/**
 * Answers whose cost charges for links between instances (`LinkedCost` of objectives.ts). Both counts are whole numbers, their sum is a
 * fraction. A MILP that minimises it is proven to a tolerance only, and prices may differ by less. So what a tolerance leaves open
 * is asked in whole numbers: for each number of links, the cheapest placement with no more of them, at a price that would make it
 * better.
 */

/** So many price units and no more links, which together cost `cost` or less. */
interface Share {
  readonly units: number;
  readonly links: number;
  readonly cost: number;
}

/** The largest coefficient of a scaled objective is between this and its double: a solver's tolerance of 1e-6 is next to nothing of it. */
const LARGEST_COEFFICIENT = 2 ** 20;

/** A power of two, so that nothing is rounded, that makes the coefficients of an objective as large as is good for a solver. */
export function solverFactor({ classes, objective: { scale } }: CaseContext): number {
  const costs = classes.map(({ position }) => scale.perInstance(position));
  const largest = Math.max(scale.perLink, ...costs);
  return largest > 0 ? LARGEST_COEFFICIENT / 2 ** Math.floor(Math.log2(largest)) : 1;
}

/** What a MILP leaves open below the cost that it has found. */
export function slackOf(context: CaseContext, cost: number): number {
  const factor = solverFactor(context);
  return objectiveTolerance((cost + context.objective.scale.perLink) * factor) / factor;
}

/** The most that may be paid for each number of links, below a cost but above `least`; empty where prices leave no room. */
export function sharesBelow(
  context: CaseContext,
  stages: number,
  cost: number,
  least: number,
): Share[] {
  return shares(context, stages, cost, -SAME).filter(
    (share) => share.cost >= least && compare(share.cost, cost) < 0,
  );
}

/** The same at a cost: the ways to make it up. */
function sharesOf(context: CaseContext, { stages, cost }: Candidate): Share[] {
  return shares(context, stages, cost, SAME).filter((share) => compare(share.cost, cost) === 0);
}

/** @param room share of the cost that is added to it: below 0 for what is truly less */
function shares(context: CaseContext, stages: number, cost: number, room: number): Share[] {
  const { perUnit, perLink } = context.objective.linked!;
  const all = unitsOfAll(context);
  const sums = priceSums(context, stages);
  const limit = cost + room * Math.abs(cost);
  const list: Share[] = [];
  for (let links = 0; links < stages; links++) {
    const left = limit - perLink * links;
    if (left < 0) break;
    const most = perUnit === 0 ? all : Math.min(all, Math.floor(left / perUnit));
    const units = reachable(sums, links + 1, most);
    if (units === null) continue;
    list.push({ units, links, cost: perUnit * units + perLink * links });
  }
  return list;
}

/** More sums of prices than this are not listed. */
const MOST_SUMS = 5000;

/** By the number of instances at most: what they can cost, rising; null when these are too many. */
function priceSums({ units: { perInstance } }: CaseContext, stages: number): number[][] | null {
  const prices = [...new Set(perInstance)];
  const sums = [[0]];
  for (let n = 1; n <= stages; n++) {
    const last = sums[n - 1]!;
    const next = new Set(last);
    for (const sum of last) for (const price of prices) next.add(sum + price);
    if (next.size > MOST_SUMS) return null;
    sums.push([...next].sort((a, b) => a - b));
  }
  return sums;
}

/** The most that so many instances can cost within `most`: those of a pipeline are one more than its links, or fewer. */
function reachable(sums: number[][] | null, instances: number, most: number): number | null {
  if (!sums) return most;
  return sums[instances]!.findLast((sum) => sum <= most) ?? null;
}

/** A share as rows of whole numbers. */
function rowsOf({ units: { perInstance } }: CaseContext, { units, links }: Share): CaseLimit[] {
  return [
    { name: "share", perInstance: (position) => perInstance[position]!, most: units },
    { name: "links", perInstance: () => 0, perLink: 1, most: links },
  ];
}

/**
 * The cheapest placement of a case, links counted, where a MILP has found one that is the cheapest within its tolerance.
 * @returns null when a limit struck
 */
export async function sharpened(
  context: CaseContext,
  key: CaseKey,
  first: Candidate,
  limits: readonly CaseLimit[],
): Promise<Candidate | null> {
  const { price } = context.objective.linked!;
  let best = first;
  const least = first.cost - slackOf(context, first.cost);
  for (let links = 0; links < first.stages; links++) {
    const share = sharesBelow(context, first.stages, best.cost, least).find(
      (s) => s.links === links,
    );
    if (!share) continue;
    const rows = [...limits, ...rowsOf(context, share)];
    const solved = await decideCase(context, key, price, rows);
    if (solved.status === "stopped") return null;
    if (solved.status === "infeasible") continue;
    const other = found(context, key, solved.placement);
    if (compare(other.cost, best.cost) >= 0) {
      throw new InternalError(
        `a MILP found cost ${other.cost} where only less than ${best.cost} is allowed.`,
      );
    }
    best = other;
  }
  return best;
}

/** Among the placements of a case that cost the same, links counted, the one that the rule on ties prefers, but for names. */
export async function firstOfEqualCost(
  context: CaseContext,
  key: CaseKey,
  first: Candidate,
  limits: readonly CaseLimit[],
): Promise<Candidate> {
  const { linked } = context.objective;
  const orderOf = (found: Candidate): number[] => [
    context.objective.key(found.cost, found.tokensPerSecond, found.priceUnits, found.batch)[1],
    ...keyBeforeNames(found),
  ];
  let best = first;
  for (const share of sharesOf(context, first)) {
    const rows = [...limits, ...rowsOf(context, share)];
    const solved = await decideCase(context, key, linked!.price, rows);
    if (solved.status !== "optimal") continue;
    const other = found(context, key, solved.placement);
    if (compare(other.cost, best.cost) <= 0 && compareAll(orderOf(other), orderOf(best)) < 0)
      best = other;
  }
  return best;
}

/** For each way to make up a placement's cost, the rows within which all is as good as it, but for names. */
export function equalCostRows(context: CaseContext, best: Candidate): CaseLimit[][] {
  const { perUnit } = context.objective.linked!;
  const gpus: CaseLimit = {
    name: "gpus",
    perInstance: (position) => context.classes[position]!.type.instance.gpuCount,
    most: best.gpus,
  };
  return sharesOf(context, best).map((share) => {
    // Where the price has no say in the cost it is what decides next.
    const units = perUnit === 0 ? best.priceUnits : share.units;
    return [...rowsOf(context, { ...share, units }), gpus];
  });
}
