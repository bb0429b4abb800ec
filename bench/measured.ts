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
