import { type FitOptions, fitParameters } from "../../src/calibration/fit.ts";
import { evidenceOf } from "../../src/calibration/row-case.ts";
import type { TargetRow } from "../../src/calibration/targets.ts";
import type { ParameterValues } from "../../src/cost/calibrated/parameters.ts";
import type { Evidence } from "../../src/cost/calibrated/uncertainty.ts";

/** How rows are left out: all rows of one name at a time. */
export type FoldOf = (row: TargetRow) => string;

const CONFIG_FOLDS = 6;

/** Six folds of whole config groups, by a hash of the group's name. */
export const byConfigGroup: FoldOf = ({ measurement }) =>
  String(hash(measurement.configGroup) % CONFIG_FOLDS);

export const byGpu: FoldOf = ({ plan }) => plan.gpu.name;

/** The model family is the second field of a config group, else the model's own name. */
export const byFamily: FoldOf = ({ measurement }) =>
  measurement.configGroup.split("|")[1] ?? measurement.modelId;

/** FNV-1a, 32 bits: the same on every machine. */
export function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    h ^= text.charCodeAt(i);
    h = Math.imul(h, 0x01000193);
  }
  return h >>> 0;
}

/** What is known when a fold is left out. */
export interface HeldOut {
  /** Fitted on all other folds, from the priors on. */
  readonly values: ParameterValues;
  readonly evidence: Evidence;
}

/** Cross-validation: for every fold what the other folds say. */
export function crossValidate(
  rows: readonly TargetRow[],
  foldOf: FoldOf,
  options: FitOptions,
  onFold: (fold: string) => void = () => {},
): (row: TargetRow) => HeldOut {
  const byFold = new Map<string, HeldOut>();
  for (const fold of [...new Set(rows.map(foldOf))].sort()) {
    onFold(fold);
    const others = rows.filter((row) => foldOf(row) !== fold);
    byFold.set(fold, {
      values: fitParameters(others, options).values,
      evidence: evidenceOf(others),
    });
  }
  return (row) => byFold.get(foldOf(row))!;
}
