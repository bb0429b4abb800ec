import { addInstanceTo } from "./cover-row.ts";

/** Instances that are alike to a cover. */
export interface CoverClass {
  /** The most that an instance holds, by its stages; 0 where it cannot carry so many. */
  readonly capacity: readonly number[];
  readonly cost: number;
  readonly copies: number;
}

/**
 * The classes that a cheapest cover of at most `mostInstances` instances may need: one is left out where the others have so many
 * instances that cost no more and hold as much. A cover with the one then has such an instance to spare, to put in its place.
 */
export function usefulClasses(
  classes: readonly CoverClass[],
  mostInstances: number,
): readonly CoverClass[] {
  const kept: CoverClass[] = [];
  for (const one of [...classes].sort((a, b) => a.cost - b.cost)) {
    let better = 0;
    for (let i = 0; i < kept.length && better < mostInstances; i++) {
      if (holdsAsMuch(kept[i]!, one)) better += kept[i]!.copies;
    }
    if (better < mostInstances) kept.push(one);
  }
  return kept;
}

function holdsAsMuch({ capacity: better }: CoverClass, { capacity: worse }: CoverClass): boolean {
  if (better.length < worse.length) return false;
  for (let k = 1; k < worse.length; k++) if (better[k]! < worse[k]!) return false;
  return true;
}

/**
 * The cheapest covers so far, by instances (where they are counted), stages and layers that are still to cover.
 * Without a count there is one plane for any number of instances.
 */
export class CoverTable {
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

  /** Adds up to `copies` instances of a class. */
  addClass({ capacity, cost, copies }: CoverClass): void {
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
        if (addInstanceTo(cells, from, to, width, holds, cost)) changed = true;
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
