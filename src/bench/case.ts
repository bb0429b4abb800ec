import type { Problem } from "../placement/problem.ts";
import type { SolveRequest } from "../solver/request.ts";

/** One problem on which the optimum is compared with what heuristics find. */
export interface BenchCase {
  /** Unique; what `bench --case` takes. */
  readonly name: string;
  /** What is served on what, and why the case is here. */
  readonly note: string;
  readonly problem: Problem;
  readonly request: SolveRequest;
}
