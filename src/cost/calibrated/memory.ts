import type { ProfileTraits } from "../../engines/engines.ts";
import type { GpuSpec } from "../../hardware/gpu-specs.ts";
import {
  type Architecture,
  type LayerArchitecture,
  plainWeightBytes,
} from "../../model/architecture.ts";
import { attentionParameters, headWidth, kvElementsPerToken } from "../../model/attention.ts";
import type { Layout } from "../../model/layout.ts";
import { END_BYTES } from "./layer-time.ts";

export const BYTES_PER_GIB: number = 1024 ** 3;

/** What a stage holds: how many layers of each kind, and which ends. */
export interface StageContent {
  /** Layers by position in the architecture's kinds. */
  readonly layersOfKind: readonly number[];
  readonly hasEmbedding: boolean;
  readonly hasHead: boolean;
}

/** How an engine was told to use memory. */
export interface MemorySettings {
  readonly traits: ProfileTraits;
  /** vLLM: share of all memory the engine may use; TensorRT-LLM: share of what is left that becomes KV cache. */
  readonly utilization: number;
  /** Most tokens of a step. */
  readonly maxBatchedTokens: number;
  /** Most sequences of a step; the sampler's buffers are sized for them. */
  readonly maxSequences: number;
}

/** Memory of a stage on one GPU before any sequence is there, bytes. */
export interface StaticMemory {
  readonly weights: number;
  readonly embedding: number;
  readonly head: number;
  readonly activations: number;
  /** Outside PyTorch's pools, collectives' buffers and captured CUDA graphs among them. */
  readonly runtime: number;
  /** What the engine is told to leave. */
  readonly reserve: number;
  /** What is left for KV cache; negative when the weights do not fit. */
  readonly kvSpace: number;
}

/** MXFP4 kernels pad the width of an expert to a multiple of this. Source: measured weights of gpt-oss (64.4 and 13.5 GiB). */
const MXFP4_WIDTH_MULTIPLE = 256;

/**
 * Bytes that sampling takes for each (sequence, vocabulary entry): FP32 logits, their sorted copy and indices, probabilities and their
 * cumulated sum. Fitted on 6 rows (llm-d-planner's vLLM memory table: 4.76 GiB at 128,256 tokens of vocabulary, 5.64 at
 * 151,936, 7.38 at 201,088, 1,024 sequences each), ± 2 %.
 */
const SAMPLER_BYTES = 38.8;

/** Runtime outside PyTorch's pools, GiB, alone and in a TP group. Source: llm-d-planner's table (0.13 to 0.14; 0.54 to 0.55). */
const NON_TORCH_GIB = 0.135;
const NON_TORCH_GROUP_GIB = 0.545;

/** Captured CUDA graphs of vLLM, GiB: they take from the reserve. Engineering default, from start-up logs (0.3 to 1). */
const GRAPHS_GIB = 0.6;

/**
 * By how much measured memory differs at most: weights (seven vLLM start-ups, llm-d-planner's table), and what is left for KV cache (the
 * same; 24 KV capacities of TensorRT-LLM, NVIDIA AIConfigurator). docs/accuracy.md.
 */
const WEIGHTS_ERROR = 0.019;
const KV_ERROR: Readonly<Record<ProfileTraits["memoryRule"], number>> = {
  share_of_total: 0.04,
  share_of_free: 0.023,
};

/** By how much the memory of a stage may differ, bytes: whichever is more. */
export function memoryErrorBytes(
  { weights, kvSpace }: StaticMemory,
  { memoryRule }: ProfileTraits,
): number {
  return Math.max(WEIGHTS_ERROR * weights, KV_ERROR[memoryRule] * kvSpace);
}

/** Weights of one layer on one GPU, bytes. */
export function layerWeightBytes(
  architecture: Architecture,
  kind: LayerArchitecture,
  { tp, ep }: Layout,
): number {
  const { hidden, weightBytes, weightFormat } = architecture;
  const attentionBytes = plainWeightBytes(architecture);
  const width =
    weightFormat === "mxfp4"
      ? Math.ceil(kind.ffnWidth / MXFP4_WIDTH_MULTIPLE) * MXFP4_WIDTH_MULTIPLE
      : kind.ffnWidth;
  const perWidth = (kind.ffnMatrices * hidden) / tp;
  const ffn =
    kind.experts === 0
      ? perWidth * kind.ffnWidth * attentionBytes
      : perWidth *
        ((width * kind.experts * weightBytes) / ep + kind.sharedFfnWidth * attentionBytes);
  return attentionParameters(hidden, kind.attention, tp) * attentionBytes + ffn;
}

/** Embedding, or LM head, on one GPU, bytes: h·V/t of 16 bit. */
export function endBytes({ hidden, vocab }: Architecture, tp: number): number {
  return (hidden * vocab * END_BYTES) / tp;
}

/** Width of the feed-forward layers that a token passes, elements on one GPU: the widest kind's 3·f/t. */
function widestFfn({ kinds }: Architecture, tp: number): number {
  const widths = kinds.map(
    ({ ffnWidth, expertsPerToken, sharedFfnWidth }) =>
      ffnWidth * Math.max(expertsPerToken, 1) + sharedFfnWidth,
  );
  return (3 * Math.max(...widths)) / tp;
}

/** Activations of the widest feed-forward layer, bytes. */
function ffnBytes(architecture: Architecture, tokens: number, tp: number): number {
  return 2 * tokens * widestFfn(architecture, tp);
}

