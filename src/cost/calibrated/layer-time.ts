import {
  type Architecture,
  type LayerArchitecture,
  plainWeightBytes,
} from "../../model/architecture.ts";
import {
  type Attention,
  attentionParameters,
  headWidth,
  kvElementsPerToken,
  kvHeadsPerGpu,
} from "../../model/attention.ts";
import { expertParts, type Layout } from "../../model/layout.ts";
import type { Collectives } from "./collectives.ts";
import { HIDDEN_BYTES } from "./hop.ts";
import type { Parameters } from "./parameters.ts";
import type { Rates } from "./rates.ts";

/** What one step does. A step carries decoding sequences, prompt tokens, or both. */
export interface StepLoad {
  /** Md: decoding sequences, one token each. */
  readonly decodeTokens: number;
  /** x: mean tokens of context of a decoding sequence. */
  readonly contextTokens: number;
  /** Mp: prompt tokens. */
  readonly promptTokens: number;
  /** S: tokens of the prompts that the prompt tokens belong to. */
  readonly promptLength: number;
  /** Sequences that need logits. */
  readonly logitSequences: number;
}

/** One GPU of a group, for one model under one engine. */
export interface GroupContext {
  readonly architecture: Architecture;
  readonly layout: Layout;
  readonly rates: Rates;
  /** Null for a group of one. */
  readonly collectives: Collectives | null;
  readonly parameters: Parameters;
}

/** Seconds by what they are spent on. */
export interface LayerSeconds {
  readonly compute: number;
  readonly memory: number;
  readonly collectives: number;
  readonly total: number;
}

/** The kernels of one layer, seconds; where compute and memory overlap, by what each alone would take. */
export interface LayerKernels {
  readonly linearCompute: number;
  readonly linearMemory: number;
  readonly ffnCompute: number;
  readonly ffnMemory: number;
  readonly kvCompute: number;
  readonly kvMemory: number;
  readonly prefillAttention: number;
  readonly elementwise: number;
  readonly gaps: number;
  readonly collectives: number;
}

/** The kernels of the LM head, seconds: its matrix by what compute and memory alone would take, sampling, gathering logits. */
export interface HeadKernels {
  readonly compute: number;
  readonly memory: number;
  readonly sampling: number;
  readonly gather: number;
}

/** (aᵖ + bᵖ)^(1/p): two resources that overlap almost fully. */
export function overlap(a: number, b: number, p: number): number {
  if (a === 0) return b;
  if (b === 0) return a;
  const large = Math.max(a, b);
  const ratio = Math.min(a, b) / large;
  return large * (1 + ratio ** p) ** (1 / p);
}

/** Expected distinct experts that M tokens touch when each picks k of E alike: E·(1 − (1 − k/E)^M). */
function distinctExperts({ experts, expertsPerToken }: LayerArchitecture, tokens: number): number {
  if (experts === 0) return 1;
  return experts * (1 - (1 - expertsPerToken / experts) ** tokens);
}

/** Context that attention sees on average where it looks back at most `windowTokens`. */
function seenContext(contextTokens: number, windowTokens: number | null): number {
  return windowTokens === null ? contextTokens : Math.min(contextTokens, windowTokens);
}

/**
 * Time of one decoder layer on one GPU of a TP group, seconds. Each kernel is a smooth maximum of its compute time and its
 * memory time, (aᵖ + bᵖ)^(1/p).
 */
export function layerSeconds(
  context: GroupContext,
  kind: LayerArchitecture,
  load: StepLoad,
): LayerSeconds {
  const k = layerKernels(context, kind, load);
  const p = context.parameters.common.overlapPower;
  const total =
    overlap(k.linearCompute, k.linearMemory, p) +
    overlap(k.ffnCompute, k.ffnMemory, p) +
    overlap(k.kvCompute, k.kvMemory, p) +
    k.prefillAttention +
    k.elementwise +
    k.gaps +
    k.collectives;
  return {
    compute: k.linearCompute + k.ffnCompute + k.kvCompute + k.prefillAttention,
    memory: k.linearMemory + k.ffnMemory + k.kvMemory + k.elementwise,
    collectives: k.collectives,
    total,
  };
}

/** What the kernels of attention depend on beside its parameters and its cache, on one GPU. */
interface AttentionShape {
  /** Query heads that share what is read of the cache. */
  readonly sharing: number;
  /** Elements of the cache that each query head multiplies with for each token it sees, where that counts beside reading them. */
  readonly absorbedWidth: number;
  /** Mean width of a head's keys and values in prefill, elements. */
  readonly queryWidth: number;
}

function attentionShape(attention: Attention, tp: number): AttentionShape {
  switch (attention.kind) {
    case "grouped-query": {
      const { heads, headDim, kvHeads } = attention;
      const sharing = Math.max(heads / tp / kvHeadsPerGpu(kvHeads, tp), 1);
      return { sharing, absorbedWidth: 0, queryWidth: headDim };
    }
    case "latent": {
      const { kvRank, ropeDim, nopeDim, valueDim } = attention;
      // Absorbed latent attention multiplies every head with the latent vector: compute counts.
      const absorbedWidth = 2 * kvRank + ropeDim;
      return { sharing: 1, absorbedWidth, queryWidth: (nopeDim + ropeDim + valueDim) / 2 };
    }
  }
}

/**
 * The kernels of one decoder layer: attention linears, feed-forward network, decode attention, prefill attention,
 * element-wise kernels, two all-reduces, launch gaps, with a ramp of M0 tokens on compute; constants are fitted (parameters.ts).
 */
