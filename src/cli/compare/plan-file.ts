import { existsSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { InputError } from "../../errors.ts";
import { finishWrites } from "../../files/unfinished.ts";

/** What `solve --out` and `evaluate --out` call the plan in their directory, and what a sweep calls that of a run. */
const PLAN_FILES = ["solution.json", "placement_metrics.json"] as const;

/**
 * The plan in a directory, or the file itself. What a killed command left half named there is ended first, so that the set of files is
 * an old one or a new one.
 * @throws InputError for a directory without a plan
 */
export function planFile(path: string): string {
  const isDirectory = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  finishWrites(isDirectory ? path : dirname(path));
  if (!isDirectory) return path;
  const found = PLAN_FILES.map((name) => join(path, name)).find((file) => existsSync(file));
  if (found !== undefined) return found;
  throw new InputError(
    path,
    `the directory contains none of ${PLAN_FILES.join(", ")}.`,
    "Give the directory of `solve --out` or of a run, or a file.",
  );
}
