import { type PredictedRow, predictRows } from "../../src/calibration/predicted-row.ts";
import { caseOf, quantityOf, rowSpread } from "../../src/calibration/row-case.ts";
import type { TargetRow } from "../../src/calibration/targets.ts";
import type { SpreadTable } from "../../src/cost/calibrated/uncertainty.ts";
import { confidenceOf, hazardsOf } from "../../src/cost/calibrated/uncertainty.ts";
import { type HeldOut, hash } from "./folds.ts";
import { type HeldOutResidual, spreadTable } from "./spread-table.ts";

/** Residuals of rows by what the other folds say of them. */
export function heldOutResiduals(
  rows: readonly TargetRow[],
  heldOut: (row: TargetRow) => HeldOut,
): HeldOutResidual[] {
  return predictRows(rows, (row) => heldOut(row).values, null).rows.map(
    ({ row, predicted, prediction }) => {
      const predictedCase = caseOf(row, prediction.kvSequences);
      const quantity = quantityOf(row);
      const { hazards } = hazardsOf(predictedCase);
      return {
        residual: Math.log(row.measured / predicted),
        group: row.measurement.configGroup,
        quantity,
        confidence: confidenceOf(predictedCase, heldOut(row).evidence).confidence,
        hazards: quantity === "prompt" ? hazards.filter((h) => h !== "kv_starved") : hazards,
      };
    },
  );
}

const TABLE_FOLDS = 5;

/**
 * Predictions of held-out rows with intervals whose table has not seen the row's config group either: the table for a fifth of the
 * groups is made from the residuals of the rest.
 * @param residuals all that the table is made of
 */
export function heldOutPredictions(
  rows: readonly TargetRow[],
  heldOut: (row: TargetRow) => HeldOut,
  residuals: readonly HeldOutResidual[],
): readonly PredictedRow[] {
  const foldOfGroup: (group: string) => number = (group) => hash(`table ${group}`) % TABLE_FOLDS;
  const tables: SpreadTable[] = Array.from({ length: TABLE_FOLDS }, (_, fold) =>
    spreadTable(residuals.filter(({ group }) => foldOfGroup(group) !== fold)),
  );
  const { rows: predicted } = predictRows(rows, (row) => heldOut(row).values, null);
  return predicted.map((one) => ({
    ...one,
    spread: rowSpread(
      one.row,
      one.prediction.kvSequences,
      heldOut(one.row).evidence,
      tables[foldOfGroup(one.row.measurement.configGroup)]!,
    ),
  }));
}
