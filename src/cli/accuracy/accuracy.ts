import {
  accuracyReport,
  type PredictedMeasurements,
  predictMeasurements,
  refusalCounts,
} from "../../calibration/accuracy.ts";
import { applyCalibration, type Calibration } from "../../calibration/calibration-file.ts";
import { spreadOfRow } from "../../calibration/row-uncertainty.ts";
import { SHIPPED } from "../../cost/calibrated/shipped.ts";
import { InputError } from "../../errors.ts";
import { readText } from "../../files/read-text.ts";
import { writeFileAtomic } from "../../files/write-atomic.ts";
import { parseCalibration } from "../../input/measurements/parse-calibration.ts";
import { parseMeasurements } from "../../input/measurements/parse-measurements.ts";
import { predictionsCsv } from "../../input/measurements/predictions-csv.ts";
import { jsonText } from "../../json-text.ts";
import { createColours } from "../../report/colours.ts";
import { plural } from "../../report/format.ts";
import { renderAccuracy } from "../../report/terminal-accuracy.ts";
import { checkOutFile } from "../io/check-output.ts";
import { type CliIo, EXIT, printWarnings, wantsColours } from "../io/io.ts";
import { requireFlag } from "../options/problem-flags.ts";

/** The flags of `accuracy`. */
export interface AccuracyFlags {
  readonly data?: string;
  readonly predictions?: string;
  readonly calibration?: string;
  readonly json?: true;
}

/** `accuracy`: how well the calibrated cost model predicts measured rows. */
export async function runAccuracy(flags: AccuracyFlags, io: CliIo): Promise<number> {
  const path = requireFlag("--data", flags.data, "Give a CSV of measured rows.");
  if (flags.predictions !== undefined) checkOutFile("--predictions", flags.predictions);
  const measurements = parseMeasurements(readText(path), path);
  const calibration = readCalibration(flags.calibration);
  const values = calibration
    ? applyCalibration(SHIPPED.values, calibration.calibration, calibration.path)
    : SHIPPED.values;
  const predicted = predictMeasurements(measurements, () => values, spreadOfRow);
  if (flags.predictions !== undefined) {
    writeFileAtomic(flags.predictions, predictionsCsv(measurements, predicted));
  }
  if (predicted.rows.length === 0) {
    throw new InputError(
      path,
      "none of its rows can be predicted.",
      refusalHint(predicted.refused),
    );
  }
  const report = accuracyReport(predicted);
  const warnings = calibration ? otherEngines(predicted, calibration) : [];
  await printWarnings(io, warnings);
  await io.stdout.write(
    flags.json
      ? `${jsonText({ status: "SUCCESS", ...report, warnings })}\n`
      : renderAccuracy(report, createColours(wantsColours(io))),
  );
  return EXIT.ok;
}

interface CalibrationFile {
  readonly path: string;
  readonly calibration: Calibration;
}

function readCalibration(path: string | undefined): CalibrationFile | null {
  return path === undefined ? null : { path, calibration: parseCalibration(readText(path), path) };
}

/** A calibration is of one engine; the rows of others are predicted as without it. */
function otherEngines(
  { rows }: PredictedMeasurements,
  { path, calibration: { engine } }: CalibrationFile,
): string[] {
  const others = new Set(
    rows.filter(({ row }) => row.plan.profile !== engine).map(({ row }) => row.measurement),
  );
  if (others.size === 0) return [];
  return [
    `${path}: it is for ${engine}; for ${plural(others.size, "row")} of other engines it changes the collectives only.`,
  ];
}

/** The commonest reason, as what has to be mended. */
function refusalHint(refused: Parameters<typeof refusalCounts>[0]): string {
  const [first] = refusalCounts(refused);
  return first
    ? `Fix the rows; ${first.rows} rejected: ${first.reason}.`
    : "Give at least one row below the header.";
}
