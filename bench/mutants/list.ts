import { COST_MUTANTS } from "./cost.ts";
import { INPUT_MUTANTS } from "./input.ts";
import { MILP_MUTANTS } from "./milp.ts";
import type { Mutant } from "./mutant.ts";
import { PLACEMENT_MUTANTS } from "./placement.ts";
import { PLAN_MUTANTS } from "./plans.ts";
import { SEARCH_MUTANTS } from "./search.ts";
import { STAGE_MUTANTS } from "./stages.ts";

/** All deliberate faults. */
export const MUTANTS: readonly Mutant[] = [
  ...COST_MUTANTS,
  ...PLACEMENT_MUTANTS,
  ...INPUT_MUTANTS,
  ...MILP_MUTANTS,
  ...STAGE_MUTANTS,
  ...SEARCH_MUTANTS,
  ...PLAN_MUTANTS,
];
