import { EVIDENCE, SPREADS } from "../cost/calibrated/fitted.ts";
import type { RowPrediction } from "./predict-row.ts";
import { type RowSpread, rowSpread } from "./row-case.ts";
import type { TargetRow } from "./targets.ts";

/** Interval and confidence of a row's prediction by the shipped fit. */
export function spreadOfRow(row: TargetRow, prediction: RowPrediction): RowSpread {
  return rowSpread(row, prediction.kvSequences, EVIDENCE, SPREADS);
}
