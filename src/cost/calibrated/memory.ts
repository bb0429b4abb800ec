import type { ProfileTraits } from "../../engines/engines.ts";
import type { Architecture } from "../../model/architecture.ts";
import { kvElementsPerToken } from "../../model/attention.ts";
import { type GpuMemory, SAMPLER_BYTES } from "./gpu-memory.ts";

/** What a stage holds: how many layers of each kind, and which ends. */
export interface StageContent {
  /** Layers by position in the architecture's kinds. */
  readonly layersOfKind: readonly number[];
  readonly hasEmbedding: boolean;
  readonly hasHead: boolean;
}

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
  weights: number,
  kvSpace: number,
  { memoryRule }: ProfileTraits,
): number {
  return Math.max(WEIGHTS_ERROR * weights, KV_ERROR[memoryRule] * kvSpace);
}

/** Weights of a stage on one GPU, bytes: layers and ends. */
export function stageWeights(memory: GpuMemory, content: StageContent): number {
  const { layersOfKind } = content;
  let layers = 0;
  for (let kind = 0; kind < layersOfKind.length; kind++) {
    const count = layersOfKind[kind]!;
    if (count > 0) layers += count * memory.layerOfKind[kind]!;
  }
  return layers + embeddingBytes(memory, content) + headBytes(memory, content);
}

export function embeddingBytes(memory: GpuMemory, { hasEmbedding }: StageContent): number {
  return hasEmbedding ? memory.end : 0;
}

export function headBytes(memory: GpuMemory, { hasEmbedding, hasHead }: StageContent): number {
  const sharesEmbedding = memory.tiesEnds && hasEmbedding;
  return hasHead && !sharesEmbedding ? memory.end : 0;
}

/**
 * Activations of a forward pass, or the sampler's buffers where they take more, bytes.
 * @param maxSequences most sequences of a step; the sampler's buffers are sized for them
 */
export function stageActivations(
  memory: GpuMemory,
  { hasHead }: StageContent,
  maxSequences: number,
): number {
  const sampler = hasHead ? maxSequences * memory.sampledTokens * SAMPLER_BYTES : 0;
  return Math.max(memory.forward, sampler);
}

/**
 * What is left for the KV cache, bytes; negative when the weights do not fit. vLLM: utilisation · memory − weights − activations −
 * runtime, graphs apart. TensorRT-LLM: utilisation · (memory − weights − activations − runtime). Sources: the engines'
 * documentation; checked against llm-d-planner's memory table and NVIDIA AIConfigurator's KV capacities.
 */
export function kvSpaceBytes(memory: GpuMemory, weights: number, activations: number): number {
  const { settings, capacity, runtime } = memory;
  switch (settings.traits.memoryRule) {
    case "share_of_total":
      return settings.utilization * capacity - weights - activations - runtime;
    case "share_of_free":
      return settings.utilization * (capacity - weights - activations - runtime);
  }
}

/** All that is taken before any sequence is there, what is left free among it, bytes. */
export function heldBytes(memory: GpuMemory, weights: number, activations: number): number {
  const reserve = reserveBytes(memory, weights, activations);
  return weights + activations + runtimeBytes(memory) + reserve;
}

export function runtimeBytes({ runtime, graphs }: GpuMemory): number {
  return runtime + graphs;
}

/** What the engine is told to leave free, bytes. */
export function reserveBytes(memory: GpuMemory, weights: number, activations: number): number {
  const { settings, capacity, runtime, graphs } = memory;
  const spare = 1 - settings.utilization;
  switch (settings.traits.memoryRule) {
    case "share_of_total":
      return spare * capacity - graphs;
    case "share_of_free":
      return Math.max(0, spare * (capacity - weights - activations - runtime));
  }
}

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
  const { layersOfKind } = content;
  for (let kind = 0; kind < layersOfKind.length; kind++) {
    const count = layersOfKind[kind]!;
    if (count === 0) continue;
    const { attention } = architecture.kinds[kind]!;
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
