import { groupBy } from "../lists.ts";
import type { RowPrediction } from "./predict-row.ts";
import type { PredictedRow } from "./predicted-row.ts";
import { mean } from "./statistics.ts";
import type { TargetRow } from "./targets.ts";

/** A deployment that was measured, as one of several to choose from. */
export interface MeasuredOption {
  readonly gpus: number;
  /** Sequences in flight of the whole deployment; Infinity at maximum load. */
  readonly batch: number;
  /** Measured tokens/s per GPU: of the prompt in a prefill, of the output elsewhere. */
  readonly score: number;
  readonly predictedScore: number;
  /** Milliseconds; null where none was measured or the model predicts none. */
  readonly ttftMs: LatencyPair | null;
  readonly tpotMs: LatencyPair | null;
}

export interface LatencyPair {
  readonly measured: number;
  readonly predicted: number;
}

/** Deployments of one model on one kind of GPU under one load, at least two of them. */
export interface DecisionSet {
  readonly name: string;
  readonly options: readonly MeasuredOption[];
}

/** Whether the batch is given (the same for all options of a set), or part of the choice. */
export type BatchChoice = "fixed_batch" | "free_batch";

/**
 * Divides measured rows into sets to choose from: rows of one source, engine, model, weight format, GPU, input and output
 * length and kind; with a fixed batch also of one batch. A set has at least two different (TP, PP, DP), with a free batch at least two
 * different (TP, PP, DP, batch). Rows that repeat an option are one option with the mean of what was measured.
 */
export function decisionSets(rows: readonly PredictedRow[], choice: BatchChoice): DecisionSet[] {
  const scored = [...new Map(rows.map((each) => [each.row.measurement, each])).values()].flatMap(
    (each) => scoredRow(each) ?? [],
  );
  const nameOf = ({ row }: ScoredRow): string =>
    choice === "fixed_batch" ? `${setName(row)} | batch ${batchText(row)}` : setName(row);
  return [...groupBy(scored, nameOf)]
    .map(([name, members]) => ({
      name,
      options: [...groupBy(members, ({ row }) => optionName(row)).values()].map(merge),
    }))
    .filter(({ options }) => options.length > 1)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

interface ScoredRow extends MeasuredOption {
  readonly row: TargetRow;
}

function setName({ measurement: m }: TargetRow): string {
  const lengths = `${m.inputLen ?? "-"}:${m.outputLen ?? "-"}`;
  return [m.source, m.engine, m.modelId, `${m.weightBytesPerParam} B`, m.gpu, lengths, m.kind].join(
    " | ",
  );
}

function optionName(row: TargetRow): string {
  const { tpDegree, pipelineStages, replicas } = row.plan;
  return [tpDegree, pipelineStages, replicas, batchText(row)].join();
}

function batchText({ measurement }: TargetRow): string {
  return String(measurement.batchOrConcurrency ?? "max");
}

function scoredRow({ row, prediction }: PredictedRow): ScoredRow | null {
  const { tpDegree, pipelineStages, replicas, batch } = row.plan;
  const gpus = tpDegree * pipelineStages * replicas;
  const measured = measuredTokensPerSecond(row);
  const predicted = predictedTokensPerSecond(row, prediction);
  if (measured === null || !(predicted > 0)) return null;
  return {
    row,
    gpus,
    batch: batch === null ? Number.POSITIVE_INFINITY : batch * replicas,
    score: measured / gpus,
    predictedScore: predicted / gpus,
    ttftMs: latencyPair(row.measurement.ttftMs, prediction.ttftSeconds),
    tpotMs: latencyPair(row.measurement.tpotMs, prediction.tpotSeconds),
  };
}

function latencyPair(measured: number | null, predictedSeconds: number): LatencyPair | null {
  if (measured === null || !(measured > 0) || !(predictedSeconds > 0)) return null;
  return { measured, predicted: predictedSeconds * 1000 };
}

/**
 * Prefill: input tokens/s, else batch · input / TTFT. Decode: batch / TPOT. Serving: output tokens/s, else the output's share
 * O/(S + O) of all tokens/s. Null when nothing of it was measured.
 */
function measuredTokensPerSecond({ measurement: m, plan }: TargetRow): number | null {
  const sequences = (plan.batch ?? 1) * plan.replicas;
  const { inputTokens, outputTokens } = plan;
  switch (plan.kind) {
    case "prefill":
      return positive(m.inputTokensPerS) ?? rate(sequences * inputTokens, m.ttftMs);
    case "decode":
      return rate(sequences, m.tpotMs) ?? positive(m.outputTokensPerS);
    case "offline_e2e":
    case "online_e2e": {
      const total = positive(m.totalTokensPerS);
      const share = outputTokens / (inputTokens + outputTokens);
      return positive(m.outputTokensPerS) ?? (total === null ? null : total * share);
    }
  }
}

function predictedTokensPerSecond({ plan }: TargetRow, prediction: RowPrediction): number {
  const sequences = (plan.batch ?? 1) * plan.replicas;
  switch (plan.kind) {
    case "prefill":
      return (sequences * plan.inputTokens) / prediction.ttftSeconds;
    case "decode":
      return sequences / prediction.tpotSeconds;
    case "offline_e2e":
    case "online_e2e":
      return prediction.requestsPerSecond * plan.outputTokens;
  }
}

function rate(tokens: number, milliseconds: number | null): number | null {
  return milliseconds !== null && milliseconds > 0 ? (tokens * 1000) / milliseconds : null;
}

function positive(value: number | null): number | null {
  return value !== null && value > 0 ? value : null;
}

/** One option of the rows that repeat it. */
function merge(rows: readonly ScoredRow[]): MeasuredOption {
  const first = rows[0]!;
  return {
    gpus: first.gpus,
    batch: first.batch,
    score: mean(rows.map(({ score }) => score)),
    predictedScore: mean(rows.map(({ predictedScore }) => predictedScore)),
    ttftMs: mergeLatency(rows.flatMap(({ ttftMs }) => ttftMs ?? [])),
    tpotMs: mergeLatency(rows.flatMap(({ tpotMs }) => tpotMs ?? [])),
  };
}

function mergeLatency(pairs: readonly LatencyPair[]): LatencyPair | null {
  if (pairs.length === 0) return null;
  return {
    measured: mean(pairs.map(({ measured }) => measured)),
    predicted: mean(pairs.map(({ predicted }) => predicted)),
  };
}
