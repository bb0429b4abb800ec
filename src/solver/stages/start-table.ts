import type { SizeRates } from "./size-rates.ts";

/** What stages add to the latencies of a pipeline, by the layers before them and their own, seconds. */
export interface SegmentLatencies {
  ttftSeconds(before: number, layers: number): number;
  tpotSeconds(before: number, layers: number): number;
  /**
   * What the two can be at once, where a run can be served in several ways and the two figures above are each the smallest of
   * theirs; 0 for a latency that is not limited. Absent: there is one way.
   */
  pairs?(before: number, layers: number): readonly LatencyPair[];
}

/** What a run of layers adds to both latencies, seconds. */
export interface LatencyPair {
  readonly ttftSeconds: number;
  readonly tpotSeconds: number;
}

/** The tables of one kind of TP group. */
export interface StartTables {
  /** Of stages that leave their instance, and of those that end the model. */
  readonly leaves: StartTable;
  /**
   * Of stages whose next one stands on the same instance; none of them ends the model. Made when first asked for. Null where what a
   * stage sends to changes nothing of it.
   */
  readonly stays: () => StartTable | null;
}

/** The stages that one kind of TP group can carry, by where they start. */
export interface StartTable {
  /**
   * Sizes with which a stage ends before the model does. Starts that are alike share a list, so sizes that reach the model's
   * end or more have to be passed over.
   */
  readonly lists: readonly StartList[];
  /** Position in `lists`, by the number of layers before the stage. */
  readonly listOf: readonly number[];
  /** tokens/s of the stage that ends the model, by the number of layers before it; 0 where there can be none. */
  readonly toEnd: Float64Array;
  /** Null when the cost model predicts none. */
  readonly latencies: SegmentLatencies | null;
  /** Whether stages of a size are alike wherever they start; absent: no. */
  readonly isAlike?: boolean;
}

/** Sizes and rates of the starts that share them. */
export interface StartList extends SizeRates {
  /** Layers before the first of these starts. */
  readonly before: number;
}

/** The table of stages that are alike wherever they start. `sizes`: those of a stage, at most L. */
export function alikeTable(
  { sizes, rates }: SizeRates,
  layers: number,
  latencies: SegmentLatencies | null,
): StartTable {
  const toEnd = new Float64Array(layers);
  for (const [i, size] of sizes.entries()) toEnd[layers - size] = rates[i]!;
  return {
    // Behind a first layer no start shares the list of the one before it.
    lists: [
      { before: 0, sizes, rates },
      { before: 1, sizes, rates },
    ],
    listOf: Array.from({ length: layers }, (_, before) => Math.min(before, 1)),
    toEnd,
    latencies,
    isAlike: true,
  };
}

/**
 * Every size that some start allows, at a rate that no start exceeds and that never rises with the size: what a stage can be
 * anywhere at best.
 */
export function envelope(tables: readonly StartTable[]): SizeRates {
  const fastest = new Float64Array(tables[0]!.toEnd.length + 1);
  for (const { lists, toEnd } of tables) {
    for (const { sizes, rates } of lists) {
      for (let i = 0; i < sizes.length; i++) {
        const size = sizes[i]!;
        if (rates[i]! > fastest[size]!) fastest[size] = rates[i]!;
      }
    }
    for (let before = 0; before < toEnd.length; before++) {
      const size = toEnd.length - before;
      if (toEnd[before]! > fastest[size]!) fastest[size] = toEnd[before]!;
    }
  }
  const sizes: number[] = [];
  const rates: number[] = [];
  for (let size = 1; size < fastest.length; size++) {
    if (fastest[size] === 0) continue;
    sizes.push(size);
    rates.push(fastest[size]!);
  }
  // A size may be possible only at a slower start than a larger one; lifting it keeps the bound and the order.
  for (let i = rates.length - 2; i >= 0; i--) rates[i] = Math.max(rates[i]!, rates[i + 1]!);
  return { sizes, rates };
}

/** tokens/s of every stage of the table; the same may come more than once. */
export function* tableRates({ lists, toEnd }: StartTable): Generator<number> {
  for (const { rates } of lists) yield* rates;
  for (const rate of toEnd) if (rate > 0) yield rate;
}
