import type { Model } from "../../model/model.ts";

/** A run of layers inside the model by the number of layers before it, and up to which length later runs are like it. */
interface Alike {
  readonly before: number;
  readonly length: number;
}

/**
 * Runs of layers that no cost model tells apart (axiom 3): the same kinds in the same order, none of them with the model's
 * first or last layer. What is known of one holds for all, so the search asks the cost model about the first of them only.
 */
export class LayerWindows {
  /** For each number of layers before a run, earlier runs that begin alike, by rising length; only the earliest of a length. */
  private readonly alike: readonly (readonly Alike[])[];

  private constructor(
    private readonly numLayers: number,
    kindOf: (layer: number) => number,
  ) {
    // common[a]: how many layers from a on are of the same kinds as those from b on; filled from the back.
    let common = new Int32Array(numLayers + 1);
    const alike: Alike[][] = Array.from({ length: numLayers }, () => []);
    for (let b = numLayers - 1; b >= 1; b--) {
      const here = new Int32Array(numLayers + 1);
      for (let a = 1; a < b; a++) {
        here[a] = kindOf(a) === kindOf(b) ? common[a + 1]! + 1 : 0;
        const longest = alike[b]!.at(-1)?.length ?? 0;
        if (here[a]! > longest) alike[b]!.push({ before: a, length: here[a]! });
      }
      common = here;
    }
    this.alike = alike;
  }

  /** Whether all layers but the first and the last are alike, so that stages between the ends may change places. */
  get isAlikeInside(): boolean {
    for (let before = 2; before < this.numLayers - 1; before++) {
      if (this.firstLikeToEnd(before) !== 1) return false;
    }
    return true;
  }

  /** Of a model; computed once. */
  static of(model: Model): LayerWindows {
    let windows = known.get(model);
    if (!windows) {
      const kinds = model.architecture.kindOf;
      windows = new LayerWindows(kinds.length, (layer) => kinds[layer]!);
      known.set(model, windows);
    }
    return windows;
  }

  /**
   * The layers before the first run that is like this one.
   * @param before layers before the run, from 1
   * @param layers its layers; they end before the model does
   */
  firstLike(before: number, layers: number): number {
    for (const other of this.alike[before]!) if (other.length >= layers) return other.before;
    return before;
  }

  /** The layers before the first run that goes on like this one for as long as the model has layers; itself when there is none. */
  firstLikeToEnd(before: number): number {
    return this.firstLike(before, this.numLayers - 1 - before);
  }
}

const known = new WeakMap<Model, LayerWindows>();
