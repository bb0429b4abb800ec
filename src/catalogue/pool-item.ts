import type { PriceKind } from "./catalogue.ts";

/** Which offers of a catalogue a pool takes. Conditions that are absent ask for nothing; letter case does not count. */
export interface PoolItem {
  /** For messages: a flag, or file and line. */
  readonly where: string;
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
