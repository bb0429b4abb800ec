/** What one instance costs, with where the number comes from. */
export interface Price {
  /** Integer micro-dollars per hour, so that sums and comparisons of prices are exact. */
  readonly microUsdPerHour: number;
  readonly provider: string;
  /** Region, or null when the source does not say. */
  readonly region: string | null;
  readonly kind: "on-demand" | "spot" | "reserved" | "owned" | "unspecified";
  /** ISO date of the price, or null when the source does not say. */
  readonly asOf: string | null;
  /** File and line (or another place) the price was read from. */
  readonly source: string;
}

const MICRO_PER_USD = 1_000_000;

/** USD to whole micro-dollars, rounded to the nearest; prices finer than a micro-dollar do not exist here. */
export function usdToMicroUsd(usd: number): number {
  return Math.round(usd * MICRO_PER_USD);
}

/** Micro-dollars to USD. */
export function microUsdToUsd(microUsd: number): number {
  return microUsd / MICRO_PER_USD;
}
