/** A mixed-integer linear program as data: what every back end solves and every writer exports. */
export interface MilpModel {
  /** Optional sense; everything here minimises. */
  readonly columns: readonly MilpColumn[];
  readonly rows: readonly MilpRow[];
}

export interface MilpColumn {
  /** Readable, unique, [A-Za-z0-9_.] only. */
  readonly name: string;
  /** Coefficient in the objective, which is minimised. */
  readonly cost: number;
  readonly lower: number;
  /** May be Infinity. */
  readonly upper: number;
  readonly integer: boolean;
}

/** lower ≤ Σ coefficient · column ≤ upper. */
export interface MilpRow {
  readonly name: string;
  /** May be -Infinity. */
  readonly lower: number;
  /** May be Infinity. */
  readonly upper: number;
  /** Column positions and their coefficients; a column at most once a row. */
  readonly terms: readonly { readonly column: number; readonly coefficient: number }[];
}

/**
 * What came of one MILP.
 * - optimal: `values` is proven best within the gaps; `bound` ≤ objective.
 * - feasible: a limit struck; `values` is the best found, `bound` what is proven.
 * - infeasible: proven that nothing satisfies the rows.
 * - no_solution: a limit struck before anything was found.
 * - failed: the back end aborted, hung or gave an answer that does not check; `reason` says how.
 */
export type MilpOutcome =
  | {
      readonly status: "optimal" | "feasible";
      readonly values: Float64Array;
      readonly objective: number;
      readonly bound: number;
    }
  | { readonly status: "infeasible" }
  | { readonly status: "no_solution"; readonly bound: number | null }
  | { readonly status: "failed"; readonly reason: string };

/**
 * What came of the linear relaxation of a model: its rows and bounds, with fractions allowed.
 * - optimal: `values` is best among fractions; `bound` follows from the duals alone, within rounding of `objective`.
 * - infeasible: not even fractions satisfy the rows.
 * - stopped: a limit struck.
 * - failed: the back end aborted, or its answer does not check; `reason` says how.
 */
export type RelaxationOutcome =
  | {
      readonly status: "optimal";
      readonly values: Float64Array;
      readonly objective: number;
      readonly bound: number;
      /** y: by how much the objective rises when a row's active side rises by 1; one a row of the model, 0 for a row with slack. */
      readonly rowDuals: Float64Array;
      /** d = c − Aᵀy: by how much the objective rises when a column's active bound rises by 1; one a column. */
      readonly reducedCosts: Float64Array;
    }
  | { readonly status: "infeasible" | "stopped" }
  | { readonly status: "failed"; readonly reason: string };

export interface MilpOptions {
  /** Seconds this solve may take; absent for no limit. */
  readonly timeLimitSeconds?: number;
  /** Allowed |objective − bound|; default 0. */
  readonly absoluteGap?: number;
  /** What the caller has proven: no solution has an objective below it. One that attains it is optimal, whatever the solver says of it. */
  readonly knownBound?: number;
  /** Cancels the solve: the outcome is then feasible or no_solution. */
  readonly signal?: AbortSignal;
  /** A known solution, one value a column, to start from. */
  readonly start?: Float64Array;
  /** Called with the best objective (null before any) and bound so far. */
  readonly onProgress?: (progress: {
    readonly objective: number | null;
    readonly bound: number | null;
  }) => void;
}

/** A MILP solver. Answers are checked independently (bounds, rows, integrality, objective) before they are returned. */
export interface MilpBackend {
  readonly name: string;
  /** Whether a search puts every case to it, also those that need no MILP: for cross-checks. Absent: no. */
  readonly decidesEveryCase?: boolean;
  solve(model: MilpModel, options?: MilpOptions): Promise<MilpOutcome>;
  /**
   * Names of rows and bounds that cannot hold together even with fractions, none of which could be left out; null when there are none or
   * they were not found. Absent where the solver cannot tell.
   */
  conflict?(model: MilpModel): Promise<readonly string[] | null>;
  /**
   * The linear relaxation of a model with its duals, checked against the model. `start`, `absoluteGap` and `onProgress` have no say.
   * Absent where the solver gives no duals.
   */
  relax?(model: MilpModel, options?: MilpOptions): Promise<RelaxationOutcome>;
  /** Frees workers and memory; further solves fail. */
  dispose(): Promise<void>;
}
