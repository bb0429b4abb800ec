import type { ParameterValues } from "../cost/calibrated/parameters.ts";
import type { RowPlan } from "./plan-row.ts";
import { predictRow, type RowPrediction } from "./predict-row.ts";
import type { RowSpread } from "./row-case.ts";
import { figureOf, type RefusedRow, type TargetRow } from "./targets.ts";

/** What keeps the sequences in flight from being more; `step` where a row is of one step or prompt, not of a run. */
export type ConcurrencyLimit = "kv_cache" | "requests" | "step";

/** One measured figure with its prediction. */
export interface PredictedRow {
  readonly row: TargetRow;
  readonly prediction: RowPrediction;
  /** In the target's unit, above 0. */
  readonly predicted: number;
  readonly limit: ConcurrencyLimit;
  /** 80 % interval as factors on the prediction; null where none was asked for. */
  readonly spread: RowSpread | null;
}

/**
 * Predicts measured figures. `valuesOf` gives the parameters for a row, which a cross-validation chooses by the row's fold.
 * A figure for which the physics gives no positive finite number is refused.
 */
export function predictRows(
  rows: readonly TargetRow[],
  valuesOf: (row: TargetRow) => ParameterValues,
  spreadOf: ((row: TargetRow, prediction: RowPrediction) => RowSpread) | null,
): { readonly rows: PredictedRow[]; readonly refused: RefusedRow[] } {
  const predictedRows: PredictedRow[] = [];
  const refused: RefusedRow[] = [];
  for (const row of rows) {
    const values = valuesOf(row);
    const prediction = predictRow(row.plan, values);
    const predicted = figureOf(row.plan, row.target, prediction);
    if (!(predicted > 0 && Number.isFinite(predicted))) {
      refused.push({
        measurement: row.measurement,
        reason: `the model predicts ${predicted} as its ${row.target}`,
      });
      continue;
    }
    predictedRows.push({
      row,
      prediction,
      predicted,
      limit: limitOf(row.plan, prediction, values),
      spread: spreadOf ? spreadOf(row, prediction) : null,
    });
  }
  return { rows: predictedRows, refused };
}

/** KV-limited: the cache holds fewer sequences than were asked for, the scheduler's own cap and the length of the run included. */
function limitOf(
  { kind, batch, requests }: RowPlan,
  { kvSequences }: RowPrediction,
  values: ParameterValues,
): ConcurrencyLimit {
  if (kind === "prefill" || kind === "decode") return "step";
  const wanted = Math.min(batch ?? values.schedulerCap!, requests ?? Number.POSITIVE_INFINITY);
  return kvSequences < wanted ? "kv_cache" : "requests";
}
