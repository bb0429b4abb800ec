import type { LayerLine, StageLines } from "../../cost/cost-model.ts";
import { InternalError } from "../../errors.ts";
import type { LatencyBudget } from "./latency-budget.ts";
import type { ModelRuns } from "./run-mixes.ts";

/** Keeps bounds on the safe side of rounding, relative. */
export const REACH_ROUNDING = 1e-9;

/** What a stage may send to: one on its own instance, or anything else; the stage that ends the model belongs to the latter. */
export type Sends = "inside" | "away";

/**
 * What one of several stages on a TP group can be at best, without a table of them: where a cost model gives lines (axiom 9), they tell of
 * all stages.
 */
export class StageReach {
  /** Changed questions ask for the same again. */
  private lastFastest = { layers: 0, tokensPerSecond: 0 };

  constructor(
    private readonly runs: ModelRuns,
    private readonly lines: StageLines,
    /** Most layers of a stage that the memory holds, less than the whole model, from above; 0 where not one fits. */
    readonly mostLayers: number,
  ) {}

  get hasLatencies(): boolean {
    return this.lines.ttft !== undefined;
  }

  get ttft(): LayerLine {
    return required(this.lines.ttft);
  }

  get tpot(): LayerLine {
    return required(this.lines.tpot);
  }

  /** The most layers that a stage of at most `largest` layers holds at a rate threshold, from above; 0 where it reaches it with none. */
  mostAt(minTokensPerSecond: number, sends: Sends, largest: number): number {
    const most = Math.min(largest, this.mostLayers);
    return mostWithin(this.lines.token, this.runs, 1 / minTokensPerSecond, sends, most);
  }

  /** The same at a limit on the latencies that a stage adds. */
  mostWithin({ ttftSeconds, stageTpotSeconds }: LatencyBudget, sends: Sends, most: number): number {
    const { runs } = this;
    let left = most;
    if (ttftSeconds !== null) left = mostWithin(this.ttft, runs, ttftSeconds, sends, left);
    if (stageTpotSeconds !== null)
      left = mostWithin(this.tpot, runs, stageTpotSeconds, sends, left);
    return left;
  }

  /** The most that layers less `perSecond` times the seconds of a line can be, of stages with at least `fewest` layers and at most `most`. */
  mostWeight(
    line: LayerLine,
    perSecond: number,
    sends: Sends,
    fewest: number,
    most: number,
  ): number {
    const weight = (layers: number): number =>
      layers - perSecond * leastOf(line, this.runs, layers, sends) * (1 - REACH_ROUNDING);
    if (this.runs.onlyKind !== null) return Math.max(weight(fewest), weight(most));
    let largest = Number.NEGATIVE_INFINITY;
    for (let layers = fewest; layers <= most; layers++) {
      largest = Math.max(largest, weight(layers));
    }
    return largest;
  }

  /** Tokens/s of stages with so many layers, from above. */
  fastest(layers: number): number {
    if (this.lastFastest.layers === layers) return this.lastFastest.tokensPerSecond;
    const inside = leastOf(this.lines.token, this.runs, layers, "inside");
    const away = leastOf(this.lines.token, this.runs, layers, "away");
    const tokensPerSecond = (1 + REACH_ROUNDING) / Math.min(inside, away);
    this.lastFastest = { layers, tokensPerSecond };
    return tokensPerSecond;
  }

  /** Tokens/s that every stage with at most so many layers reaches, from below. */
  slowest(layers: number): number {
    const { perLayer, sending, head } = this.lines.token;
    const most = Math.max(sending.same_instance, sending.other_instance, sending.none + head);
    return (1 - REACH_ROUNDING) / (most + layers * Math.max(...perLayer));
  }
}

/** The most layers, up to `most`, of stages that a line leaves within some seconds; 0 where it leaves none. */
function mostWithin(
  line: LayerLine,
  runs: ModelRuns,
  seconds: number,
  sends: Sends,
  most: number,
): number {
  const limit = seconds * (1 + REACH_ROUNDING);
  if (runs.onlyKind !== null) {
    const layers = (limit - fixedSeconds(line, sends)) / line.perLayer[runs.onlyKind]!;
    return layers >= most ? most : Math.max(0, Math.floor(layers * (1 + REACH_ROUNDING)));
  }
  let low = 0;
  let high = most;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (leastOf(line, runs, middle, sends) <= limit) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** What stages add beside their layers, the smallest of a kind. */
function fixedSeconds({ sending, head }: LayerLine, sends: Sends): number {
  return sends === "inside"
    ? sending.same_instance
    : Math.min(sending.other_instance, sending.none + head);
}

/** The least that a line says of stages with so many layers, less than the whole model. */
function leastOf(line: LayerLine, runs: ModelRuns, layers: number, sends: Sends): number {
  const { perLayer, sending, head } = line;
  if (runs.onlyKind !== null) {
    return fixedSeconds(line, sends) + layers * perLayer[runs.onlyKind]!;
  }
  const { inside, last } = runs.mixes[layers]!;
  let least = Number.POSITIVE_INFINITY;
  for (const mix of inside) least = Math.min(least, sum(mix, perLayer));
  least += sends === "inside" ? sending.same_instance : sending.other_instance;
  return sends === "inside" ? least : Math.min(least, sending.none + head + sum(last, perLayer));
}

function sum(mix: readonly number[], perLayer: readonly number[]): number {
  let seconds = 0;
  for (let kind = 0; kind < mix.length; kind++) seconds += mix[kind]! * perLayer[kind]!;
  return seconds;
}

function required(line: LayerLine | undefined): LayerLine {
  if (!line) throw new InternalError("bounds on latencies were not asked for.");
  return line;
}
