/**
 * Fits the calibrated cost model to measured data and writes what was found:
 *
 *   npm run fit -- --data calibration.csv [--check]
 *
 * writes src/cost/calibrated/fitted.ts (parameters, evidence, intervals) and docs/accuracy-tables.md (in sample, six folds of
 * config groups, one GPU type left out, one model family left out). Deterministic: equal data, equal bytes. `--check` writes
 * nothing and fails when the files would change.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { parseArgs } from "node:util";
import { accuracyReport } from "../../src/calibration/accuracy.ts";
import { FIT_OPTIONS, fitParameters } from "../../src/calibration/fit.ts";
import { evidenceOf } from "../../src/calibration/row-case.ts";
import { type TargetRow, targetRows } from "../../src/calibration/targets.ts";
import { parseMeasurements } from "../../src/input/measurements/parse-measurements.ts";
import { accuracyDocument, type Validation } from "./accuracy-document.ts";
import { fittedModule } from "./fitted-module.ts";
import { byConfigGroup, byFamily, byGpu, crossValidate, type HeldOut } from "./folds.ts";
import { heldOutPredictions, heldOutResiduals } from "./held-out.ts";
import { spreadTable } from "./spread-table.ts";

const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

const { values: flags } = parseArgs({
  options: { data: { type: "string" }, check: { type: "boolean", default: false } },
});
if (flags.data === undefined) {
  say("error: give the measured data: npm run fit -- --data calibration.csv");
  process.exit(1);
}

const measurements = parseMeasurements(readFileSync(flags.data, "utf8"), flags.data);
const { rows, refused } = targetRows(measurements);
say(`${rows.length} figures, ${refused.length} rows refused`);

const fit = fitParameters(rows, FIT_OPTIONS);
say("fitted on all rows");

const WAYS = [
  ["six folds of config groups", byConfigGroup],
  ["one GPU type left out", byGpu],
  ["one model family left out", byFamily],
] as const;
const heldOut = WAYS.map(([name, foldOf]) => ({
  name,
  knows: crossValidate(rows, foldOf, FIT_OPTIONS, (fold) => say(`${name}: ${fold}`)),
}));
const residuals = heldOut.flatMap(({ knows }) => heldOutResiduals(rows, knows));
const spreads = spreadTable(residuals);
const evidence = evidenceOf(rows);

const all: HeldOut = { values: fit.values, evidence };
const inSample = (_row: TargetRow): HeldOut => all;
const validations: Validation[] = [{ name: "in sample", knows: inSample }, ...heldOut].map(
  ({ name, knows }) => {
    const predicted = heldOutPredictions(rows, knows, residuals);
    return { name, rows: predicted, report: accuracyReport({ rows: predicted, refused }) };
  },
);

const files = [
  [
    "src/cost/calibrated/fitted.ts",
    fittedModule({ fit, evidence, spreads, dataName: basename(flags.data), figures: rows.length }),
  ],
  ["docs/accuracy-tables.md", accuracyDocument(validations, basename(flags.data))],
] as const;
let changed = false;
for (const [path, text] of files) {
  const url = new URL(`../../${path}`, import.meta.url);
  if (flags.check) {
    const same = readFileSync(url, "utf8") === text;
    if (!same) say(`${path} would change`);
    changed ||= !same;
  } else {
    writeFileSync(url, text);
    say(`wrote ${path}`);
  }
}
process.exitCode = changed ? 1 : 0;
