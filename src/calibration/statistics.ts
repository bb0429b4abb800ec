/** Mean of numbers, summed from the smallest up, so that their order does not matter; NaN of none. */
export function mean(values: readonly number[]): number {
  return sorted(values).reduce((sum, value) => sum + value, 0) / values.length;
}

/** The middle of numbers, or the mean of the two in the middle; NaN of none. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/**
 * The q-quantile (0 to 1), linear between the two nearest ranks: x[k] + (h − k)(x[k+1] − x[k]) with h = (n − 1) q, k = ⌊h⌋.
 * Source: Hyndman and Fan (1996), definition 7. NaN of no numbers.
 */
export function quantile(values: readonly number[], q: number): number {
  const ranks = sorted(values);
  if (ranks.length === 0) return Number.NaN;
  const h = (ranks.length - 1) * q;
  const k = Math.floor(h);
  const lower = ranks[k]!;
  const upper = ranks[Math.min(k + 1, ranks.length - 1)]!;
  return lower + (h - k) * (upper - lower);
}

/** A statistic as a value that JSON has: null for that of no numbers. */
export function numberOrNull(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}

function sorted(values: readonly number[]): number[] {
  return [...values].sort((a, b) => a - b);
}
