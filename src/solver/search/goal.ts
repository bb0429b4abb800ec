import type { Metrics } from "../../placement/evaluation.ts";
import type { Placement } from "../../placement/placement.ts";

/** The best that some cases may hold: no placement of theirs costs less or serves faster. */
export interface OptimisticPoint {
  /** Search cost (see CostScale) from below. */
  readonly cost: number;
  /** tokens/s from above. */
  readonly tokensPerSecond: number;
  readonly stages: number;
  readonly batch: number;
  /** Position of the first class by name that may be used: no placement has a smaller sum of positions. */
  readonly nameRank: number;
}

/** Which case of a search: a subproblem, by its position, at one of its levels. */
export interface CaseKey {
  readonly subproblem: number;
  readonly level: number;
}

/** A placement the search has found, evaluated. */
export interface Candidate {
  /** Search cost of the placement. */
  readonly cost: number;
  readonly priceUnits: number;
  readonly tokensPerSecond: number;
  readonly instances: number;
  /** All GPUs of the instances. */
  readonly gpus: number;
  readonly stages: number;
  readonly batch: number;
  /** Σ over instances of the position of their class, by name: the last tie-breaker. */
  readonly nameRank: number;
  readonly placement: Placement;
  readonly metrics: Metrics;
  /** Which subproblem and level it belongs to; null for a heuristic placement. */
  readonly origin: CaseKey | null;
}

/** How the search turns prices into the cost that its bounds and MILPs minimise. */
export interface CostScale {
  readonly perInstance: (typePosition: number) => number;
  readonly perLink: number;
  /** Allowed difference between objective and bound of one MILP that still proves it optimal. */
  readonly absoluteGap: number;
  /** Price units in a search cost (exact for exact costs, a lower bound for lower bounds). */
  readonly priceUnits: (cost: number) => number;
  /** GPUs of all instances in a search cost, likewise. */
  readonly gpus: (cost: number) => number;
  /** The most GPUs of one instance. */
  readonly mostGpus: number;
}

/** What a search is after: decides which cases are worth solving, keeps what was found. */
export interface Goal {
  /** Order of exploration: smaller first. Two levels, compared one after the other. */
  priority(optimistic: OptimisticPoint): readonly [number, number];
  /** Whether a placement at this optimistic point would change the answer. */
  mayImprove(optimistic: OptimisticPoint): boolean;
  submit(found: Candidate): void;
  /** What is kept and equal to a placement but for names; null when nothing is. */
  equalBut(found: Candidate): Candidate | null;
  /** Puts a placement that differs in names only in the place of one that is kept. */
  replace(kept: Candidate, by: Candidate): void;
}
