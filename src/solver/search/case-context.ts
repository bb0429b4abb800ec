import type { MilpBackend, MilpOptions } from "../../milp/model.ts";
import type { ModelContext } from "./case-model.ts";
import type { PriceUnits } from "./costs.ts";
import type { SearchObjective } from "./objectives.ts";
import type { Subproblem } from "./subproblems.ts";

/** What all cases of one search share. */
export interface CaseContext extends ModelContext {
  readonly units: PriceUnits;
  readonly objective: SearchObjective;
  readonly subproblems: readonly Subproblem[];
  readonly backend: MilpBackend;
  /** Time and cancellation for the next MILP. */
  readonly milpOptions: () => MilpOptions;
  /** Called with the formulation that decided a case: see `SolveOptions.onFormulation`. */
  readonly onFormulation: (name: string) => void;
}
