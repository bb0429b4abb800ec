import type { PriceKind } from "./catalogue.ts";

/** Where conditions on offers stand, each by its own key. */
export type ConditionPlaces = {
  readonly [Condition in "types" | "gpus" | "providers" | "regions" | "kinds"]?: string;
};

/** Which offers of a catalogue a pool takes. Conditions that are absent ask for nothing; letter case does not count. */
export interface PoolItem {
  /** For messages: a flag, or file and line. */
  readonly where: string;
  /** For messages about one condition: where it stands, if that is not `where`. */
  readonly places?: ConditionPlaces;
  readonly types?: readonly string[];
  /** GPU names ("H100-SXM5-80GB") or words of them ("H100", "A100 80GB"). */
  readonly gpus?: readonly string[];
  readonly providers?: readonly string[];
  /** With `usdPerHour` or owned instances also regions that the catalogue does not have. */
  readonly regions?: readonly string[];
  /** Absent: on-demand. */
  readonly kinds?: readonly PriceKind[];
  /** Instances of each offer, from 1. */
  readonly maxCount: number;
  /** In place of the catalogue's price, USD per hour of one instance; 0: owned. */
  readonly usdPerHour?: number;
  /** How many of them are owned already and cost nothing, 0 to maxCount. */
  readonly ownedCount?: number;
}

/** Where a condition of an item stands, for messages about it alone. */
export function conditionPlace(
  { where, places }: Pick<PoolItem, "where" | "places">,
  condition: keyof ConditionPlaces,
): string {
  return places?.[condition] ?? where;
}
