import type { CandidatesAtRate } from "../stages/candidates-at-rate.ts";
import { type CoverClass, CoverTable, usefulClasses } from "./cover-table.ts";
import type { Demand } from "./demand.ts";
import { instanceCapacity } from "./instance-capacity.ts";

/**
 * Lower bounds on the cost of covering all layers, for every number of stages at once.
 *
 * Relaxation of a case: an instance of class τ that carries k stages covers at most cap_τ(k) layers, the
 * largest sizes its GPUs have room for; exactly S stages have to cover at least L layers with at most the pool's
 * instances. What is given up: sizes need not be allowed ones nor add up to exactly L. Every placement of the case
 * satisfies this, so its optimum (a knapsack over layers and stages, integers only) is a bound that no rounding can spoil.
 *
 *   D_τ(s, l) = min over copies j ≤ pool, stages kᵢ:  Σ cost_τ + D_{τ−1}(s − Σ kᵢ, l − Σ cap_τ(kᵢ))
 *
 * The demand may be layers, or anything else that a placement's stages must hold so much of and of which a stage can hold more
 * than 0.
 *
 * @param mostInstances rented instances at most; Infinity for any number
 * @returns bound[s] for s = 0..maxStages; Infinity when not even this can cover the layers.
 */
export function coverBound(
  candidates: readonly CandidatesAtRate[],
  maxStages: number,
  { total: layers, holds }: Demand,
  costOf: (classPosition: number) => number,
  mostInstances: number = Number.POSITIVE_INFINITY,
): Float64Array {
  // Every instance carries a stage, so with as many instances as stages their number cannot bind, and is not counted.
  const counted = mostInstances < maxStages ? mostInstances : 0;
  const table = new CoverTable(maxStages, layers, counted);
  const solo = new Float64Array(maxStages + 1).fill(Number.POSITIVE_INFINITY);
  const classes: CoverClass[] = [];
  for (const atRate of candidates) {
    const { instanceClass } = atRate;
    const capacity = instanceCapacity(atRate, maxStages, holds);
    const cost = costOf(instanceClass.position);
    if (atRate.solo) {
      for (let s = 1; s <= maxStages; s++) {
        if ((capacity[s] ?? 0) >= layers && cost < solo[s]!) solo[s] = cost;
      }
      continue;
    }
    classes.push({ capacity, cost, copies: instanceClass.instances.length });
  }
  for (const one of usefulClasses(classes, counted || maxStages)) table.addClass(one);
  return table.best().map((cost, s) => Math.min(cost, solo[s]!));
}

/**
 * What `coverBound` says of exactly `stages` stages where an instance of some class is among those used, by candidate:
 *
 *   floor(τ) = min over stages k:  cost_τ + D(S − k, L − cap_τ(k))
 *
 * @param costs of an instance, by candidate
 */
export function coverFloors(
  candidates: readonly CandidatesAtRate[],
  stages: number,
  { total: layers, holds }: Demand,
  costs: readonly number[],
  mostInstances: number,
): number[] {
  const counted = mostInstances < stages ? mostInstances : 0;
  const table = new CoverTable(stages, layers, counted);
  const classes = candidates.map((atRate, i) => ({
    capacity: instanceCapacity(atRate, stages, holds),
    cost: costs[i]!,
    copies: atRate.instanceClass.instances.length,
  }));
  const linked = classes.filter((_, i) => !candidates[i]!.solo);
  for (const one of usefulClasses(linked, counted || stages)) table.addClass(one);
  return candidates.map(({ solo }, i) => {
    const { capacity, cost } = classes[i]!;
    let rest = Number.POSITIVE_INFINITY;
    if (solo) {
      if ((capacity[stages] ?? 0) >= layers) rest = 0;
    } else {
      for (let k = 1; k < capacity.length; k++) {
        if (capacity[k]! > 0) rest = Math.min(rest, table.rest(stages - k, layers - capacity[k]!));
      }
    }
    return cost + rest;
  });
}
