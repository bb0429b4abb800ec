import type { MilpBackend, MilpOptions } from "../../milp/model.ts";
import type { Problem } from "../../placement/problem.ts";
import type { InstanceClass } from "../instances/instance-class.ts";
import type { SolveRequest } from "../request.ts";
import type { PriceUnits } from "./costs.ts";
import type { SearchObjective } from "./objectives.ts";
import type { Subproblem } from "./subproblems.ts";

/** What all cases of one search share. */
export interface CaseContext {
  readonly problem: Problem;
  readonly request: SolveRequest;
  /** By name and price: a class's position is its place in the alphabet. */
  readonly classes: readonly InstanceClass[];
  readonly units: PriceUnits;
  readonly objective: SearchObjective;
  readonly subproblems: readonly Subproblem[];
  readonly backend: MilpBackend;
  /** Time and cancellation for the next MILP. */
  readonly milpOptions: () => MilpOptions;
  /** Called with the formulation that decided a case: see `SolveOptions.onFormulation`. */
  readonly onFormulation: (name: string) => void;
}
