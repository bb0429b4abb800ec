import { COVER } from "./cover.ts";
import type { Formulation } from "./formulation.ts";
import { FREE_COVER } from "./free-cover.ts";
import { LINKED_STARTS } from "./linked-starts.ts";
import { SLOTS } from "./slots.ts";
import { STARTS } from "./starts.ts";

/** All formulations, the quickest first: a case is decided by the first whose answer stands. */
export const FORMULATIONS: readonly Formulation[] = [
  FREE_COVER,
  COVER,
  STARTS,
  SLOTS,
  LINKED_STARTS,
];
