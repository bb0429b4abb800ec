import { comparePlans } from "../../compare/compare.ts";
import { InputError } from "../../errors.ts";
import { readText } from "../../files/read-text.ts";
import { parsePlan } from "../../input/placement/parse-plan.ts";
import { jsonText } from "../../json-text.ts";
import { createColours } from "../../report/colours.ts";
import { comparisonJson } from "../../report/compare-json.ts";
import { renderComparison } from "../../report/terminal-compare.ts";
import { type CliIo, EXIT, wantsColours } from "../io/io.ts";
import { planFile } from "./plan-file.ts";

/** The flags of `compare`. */
export interface CompareFlags {
  readonly json?: true;
}

/** `compare`: plans side by side, and why each is cheaper or dearer than the first. */
export async function runCompare(
  paths: readonly string[],
  flags: CompareFlags,
  io: CliIo,
): Promise<number> {
  if (paths.length < 2) {
    throw new InputError(
      "compare",
      "there is nothing to compare.",
      "Give two or more plans: solution.json of `solve --out`, the output of `evaluate --json`, or a run of a sweep.",
    );
  }
  const plans = paths.map(planFile).map((path) => parsePlan(readText(path), path));
  const comparison = comparePlans(plans);
  await io.stdout.write(
    flags.json
      ? `${jsonText(comparisonJson(comparison))}\n`
      : renderComparison(comparison, createColours(wantsColours(io))),
  );
  return EXIT.ok;
}
