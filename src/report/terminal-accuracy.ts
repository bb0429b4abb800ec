import type { AccuracyReport } from "../calibration/accuracy.ts";
import { accuracyTables, share } from "./accuracy-tables.ts";
import { renderRefusals } from "./calibration.ts";
import type { Colours } from "./colours.ts";
import { plural } from "./format.ts";
import { joinBlocks, renderTable, wrap } from "./layout.ts";

/** What the numbers of the tables are. */
const LEGEND = [
  "An error is exp|ln(predicted/measured)| − 1. A config group counts once, with the median of its figures; mean, median, bias and p90 (90th percentile) are over groups. Bias is positive when the model overpredicts.",
  "Choices lose 1 − tokens/s per GPU of the choice ÷ those of the measured best. Sets are non-trivial when taking the fewest GPUs, then the largest batch, loses more than 2 %. Best: how often the measured best is chosen; in order: pairs ranked as measured.",
];

/** The accuracy of the predictions for people. */
export function renderAccuracy(report: AccuracyReport, colours: Colours): string {
  const { figures, rows_predicted, refusals, errors } = report;
  const { macro_mean, macro_median } = errors.overall;
  return joinBlocks([
    colours.bold(
      wrap(
        `${plural(figures, "figure")} of ${plural(rows_predicted, "measured row")} predicted: median error ${share(macro_median)}, mean error ${share(macro_mean)} over ${plural(errors.overall.groups, "config group")}.`,
      ),
    ),
    renderRefusals(refusals, colours),
    ...accuracyTables(report).map(
      ({ title, columns, rows }) => `${colours.bold(title)}\n${renderTable(columns, rows)}`,
    ),
    ...LEGEND.map((text) => wrap(text)),
  ]);
}
