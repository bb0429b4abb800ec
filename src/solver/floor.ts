import { externalShareGBytesPerSecond } from "../hardware/instance.ts";
import type { BatchOptions, TypeOptions } from "./options.ts";

/** The sizes of one (type, TP degree) that are fast enough. */
export interface FlooredOption {
  readonly tpDegree: number;
  /** Layers, rising; never empty. */
  readonly sizes: readonly number[];
  readonly smallest: number;
  readonly largest: number;
  /** Whether every size from the smallest to the largest is there. */
  readonly contiguous: boolean;
}

/** One instance type at a throughput floor, for a number of stages. */
export interface FlooredType {
  readonly source: TypeOptions;
  readonly options: readonly FlooredOption[];
  /**
   * True when a link to another instance would be too slow: then an instance of the type either carries all stages or
   * is not used.
   */
  readonly solo: boolean;
  /**
   * False when two neighbouring stages may not stand on one instance, because the link inside it would be too slow.
   */
  readonly neighbours: boolean;
  /** Most stages on one instance, from `neighbours` alone: S, or ceil(S / 2) when neighbours are forbidden. */
  readonly maxStagesPerInstance: number;
}

/**
 * What is left of the options when every stage and link has to reach `floor` tokens/s in a placement of `stages` stages.
 *
 * With the derived network a link is the smallest of three things that each belong to one end (TP group and network share
 * of the source, of the target) or to one instance (its inside bandwidth), so the floor decides each on its own:
 * - an option whose TP group carries too little is out;
 * - a type whose network share is too small stands alone (`solo`) with all stages on one instance, since any second
 *   instance in the placement would make one of its stages the end of a link between instances;
 * - a type whose inside bandwidth is too small has no two neighbouring stages on one instance. Stages are alike, so their
 *   order is free, and an order without such neighbours exists exactly when no instance of such a type holds more than
 *   ceil(S / 2) of the S stages (the usual rearrangement argument: others separate them).
 *
 * `tpDegree` keeps one degree only (null: all). Links between instances below `minOutsideGBytesPerSecond` are not used.
 */
export function atFloor(
  batch: BatchOptions,
  floor: number,
  stages: number,
  tpDegree: number | null,
  minOutsideGBytesPerSecond: number,
): FlooredType[] {
  const floored: FlooredType[] = [];
  for (const source of batch.types) {
    const linked = stages > 1;
    const share = externalShareGBytesPerSecond(source.type.instance);
    const outside = source.outsideRate >= floor && share >= minOutsideGBytesPerSecond;
    const inside = source.insideRate >= floor;
    if (linked && !outside && !inside) continue;
    const options: FlooredOption[] = [];
    for (const option of source.options) {
      if (tpDegree !== null && option.tpDegree !== tpDegree) continue;
      if (linked && option.endRate < floor) continue;
      const count = fastEnough(option.rates, floor);
      if (count === 0) continue;
      const sizes = count === option.sizes.length ? option.sizes : option.sizes.slice(0, count);
      const smallest = sizes[0]!;
      const largest = sizes[count - 1]!;
      options.push({
        tpDegree: option.tpDegree,
        sizes,
        smallest,
        largest,
        contiguous: largest - smallest + 1 === count,
      });
    }
    if (options.length === 0) continue;
    floored.push({
      source,
      options,
      solo: linked && !outside,
      neighbours: !linked || inside,
      maxStagesPerInstance: linked && !inside ? Math.ceil(stages / 2) : stages,
    });
  }
  return floored;
}

/** How many of the never rising rates reach the floor. */
function fastEnough(rates: readonly number[], floor: number): number {
  let low = 0;
  let high = rates.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rates[middle]! >= floor) low = middle + 1;
    else high = middle;
  }
  return low;
}
