import type { FlooredHost, FlooredOption, FlooredPattern } from "../floor.ts";

/** What stages have to hold together, in whole steps. */
export interface Load {
  readonly total: number;
  /** The most that a stage of an option can hold. */
  readonly holds: (option: FlooredOption) => number;
}

/**
 * Lower bounds on the cost of covering all layers, for every number of stages at once.
 *
 * Relaxation of the count formulation: an instance of class τ that carries k stages covers at most cap_τ(k) layers, the
 * largest sizes its GPUs have room for; exactly S stages have to cover at least L layers with at most the pool's
 * instances. What is given up: sizes need not be allowed ones nor add up to exactly L. Every placement of the case
 * satisfies this, so its optimum (a knapsack over layers and stages, integers only) is a bound that no rounding can spoil.
 *
 *   D_τ(s, l) = min over copies j ≤ pool, stages kᵢ:  Σ cost_τ + D_{τ−1}(s − Σ kᵢ, l − Σ cap_τ(kᵢ))
 *
 * The load may be layers, or anything else that a placement's stages must hold so much of and of which a stage can hold more
 * than 0.
 *
 * @returns bound[s] for s = 0..maxStages; Infinity when not even this can cover the layers.
 */
export function coverBound(
  hosts: readonly FlooredHost[],
  maxStages: number,
  { total: layers, holds }: Load,
  costOf: (hostPosition: number) => number,
): Float64Array {
  const width = layers + 1;
  const best = new Float64Array((maxStages + 1) * width).fill(Number.POSITIVE_INFINITY);
  // Rows are stages, columns are layers still to cover.
  best[0] = 0;
  const solo = new Float64Array(maxStages + 1).fill(Number.POSITIVE_INFINITY);
  for (const floored of hosts) {
    const { host } = floored;
    const capacity = instanceCapacity(floored, maxStages, holds);
    const cost = costOf(host.position);
    if (floored.solo) {
      for (let s = 1; s <= maxStages; s++) {
        if ((capacity[s] ?? 0) >= layers && cost < solo[s]!) solo[s] = cost;
      }
      continue;
    }
    addType(best, width, maxStages, capacity, cost, Math.min(host.instances.length, maxStages));
  }
  const bound = new Float64Array(maxStages + 1);
  for (let s = 0; s <= maxStages; s++) {
    bound[s] = Math.min(best[s * width + layers]!, solo[s]!);
  }
  return bound;
}

/**
 * cap(k): the most layers that exactly k stages on one instance can hold, k = 0 … the most stages an instance can carry;
 * 0 where k stages are not possible.
 */
function instanceCapacity(
  floored: FlooredHost,
  maxStages: number,
  holds: (option: FlooredOption) => number,
): number[] {
  if (floored.patterns) return patternCapacity(floored, floored.patterns, maxStages, holds);
  const { gpuCount } = floored.host.type.instance;
  // Layers by GPUs that may be used; −Infinity where the number of stages is not possible.
  let row: number[] = new Array(gpuCount + 1).fill(0);
  const capacity = [0];
  const held = floored.options.map(holds);
  const most = Math.min(maxStages, floored.maxStagesPerInstance, gpuCount);
  for (let k = 1; k <= most; k++) {
    const next: number[] = new Array(gpuCount + 1).fill(Number.NEGATIVE_INFINITY);
    for (const [i, { tpDegree }] of floored.options.entries()) {
      for (let g = tpDegree; g <= gpuCount; g++) {
        const layers = row[g - tpDegree]! + held[i]!;
        if (layers > next[g]!) next[g] = layers;
      }
    }
    row = next;
    capacity.push(Math.max(0, row[gpuCount]!));
  }
  return capacity;
}

/** cap(k) of a class with patterns: the k largest groups of the best pattern. */
function patternCapacity(
  { options }: FlooredHost,
  patterns: readonly FlooredPattern[],
  maxStages: number,
  holds: (option: FlooredOption) => number,
): number[] {
  const held = options.map(holds);
  const capacity = [0];
  for (const { counts } of patterns) {
    const groups = counts
      .flatMap((count, i) => new Array<number>(count).fill(held[i]!))
      .sort((a, b) => b - a);
    let layers = 0;
    for (let k = 1; k <= Math.min(groups.length, maxStages); k++) {
      layers += groups[k - 1]!;
      capacity[k] = Math.max(capacity[k] ?? 0, layers);
    }
  }
  return capacity;
}

/** Adds up to `copies` instances of one type to the table. */
function addType(
  best: Float64Array,
  width: number,
  maxStages: number,
  capacity: readonly number[],
  cost: number,
  copies: number,
): void {
  // With as many copies as stages the number of copies cannot bind: one rising pass allows any number of them.
  const unbounded = copies >= maxStages;
  for (let copy = 0; copy < (unbounded ? 1 : copies); copy++) {
    let changed = false;
    for (let step = 1; step <= maxStages; step++) {
      const s = unbounded ? step : maxStages + 1 - step;
      for (let k = 1; k < capacity.length && k <= s; k++) {
        const holds = capacity[k]!;
        if (holds === 0) continue;
        const from = (s - k) * width;
        const to = s * width;
        for (let l = width - 1; l >= 0; l--) {
          const total = best[from + (l > holds ? l - holds : 0)]! + cost;
          if (total < best[to + l]!) {
            best[to + l] = total;
            changed = true;
          }
        }
      }
    }
    if (!changed) return;
  }
}
