/**
 * How much worse a value is than the best one, in percent of the best: 100 · (value − best) / |best| where less is better, 100 ·
 * (best − value) / |best| where more is. Negative for a value that is better.
 * @returns null where the best is 0 and the value is not: a share of nothing is none
 */
export function distancePercent(value: number, best: number, isMaximised: boolean): number | null {
  const worse = isMaximised ? best - value : value - best;
  if (worse === 0) return 0;
  return best === 0 ? null : (100 * worse) / Math.abs(best);
}
