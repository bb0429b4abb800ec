import type { Rates } from "./seats.ts";

/** What some stages can carry: `best[n]` is the highest smallest rate at which they hold the first n layers. */
export interface Bag {
  readonly best: Float64Array;
  /** True when the stages hold no number of layers that is not above the model's. */
  readonly isDead: boolean;
  /** Kinds of the stages; rising, where their order does not matter. */
  readonly members: readonly number[];
  /** The bag with one more kind, filled in when first asked for. */
  readonly successors: (Bag | undefined)[];
}

/**
 * The layers shared out as well as they can be, by a table over the layers handed out so far. Where layers are alike, the
 * order in which stages come changes nothing here, so bags are shared between all orders of the same kinds.
 */
export class LayerBags {
  readonly empty: Bag;
  private readonly known = new Map<string, Bag>();

  constructor(
    private readonly numLayers: number,
    private readonly ratesOf: (kind: number) => Rates,
    private readonly layersAreAlike: boolean,
  ) {
    const best = new Float64Array(numLayers + 1);
    best[0] = Number.POSITIVE_INFINITY;
    this.empty = { best, isDead: false, members: [], successors: [] };
  }

  with(bag: Bag, kind: number): Bag {
    const known = bag.successors[kind];
    if (known) return known;
    const members = [...bag.members, kind];
    if (this.layersAreAlike) members.sort((a, b) => a - b);
    const name = members.join(",");
    let next = this.known.get(name);
    if (!next) {
      const best = this.share(bag.best, this.ratesOf(kind));
      next = { best, isDead: best.every((rate) => rate === 0), members, successors: [] };
      this.known.set(name, next);
    }
    bag.successors[kind] = next;
    return next;
  }

  private share(before: Float64Array, rates: Rates): Float64Array {
    const { numLayers } = this;
    const best = new Float64Array(numLayers + 1);
    for (let held = 0; held < numLayers; held++) {
      const rateBefore = before[held]!;
      if (rateBefore === 0) continue;
      const row = rates[held]!;
      for (let size = 1; held + size <= numLayers; size++) {
        const rate = Math.min(rateBefore, row[size]!);
        if (rate > best[held + size]!) best[held + size] = rate;
      }
    }
    return best;
  }
}
