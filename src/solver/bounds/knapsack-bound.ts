import {
  type CandidatesAtRate,
  type OptionAtRate,
  type PatternAtRate,
  startsOf,
} from "../stages/candidates-at-rate.ts";
import type { StartsAtRate } from "../stages/starts-at-rate.ts";

/** What stages have to hold together, in whole steps. */
export interface Demand {
  readonly total: number;
  /** The most that a stage of an option can hold: of any, and of one that leaves its instance or ends the model. */
  readonly holds: (option: OptionAtRate) => Held;
}

/** Where it matters what a stage sends to, an instance has at least one stage of the second kind. */
export interface Held {
  readonly any: number;
  readonly leaving: number;
}

/** What an option's stages can hold where it matters where they start. */
export function heldBy(option: OptionAtRate, most: (starts: StartsAtRate) => number): Held {
  const [leaves, stays] = startsOf(option);
  const leaving = most(leaves!);
  return { any: stays ? Math.max(leaving, most(stays)) : leaving, leaving };
}

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
    table.addType(capacity, cost, instanceClass.instances.length);
  }
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
  const table = new CoverTable(stages, layers, mostInstances < stages ? mostInstances : 0);
  const capacities = candidates.map((atRate) => instanceCapacity(atRate, stages, holds));
  for (const [i, { instanceClass, solo }] of candidates.entries()) {
    if (!solo) table.addType(capacities[i]!, costs[i]!, instanceClass.instances.length);
  }
  return candidates.map(({ solo }, i) => {
    const capacity = capacities[i]!;
    let rest = Number.POSITIVE_INFINITY;
    if (solo) {
      if ((capacity[stages] ?? 0) >= layers) rest = 0;
    } else {
      for (let k = 1; k < capacity.length; k++) {
        if (capacity[k]! > 0) rest = Math.min(rest, table.rest(stages - k, layers - capacity[k]!));
      }
    }
    return costs[i]! + rest;
  });
}

/**
 * cap(k): the most layers that exactly k stages on one instance can hold, k = 0 … the most stages an instance can carry;
 * 0 where k stages are not possible.
 */
function instanceCapacity(
  atRate: CandidatesAtRate,
  maxStages: number,
  holds: Demand["holds"],
): number[] {
  if (atRate.patterns) return patternCapacity(atRate, atRate.patterns, maxStages, holds);
  const { gpuCount } = atRate.instanceClass.type.instance;
  // Layers by GPUs that may be used, without and with a stage that leaves; −Infinity where so many stages are not possible.
  const nothing = (): number[] => new Array<number>(gpuCount + 1).fill(Number.NEGATIVE_INFINITY);
  let staying: number[] = new Array<number>(gpuCount + 1).fill(0);
  let leaving = nothing();
  const capacity = [0];
  const held = atRate.options.map(holds);
  const most = Math.min(maxStages, atRate.maxStagesPerInstance, gpuCount);
  for (let k = 1; k <= most; k++) {
    const nextStaying = nothing();
    const nextLeaving = nothing();
    for (const [i, { groupGpus }] of atRate.options.entries()) {
      const { any, leaving: last } = held[i]!;
      for (let g = groupGpus; g <= gpuCount; g++) {
        const before = staying[g - groupGpus]!;
        nextStaying[g] = Math.max(nextStaying[g]!, before + any);
        nextLeaving[g] = Math.max(nextLeaving[g]!, before + last, leaving[g - groupGpus]! + any);
      }
    }
    staying = nextStaying;
    leaving = nextLeaving;
    capacity.push(Math.max(0, leaving[gpuCount]!));
  }
  return capacity;
}

/**
 * cap(k) of a class with patterns: the k largest groups of the best pattern, less what one of them at least holds less because it
 * leaves.
 */
