import type { Measurement } from "../../src/calibration/measurement.ts";
import { planRow, type RowPlan } from "../../src/calibration/plan-row.ts";
import type { RowPrediction } from "../../src/calibration/predict-row.ts";
import type { PredictedRow } from "../../src/calibration/predicted-row.ts";
import { figureOf, type TargetRow, targetRows } from "../../src/calibration/targets.ts";

/** A measured row of Llama 3 8B on two H100: a closed loop of 16 requests. */
const ROW: Measurement = {
  source: "made up",
  sourceRow: "1",
  kind: "online_e2e",
  configGroup: "H100|8b|tp2",
  modelId: "llama-8b",
  numLayers: 32,
  hiddenSize: 4096,
  intermediateSize: 14336,
  numHeads: 32,
  numKvHeads: 8,
  headDim: 128,
  vocabSize: 128256,
  numExperts: null,
  expertsPerToken: null,
  weightBytesPerParam: 2,
  kvBytes: 2,
  gpu: "H100-SXM5-80GB",
  interconnect: "NVLink4",
  instanceType: "",
  tp: 2,
  pp: 1,
  dp: 1,
  nodes: 1,
  batchOrConcurrency: 16,
  inputLen: 1024,
  outputLen: 256,
  totalTokensPerS: null,
  inputTokensPerS: null,
  outputTokensPerS: 1600,
  ttftMs: 100,
  tpotMs: 10,
  engine: "vllm 0.10",
  note: "",
  trust: "A",
  tputBasis: "reported",
};

export function measured(changes: Partial<Measurement> = {}): Measurement {
  return { ...ROW, ...changes };
}

/** The figures of rows that can all be planned. */
export function targetsOf(...rows: readonly Measurement[]): readonly TargetRow[] {
  const { rows: targets, refused } = targetRows(rows);
  if (refused.length > 0) throw new Error(refused[0]!.reason);
  return targets;
}

export function planOf(row: Measurement): RowPlan {
  const planned = planRow(row);
  if ("refused" in planned) throw new Error(planned.refused);
  return planned.plan;
}

const NOTHING: RowPrediction = {
  ttftSeconds: Number.NaN,
  tpotSeconds: Number.NaN,
  requestsPerSecond: Number.NaN,
  kvSequences: 1e6,
};

/** The figures of a row with a made-up prediction, whatever the physics say. */
export function predictedAs(
  row: Measurement,
  prediction: Partial<RowPrediction>,
  more: Partial<PredictedRow> = {},
): PredictedRow[] {
  const whole = { ...NOTHING, ...prediction };
  return targetsOf(row).map((target) => ({
    row: target,
    prediction: whole,
    predicted: figureOf(target.plan, target.target, whole),
    limit: "requests",
    spread: null,
    ...more,
  }));
}

/** An offline row with `perSecond` measured and `predicted` output tokens/s. */
export function throughputRow(
  changes: Partial<Measurement>,
  perSecond: number,
  predicted: number,
): PredictedRow {
  const row = measured({ kind: "offline_e2e", outputTokensPerS: perSecond, ...changes });
  return predictedAs(row, { requestsPerSecond: predicted / row.outputLen! })[0]!;
}
