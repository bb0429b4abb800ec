import { existsSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { comparePlans } from "../compare/compare.ts";
import { InputError } from "../errors.ts";
import { parsePlan } from "../files/parse-plan.ts";
import { readText } from "../files/read-text.ts";
import { finishWrites } from "../files/unfinished.ts";
import { jsonText } from "../json-text.ts";
import { comparisonJson } from "../report/compare-json.ts";
import { createPaint } from "../report/paint.ts";
import { renderComparison } from "../report/terminal-compare.ts";
import { type CliIo, EXIT, wantsColours } from "./io.ts";

/** The flags of `compare`. */
export interface CompareFlags {
  readonly json?: true;
}

/** What `solve --out`, `evaluate --out` and `sweep` call the plan in their directory. */
const PLAN_FILES = ["solution.json", "placement_metrics.json"] as const;

/** `compare`: plans side by side, and why each is cheaper or dearer than the first. */
export async function runCompare(
  paths: readonly string[],
  flags: CompareFlags,
  io: CliIo,
): Promise<number> {
  if (paths.length < 2) {
    throw new InputError(
      "compare",
      "there is nothing to compare with.",
      "Give two or more plans: solution.json of `solve --out`, what `evaluate --json` prints, a run of a sweep.",
    );
  }
  const plans = paths.map(planFile).map((path) => parsePlan(readText(path), path));
  const comparison = comparePlans(plans);
  await io.stdout.write(
    flags.json
      ? `${jsonText(comparisonJson(comparison))}\n`
      : renderComparison(comparison, createPaint(wantsColours(io))),
  );
  return EXIT.ok;
}

/** The plan in a directory, or the file itself; what a killed command left half named there is ended first. */
function planFile(path: string): string {
  const isDirectory = existsSync(path) && statSync(path).isDirectory();
  finishWrites(isDirectory ? path : dirname(path));
  if (!isDirectory) return path;
  const found = PLAN_FILES.map((name) => join(path, name)).find((file) => existsSync(file));
  if (found !== undefined) return found;
  throw new InputError(
    path,
    `the directory holds none of ${PLAN_FILES.join(", ")}.`,
    "Give the directory of `solve --out` or of a run, or a file.",
  );
}
