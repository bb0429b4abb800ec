import type { ParameterValues } from "../cost/calibrated/parameters.ts";
import type { Engine } from "../engines/engines.ts";
import { InputError } from "../errors.ts";

/** What a calibration multiplies: parameters of one engine, and what collectives take. */
export const CALIBRATED_PARAMETERS = [
  "computeFactor",
  "readFactor",
  "attentionReadFactor",
  "stepMs",
  "sequenceUs",
  "layerUs",
  "httpMs",
  "collectiveFactor",
] as const;
export type CalibratedParameter = (typeof CALIBRATED_PARAMETERS)[number];

/** A factor on one shipped parameter. */
export interface Multiplier {
  readonly multiplier: number;
  /** Standard deviation of ln(multiplier). */
  readonly log_sd: number;
  /** The shipped value that it multiplies, in the parameter's unit. */
  readonly shipped: number;
  /** Measured figures that it moves; with none it stays at 1. */
  readonly figures: number;
}

/** Errors over config groups, shares. */
export interface CalibrationErrors {
  readonly macro_mean: number;
  readonly macro_median: number;
}

/** What is left out at a time in the cross-validation. */
export type LeftOut = "config_group" | "row";

/** Factors fitted on a user's own measurements; the names are those of the file. */
export interface Calibration {
  readonly engine: Engine;
  /** GPUs that were measured, by name. */
  readonly gpus: readonly string[];
  readonly multipliers: Readonly<Record<CalibratedParameter, Multiplier>>;
  /** Measured rows that were used, and their figures. */
  readonly rows: number;
  readonly figures: number;
  readonly errors: {
    /** With the shipped parameters. */
    readonly before: CalibrationErrors;
    /** On the rows of the fit. */
    readonly after: CalibrationErrors;
    /** On rows that each fit has not seen; null when there is only one row. */
    readonly left_out:
      | (CalibrationErrors & { readonly what: LeftOut; readonly folds: number })
      | null;
  };
  /** Names of the files of measurements. */
  readonly sources: readonly string[];
}

/** The parameter's full name among the values. */
export function valueName(parameter: CalibratedParameter, engine: Engine): string {
  return parameter === "collectiveFactor" ? parameter : `${parameter}.${engine}`;
}

/** Whether rows that a fit has not seen are predicted better with it than without. */
export function calibrationHelps({ errors }: Calibration): boolean {
  return errors.left_out !== null && errors.left_out.macro_mean < errors.before.macro_mean;
}

/**
 * The values with the factors of a calibration on them: those of its engine, and what collectives take.
 * @param where The calibration's file, for messages.
 * @throws InputError for a calibration that was fitted on other shipped values, as of another version
 */
export function applyCalibration(
  values: ParameterValues,
  { engine, multipliers }: Calibration,
  where: string,
): ParameterValues {
  const calibrated: Record<string, number> = { ...values };
  for (const parameter of CALIBRATED_PARAMETERS) {
    const { multiplier, shipped } = multipliers[parameter];
    const name = valueName(parameter, engine);
    const value = values[name]!;
    if (value !== shipped) {
      throw new InputError(
        `${where}: multipliers.${parameter}.shipped`,
        `it is ${shipped}, but ${name} of this version is ${value}: the calibration is from another version.`,
        "Run calibrate again on the same measurements.",
      );
    }
    calibrated[name] = value * multiplier;
  }
  return calibrated;
}