function patternCapacity(
  { options }: CandidatesAtRate,
  patterns: readonly PatternAtRate[],
  maxStages: number,
  holds: Demand["holds"],
): number[] {
  const held = options.map(holds);
  const capacity = [0];
  for (const { counts } of patterns) {
    const groups = counts
      .flatMap((count, i) => new Array<number>(count).fill(held[i]!.any))
      .sort((a, b) => b - a);
    const less = held.flatMap(({ any, leaving }, i) => (counts[i]! > 0 ? [any - leaving] : []));
    let layers = -Math.min(...less);
    for (let k = 1; k <= Math.min(groups.length, maxStages); k++) {
      layers += groups[k - 1]!;
      capacity[k] = Math.max(capacity[k] ?? 0, layers);
    }
  }
  return capacity;
}

/**
 * The cheapest covers so far, by instances (where they are counted), stages and layers that are still to cover.
 * Without a count there is one plane for any number of instances.
 */
class CoverTable {
  private readonly width: number;
  private readonly plane: number;
  private readonly cells: Float64Array;

  constructor(
    private readonly maxStages: number,
    private readonly layers: number,
    private readonly counted: number,
  ) {
    this.width = layers + 1;
    this.plane = (maxStages + 1) * this.width;
    this.cells = new Float64Array((counted + 1) * this.plane).fill(Number.POSITIVE_INFINITY);
    this.cells[0] = 0;
  }

  /** Adds up to `copies` instances of one type. */
  addType(capacity: readonly number[], cost: number, copies: number): void {
    const { maxStages, counted } = this;
    const most = Math.min(copies, counted || maxStages);
    // Where the number of copies cannot bind, one rising pass allows any number of them.
    const isUnbounded = most === (counted || maxStages);
    for (let copy = 0; copy < (isUnbounded ? 1 : most); copy++) {
      let changed = false;
      if (counted === 0) {
        changed = this.addInstance(0, 0, capacity, cost, isUnbounded);
      } else {
        for (let step = 1; step <= counted; step++) {
          const instances = isUnbounded ? step : counted + 1 - step;
          if (this.addInstance(instances - 1, instances, capacity, cost, isUnbounded)) {
            changed = true;
          }
        }
      }
      if (!changed) return;
    }
  }

  /** One instance more: from the covers of one plane to those of another. Returns whether anything got cheaper. */
  private addInstance(
    fromPlane: number,
    toPlane: number,
    capacity: readonly number[],
    cost: number,
    isRising: boolean,
  ): boolean {
    const { maxStages, width, plane, cells } = this;
    let changed = false;
    for (let step = 1; step <= maxStages; step++) {
      const s = isRising ? step : maxStages + 1 - step;
      for (let k = 1; k < capacity.length && k <= s; k++) {
        const holds = capacity[k]!;
        if (holds === 0) continue;
        const from = fromPlane * plane + (s - k) * width;
        const to = toPlane * plane + s * width;
        for (let l = width - 1; l >= 0; l--) {
          const total = cells[from + (l > holds ? l - holds : 0)]! + cost;
          if (total < cells[to + l]!) {
            cells[to + l] = total;
            changed = true;
          }
        }
      }
    }
    return changed;
  }

  /** The cost of covering so much with so many stages, beside one more instance. */
  rest(stages: number, layers: number): number {
    let least = Number.POSITIVE_INFINITY;
    const most = this.counted === 0 ? 0 : this.counted - 1;
    for (let instances = 0; instances <= most; instances++) {
      const cell = instances * this.plane + stages * this.width + Math.max(0, layers);
      least = Math.min(least, this.cells[cell]!);
    }
    return least;
  }

  /** The cost of the cheapest full cover, by the number of stages. */
  best(): Float64Array {
    const best = new Float64Array(this.maxStages + 1).fill(Number.POSITIVE_INFINITY);
    for (let instances = 0; instances <= this.counted; instances++) {
      for (let s = 0; s <= this.maxStages; s++) {
        const cost = this.cells[instances * this.plane + s * this.width + this.layers]!;
        if (cost < best[s]!) best[s] = cost;
      }
    }
    return best;
  }
}
