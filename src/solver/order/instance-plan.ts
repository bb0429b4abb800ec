import type { CandidatesAtRate } from "../stages/candidates-at-rate.ts";

/** The stages of a plan on one instance class. */
export interface InstancePlan {
  readonly atRate: CandidatesAtRate;
  /** Instances used; with patterns, the position of each one's pattern among the class's (derived or listed) patterns. */
  readonly instances: number;
  readonly patterns: readonly PackedPattern[] | null;
  /** Stages by option, in option order: the size of each, or another number that identifies it to the formulation. */
  readonly stages: readonly (readonly number[])[];
}

/** A pattern that some instance of the plan carries. */
export interface PackedPattern {
  readonly counts: readonly number[];
  /** Position of the class's partition; null when the class's GPUs are alike. */
  readonly partition: number | null;
}
