/** Relative difference below which two floating-point objectives are one. */
export const SAME = 1e-12;

/** −1, 0 or 1: a below, equal to (within rounding) or above b. */
export function compare(a: number, b: number): number {
  if (a === b) return 0;
  // An infinite difference is below an infinite tolerance.
  const difference = Math.abs(a - b);
  const isSame =
    Number.isFinite(difference) && difference <= SAME * Math.max(Math.abs(a), Math.abs(b));
  if (isSame) return 0;
  return a < b ? -1 : 1;
}

/** The first difference of two lists of numbers, as −1, 0 or 1. */
export function compareAll(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < a.length; i++) {
    const difference = compare(a[i]!, b[i]!);
    if (difference !== 0) return difference;
  }
  return 0;
}
