import { type OptionAtRate, startsOf } from "../stages/candidates-at-rate.ts";
import type { StartsAtRate } from "../stages/starts-at-rate.ts";

/** What stages have to hold together, in whole steps. */
export interface Demand {
  readonly total: number;
  /** The most that a stage of an option can hold: of any, and of one that leaves its instance or ends the model. */
  readonly holds: (option: OptionAtRate) => Held;
}

/** Where it matters what a stage sends to, an instance has at least one stage of the second kind. */
export interface Held {
  readonly any: number;
  readonly leaving: number;
}

/** What an option's stages can hold where it matters where they start. */
export function heldBy(option: OptionAtRate, most: (starts: StartsAtRate) => number): Held {
  const [leaves, stays] = startsOf(option);
  const leaving = most(leaves!);
  return { any: stays ? Math.max(leaving, most(stays)) : leaving, leaving };
}
