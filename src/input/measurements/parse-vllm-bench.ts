import { BOUNDS } from "../../bounds.ts";
import type { MeasuredRun, PlanFacts } from "../../calibration/measured-run.ts";
import type { Measurement } from "../../calibration/measurement.ts";
import { InputError } from "../../errors.ts";
import { nearestName } from "../../nearest.ts";
import { jsonObject, parseJson } from "../text/parse-json.ts";
import {
  BYTES_PER_ELEMENT,
  EFFICIENCY,
  ELEMENTS,
  EXPERTS,
  GPUS,
  HEADS,
  LAYERS,
  MILLISECONDS,
  REQUESTS_PER_SECOND,
  SECONDS,
  SEQUENCES,
  STAGES,
  TOKENS_PER_SECOND,
  VOCABULARY,
} from "../text/ranges.ts";
import { BenchFields } from "./vllm-bench-fields.ts";

/** A result of `vllm bench serve` as a measured row. */
export interface BenchResult {
  readonly run: MeasuredRun;
  /** What keeps it from being a row, model aside, by the names of the keys; empty when it is complete. */
  readonly missing: readonly MissingKey[];
  readonly warnings: readonly string[];
}

/** A key that is not there, with one that may have been meant for it. */
export interface MissingKey {
  readonly key: string;
  readonly nearest: string | null;
}

const COUNT = { unit: "", integer: true, min: 0 };

/**
 * Reads results of `vllm bench serve --save-result`: one object, an array of them, or one a line (--append-result).
 * `tp`, `pp`, `gpu` and the dimensions of the model are keys that `--metadata` puts beside the others, named like the columns of
 * measured rows. Sources: vLLM, vllm/benchmarks/serve.py.
 * @param source Name of the file in the rows.
 * @param engine The engine of results that do not say.
 * @throws InputError with line and column for broken JSON, with the field for a value of the wrong kind
 */
export function parseVllmBench(
  text: string,
  fileName: string,
  source: string,
  engine: string,
): BenchResult[] {
  return objectsOf(text, fileName).map((fields, index) =>
    readResult(fields, { source, index, engine }),
  );
}

function objectsOf(text: string, fileName: string): BenchFields[] {
  const lines = text.split("\n").map((line, index) => ({ line, number: index + 1 }));
  const filled = lines.filter(({ line }) => line.trim() !== "");
  if (filled.length > 1 && filled.every(({ line }) => /^\s*\{.*\}\s*$/.test(line))) {
    return filled.map(({ line, number }) => {
      const where = `${fileName}:${number}`;
      return new BenchFields(jsonObject(parseJson(line, fileName, number), where), where);
    });
  }
  const value = parseJson(text, fileName);
  if (!Array.isArray(value)) return [new BenchFields(jsonObject(value, fileName), fileName)];
  return value.map((item, index) => {
    const where = `${fileName}: [${index}]`;
    return new BenchFields(jsonObject(item, where), where);
  });
}

interface Origin {
  readonly source: string;
  readonly index: number;
  readonly engine: string;
}

function readResult(result: BenchFields, origin: Origin): BenchResult {
  const load = readLoad(result);
  const requests = result.number("completed", COUNT) ?? result.number("num_prompts", COUNT);
  const meanTokens = (key: string): number | null => {
    const total = result.number(key, COUNT);
    return total === null || !requests ? null : total / requests;
  };
  const row: Measurement = {
    source: origin.source,
    sourceRow: String(origin.index + 1),
    kind: load.kind,
    configGroup: result.text("config_group") ?? "",
    modelId: result.text("model_id") ?? "",
    numLayers: result.number("num_layers", LAYERS),
    hiddenSize: result.number("hidden_size", ELEMENTS),
    intermediateSize: result.number("intermediate_size", ELEMENTS),
    numHeads: result.number("num_heads", HEADS),
    numKvHeads: result.number("num_kv_heads", HEADS),
    headDim: result.number("head_dim", ELEMENTS),
    vocabSize: result.number("vocab_size", VOCABULARY),
    numExperts: result.number("num_experts", { ...EXPERTS, min: 0 }),
    expertsPerToken: result.number("experts_per_token", { ...EXPERTS, min: 0 }),
    weightBytesPerParam: result.number("weight_bytes_per_param", BYTES_PER_ELEMENT),
    kvBytes: result.number("kv_bytes", BYTES_PER_ELEMENT),
    gpu: result.text("gpu") ?? "",
    interconnect: result.text("interconnect") ?? "",
    instanceType: result.text("instance_type") ?? "",
    tp: result.number("tp", GPUS),
    pp: result.number("pp", STAGES),
    dp: result.number("dp", GPUS),
    nodes: result.number("nodes", { ...COUNT, min: 1, plausible: BOUNDS.sequences }),
    batchOrConcurrency: load.concurrency,
    inputLen: meanTokens("total_input_tokens"),
    outputLen: meanTokens("total_output_tokens"),
    totalTokensPerS: result.number("total_token_throughput", TOKENS_PER_SECOND),
    inputTokensPerS: null,
    outputTokensPerS: result.number("output_throughput", TOKENS_PER_SECOND),
    ttftMs: result.number("mean_ttft_ms", MILLISECONDS),
    tpotMs: result.number("mean_tpot_ms", MILLISECONDS),
    engine: result.text("engine") ?? origin.engine,
    note: result.text("note") ?? "",
    trust: "",
    tputBasis: "reported",
  };
  return {
    run: { measurement: row, facts: { ...load.facts, ...memoryFact(result) } },
    missing: missingKeys(result),
    warnings: failureWarnings(result),
  };
}

