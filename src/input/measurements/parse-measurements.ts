import { BOUNDS } from "../../bounds.ts";
import { KINDS, type Measurement, type MeasurementKind } from "../../calibration/measurement.ts";
import { InputError } from "../../errors.ts";
import { nearestHint } from "../../nearest.ts";
import { type CsvHeader, type CsvRow, cellOf, readNumberCell, readRows } from "../text/csv.ts";
import type { NumberRange } from "../text/numbers.ts";
import {
  BYTES_PER_ELEMENT,
  ELEMENTS,
  EXPERTS,
  GPU_MEMORY,
  GPUS,
  HEADS,
  LAYERS,
  MILLISECONDS,
  PRICE,
  STAGES,
  VOCABULARY,
} from "../text/ranges.ts";

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
  "source_url",
  "licence",
] as const;

const MEASURED_COUNT: NumberRange = {
  unit: "",
  integer: true,
  min: 0,
  plausible: BOUNDS.sequences,
};
/** A mean of lengths, which may be none of input where all of it was cached. */
const LENGTH: NumberRange = { unit: "tokens", min: 0, plausible: BOUNDS.tokens };
const RATE: NumberRange = { unit: "tokens per second", min: 0, plausible: BOUNDS.tokensPerSecond };

/** The columns of numbers, and what they take. */
const NUMBER_COLUMNS = {
  num_layers: LAYERS,
  hidden_size: ELEMENTS,
  intermediate_size: ELEMENTS,
  num_heads: HEADS,
  num_kv_heads: HEADS,
  head_dim: ELEMENTS,
  vocab_size: VOCABULARY,
  num_experts: { ...EXPERTS, min: 0 },
  experts_per_token: { ...EXPERTS, min: 0 },
  weight_bytes_per_param: BYTES_PER_ELEMENT,
  kv_bytes: BYTES_PER_ELEMENT,
  gpu_mem_gb: GPU_MEMORY,
  tp: GPUS,
  pp: STAGES,
  dp: MEASURED_COUNT,
  nodes: MEASURED_COUNT,
  batch_or_concurrency: { unit: "sequences", min: 0, plausible: BOUNDS.sequences },
  input_len: LENGTH,
  output_len: LENGTH,
  total_tokens_per_s: RATE,
  input_tokens_per_s: RATE,
  output_tokens_per_s: RATE,
  ttft_ms: MILLISECONDS,
  tpot_ms: MILLISECONDS,
  price_per_hour: PRICE,
} as const satisfies Readonly<Record<string, NumberRange>>;

/**
 * Reads measured points: a CSV in the columns of the measured data, in any order; numeric columns may be absent or empty.
 * @throws InputError with file and line for a missing or unknown column, a cell that is not a number, an unknown kind
 */
export function parseMeasurements(text: string, fileName: string): Measurement[] {
  const columns = {
    required: TEXT_COLUMNS,
    optional: [...OPTIONAL_TEXT_COLUMNS, ...Object.keys(NUMBER_COLUMNS)],
  };
  return readRows(text, fileName, columns, measurement).rows;
}

function measurement(row: CsvRow, table: CsvHeader): Measurement {
  const text = (column: string): string => cellOf(row, column);
  const number = (column: keyof typeof NUMBER_COLUMNS): number | null =>
    text(column) === "" ? null : readNumberCell(table, row, column, NUMBER_COLUMNS[column]);
  return {
    source: text("source"),
    sourceRow: text("source_row"),
    kind: kindOf(text("kind"), `${table.fileName}:${row.line}`),
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
  throw new InputError(where, `unknown kind "${kind}".`, nearestHint(kind, KINDS));
}
