import { expect } from "vitest";

/** Two ways of computing one number differ by rounding only. */
const ROUNDING = 1e-12;

/** Expects a number computed by hand (or by another program) from the formulas, to 1e-12 relative. */
export function expectClose(actual: number, expected: number, context?: string): void {
  const message = `${context ?? "value"}: ${actual} is not ${expected}`;
  expect(Math.abs(actual - expected), message).toBeLessThanOrEqual(ROUNDING * Math.abs(expected));
}

/** Expects the same of every number of a list. */
export function expectAllClose(actual: readonly number[], expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length);
  for (const [i, value] of actual.entries()) expectClose(value, expected[i]!, `item ${i}`);
}
