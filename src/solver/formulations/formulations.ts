import { COVER } from "./cover.ts";
import type { Formulation } from "./formulation.ts";
import { LINKED_STARTS } from "./linked-starts.ts";
import { SLOTS } from "./slots.ts";
import { STARTS } from "./starts.ts";

/** All formulations, the quickest first: a case is decided by the first whose answer stands. */
export const FORMULATIONS: readonly Formulation[] = [COVER, STARTS, SLOTS, LINKED_STARTS];
