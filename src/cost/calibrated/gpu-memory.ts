import type { ProfileTraits } from "../../engines/engines.ts";
import type { GpuSpec } from "../../hardware/gpu-specs.ts";
import {
  type Architecture,
  type LayerArchitecture,
  plainWeightBytes,
} from "../../model/architecture.ts";
import { attentionParameters, headWidth, kvElementsPerToken } from "../../model/attention.ts";
import type { Layout } from "../../model/layout.ts";
import { END_BYTES } from "./layer-work.ts";

export const BYTES_PER_GIB: number = 1024 ** 3;

/** How an engine was told to use memory. */
export interface MemorySettings {
  readonly traits: ProfileTraits;
  /** vLLM: share of all memory the engine may use; TensorRT-LLM: share of what is left that becomes KV cache. */
  readonly utilization: number;
  /** Most tokens of a step. */
  readonly maxBatchedTokens: number;
}

/** Memory of one GPU of a group, as far as neither the stage nor the operating point changes it, bytes. */
export interface GpuMemory {
  readonly settings: MemorySettings;
  readonly capacity: number;
  /** Weights of one layer, by position in the architecture's kinds. */
  readonly layerOfKind: readonly number[];
  /** Embedding, or LM head. */
  readonly end: number;
  readonly tiesEnds: boolean;
  /** Activations of a forward pass of the most tokens. */
  readonly forward: number;
  /** Tokens of the vocabulary that the sampler on the last stage has buffers for, each of `SAMPLER_BYTES` a sequence. */
  readonly sampledTokens: number;
  /** Outside PyTorch's pools, collectives' buffers among them. */
  readonly runtime: number;
  /** Captured CUDA graphs, which take from what the engine leaves, no more than that. */
  readonly graphs: number;
  readonly hasWindows: boolean;
  /** What a layer with a window keeps of the longest request beyond the window, tokens. */
  readonly windowSlackTokens: number;
}

/** MXFP4 kernels pad the width of an expert to a multiple of this. Source: measured weights of gpt-oss (64.4 and 13.5 GiB). */
const MXFP4_WIDTH_MULTIPLE = 256;

/**
 * Bytes that sampling takes for each (sequence, vocabulary entry): FP32 logits, their sorted copy and indices, probabilities and their
 * cumulated sum. Fitted on 6 rows (llm-d-planner's vLLM memory table: 4.76 GiB at 128,256 tokens of vocabulary, 5.64 at
 * 151,936, 7.38 at 201,088, 1,024 sequences each), ± 2 %.
 */
export const SAMPLER_BYTES = 38.8;

/** Runtime outside PyTorch's pools, GiB, alone and in a TP group. Source: llm-d-planner's table (0.13 to 0.14; 0.54 to 0.55). */
const NON_TORCH_GIB = 0.135;
const NON_TORCH_GROUP_GIB = 0.545;

/** Captured CUDA graphs of vLLM, GiB: they take from the reserve. Engineering default, from start-up logs (0.3 to 1). */
const GRAPHS_GIB = 0.6;

/**
 * TensorRT-LLM: context, workspace and graphs, GiB; buffers of a TP group, GiB · log2 t; activations as a multiple of the widest
 * feed-forward layer's. Fitted on 24 rows (NVIDIA AIConfigurator's KV capacities), each met to 2.5 %, 0.4 % on average.
 */
const TRT_RUNTIME_GIB = 2.6;
const TRT_GROUP_GIB = 1.07;
const TRT_ACTIVATION_FACTOR = 2.177;

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

/** What there is on one GPU of a group, and what an engine takes of it whatever the stage. */
export function gpuMemory(
  architecture: Architecture,
  gpu: GpuSpec,
  layout: Layout,
  settings: MemorySettings,
): GpuMemory {
  const { tp } = layout;
  const { traits, utilization, maxBatchedTokens } = settings;
  const capacity = gpu.usableMemoryGib * BYTES_PER_GIB;
  const ofAll = {
    settings,
    capacity,
    layerOfKind: architecture.kinds.map((kind) => layerWeightBytes(architecture, kind, layout)),
    end: endBytes(architecture, tp),
    tiesEnds: architecture.tiedEmbeddings,
    hasWindows: architecture.kinds.some(({ attention }) => attention.windowTokens !== null),
  };
  switch (traits.memoryRule) {
    case "share_of_total":
      return {
        ...ofAll,
        forward: forwardBytes(architecture, maxBatchedTokens, tp),
        sampledTokens: architecture.vocab,
        runtime: (tp > 1 ? NON_TORCH_GROUP_GIB : NON_TORCH_GIB) * BYTES_PER_GIB,
        graphs: traits.graphs
          ? Math.min(GRAPHS_GIB * BYTES_PER_GIB, (1 - utilization) * capacity)
          : 0,
        windowSlackTokens: maxBatchedTokens - 1,
      };
    case "share_of_free":
      return {
        ...ofAll,
        forward: TRT_ACTIVATION_FACTOR * ffnBytes(architecture, maxBatchedTokens, tp),
        sampledTokens: 0,
        runtime: (TRT_RUNTIME_GIB + TRT_GROUP_GIB * Math.log2(tp)) * BYTES_PER_GIB,
        graphs: 0,
        windowSlackTokens: 0,
      };
  }
}
