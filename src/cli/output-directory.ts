import { accessSync, constants, existsSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { stringify } from "csv-stringify/sync";
import { InputError } from "../errors.ts";
import { writeFilesAtomic } from "../files/write-atomic.ts";
import { SUMMARY_COLUMNS, type SummaryRow } from "../report/summary.ts";

const SOLUTION = "solution.json";
const SUMMARY = "solution_summary.csv";
export const FRONTIER = "frontier.csv";

/** Writes solution.json and solution_summary.csv, and other files given, together. @throws InputError when it fails. */
export function writeSolution(
  directory: string,
  json: object,
  summary: SummaryRow,
  others: ReadonlyMap<string, string> = new Map(),
): void {
  writeFilesAtomic(
    directory,
    new Map([
      [SOLUTION, `${JSON.stringify(json, null, 2)}\n`],
      [SUMMARY, csvText(SUMMARY_COLUMNS, [summary])],
      ...others,
    ]),
  );
}

/** Rows as CSV text; columns that a row does not have stay empty. */
export function csvText(columns: readonly string[], rows: readonly SummaryRow[]): string {
  return stringify([...rows], { header: true, columns: [...columns] });
}

/** Whether a directory holds a frontier of an earlier run. */
export function hasFrontier(directory: string): boolean {
  return existsSync(join(directory, FRONTIER));
}

/**
 * Checks before the work starts that its result can be written, so that a long search is not lost to a slip of the hand.
 * @throws InputError for a file where a directory is needed and for a place that cannot be written.
 */
export function checkOutDirectory(directory: string): void {
  const existing = nearestExisting(resolve(directory));
  if (!statSync(existing).isDirectory()) {
    throw new InputError(
      "--out",
      `${existing} is a file, not a directory.`,
      "Choose another directory.",
    );
  }
  checkWritable("--out", existing);
}

/** As `checkOutDirectory`, for a file. */
export function checkOutFile(flag: string, path: string): void {
  const whole = resolve(path);
  const existing = nearestExisting(whole);
  const isDirectory = statSync(existing).isDirectory();
  if (existing === whole && isDirectory) {
    throw new InputError(flag, `${path} is a directory, not a file.`, "Give the path of a file.");
  }
  if (existing !== whole && !isDirectory) {
    throw new InputError(flag, `${existing} is a file, not a directory.`, "Choose another path.");
  }
  checkWritable(flag, existing);
}

function nearestExisting(path: string): string {
  return existsSync(path) ? path : nearestExisting(dirname(path));
}

function checkWritable(flag: string, path: string): void {
  try {
    accessSync(path, constants.W_OK);
  } catch {
    throw new InputError(flag, `${path} cannot be written.`, "Choose another place.");
  }
}
