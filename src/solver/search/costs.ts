import { microUsdToUsd } from "../../hardware/price.ts";
import type { Limits } from "../../workload/workload.ts";
import type { InstanceClass } from "../instances/instance-class.ts";

/**
 * Prices as small integers: whole numbers of the largest amount that divides every price. Sums and comparisons
 * are exact, and the MILP's coefficients stay far below what its tolerances need.
 */
export interface PriceUnits {
  /** Micro-dollars of one unit. */
  readonly microUsdPerUnit: number;
  /** Price of one instance per hour, by the instance class's position. */
  readonly perInstance: readonly number[];
}

/** The price units of a list of instance classes. */
export function priceUnits(classes: readonly InstanceClass[]): PriceUnits {
  const prices = classes.map((instanceClass) => instanceClass.microUsdPerHour);
  const unit = prices.reduce(greatestCommonDivisor, 0) || 1;
  return { microUsdPerUnit: unit, perInstance: prices.map((price) => price / unit) };
}

/** USD per hour of a number of price units. */
export function unitsToUsd(units: PriceUnits, count: number): number {
  return microUsdToUsd(count * units.microUsdPerUnit);
}

/** The most units within a budget in USD per hour; the budget is taken in whole micro-dollars. */
export function unitsWithin(units: PriceUnits, usdPerHour: number): number {
  return Math.floor(Math.round(usdPerHour * 1e6) / units.microUsdPerUnit);
}

/**
 * The classes of which one instance is within the hourly budget. No placement has any of the others, so that no tables need be
 * made of them.
 */
export function affordable(
  classes: readonly InstanceClass[],
  units: PriceUnits,
  { maxHourlyCostUsd }: Pick<Limits, "maxHourlyCostUsd">,
): readonly InstanceClass[] {
  if (maxHourlyCostUsd === null) return classes;
  const most = unitsWithin(units, maxHourlyCostUsd);
  return classes.filter(({ position }) => units.perInstance[position]! <= most);
}

/** The largest number that divides both. */
export function greatestCommonDivisor(a: number, b: number): number {
  let [x, y] = [a, b];
  while (y !== 0) [x, y] = [y, x % y];
  return x;
}
