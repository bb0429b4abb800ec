import type { Placement } from "../placement/placement.ts";
import type { Problem } from "../placement/problem.ts";
import type { LaunchPlan } from "./launch-plan.ts";
import type { ExportForm, FormTraits } from "./targets.ts";

/** What a check of limits looks at. */
export interface LimitContext {
  readonly form: ExportForm;
  readonly traits: FormTraits;
  readonly problem: Problem;
  readonly placement: Placement;
  readonly plan: LaunchPlan;
}
