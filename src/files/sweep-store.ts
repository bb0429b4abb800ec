import { existsSync, mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { InputError } from "../errors.ts";
import { DATA_CSV } from "../input/measurements/data-csv.ts";
import type { Problem } from "../placement/problem.ts";
import type { Grid } from "../sweep/grid.ts";
import { runRecord } from "../sweep/record.ts";
import type { RunParameters } from "../sweep/run.ts";
import { runName } from "../sweep/run-name.ts";
import { sweep } from "../sweep/sweep.ts";
import { PHASES } from "../workload/workload.ts";
import { type CollectedRun, findRunDirectories, type RunOnDisk, writeDataCsv } from "./collect.ts";
import { fileError } from "./file-error.ts";
import { runFingerprint } from "./fingerprint.ts";
import { readRunDirectory, writeRunDirectory } from "./run-directory.ts";
import { finishWrites } from "./unfinished.ts";

/** What a sweep left on disk. */
export interface StoredSweep {
  /** Every run of the grid, in the order of data.csv. */
  readonly runs: readonly CollectedRun[];
  readonly dataCsvPath: string;
  /** Runs that were computed now, and runs that were there already. */
  readonly computed: number;
  readonly kept: number;
  /** What the grid, the runs (each text once) and the directory give reason to say. */
  readonly warnings: readonly string[];
}

/**
 * Runs a grid into a directory: one directory a run, and data.csv over all of them.
 *
 * With one phase the run directories lie in `outDir`, with several in `outDir/<phase>`, because their names do not tell
 * phases apart. A run that is there already, whole and for the same problem, is kept, so a sweep that was stopped goes on
 * where it stood and ends with the same bytes. Everything on disk is checked before anything is written.
 *
 * Run directories that are not of this grid stay where they are and out of data.csv; a warning says so.
 *
 * @param onRun Told, after each run that had to be computed, how many of them are done and how many there are.
 * @throws InputError for a run directory that is not whole or belongs to another problem, and when writing fails.
 */
export function storeSweep(
  problem: Problem,
  grid: Grid,
  outDir: string,
  onRun: (done: number, all: number) => void = () => undefined,
): StoredSweep {
  const root = resolve(outDir);
  const parents = [root, ...PHASES.map((phase) => join(root, phase))];
  for (const parent of parents) finishWrites(parent);

  const directoryOf = (run: RunParameters): string =>
    join(root, ...(grid.severalPhases ? [run.phase] : []), runName(run));
  const kept: RunOnDisk[] = [];
  const missing: RunParameters[] = [];
  for (const run of grid.runs) {
    const directory = directoryOf(run);
    if (existsSync(directory)) kept.push(keptRun(problem, run, directory));
    else missing.push(run);
  }

  makeDirectory(root);
  for (const parent of new Set(missing.map((run) => join(directoryOf(run), "..")))) {
    makeDirectory(parent);
  }
  const computed: RunOnDisk[] = [];
  for (const { run, outcome } of sweep(problem, missing)) {
    const directory = directoryOf(run);
    const record = runRecord(problem, run, outcome, runFingerprint(problem, run));
    writeRunDirectory(directory, record);
    computed.push({ directory, record });
    onRun(computed.length, missing.length);
  }

  const dataCsvPath = join(root, DATA_CSV);
  const runs = writeDataCsv([...kept, ...computed], dataCsvPath);
  return {
    runs,
    dataCsvPath,
    computed: computed.length,
    kept: kept.length,
    warnings: [...grid.warnings, ...runWarnings(runs), ...strayWarnings(root, runs)],
  };
}

/** Warnings of runs that are told one by one; all stand in the rows. */
const MOST_WARNINGS = 3;

function runWarnings(runs: readonly RunOnDisk[]): string[] {
  const all = [...new Set(runs.flatMap((run) => run.record.warnings))];
  if (all.length <= MOST_WARNINGS) return all;
  const more = all.length - MOST_WARNINGS;
  return [
    ...all.slice(0, MOST_WARNINGS),
    `${more} more ${more === 1 ? "warning of a run is" : "warnings of runs are"} in ${DATA_CSV}, in the column reason.`,
  ];
}

function keptRun(problem: Problem, run: RunParameters, directory: string): RunOnDisk {
  const record = readRunDirectory(directory);
  if (record.run.fingerprint !== runFingerprint(problem, run)) {
    throw new InputError(
      directory,
      record.run.workload_phase === run.phase
        ? "it holds this run for another problem: the model, hardware, prices, rules, limits or factors differ."
        : `it holds this run for the phase ${record.run.workload_phase}, not ${run.phase}.`,
      "Choose another --out directory, or delete this one to compute the run again.",
    );
  }
  return { directory, record };
}

function makeDirectory(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (error) {
    throw fileError(path, "made", error);
  }
}

function strayWarnings(root: string, runs: readonly CollectedRun[]): string[] {
  const ours = new Set(runs.map((run) => run.directory));
  const strays = findRunDirectories(root).filter((directory) => !ours.has(directory));
  const [first] = strays;
  if (first === undefined) return [];
  return [
    `run directories outside this grid: ${strays.length}, e.g. ${first}; data.csv omits them, collect would include them.`,
  ];
}
