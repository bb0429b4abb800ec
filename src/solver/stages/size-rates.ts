/** Sizes of a stage and how fast each is. */
export interface SizeRates {
  /** Layers, rising. */
  readonly sizes: readonly number[];
  /** tokens/s of each size, never rising. */
  readonly rates: readonly number[];
}

export const NOTHING: SizeRates = { sizes: [], rates: [] };

/** The sizes that reach a rate threshold. */
export function sizesAtRate({ sizes, rates }: SizeRates, minRate: number): readonly number[] {
  const count = fastEnough(rates, minRate);
  return count === sizes.length ? sizes : sizes.slice(0, count);
}

/** The largest size that reaches a rate threshold; null when none does. */
export function largestAtRate({ sizes, rates }: SizeRates, minRate: number): number | null {
  return sizes[fastEnough(rates, minRate) - 1] ?? null;
}

/** How many of the never rising rates reach the rate threshold. */
function fastEnough(rates: readonly number[], minRate: number): number {
  let low = 0;
  let high = rates.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rates[middle]! >= minRate) low = middle + 1;
    else high = middle;
  }
  return low;
}
