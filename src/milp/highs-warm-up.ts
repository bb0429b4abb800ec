import type { Highs } from "highs";
import { toHighsArrays } from "./highs-arrays.ts";
import { type HighsHooks, runHighsJob } from "./highs-job.ts";
import type { MilpModel } from "./model.ts";

/** A knapsack whose relaxation is fractional, so that simplex, cuts, heuristics and branching all run. */
const KNAPSACK: MilpModel = {
  columns: [7, 10, 13, 16, 19, 22].map((worth, index) => ({
    name: `x${index}`,
    cost: -worth,
    lower: 0,
    upper: 3,
    integer: true,
  })),
  rows: [
    {
      name: "weight",
      lower: -Infinity,
      upper: 17.5,
      terms: [3, 5, 7, 4, 6, 5].map((coefficient, column) => ({ column, coefficient })),
    },
    {
      name: "balance",
      lower: 2,
      upper: 5,
      terms: [1, 1, -1, 1, -1, 1].map((coefficient, column) => ({ column, coefficient })),
    },
  ],
};

const SILENT: HighsHooks = {
  isCancelled: () => false,
  onImproving: () => undefined,
  onProgress: () => undefined,
};

/**
 * Solves a small model for nothing: WASM is compiled function by function at the first call, which is most of the time of
 * a first solve, and a worker has that time while its host still reads files.
 */
export function warmUp(highs: Highs): void {
  const job = {
    arrays: toHighsArrays(KNAPSACK),
    randomSeed: 0,
    absoluteGap: 0,
    timeLimitSeconds: null,
    start: null,
    isStrict: false,
    hasHeuristics: true,
    wantsConflict: false,
    wantsDuals: false,
  } as const;
  runHighsJob(highs, job, SILENT);
}