interface BenchLoad {
  readonly kind: "offline_e2e" | "online_e2e";
  /** Null at maximum load. */
  readonly concurrency: number | null;
  readonly facts: PlanFacts;
}

/**
 * All requests at once (rate "inf" without a bound) is a run at maximum load, of which the throughput counts; with
 * --max-concurrency a closed loop, of which latencies count. With a finite rate the sequences in flight follow from Little's law:
 * requests per second · seconds of a request.
 */
function readLoad(result: BenchFields): BenchLoad {
  const requests = result.number("num_prompts", COUNT);
  const bound = result.number("max_concurrency", SEQUENCES);
  const rate =
    result.fields.request_rate === "inf"
      ? null
      : result.number("request_rate", REQUESTS_PER_SECOND);
  if (rate !== null) {
    return {
      kind: "online_e2e",
      concurrency: least(littlesLaw(result), bound),
      // A bounded client keeps what the server cannot take; only an unbounded one queues at the server.
      facts: { requests, arrivalsPerSecond: bound === null ? rate : null },
    };
  }
  if (bound === null) return { kind: "offline_e2e", concurrency: null, facts: { requests } };
  return { kind: "online_e2e", concurrency: least(bound, requests), facts: { requests } };
}

/** Mean requests in flight, L = X · W: from the mean end-to-end latency, else TTFT + (O − 1) · TPOT; null when neither is known. */
function littlesLaw(result: BenchFields): number | null {
  const completed = result.number("completed", COUNT);
  const seconds = result.number("duration", SECONDS);
  const output = result.number("total_output_tokens", COUNT);
  if (!completed || seconds === null || output === null) return null;
  const ttftMs = result.number("mean_ttft_ms", MILLISECONDS);
  const tpotMs = result.number("mean_tpot_ms", MILLISECONDS);
  const latencyMs =
    result.number("mean_e2el_ms", MILLISECONDS) ??
    (ttftMs === null || tpotMs === null ? null : ttftMs + (output / completed - 1) * tpotMs);
  return latencyMs === null ? null : ((completed / seconds) * latencyMs) / 1000;
}

function least(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.min(a, b);
}

function memoryFact(result: BenchFields): PlanFacts {
  const share = result.number("gpu_memory_utilization", EFFICIENCY);
  return share === null ? {} : { memoryUtilization: share };
}

/** Keys of the benchmark itself, and those of --metadata that cannot be known from it. */
const NEEDED = [
  "model_id",
  "num_prompts",
  "request_rate",
  "total_input_tokens",
  "total_output_tokens",
  "gpu",
  "tp",
  "pp",
];

function missingKeys(result: BenchFields): MissingKey[] {
  const others = Object.keys(result.fields).filter((key) => !NEEDED.includes(key));
  return NEEDED.filter((key) => result.isAbsent(key)).map((key) => ({
    key,
    nearest: nearestName(
      key,
      others.filter((other) => mayMean(other, key)),
    ),
  }));
}

/** Names of a few letters are near to everything: they have to be the same but for the case of their letters. */
function mayMean(other: string, key: string): boolean {
  return key.length > 3
    ? Math.abs(other.length - key.length) < 2
    : other.toLowerCase() === key.toLowerCase();
}

function failureWarnings(result: BenchFields): string[] {
  const prompts = result.number("num_prompts", COUNT);
  const completed = result.number("completed", COUNT);
  if (prompts === null || completed === null || completed >= prompts) return [];
  if (completed === 0) {
    throw new InputError(
      result.at("completed"),
      `none of the ${prompts} requests was completed.`,
      "Leave the result out.",
    );
  }
  return [
    `${result.where}: ${prompts - completed} of ${prompts} requests failed; the figures are those of the others.`,
  ];
}
