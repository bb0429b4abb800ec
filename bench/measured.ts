/** What the runners of this room measure and print with `--json`. */

/** What no solve may take, MiB. */
export const MEMORY_LIMIT_MIB = 1024;

/** What one solve took. */
export interface ScaleRun {
  readonly name: string;
  readonly series: string;
  readonly cost_model: "calibrated" | "reference";
  readonly limit_seconds: number | null;
  readonly status: string;
  readonly objective: number | null;
  readonly frontier_points: number | null;
  readonly cases: number;
  readonly milps: number;
  readonly largest_milp_columns: number;
  readonly total_seconds: number;
  readonly milp_seconds: number;
  readonly processor_seconds: number;
  readonly peak_memory_mib: number;
  /** Of the machine over the last minute, when the run ended. */
  readonly load: number;
}

/** Whether a run is proven within the limits on time and memory. */
export function isKept(run: ScaleRun): boolean {
  return (
    run.status === "optimal" &&
    run.total_seconds <= (run.limit_seconds ?? Number.POSITIVE_INFINITY) &&
    run.peak_memory_mib <= MEMORY_LIMIT_MIB
  );
}

/** What one command took, seconds. */
export interface StartupRun {
  readonly name: string;
  readonly command: string;
  readonly limit_seconds: number | null;
  readonly median_seconds: number;
  readonly fastest_seconds: number;
  readonly slowest_seconds: number;
  /** Median of the command over the median of the bare process. */
  readonly times_bare: number;
  readonly rounds: number;
  readonly load: number;
}

/** What a whole process took, from its start to its end: medians over all rounds. */
export interface ProcessTaken {
  /** In user and system mode, all threads. */
  readonly processor_seconds: number;
  readonly wall_seconds: number;
  readonly peak_memory_mib: number;
}

/** What is known of another build's run of the same command. */
export type BaseTaken =
  | ({ readonly outcome: "same_answer" } & ProcessTaken)
  /** It is not measured: the figures would say nothing. */
  | { readonly outcome: "other_answer"; readonly where: string }
  | { readonly outcome: "stopped"; readonly after_seconds: number };

/** What one whole command took. */
export interface WholeCommandRun extends ProcessTaken {
  readonly name: string;
  readonly command: string;
  readonly exit_code: number;
  /** Processor time over that of the bare process. */
  readonly times_bare: number;
  /** The other build; null where none was given. */
  readonly base: BaseTaken | null;
  readonly rounds: number;
  readonly load: number;
}

/** The number of the base problem that a series changes. */
export type GrowthSeries = "offers" | "levels" | "layers" | "stages";

/** What the search of one size of a series took. */
export interface GrowthRun {
  readonly series: GrowthSeries;
  readonly size: number;
  /** Processor time of each draw of offers, all threads: the median over its rounds. */
  readonly draws_processor_seconds: readonly number[];
  /** Medians over the draws. */
  readonly cases: number;
  readonly milps: number;
  readonly rounds: number;
  readonly load: number;
}

/** What a long run of small solves took. */
export interface SoakRun {
  readonly solves: number;
  readonly milps: number;
  readonly first_part_seconds: number;
  readonly last_part_seconds: number;
  /** Solves of the first and of the last part. */
  readonly part_solves: number;
  readonly total_seconds: number;
  readonly heap_mib: { readonly early: number; readonly end: number };
  readonly resident_mib: { readonly early: number; readonly end: number };
  readonly load: number;
}