/** Activations of a forward pass of the most tokens, bytes: residual streams, attention and the widest feed-forward layer. */
function forwardBytes(architecture: Architecture, tokens: number, tp: number): number {
  const { hidden, kinds } = architecture;
  const dispatched = hidden * Math.max(...kinds.map(({ expertsPerToken }) => expertsPerToken));
  const kv = Math.max(...kinds.map(({ attention }) => kvElementsPerToken(attention, tp)));
  const queries = Math.max(...kinds.map(({ attention }) => attention.heads * headWidth(attention)));
  return (
    ffnBytes(architecture, tokens, tp) + 2 * tokens * (dispatched + 4 * hidden + queries / tp + kv)
  );
}

/**
 * What a stage takes on each GPU, and what is left for the KV cache.
 * vLLM: utilisation · memory − weights − activations − runtime. TensorRT-LLM: utilisation · (memory − weights −
 * activations − runtime). Sources: the engines' documentation; checked against llm-d-planner's memory table and NVIDIA
 * AIConfigurator's KV capacities.
 */
export function staticMemory(
  architecture: Architecture,
  content: StageContent,
  gpu: GpuSpec,
  layout: Layout,
  settings: MemorySettings,
): StaticMemory {
  const { tp } = layout;
  const total = gpu.usableMemoryGib * BYTES_PER_GIB;
  const embedding = content.hasEmbedding ? endBytes(architecture, tp) : 0;
  const sharesEmbedding = architecture.tiedEmbeddings && content.hasEmbedding;
  const head = content.hasHead && !sharesEmbedding ? endBytes(architecture, tp) : 0;
  let layers = 0;
  for (const [kind, count] of content.layersOfKind.entries()) {
    if (count > 0)
      layers += count * layerWeightBytes(architecture, architecture.kinds[kind]!, layout);
  }
  const weights = layers + embedding + head;
  if (settings.traits.memoryRule === "share_of_total") {
    const forward = forwardBytes(architecture, settings.maxBatchedTokens, tp);
    const sampler = content.hasHead
      ? settings.maxSequences * architecture.vocab * SAMPLER_BYTES
      : 0;
    const activations = Math.max(forward, sampler);
    const graphs = settings.traits.graphs ? GRAPHS_GIB * BYTES_PER_GIB : 0;
    const outside = (tp > 1 ? NON_TORCH_GROUP_GIB : NON_TORCH_GIB) * BYTES_PER_GIB;
    const spare = (1 - settings.utilization) * total;
    const inReserve = Math.min(graphs, spare);
    return {
      weights,
      embedding,
      head,
      activations,
      runtime: outside + inReserve,
      reserve: spare - inReserve,
      kvSpace: settings.utilization * total - weights - activations - outside,
    };
  }
  const activations = TRT_ACTIVATION_FACTOR * ffnBytes(architecture, settings.maxBatchedTokens, tp);
  const runtime = (TRT_RUNTIME_GIB + TRT_GROUP_GIB * Math.log2(tp)) * BYTES_PER_GIB;
  const left = total - weights - activations - runtime;
  return {
    weights,
    embedding,
    head,
    activations,
    runtime,
    reserve: Math.max(0, (1 - settings.utilization) * left),
    kvSpace: settings.utilization * left,
  };
}

/**
 * TensorRT-LLM: context, workspace and graphs, GiB; buffers of a TP group, GiB · log2 t; activations as a multiple of the widest
 * feed-forward layer's. Fitted on 24 rows (NVIDIA AIConfigurator's KV capacities), each met to 2.5 %, 0.4 % on average.
 */
const TRT_RUNTIME_GIB = 2.6;
const TRT_GROUP_GIB = 1.07;
const TRT_ACTIVATION_FACTOR = 2.177;

/**
 * KV cache of a sequence of so many tokens on one GPU of the stage, bytes; windowed layers keep their window only, and
 * `windowSlackTokens` beyond it.
 */
export function sequenceKvBytes(
  architecture: Architecture,
  content: StageContent,
  tp: number,
  tokens: number,
  windowSlackTokens: number = 0,
): number {
  let bytes = 0;
  for (const [position, count] of content.layersOfKind.entries()) {
    if (count === 0) continue;
    const { attention } = architecture.kinds[position]!;
    const { windowTokens } = attention;
    const kept =
      windowTokens === null ? tokens : Math.min(tokens, windowTokens + windowSlackTokens);
    bytes += count * kvElementsPerToken(attention, tp) * architecture.kvBytes * kept;
  }
  return bytes;
}

/**
 * The longest sequence whose KV cache fits into so many bytes, whole tokens: the inverse of `sequenceKvBytes`, which rises with the
 * tokens, and no further than its kinds keep any. Infinity where a stage has windowed layers alone and all windows fit.
 */
export function longestSequenceTokens(
  architecture: Architecture,
  content: StageContent,
  tp: number,
  spaceBytes: number,
  windowSlackTokens: number,
): number {
  const bytesOf = (tokens: number): number =>
    sequenceKvBytes(architecture, content, tp, tokens, windowSlackTokens);
  const windows = architecture.kinds.flatMap(({ attention: { windowTokens } }) =>
    windowTokens === null ? [] : [windowTokens + windowSlackTokens],
  );
  // Between two windows bytes are a straight line.
  let from = 0;
  for (const to of [...new Set(windows)].sort((a, b) => a - b)) {
    if (bytesOf(to) > spaceBytes) break;
    from = to;
  }
  const perToken = bytesOf(from + 1) - bytesOf(from);
  if (perToken === 0) return Number.POSITIVE_INFINITY;
  let tokens = Math.max(0, from + Math.floor((spaceBytes - bytesOf(from)) / perToken));
  // The last token is decided by the sum itself, not by its quotient.
  while (bytesOf(tokens + 1) <= spaceBytes) tokens++;
  while (tokens > 0 && bytesOf(tokens) > spaceBytes) tokens--;
  return tokens;
}
