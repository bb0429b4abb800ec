import { KINDS, type Measurement, type MeasurementKind } from "../calibration/measurement.ts";
import { InputError } from "../errors.ts";
import { nearestHint } from "../nearest.ts";
import { type CsvRow, readTable } from "./csv.ts";

const TEXT_COLUMNS = [
  "source",
  "source_row",
  "kind",
  "model_id",
  "gpu",
  "engine",
  "config_group",
] as const;

const OPTIONAL_TEXT_COLUMNS = [
  "interconnect",
  "instance_type",
  "note",
  "trust",
  "tput_basis",
] as const;

const NUMBER_COLUMNS = [
  "num_layers",
  "hidden_size",
  "intermediate_size",
  "num_heads",
  "num_kv_heads",
  "head_dim",
  "vocab_size",
  "num_experts",
  "experts_per_token",
  "weight_bytes_per_param",
  "kv_bytes",
  "gpu_mem_gb",
  "tp",
  "pp",
  "dp",
  "nodes",
  "batch_or_concurrency",
  "input_len",
  "output_len",
  "total_tokens_per_s",
  "input_tokens_per_s",
  "output_tokens_per_s",
  "ttft_ms",
  "tpot_ms",
  "price_per_hour",
] as const;

/**
 * Reads measured points: a CSV in the columns of the measured data, in any order; numeric columns may be absent or empty.
 * @throws InputError with file and line for a missing or unknown column, a cell that is not a number, an unknown kind
 */
export function parseMeasurements(text: string, fileName: string): Measurement[] {
  const table = readTable(text, fileName, {
    required: TEXT_COLUMNS,
    optional: [...OPTIONAL_TEXT_COLUMNS, ...NUMBER_COLUMNS],
  });
  return table.rows.map((row) => measurement(row, fileName));
}

function measurement(row: CsvRow, fileName: string): Measurement {
  const text = (column: string): string => row.cells.get(column) ?? "";
  const number = (column: (typeof NUMBER_COLUMNS)[number]): number | null => {
    const cell = text(column);
    if (cell === "") return null;
    const value = Number(cell);
    if (!Number.isFinite(value)) {
      throw new InputError(
        `${fileName}:${row.line}`,
        `${column} is "${cell}", not a number.`,
        "Give a number or leave the cell empty.",
      );
    }
    return value;
  };
  return {
    source: text("source"),
    sourceRow: text("source_row"),
    kind: kindOf(text("kind"), `${fileName}:${row.line}`),
    configGroup: text("config_group"),
    modelId: text("model_id"),
    numLayers: number("num_layers"),
    hiddenSize: number("hidden_size"),
    intermediateSize: number("intermediate_size"),
    numHeads: number("num_heads"),
    numKvHeads: number("num_kv_heads"),
    headDim: number("head_dim"),
    vocabSize: number("vocab_size"),
    numExperts: number("num_experts"),
    expertsPerToken: number("experts_per_token"),
    weightBytesPerParam: number("weight_bytes_per_param"),
    kvBytes: number("kv_bytes"),
    gpu: text("gpu"),
    interconnect: text("interconnect"),
    instanceType: text("instance_type"),
    tp: number("tp"),
    pp: number("pp"),
    dp: number("dp"),
    nodes: number("nodes"),
    batchOrConcurrency: number("batch_or_concurrency"),
    inputLen: number("input_len"),
    outputLen: number("output_len"),
    totalTokensPerS: number("total_tokens_per_s"),
    inputTokensPerS: number("input_tokens_per_s"),
    outputTokensPerS: number("output_tokens_per_s"),
    ttftMs: number("ttft_ms"),
    tpotMs: number("tpot_ms"),
    engine: text("engine"),
    note: text("note"),
    trust: text("trust"),
    tputBasis: text("tput_basis"),
  };
}

function kindOf(kind: string, where: string): MeasurementKind {
  const known = KINDS.find((name) => name === kind);
  if (known) return known;
  throw new InputError(where, `kind "${kind}" is not known.`, nearestHint(kind, KINDS));
}
