import type { RefusalCount } from "../calibration/accuracy.ts";
import {
  CALIBRATED_PARAMETERS,
  type CalibratedParameter,
  type Calibration,
  type CalibrationErrors,
  calibrationHelps,
  type LeftOut,
} from "../calibration/calibration-file.ts";
import { share } from "./accuracy-tables.ts";
import type { Colours } from "./colours.ts";
import { count, figure, plural, printable } from "./format.ts";
import { joinBlocks, renderItem, renderTable, wrap } from "./layout.ts";

/** What the parameters are, with the unit of the shipped value. */
const PARAMETER_WORDS: Readonly<Record<CalibratedParameter, string>> = {
  computeFactor: "matmul rate, share of peak",
  readFactor: "weight reads, share of peak bandwidth",
  attentionReadFactor: "KV cache reads, share of peak bandwidth",
  stepMs: "CPU time per step, ms",
  sequenceUs: "CPU time per sequence and step, us",
  layerUs: "kernel gaps per layer, us",
  httpMs: "request handling before the first token, ms",
  collectiveFactor: "collective time, factor",
};

const LEFT_OUT_WORDS: Readonly<Record<LeftOut, string>> = {
  config_group: "held-out config groups",
  row: "held-out rows",
};

/** A calibration for people: what was fitted, and whether it is worth having. */
export function renderCalibration(
  calibration: Calibration,
  refusals: readonly RefusalCount[],
  colours: Colours,
): string {
  const { engine, gpus, rows, figures, multipliers, errors } = calibration;
  return joinBlocks([
    colours.bold(
      wrap(
        `${plural(figures, "figure")} of ${plural(rows, "measured row")}: ${engine} on ${gpus.map(printable).join(", ")}.`,
      ),
    ),
    renderRefusals(refusals, colours),
    `${colours.bold("Factors on the shipped parameters")}\n${renderTable(
      [
        { head: "parameter" },
        { head: "what it is", flexible: true },
        { head: "shipped", align: "right" },
        { head: "factor", align: "right" },
        { head: "±", align: "right" },
        { head: "figures affected", align: "right" },
      ],
      CALIBRATED_PARAMETERS.map((name) => {
        const { shipped, multiplier, log_sd, figures: moved } = multipliers[name];
        return [
          name,
          PARAMETER_WORDS[name],
          figure(shipped),
          multiplier.toFixed(3),
          share(Math.expm1(log_sd)),
          count(moved),
        ];
      }),
    )}`,
    `${colours.bold("Errors over config groups")}\n${renderTable(
      [{ head: "" }, { head: "mean", align: "right" }, { head: "median", align: "right" }],
      [
        ["before", ...errorCells(errors.before)],
        ["after, on the fitted rows", ...errorCells(errors.after)],
        ...(errors.left_out
          ? [
              [
                `after, on ${LEFT_OUT_WORDS[errors.left_out.what]} (${errors.left_out.folds} fits)`,
                ...errorCells(errors.left_out),
              ],
            ]
          : []),
      ],
    )}`,
    (calibrationHelps(calibration) ? colours.green : colours.yellow)(wrap(verdict(calibration))),
  ]);
}

/** Whether a calibration is worth having, and why. */
export function verdict(calibration: Calibration): string {
  const { before, left_out } = calibration.errors;
  if (left_out === null) {
    return "Unknown whether it helps: one row cannot show how well others would be predicted. Measure at least two.";
  }
  const change = `mean error ${share(left_out.macro_mean)} instead of ${share(before.macro_mean)} on ${LEFT_OUT_WORDS[left_out.what]}`;
  return calibrationHelps(calibration)
    ? `It helps: ${change}.`
    : `It does not help: ${change}. The shipped parameters are better.`;
}

/** Rows that were not used, by reason; empty when there are none. */
export function renderRefusals(refusals: readonly RefusalCount[], colours: Colours): string {
  if (refusals.length === 0) return "";
  const rows = refusals.reduce((sum, each) => sum + each.rows, 0);
  return [
    colours.yellow(`${plural(rows, "row")} rejected:`),
    ...refusals.map((each) => renderItem("- ", `${each.rows} × ${printable(each.reason)}`)),
  ].join("\n");
}

function errorCells({ macro_mean, macro_median }: CalibrationErrors): string[] {
  return [share(macro_mean), share(macro_median)];
}
