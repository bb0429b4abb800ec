import { readdirSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { InputError } from "../errors.ts";
import { rowsToCsv } from "../input/measurements/data-csv.ts";
import { ascending } from "../lists.ts";
import { bestRuns } from "../sweep/best.ts";
import { recordedRun, type StoredRun } from "../sweep/record.ts";
import { compareRuns } from "../sweep/run.ts";
import { parseRunName } from "../sweep/run-name.ts";
import { fileError, isMissing } from "./file-error.ts";
import { RUN_JSON, readRunDirectory, storedRow } from "./run-directory.ts";
import { writeFileAtomic } from "./write-atomic.ts";

/** A run on disk. */
export interface RunOnDisk {
  /** Absolute path of its directory. */
  readonly directory: string;
  readonly record: StoredRun;
}

/** A run as a row of data.csv. */
export interface CollectedRun extends RunOnDisk {
  /** Way from data.csv's directory to the run's, with `/` on every system. */
  readonly outputDir: string;
  readonly isBest: boolean;
}

/**
 * Finds the runs below some directories and writes their rows to one data.csv: for a sweep's directory, the same bytes as
 * the sweep wrote. Rows are ordered by run, then by path, however the directories are listed; a run directory reached twice
 * counts once.
 *
 * The same parameters may come from several sweeps (other prices, another model): all rows are kept. One run of one problem
 * in two places is refused: it would count twice.
 *
 * @throws InputError for a directory that is missing, has no runs or holds one that is not whole, and for a run found twice.
 */
export function collect(directories: readonly string[], outPath: string): CollectedRun[] {
  const found = new Map<string, RunOnDisk>();
  for (const root of directories) {
    const below = findRunDirectories(root);
    if (below.length === 0) {
      throw new InputError(
        root,
        "it contains no runs.",
        "Give the --out directory of a sweep, or a directory above some.",
      );
    }
    for (const directory of below) {
      const real = realpathSync(directory);
      if (found.has(real)) continue;
      found.set(real, { directory: resolve(directory), record: readRunDirectory(directory) });
    }
  }
  refuseTwice([...found.values()]);
  return writeDataCsv([...found.values()], outPath);
}

/** Writes data.csv from runs, atomically, in the order of `compareRuns` and then of paths. */
export function writeDataCsv(runs: readonly RunOnDisk[], outPath: string): CollectedRun[] {
  const base = dirname(resolve(outPath));
  const best = bestRuns(runs.map((run) => run.record));
  const collected = runs
    .map((run) => ({
      ...run,
      outputDir: relative(base, run.directory).split(sep).join("/") || ".",
      isBest: best.has(run.record),
    }))
    .sort(
      (a, b) =>
        compareRuns(recordedRun(a.record), recordedRun(b.record)) ||
        ascending(a.outputDir, b.outputDir),
    );
  const rows = collected.map(({ record, outputDir, isBest }) => ({
    ...storedRow(record, outputDir),
    is_best: isBest ? "YES" : "NO",
  }));
  writeFileAtomic(outPath, rowsToCsv(rows));
  return collected;
}

/**
 * The run directories at or below a directory, in the order of their names. A run directory is named like a run or holds a
 * placement_metrics.json; it is not searched further. Links and hidden directories (a sweep's unfinished ones) are passed by.
 */
export function findRunDirectories(root: string): string[] {
  try {
    if (!statSync(root).isDirectory()) {
      throw new InputError(root, "it is not a directory.", "Give the --out directory of a sweep.");
    }
  } catch (error) {
    if (isMissing(error)) {
      throw new InputError(root, "there is no such directory.", "Check the path.");
    }
    throw fileError(root, "read", error);
  }
  const found: string[] = [];
  search(resolve(root), found);
  return found;
}

function search(directory: string, found: string[]): void {
  const entries = readEntries(directory);
  if (parseRunName(basename(directory)) || entries.some((entry) => entry.name === RUN_JSON)) {
    found.push(directory);
    return;
  }
  const below = entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith("."))
    .map((entry) => entry.name)
    .sort(ascending);
  for (const child of below) search(join(directory, child), found);
}

function readEntries(directory: string) {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch (error) {
    throw fileError(directory, "read", error);
  }
}

function refuseTwice(runs: readonly RunOnDisk[]): void {
  const byFingerprint = new Map<string, string>();
  for (const { directory, record } of runs) {
    const other = byFingerprint.get(record.run.fingerprint);
    if (other !== undefined) {
      throw new InputError(
        directory,
        `it is the same run of the same problem as ${other}.`,
        "Remove one of the two: it would count twice.",
      );
    }
    byFingerprint.set(record.run.fingerprint, directory);
  }
}
