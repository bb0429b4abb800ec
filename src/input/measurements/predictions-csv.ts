import type { PredictedMeasurements } from "../../calibration/accuracy.ts";
import type { Measurement } from "../../calibration/measurement.ts";
import { csvText } from "../text/csv-text.ts";

/** The columns of a file of predictions; `low` and `high` bound the 80 % interval, in the target's unit as the two before them. */
const PREDICTION_COLUMNS = [
  "source",
  "source_row",
  "kind",
  "config_group",
  "target",
  "measured",
  "predicted",
  "low",
  "high",
  "reason",
] as const;

type PredictionLine = Readonly<
  Partial<Record<(typeof PREDICTION_COLUMNS)[number], string | number>>
>;

/**
 * Predictions as CSV in the order of the measurements: a line for each figure, and a line with the reason for each row that was
 * refused. Numbers in the shortest notation that reads back as the same number; lines end in a line feed.
 */
export function predictionsCsv(
  measurements: readonly Measurement[],
  { rows, refused }: PredictedMeasurements,
): string {
  const linesOf = new Map<Measurement, PredictionLine[]>(measurements.map((each) => [each, []]));
  for (const { row, predicted, spread } of rows) {
    linesOf.get(row.measurement)!.push({
      target: row.target,
      measured: row.measured,
      predicted,
      ...(spread && { low: predicted * spread.low, high: predicted * spread.high }),
    });
  }
  for (const { measurement, reason } of refused) linesOf.get(measurement)!.push({ reason });
  const lines = [...linesOf].flatMap(([{ source, sourceRow, kind, configGroup }, parts]) =>
    parts.map((part) => ({
      source,
      source_row: sourceRow,
      kind,
      config_group: configGroup,
      ...part,
    })),
  );
  return csvText(PREDICTION_COLUMNS, lines);
}
