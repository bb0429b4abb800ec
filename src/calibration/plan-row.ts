import { ENGINE_TABLE, type Profile } from "../engines/engines.ts";
import { GPU_NAMES, type GpuSpec, gpuByName } from "../hardware/gpu-specs.ts";
import type { Architecture, LayerArchitecture, WeightFormat } from "../model/architecture.ts";
import { nearestHint } from "../nearest.ts";
import type { Measurement } from "./measurement.ts";

/** A measured row as the model sees it: all that a prediction needs, nothing that was measured. */
export interface RowPlan {
  readonly kind: Measurement["kind"];
  readonly architecture: Architecture;
  readonly gpu: GpuSpec;
  readonly profile: Profile;
  readonly hostBridge: boolean;
  readonly tpDegree: number;
  readonly pipelineStages: number;
  readonly replicas: number;
  readonly crossesNodes: boolean;
  readonly ethernetGbits: number | null;
  /** Sequences in flight of one replica; null at maximum load. */
  readonly batch: number | null;
  /** Requests of a finite run, of one replica; null when it is steady. */
  readonly requests: number | null;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Whether one batch is submitted at once and runs to its end. */
  readonly staticBatch: boolean;
  readonly lengths: "fixed" | "random";
  /** Load generators that send all requests of a wave at once (SGLang's rows). */
  readonly burst: boolean;
  /** Requests that arrive each second whatever the server does (open loop); null in a closed loop. */
  readonly arrivalsPerSecond: number | null;
  /** Most sequences that the scheduler of a replica runs at once; null when the row does not say. */
  readonly maxSequences: number | null;
  /** Whether a decode figure was taken while the same requests were prefilled, partly from a prefix cache. */
  readonly sharesPrompts: boolean;
  /** Whether TTFT passes an HTTP server. */
  readonly served: boolean;
  readonly memoryUtilization: number | null;
}

export type PlannedRow = { readonly plan: RowPlan } | { readonly refused: string };

class Refusal extends Error {}

function need(value: number | null, column: string): number {
  if (value === null) throw new Refusal(`${column} is empty`);
  return value;
}

function positive(value: number | null, column: string): number {
  const number = need(value, column);
  if (!(number > 0)) throw new Refusal(`${column} is ${number}`);
  return number;
}

/** Reads a measured row as something to predict, or says why it cannot be. */
export function planRow(row: Measurement): PlannedRow {
  try {
    return { plan: plan(row) };
  } catch (error) {
    if (error instanceof Refusal) return { refused: error.message };
    throw error;
  }
}

function plan(row: Measurement): RowPlan {
  const gpu = gpuByName(row.gpu);
  if (!gpu) throw new Refusal(`GPU "${row.gpu}" is not known. ${nearestHint(row.gpu, GPU_NAMES)}`);
  const profile = profileOf(row);
  const architecture = architectureOf(row, profile);
  const replicas = positive(row.dp ?? 1, "dp");
  const mean = meanLengthFactor(row);
  const isDecode = row.kind === "decode";
  const inputTokens =
    isDecode && row.inputLen === 0 ? 0 : positive(row.inputLen, "input_len") * mean;
  const outputTokens = row.kind === "prefill" ? 1 : positive(row.outputLen, "output_len") * mean;
  const total = row.batchOrConcurrency;
  if (isDecode || row.kind === "prefill" || row.kind === "online_e2e") {
    positive(total, "batch_or_concurrency");
  }
  const perReplicaBatch = /batch = gpu_batch_size cap per replica/.test(row.note);
  const batch = total === null ? null : perReplicaBatch ? total : total / replicas;
  const requests = requestsOf(row);
  const ethernet = /(\d+)\s*Gbps/i.exec(row.interconnect);
  return {
    kind: row.kind,
    architecture,
    gpu,
    profile,
    hostBridge: /^\d*x? ?g(4dn|5|6e?)\.|eth/.test(`${row.instanceType} ${row.interconnect}`),
    tpDegree: positive(row.tp, "tp"),
    pipelineStages: positive(row.pp, "pp"),
    replicas,
    crossesNodes: (row.nodes ?? 1) > 1,
    ethernetGbits: ethernet ? Number(ethernet[1]) : null,
    batch,
    requests: requests === null ? null : requests / replicas,
    inputTokens,
    outputTokens,
    staticBatch:
      ENGINE_TABLE[profile].staticBatch ||
      /static batch|benchmark_latency/.test(row.note + row.engine),
    lengths: mean !== 1 || /variable|uniform/.test(row.note) ? "random" : "fixed",
    burst: /sglang/i.test(row.engine),
    arrivalsPerSecond: arrivalsOf(row),
    maxSequences: maxSequencesOf(row),
    sharesPrompts: isDecode && /prefill of the same requests/.test(row.note),
    served: row.kind === "online_e2e" || /HTTP stack/.test(row.note),
    memoryUtilization: utilizationOf(row),
  };
}