export function layerKernels(
  context: GroupContext,
  kind: LayerArchitecture,
  load: StepLoad,
): LayerKernels {
  const { architecture, layout, rates, parameters } = context;
  const { tp: t } = layout;
  const { common, engine } = parameters;
  const { hidden, weightBytes, weightFormat, kvBytes } = architecture;
  const { attention } = kind;
  const tokens = load.decodeTokens + load.promptTokens;
  const attentionBytes = plainWeightBytes(architecture);

  const linear = attentionParameters(hidden, attention, t);
  const linearCompute = (2 * linear * (tokens + common.rampTokens)) / rates.attentionFlops;
  const linearMemory = (linear * attentionBytes) / rates.attentionReadBytes;

  const { ffnWidth, ffnMatrices, experts, expertsPerToken, sharedFfnWidth } = kind;
  const perExpert = (ffnMatrices * hidden * ffnWidth) / (experts === 0 ? t : expertParts(layout));
  const shared = (ffnMatrices * hidden * sharedFfnWidth) / t;
  const active = experts === 0 ? 1 : expertsPerToken;
  const distinct = distinctExperts(kind, tokens);
  // MXFP4 checkpoints keep all but the experts in 16 bit.
  const isExpertsOnly = weightFormat === "mxfp4";
  const plainFlops = isExpertsOnly ? rates.attentionFlops : rates.ffnFlops;
  const plainRead = isExpertsOnly ? rates.attentionReadBytes : rates.ffnReadBytes;
  const [flops, read, bytes] =
    experts === 0
      ? [plainFlops, plainRead, attentionBytes]
      : [rates.ffnFlops * common.moeCompute, rates.ffnReadBytes * common.moeRead, weightBytes];
  const ffnCompute =
    (2 * perExpert * (tokens * active + distinct * common.rampTokens)) / flops +
    (2 * shared * (tokens + common.rampTokens)) / plainFlops;
  const ffnMemory = (perExpert * distinct * bytes) / read + (shared * attentionBytes) / plainRead;

  const decodeContext = seenContext(load.contextTokens, attention.windowTokens);
  const kvElements = kvElementsPerToken(attention, t);
  const queryHeads = attention.heads / t;
  const { sharing, absorbedWidth, queryWidth } = attentionShape(attention, t);
  const kvMemory =
    (load.decodeTokens *
      decodeContext *
      kvElements *
      kvBytes *
      sharing ** engine.groupedQueryExponent) /
    rates.kvReadBytes;
  const kvCompute =
    (load.decodeTokens * decodeContext * queryHeads * 2 * absorbedWidth) /
    rates.prefillAttentionFlops;

  const promptContext = seenContext(load.promptLength / 2, attention.windowTokens);
  const prefillAttention =
    load.promptTokens === 0
      ? 0
      : (4 * queryHeads * queryWidth * load.promptTokens * promptContext) /
        (rates.prefillAttentionFlops *
          (load.promptLength / (load.promptLength + common.attentionRampTokens)));

  const quantizes = weightFormat === "fp8" || weightFormat === "nvfp4";
  const quantize = quantizes ? 1 + 0.5 * common.quantizeActivations : 1;
  const ffnElements =
    experts === 0
      ? (3 * ffnWidth) / t
      : expertsPerToken * (2 * hidden + (3 * ffnWidth) / t) + (3 * sharedFfnWidth) / t;
  const elements =
    8 * hidden * quantize + ffnElements + 3 * (queryHeads * headWidth(attention) + kvElements);
  const elementwise = (common.elementwise * 2 * tokens * elements) / rates.elementwiseBytes;

  const gaps = (engine.layerUs + (experts > 0 ? common.moeLayerUs : 0)) * 1e-6;
  const reduce = context.collectives
    ? 2 * context.collectives.allReduceSeconds(tokens * hidden * HIDDEN_BYTES)
    : 0;
  return {
    linearCompute,
    linearMemory,
    ffnCompute,
    ffnMemory,
    kvCompute,
    kvMemory,
    prefillAttention,
    elementwise,
    gaps,
    collectives: reduce,
  };
}

/** Bytes of one parameter of embedding and LM head, which engines keep in 16 bit (llama.cpp's 4-bit files: 0.82). */
export const END_BYTES = 2;
const LLAMA_CPP_END_BYTES_4 = 0.82;

/** Time of the LM head, seconds. */
export function headSeconds(
  context: GroupContext,
  sequences: number,
  isLlamaCpp4: boolean,
): number {
  const { compute, memory, sampling, gather } = headKernels(context, sequences, isLlamaCpp4);
  return overlap(compute, memory, context.parameters.common.overlapPower) + sampling + gather;
}

/** The kernels of the LM head: the matrix, sampling, and gathering logits over the TP group. */
export function headKernels(
  context: GroupContext,
  sequences: number,
  isLlamaCpp4: boolean,
): HeadKernels {
  const { architecture, layout, rates, parameters, collectives } = context;
  const { tp: t } = layout;
  const { hidden, vocab } = architecture;
  const matrix = (hidden * vocab) / t;
  const bytes = isLlamaCpp4 ? LLAMA_CPP_END_BYTES_4 : END_BYTES;
  return {
    compute: (2 * matrix * (sequences + parameters.common.rampTokens)) / rates.headFlops,
    memory: (matrix * bytes) / rates.headReadBytes,
    sampling: (12 * vocab * sequences) / rates.elementwiseBytes,
    gather: collectives
      ? (((t - 1) / t) * 2 * vocab * sequences) / collectives.bytesPerSecond +
        collectives.latencySeconds
      : 0,
  };
}
