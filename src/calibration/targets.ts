import type { ParameterValues } from "../cost/calibrated/parameters.ts";
import type { Measurement, Target } from "./measurement.ts";
import { type PlannedRow, planRow, type RowPlan } from "./plan-row.ts";
import { predictRow, type RowPrediction } from "./predict-row.ts";

/** One figure of a measured row: what was measured, and how to predict it. */
export interface TargetRow {
  readonly measurement: Measurement;
  readonly plan: RowPlan;
  readonly target: Target;
  /** In the target's unit. */
  readonly measured: number;
}

export interface RefusedRow {
  readonly measurement: Measurement;
  readonly reason: string;
}

/** Every figure of the rows that can be compared with a prediction, and the rows that cannot. */
export function targetRows(measurements: readonly Measurement[]): {
  readonly rows: readonly TargetRow[];
  readonly refused: readonly RefusedRow[];
} {
  const rows: TargetRow[] = [];
  const refused: RefusedRow[] = [];
  for (const measurement of measurements) {
    const planned: PlannedRow = planRow(measurement);
    if ("refused" in planned) {
      refused.push({ measurement, reason: planned.refused });
      continue;
    }
    const figures = measuredFigures(measurement);
    if (figures.length === 0) {
      refused.push({
        measurement,
        reason: `a row of kind ${measurement.kind} without a measured figure`,
      });
    }
    for (const [target, measured] of figures) {
      rows.push({ measurement, plan: planned.plan, target, measured });
    }
  }
  return { rows, refused };
}

/** Which columns of a row are compared: TTFT of prefill, TPOT of decode, throughput offline, both latencies online. */
function measuredFigures(row: Measurement): [Target, number][] {
  const first = (...columns: [Target, number | null][]): [Target, number][] => {
    const known = columns.find(([, value]) => value !== null && value > 0);
    return known ? [[known[0], known[1]!]] : [];
  };
  switch (row.kind) {
    case "prefill":
      return first(["ttft_ms", row.ttftMs], ["input_tokens_per_s", row.inputTokensPerS]);
    case "decode":
      return first(["tpot_ms", row.tpotMs], ["output_tokens_per_s", row.outputTokensPerS]);
    case "offline_e2e":
      return first(
        ["output_tokens_per_s", row.outputTokensPerS],
        ["total_tokens_per_s", row.totalTokensPerS],
      );
    case "online_e2e":
      return [...first(["ttft_ms", row.ttftMs]), ...first(["tpot_ms", row.tpotMs])];
  }
}

/** The prediction of one figure, in its unit. */
export function predictTarget({ plan, target }: TargetRow, values: ParameterValues): number {
  return figureOf(plan, target, predictRow(plan, values));
}

export function figureOf(plan: RowPlan, target: Target, prediction: RowPrediction): number {
  switch (target) {
    case "ttft_ms":
      return prediction.ttftSeconds * 1000;
    case "tpot_ms":
      return prediction.tpotSeconds * 1000;
    case "input_tokens_per_s":
      return plan.kind === "prefill"
        ? ((plan.batch ?? 1) * plan.inputTokens) / prediction.ttftSeconds
        : prediction.requestsPerSecond * plan.inputTokens;
    case "output_tokens_per_s":
      return plan.kind === "decode"
        ? (plan.batch! * plan.replicas) / prediction.tpotSeconds
        : prediction.requestsPerSecond * plan.outputTokens;
    case "total_tokens_per_s":
      return prediction.requestsPerSecond * (plan.inputTokens + plan.outputTokens);
  }
}