/** Requests of a run that all wait in a queue from the start. */
function requestsOf({ note }: Measurement): number | null {
  const queued =
    /\((\d+) requests\)/.exec(note) ??
    /(\d+) requests submitted at once/.exec(note) ??
    /(\d+) prompts/.exec(note) ??
    /(\d+) \S+ requests, Poisson/.exec(note);
  return queued ? Number(queued[1]) : null;
}

function arrivalsOf({ note }: Measurement): number | null {
  const match = /Poisson (\d+(?:\.\d+)?) \w+\/s arrivals/.exec(note);
  return match ? Number(match[1]) : null;
}

function maxSequencesOf({ note }: Measurement): number | null {
  const match = /max_num_seqs (\d+)/.exec(note);
  return match ? Number(match[1]) : null;
}

function utilizationOf({ note }: Measurement): number | null {
  const match = /gpu_mem_util (0\.\d+)/.exec(note);
  return match ? Number(match[1]) : null;
}

/** InferenceMAX draws lengths uniformly from 0.8 to 1.0 of the stated ones; its own documentation. */
function meanLengthFactor({ source, note }: Measurement): number {
  return /inferencemax/i.test(source) || /uniform in \[0\.8,1\.0\]/.test(note) ? 0.9 : 1;
}

function profileOf({ engine, gpu, note }: Measurement): Profile {
  const name = engine.toLowerCase();
  const version = /(\d+)\.(\d+)/.exec(name);
  const number = version ? Number(version[1]) + Number(version[2]) / 100 : null;
  if (name.includes("llama.cpp")) return "llama.cpp";
  if (name.includes("splitwise")) return "splitwise";
  if (name.includes("mii")) return "deepspeed-mii";
  if (/tensorrt|trt/.test(name)) {
    const isStatic = /static/.test(name) || /static batch/.test(note);
    return isStatic ? "tensorrt-llm-static" : "tensorrt-llm";
  }
  if (name.includes("vllm") || name.includes("sglang")) {
    if (gpu.startsWith("MI")) return "rocm";
    if (name.includes("sglang")) return "sglang";
    if (/enforce_eager|eager mode/.test(note) || /eager/.test(name)) return "vllm-eager";
    if (number !== null && number < 0.08) return "vllm-0.6";
    return "vllm";
  }
  throw new Refusal(`engine "${engine}" is not known`);
}

const WINDOWS: readonly {
  readonly model: RegExp;
  readonly tokens: number;
  readonly share: number;
}[] = [
  // openai/gpt-oss config.json: sliding_window 128, layer_types alternate.
  { model: /gpt-oss/i, tokens: 128, share: 0.5 },
];

function formatOf(bytes: number, profile: Profile): WeightFormat {
  if (bytes >= 1.5) return "16bit";
  if (bytes >= 0.9) return "fp8";
  if (ENGINE_TABLE[profile].ggml) return "int4";
  if (bytes === 0.5625) return "nvfp4";
  if (bytes === 0.53125) return "mxfp4";
  return "int4";
}

function architectureOf(row: Measurement, profile: Profile): Architecture {
  const hidden = positive(row.hiddenSize, "hidden_size");
  const heads = positive(row.numHeads, "num_heads");
  const layers = positive(row.numLayers, "num_layers");
  const ffnWidth = positive(row.intermediateSize, "intermediate_size");
  const weightBytes = positive(row.weightBytesPerParam, "weight_bytes_per_param");
  const weightFormat = formatOf(weightBytes, profile);
  const experts = row.numExperts ?? 0;
  const base: LayerArchitecture = {
    ffnWidth,
    ffnMatrices: ffnWidth === 4 * hidden ? 2 : 3,
    experts,
    expertsPerToken: experts > 0 ? positive(row.expertsPerToken, "experts_per_token") : 0,
    sharedFfnWidth: 0,
    attention: {
      kind: "grouped-query",
      heads,
      headDim: row.headDim ?? hidden / heads,
      kvHeads: row.numKvHeads ?? heads,
      windowTokens: null,
    },
  };
  const window = WINDOWS.find(({ model }) => model.test(row.modelId));
  const kinds = window
    ? [base, { ...base, attention: { ...base.attention, windowTokens: window.tokens } }]
    : [base];
  const every = window ? Math.round(1 / window.share) : 1;
  return {
    hidden,
    vocab: positive(row.vocabSize, "vocab_size"),
    tiedEmbeddings: false,
    kinds,
    kindOf: Array.from({ length: layers }, (_, i) => (window && i % every === 0 ? 1 : 0)),
    weightFormat,
    weightBytes,
    kvBytes: row.kvBytes ?? assumedKvBytes(row, profile, weightBytes),
  };
}

/** Where a row does not say: FP8 for TensorRT-LLM with weights of 8 bits or fewer and InferenceMAX's quantised runs, else 16 bit. */
function assumedKvBytes({ source }: Measurement, profile: Profile, weightBytes: number): number {
  if (weightBytes > 1) return 2;
  if (profile === "tensorrt-llm") return 1;
  return /inferencemax/i.test(source) && weightBytes !== 0.53125 ? 1 : 2;
}
