import type { ParameterValues } from "../cost/calibrated/parameters.ts";
import { groupBy } from "../lists.ts";
import { type DecisionRegret, decisionRegret } from "./decision-regret.ts";
import { type ErrorTables, errorTables } from "./error-tables.ts";
import { type IntervalCoverage, intervalCoverage } from "./interval-coverage.ts";
import type { Measurement } from "./measurement.ts";
import type { RowPrediction } from "./predict-row.ts";
import { type PredictedRow, predictRows } from "./predicted-row.ts";
import type { RowSpread } from "./row-case.ts";
import { type MarginSummary, safetyMargins } from "./safety-margin.ts";
import { type RefusedRow, type TargetRow, targetRows } from "./targets.ts";

/** How well predictions agree with measurements. */
export interface AccuracyReport {
  /** Measured figures that were predicted. */
  readonly figures: number;
  /** Measured rows that they come from. */
  readonly rows_predicted: number;
  readonly rows_refused: number;
  /** The commonest first. */
  readonly refusals: readonly RefusalCount[];
  readonly errors: ErrorTables;
  /** Null when the predictions have no intervals. */
  readonly coverage: IntervalCoverage | null;
  readonly decisions: readonly DecisionRegret[];
  readonly safety_margins: readonly MarginSummary[];
}

/** What became of measured rows: predicted figures and refused rows, each in the order of the data. */
export interface PredictedMeasurements {
  readonly rows: readonly PredictedRow[];
  readonly refused: readonly RefusedRow[];
}

/** Predicts all figures of measured rows that can be. */
export function predictMeasurements(
  measurements: readonly Measurement[],
  valuesOf: (row: TargetRow) => ParameterValues,
  spreadOf: ((row: TargetRow, prediction: RowPrediction) => RowSpread) | null,
): PredictedMeasurements {
  const planned = targetRows(measurements);
  const predicted = predictRows(planned.rows, valuesOf, spreadOf);
  return { rows: predicted.rows, refused: [...planned.refused, ...predicted.refused] };
}

/** All tables over predicted rows, in whatever order they are. */
export function accuracyReport({ rows, refused }: PredictedMeasurements): AccuracyReport {
  return {
    figures: rows.length,
    rows_predicted: new Set(rows.map(({ row }) => row.measurement)).size,
    rows_refused: new Set(refused.map(({ measurement }) => measurement)).size,
    refusals: refusalCounts(refused),
    errors: errorTables(rows),
    coverage: intervalCoverage(rows),
    decisions: decisionRegret(rows),
    safety_margins: safetyMargins(rows),
  };
}

/** A reason for which rows were refused. */
export interface RefusalCount {
  readonly reason: string;
  readonly rows: number;
}

/** Why rows were refused, the commonest reason first. */
export function refusalCounts(refused: readonly { readonly reason: string }[]): RefusalCount[] {
  return [...groupBy(refused, ({ reason }) => reason)]
    .map(([reason, rows]) => ({ reason, rows: rows.length }))
    .sort((a, b) => b.rows - a.rows || (a.reason < b.reason ? -1 : 1));
}
