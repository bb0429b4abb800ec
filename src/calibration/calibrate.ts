import type { ParameterValues } from "../cost/calibrated/parameters.ts";
import { PRIORS, type Prior } from "../cost/calibrated/priors.ts";
import type { Engine } from "../engines/engines.ts";
import {
  CALIBRATED_PARAMETERS,
  type CalibratedParameter,
  type Calibration,
  type CalibrationErrors,
  type LeftOut,
  type Multiplier,
  valueName,
} from "./calibration-file.ts";
import { type ComparedRow, errorSummary } from "./error-tables.ts";
import { FIT_OPTIONS, type Fit, fitParameters } from "./fit.ts";
import { predictTarget, type TargetRow } from "./targets.ts";

/**
 * Prior standard deviation of ln(multiplier). Engineering choice: hosts and engine versions differ by 5 to 20 %, so a factor of 1.2 is
 * nothing unusual, and few rows move little.
 */
const LOG_SD = 0.2;

/**
 * Fits factors on the shipped parameters of one engine to measured rows, with priors that keep them near 1, and tells how
 * well that does on held-out rows: one config group left out at a time, or one row where all are of one group.
 * @param rows At least one, all of the engine.
 * @param onFold Called before each fit of the cross-validation.
 */
export function calibrate(
  rows: readonly TargetRow[],
  engine: Engine,
  sources: readonly string[],
  shipped: ParameterValues,
  onFold: (done: number, all: number) => void = () => undefined,
): Calibration {
  const priors = calibrationPriors(engine, shipped);
  const fit = fitParameters(rows, FIT_OPTIONS, priors);
  return {
    engine,
    gpus: [...new Set(rows.map(({ plan }) => plan.gpu.name))].sort(),
    multipliers: multipliersOf(fit, engine, shipped),
    rows: new Set(rows.map(({ measurement }) => measurement)).size,
    figures: rows.length,
    errors: {
      before: errorsOf(compare(rows, shipped)),
      after: errorsOf(compare(rows, fit.values)),
      left_out: leftOutErrors(rows, priors, onFold),
    },
    sources,
  };
}

/** Everything stays as shipped but the parameters that a calibration multiplies. */
function calibrationPriors(engine: Engine, shipped: ParameterValues): Prior[] {
  const free = new Set(CALIBRATED_PARAMETERS.map((parameter) => valueName(parameter, engine)));
  return PRIORS.map(({ name, source }) => ({
    name,
    value: shipped[name]!,
    logSd: free.has(name) ? LOG_SD : 0,
    source,
  }));
}

function multipliersOf(
  { values, logSd, rowsOf }: Fit,
  engine: Engine,
  shipped: ParameterValues,
): Record<CalibratedParameter, Multiplier> {
  return Object.fromEntries(
    CALIBRATED_PARAMETERS.map((parameter): [CalibratedParameter, Multiplier] => {
      const name = valueName(parameter, engine);
      return [
        parameter,
        {
          multiplier: values[name]! / shipped[name]!,
          log_sd: logSd[name]!,
          shipped: shipped[name]!,
          figures: rowsOf[name]!,
        },
      ];
    }),
  ) as Record<CalibratedParameter, Multiplier>;
}

function compare(rows: readonly TargetRow[], values: ParameterValues): ComparedRow[] {
  return rows.map((row) => ({ row, predicted: predictTarget(row, values) }));
}

function errorsOf(rows: readonly ComparedRow[]): CalibrationErrors {
  const { macro_mean, macro_median } = errorSummary("all", rows);
  return { macro_mean, macro_median };
}

function leftOutErrors(
  rows: readonly TargetRow[],
  priors: readonly Prior[],
  onFold: (done: number, all: number) => void,
): Calibration["errors"]["left_out"] {
  const groups = new Set(rows.map(({ measurement }) => measurement.configGroup));
  const what: LeftOut = groups.size > 1 ? "config_group" : "row";
  const foldOf = ({ measurement }: TargetRow): unknown =>
    what === "config_group" ? measurement.configGroup : measurement;
  const folds = [...new Set(rows.map(foldOf))];
  if (folds.length < 2) return null;
  const compared = folds.flatMap((fold, done) => {
    onFold(done, folds.length);
    const seen = rows.filter((row) => foldOf(row) !== fold);
    const { values } = fitParameters(seen, FIT_OPTIONS, priors);
    return compare(
      rows.filter((row) => foldOf(row) === fold),
      values,
    );
  });
  return { what, folds: folds.length, ...errorsOf(compared) };
}
