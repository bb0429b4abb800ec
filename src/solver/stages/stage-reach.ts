import type { NextStage } from "../../cost/cost-model.ts";
import type { LayersOfKind, ModelRuns } from "./run-shapes.ts";

/** Keeps bounds on the safe side of rounding, relative. */
export const REACH_ROUNDING = 1e-9;

/** What a stage may send to: one on its own instance, or anything else; the stage that ends the model belongs to the latter. */
export type Sends = "inside" | "away";

/** Seconds for each token of the stage that holds some layers from one on, from 1, and sends to such a next one. */
export type StageSeconds = (startLayer: number, layers: number, next: NextStage) => number;

/**
 * How fast the stages of one TP group can be, from above, without a table of them: where a cost model is affine in the layers (axiom 9)
 * a few stages tell of all.
 *
 *   seconds per token = a(next) + Σ_k (layers of kind k)·b_k
 *
 * The first and the last layer of the model, with what belongs to the ends, count as kinds of their own.
 */
export class StageReach {
  /** b_k of the kinds inside the model, seconds per token and layer. */
  private readonly perLayer: readonly number[];
  private readonly firstLayer: number;
  private readonly lastLayer: number;
  /** a(next), seconds per token. */
  private readonly sending: Readonly<Record<NextStage, number>>;
  /** Where the layers inside are of one kind: a stage's seconds per token are at least this + layers · b. */
  private readonly plain: Readonly<Record<Sends, number>> | null;

  constructor(
    private readonly runs: ModelRuns,
    secondsOf: StageSeconds,
    /** Most layers of a stage that the memory holds, less than the whole model, from above; 0 where not one fits. */
    readonly mostLayers: number,
  ) {
    const { layers, examples, kindOfThird } = runs;
    const single = examples.map((layer) => secondsOf(layer, 1, "none"));
    const none = single[0]! + single[kindOfThird]! - secondsOf(2, 2, "none");
    this.perLayer = single.map((seconds) => seconds - none);
    this.firstLayer = secondsOf(1, 1, "none") - none;
    this.lastLayer = secondsOf(layers, 1, "none") - none;
    const [second] = this.perLayer as readonly [number];
    this.sending = {
      none,
      same_instance: secondsOf(2, 1, "same_instance") - second,
      other_instance: secondsOf(2, 1, "other_instance") - second,
    };
    const { same_instance, other_instance } = this.sending;
    const start = Math.min(0, this.firstLayer - second);
    this.plain =
      examples.length > 1
        ? null
        : {
            inside: same_instance + start,
            away: Math.min(other_instance + start, none + this.lastLayer - second),
          };
  }

  /**
   * The most layers that a stage of at most `largest` layers, less than the whole model, holds at a rate threshold, from above; 0 where
   * it reaches it with none.
   */
  mostAt(minTokensPerSecond: number, sends: Sends, largest: number): number {
    const most = Math.min(largest, this.mostLayers);
    const seconds = (1 + REACH_ROUNDING) / minTokensPerSecond;
    if (this.plain !== null) {
      const layers = (seconds - this.plain[sends]) / this.perLayer[0]!;
      return layers >= most ? most : Math.max(0, Math.floor(layers * (1 + REACH_ROUNDING)));
    }
    let low = 0;
    let high = most;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.leastSeconds(middle, sends) <= seconds) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Tokens/s of stages with so many layers, from above. */
  fastest(layers: number, sends: Sends): number {
    return (1 + REACH_ROUNDING) / this.leastSeconds(layers, sends);
  }

  /** Tokens/s at which every stage of the group still holds so many layers, if its memory does; from below. */
  slowest(layers: number): number {
    const { same_instance, other_instance, none } = this.sending;
    const most = Math.max(...this.perLayer, this.firstLayer, this.lastLayer);
    const sending = Math.max(same_instance, other_instance, none);
    return (1 - REACH_ROUNDING) / (sending + layers * most);
  }

  /** Seconds per token of a stage with so many layers, less than the whole model, from below. */
  private leastSeconds(layers: number, sends: Sends): number {
    const { inside, first, last } = this.runs.shapes[layers]!;
    const { none, same_instance, other_instance } = this.sending;
    const sending = sends === "inside" ? same_instance : other_instance;
    let least = sending + this.firstLayer + this.sum(first);
    for (const mix of inside) least = Math.min(least, sending + this.sum(mix));
    return sends === "inside" ? least : Math.min(least, none + this.lastLayer + this.sum(last));
  }

  private sum(mix: LayersOfKind): number {
    let seconds = 0;
    for (let kind = 0; kind < mix.length; kind++) seconds += mix[kind]! * this.perLayer[kind]!;
    return seconds;
  }
}
