import type { Metrics } from "../placement/evaluation.ts";
import type { Placement } from "../placement/placement.ts";
import type { ObjectiveName } from "./request.ts";

/** What was done to prove the answer. A case is one (batch, stages, throughput floor). */
export interface SearchEffort {
  readonly cases: number;
  /** Cases decided by a MILP. */
  readonly cases_solved: number;
  /** Cases excluded by a bound. */
  readonly cases_bounded: number;
  readonly milps_solved: number;
  readonly backend: string;
  readonly total_seconds: number;
}

/** A non-dominated (cost per hour, throughput) pair. */
export interface FrontierPoint {
  readonly cost_per_hour: number;
  readonly throughput_tokens_per_sec: number;
  readonly dollar_per_million_token: number;
  readonly batch_size: number;
  readonly placement: Placement;
}

interface Outcome {
  /** All non-dominated pairs within the limits, by rising cost; absent unless asked for. */
  readonly frontier?: readonly FrontierPoint[];
  /** False when a limit struck before the frontier was proven. */
  readonly frontier_complete?: boolean;
  readonly warnings: readonly string[];
  readonly run: SearchEffort;
}

/** optimal: proven within the gap asked for; feasible: a limit struck, `bound` says how far it may be from the best. */
export interface Answer extends Outcome {
  readonly status: "optimal" | "feasible";
  readonly objective: {
    readonly name: ObjectiveName;
    readonly value: number;
    readonly unit: string;
  };
  /** No placement has an objective beyond this. */
  readonly bound: number;
  /** |objective − bound| / |objective|. */
  readonly gap: number;
  readonly placement: Placement;
  readonly metrics: Metrics;
}

/** infeasible: proven that no placement keeps the limits; no_solution: a limit struck before one was found. */
export interface NoAnswer extends Outcome {
  readonly status: "infeasible" | "no_solution";
  readonly explanation: readonly string[];
}

/** What came of a solve. Outcomes are values; exceptions are input errors or defects. */
export type Solution = Answer | NoAnswer;
