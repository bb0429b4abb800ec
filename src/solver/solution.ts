import type { Metrics } from "../placement/evaluation.ts";
import type { Placement } from "../placement/placement.ts";
import type { Grouping, ObjectiveName } from "./request.ts";

/**
 * What was done to prove the answer. A case is one (batch, stages, rate threshold); a block holds all cases of a batch, a number of stages,
 * a site and a TP degree.
 */
export interface SearchEffort {
  readonly blocks: number;
  /** Blocks excluded by a bound before their cases were listed. */
  readonly blocks_excluded: number;
  /** Cases of the other blocks. */
  readonly cases: number;
  /** Cases decided each on its own: by their plans, or by MILPs. */
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

/** What a solve says that was restricted to placements which one target can start. */
export interface Deployability {
  /** As in `--target` of `export`. */
  readonly target: string;
  /** As in `--kind` of `export`; null for targets without kinds. */
  readonly kind: string | null;
  /** The target's name, for people. */
  readonly title: string;
  /** Why the target cannot start the answer all the same: with any shape allowed, of its TP degree; null where it can. */
  readonly refused: string | null;
  /** What came of the solve without the restriction; null where that was not asked. */
  readonly status_without: "optimal" | "feasible" | "infeasible" | "no_solution" | null;
  /** The objective's value without the restriction; null unless it is known as well as the answer's. */
  readonly objective_without: number | null;
  /** By how much the answer's value is worse than that; null unless both are known, and for a share of nothing. */
  readonly cost_of_restriction_percent: number | null;
  /** The best placement without the restriction; null when that is the answer, or not known. */
  readonly placement_without: Placement | null;
}

interface Outcome {
  /** All non-dominated pairs within the limits, by rising cost; absent unless asked for. */
  readonly frontier?: readonly FrontierPoint[];
  /** False when a limit struck before the frontier was proven. */
  readonly frontier_complete?: boolean;
  /** Absent unless the search was restricted to what a target can start. */
  readonly deployable?: Deployability;
  readonly warnings: readonly string[];
  readonly run: SearchEffort;
}

/** A limit that keeps the answer from being better. */
export interface BindingLimit {
  /** As in the configuration, e.g. "max_hourly_cost". */
  readonly limit: string;
  readonly value: number;
  /** The objective's value with this limit alone removed, proven like the answer. */
  readonly objective_without: number;
}

/** How far the price of a rented type may rise before another placement is better; the other prices stay. */
export interface PriceRise {
  readonly instance_type: string;
  readonly price_usd_per_hour: number;
  /** Above this price the answer changes; null when no price up to 100 times today's changes it. */
  readonly changes_above_usd_per_hour: number | null;
  /**
   * True when below that price another placement may be better for a while, within the limits; false: proven that none is.
   */
  readonly may_change_earlier: boolean;
  /** What is then better; null when nothing is, or nothing fits within the limits any more. */
  readonly then: Placement | null;
}

/** The best placement on instances of one type alone. */
export interface TypeBest {
  readonly instance_type: string;
  /** The objective's value; null when the type alone cannot serve the model within the limits. */
  readonly objective: number | null;
  readonly placement: Placement | null;
}

/** What would change an answer. Every figure is proven by a search of its own. */
export interface Sensitivity {
  readonly binding_limits: readonly BindingLimit[];
  /** The cheapest placement that serves faster than the answer; null when there is none within the limits. */
  readonly next_faster: FrontierPoint | null;
  /** The fastest placement that costs less per hour than the answer; null when there is none within the limits. */
  readonly next_cheaper: FrontierPoint | null;
  readonly price_rises: readonly PriceRise[];
  /** By rising objective, types that cannot serve last. */
  readonly best_by_type: readonly TypeBest[];
}

/** The smallest change of one limit or one count that makes a placement possible, the others staying as they are. */
export interface Relaxation extends Change {
  /** A placement that the change makes possible. */
  readonly placement: Placement;
}

/** Another value of one limit, rule or count. */
export interface Change {
  /**
   * "max_hourly_cost", "max_model_len" and so on; "count of TYPE" for more instances of a type; "weight_format FORMAT" and
   * "kv_cache_dtype TYPE" for a model stored in fewer bytes, with the bytes of one element as the values.
   */
  readonly change: string;
  readonly from: number;
  readonly to: number;
}

/** Several changes that make a placement possible together. */
export interface JointRelaxation {
  readonly changes: readonly Change[];
  /** A placement that they make possible. */
  readonly placement: Placement;
}

/** Names of rows and bounds that cannot hold together, none of which could be left out: of the least demanding MILP of its kind. */
export interface MilpConflict {
  /** Sequences in flight. */
  readonly batch: number;
  /** Stages of the pipeline. */
  readonly stages: number;
  readonly rows: readonly string[];
}

/** Why nothing fits. */
export interface Infeasibility {
  /** For who knows the formulations: rows of a MILP that exclude each other; absent where none are known. */
  readonly milp_conflict?: MilpConflict;
  /** The reasons, for people. */
  readonly sentences: readonly string[];
  /** Limits that cannot be met together, none of which could be left out; empty when no limit is to blame. */
  readonly conflict: readonly string[];
  /** Each verified by a search; empty when no single change helps. */
  readonly relaxations: readonly Relaxation[];
  /**
   * Changes to be made together, each verified by a search: where limits are in conflict, and where no single change helps. Empty when
   * none was looked for or found.
   */
  readonly joint_relaxations: readonly JointRelaxation[];
}

/** The best placement on the instance types of one group alone. */
export interface GroupBest {
  /** The provider, the region, the GPU or the kind of price. */
  readonly group: string;
  /** optimal, infeasible: proven; not_known: a limit on time struck first. */
  readonly status: "optimal" | "infeasible" | "not_known";
  /** The objective's value; null without a placement, as all that follows. */
  readonly objective: number | null;
  readonly cost_per_hour: number | null;
  readonly throughput_tokens_per_sec: number | null;
  readonly dollar_per_million_token: number | null;
  readonly placement: Placement | null;
}

/** What an answer that was asked to be simple costs against the optimum. */
export interface Simplicity {
  /** How much worse, per cent of the optimum's value, the answer was allowed to be. */
  readonly percent: number;
  /** Whether nothing simpler within the percentage exists; false when a limit on time struck first: the answer is then the optimum. */
  readonly proven: boolean;
  /** The objective's value at the optimum. */
  readonly objective_optimum: number;
  /** The optimum; null when that is the answer. */
  readonly placement_optimum: Placement | null;
  /** By how much the answer's value is worse than the optimum's, per cent of it; null for a share of nothing. */
  readonly cost_of_simplicity_percent: number | null;
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
  /** Absent unless a simple placement was asked for; `bound` is then the optimum's value. */
  readonly simplicity?: Simplicity;
  /** Absent unless asked for. */
  readonly by?: { readonly grouping: Grouping; readonly groups: readonly GroupBest[] };
  /** Absent unless asked for, and for an answer that is not the optimum. */
  readonly explanation?: Sensitivity;
}

/** infeasible: proven that no placement keeps the limits; no_solution: a limit struck before one was found. */
export interface NoAnswer extends Outcome {
  readonly status: "infeasible" | "no_solution";
  readonly explanation: Infeasibility;
}

/** What came of a solve. Outcomes are values; exceptions are input errors or defects. */
export type Solution = Answer | NoAnswer;

/** The answer's placement and those of the frontier. */
export function placementsOf(solution: Solution): readonly Placement[] {
  return [
    ...("placement" in solution ? [solution.placement] : []),
    ...(solution.frontier ?? []).map(({ placement }) => placement),
  ];
}
