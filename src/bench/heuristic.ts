import type { Placement } from "../placement/placement.ts";
import type { Problem } from "../placement/problem.ts";
import type { SolveRequest } from "../solver/request.ts";
import type { OperatingPoint } from "../workload/workload.ts";

/** A way of placing a model that proves nothing: what people and engines do without a solver. */
export interface Heuristic {
  /** Unique, as printed. */
  readonly name: string;
  /** What it does, for people. */
  readonly description: string;
  /**
   * The best placement it finds for the request's objective, within rules, limits and rental rules; null when it finds none.
   * Pure: equal arguments give equal placements. A `bandwidthPercentile` is not looked at.
   */
  place(problem: Problem, request: SolveRequest, point: OperatingPoint): Placement | null;
}
