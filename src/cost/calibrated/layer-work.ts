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
import type { Parameters } from "./parameters.ts";
import type { Rates } from "./rates.ts";

/** One GPU of a group, for one model under one engine. */
export interface GroupContext {
  readonly architecture: Architecture;
  readonly layout: Layout;
  readonly rates: Rates;
  /** Null for a group of one. */
  readonly collectives: Collectives | null;
  readonly parameters: Parameters;
}

/**
 * One kind of decoder layer on one GPU of a group, as far as no step changes it: what layer-time.ts multiplies with a step's tokens.
 * FLOPs and bytes are of one token or of one reading, rates are per second.
 */
export interface LayerWork {
  readonly overlapPower: number;
  /** Tokens' worth of ramp in a matrix multiplication. */
  readonly rampTokens: number;
  readonly attentionRampTokens: number;
  /** Linear layers of attention. */
  readonly linearFlops: number;
  readonly linearFlopsPerSecond: number;
  readonly linearReadSeconds: number;
  /** E and k; 0 for a dense layer, whose feed-forward network is reckoned as one expert that every token passes. */
  readonly experts: number;
  readonly expertsPerToken: number;
  readonly activeExperts: number;
  /** Elements of one expert's weights, and their FLOPs for a token. */
  readonly expertElements: number;
  readonly expertFlops: number;
  readonly expertFlopsPerSecond: number;
  readonly expertElementBytes: number;
  readonly expertBytesPerSecond: number;
  readonly sharedFlops: number;
  readonly sharedFlopsPerSecond: number;
  readonly sharedReadSeconds: number;
  readonly windowTokens: number | null;
  /** Elements of the cache of one token, their bytes, and how many times each is read. */
  readonly kvElements: number;
  readonly kvBytes: number;
  readonly kvReads: number;
  readonly kvBytesPerSecond: number;
  readonly queryHeads: number;
  /** Elements of the cache that each query head multiplies with for each token it sees, where that counts beside reading them. */
  readonly absorbedWidth: number;
  /** FLOPs of prefill attention for a token and each that it sees. */
  readonly prefillFlops: number;
  readonly prefillFlopsPerSecond: number;
  /** Bytes of an element, reads and writes counted; elements that the element-wise kernels take of a token. */
  readonly elementwiseFactor: number;
  readonly elements: number;
  readonly elementwiseBytesPerSecond: number;
  readonly gapsSeconds: number;
  readonly hidden: number;
  readonly collectives: Collectives | null;
}

/** What the kernels of attention depend on beside its parameters and its cache, on one GPU. */
interface AttentionShape {
  /** Query heads that share what is read of the cache. */
  readonly sharing: number;
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

/** Work of a kind of layer on one GPU; constants are fitted (parameters.ts). */
export function layerWork(context: GroupContext, kind: LayerArchitecture): LayerWork {
  const { architecture, layout, rates, parameters, collectives } = context;
  const { tp: t } = layout;
  const { common, engine } = parameters;
  const { hidden, weightBytes, weightFormat, kvBytes } = architecture;
  const { attention, ffnWidth, ffnMatrices, experts, expertsPerToken, sharedFfnWidth } = kind;
  const isDense = experts === 0;
  const attentionBytes = plainWeightBytes(architecture);
  const linear = attentionParameters(hidden, attention, t);
  const perExpert = (ffnMatrices * hidden * ffnWidth) / (isDense ? t : expertParts(layout));
  const shared = (ffnMatrices * hidden * sharedFfnWidth) / t;
  // MXFP4 checkpoints keep all but the experts in 16 bit.
  const isExpertsOnly = weightFormat === "mxfp4";
  const plainFlops = isExpertsOnly ? rates.attentionFlops : rates.ffnFlops;
  const plainRead = isExpertsOnly ? rates.attentionReadBytes : rates.ffnReadBytes;
  const kvElements = kvElementsPerToken(attention, t);
  const queryHeads = attention.heads / t;
  const { sharing, absorbedWidth, queryWidth } = attentionShape(attention, t);
  const quantizes = weightFormat === "fp8" || weightFormat === "nvfp4";
  const quantize = quantizes ? 1 + 0.5 * common.quantizeActivations : 1;
  const ffnElements = isDense
    ? (3 * ffnWidth) / t
    : expertsPerToken * (2 * hidden + (3 * ffnWidth) / t) + (3 * sharedFfnWidth) / t;
  return {
    overlapPower: common.overlapPower,
    rampTokens: common.rampTokens,
    attentionRampTokens: common.attentionRampTokens,
    linearFlops: 2 * linear,
    linearFlopsPerSecond: rates.attentionFlops,
    linearReadSeconds: (linear * attentionBytes) / rates.attentionReadBytes,
    experts,
    expertsPerToken,
    activeExperts: isDense ? 1 : expertsPerToken,
    expertElements: perExpert,
    expertFlops: 2 * perExpert,
    expertFlopsPerSecond: isDense ? plainFlops : rates.ffnFlops * common.moeCompute,
    expertElementBytes: isDense ? attentionBytes : weightBytes,
    expertBytesPerSecond: isDense ? plainRead : rates.ffnReadBytes * common.moeRead,
    sharedFlops: 2 * shared,
    sharedFlopsPerSecond: plainFlops,
    sharedReadSeconds: (shared * attentionBytes) / plainRead,
    windowTokens: attention.windowTokens,
    kvElements,
    kvBytes,
    kvReads: sharing ** engine.groupedQueryExponent,
    kvBytesPerSecond: rates.kvReadBytes,
    queryHeads,
    absorbedWidth,
    prefillFlops: 4 * queryHeads * queryWidth,
    prefillFlopsPerSecond: rates.prefillAttentionFlops,
    elementwiseFactor: common.elementwise * 2,
    elements:
      8 * hidden * quantize + ffnElements + 3 * (queryHeads * headWidth(attention) + kvElements),
    elementwiseBytesPerSecond: rates.elementwiseBytes,
    gapsSeconds: (engine.layerUs + (isDense ? 0 : common.moeLayerUs)) * 1e-6,
    hidden,
    collectives,
  };
}

/** Bytes of one parameter of embedding and LM head, which engines keep in 16 bit (llama.cpp's 4-bit files: 0.82). */
export const END_BYTES = 2;
const LLAMA_CPP_END_BYTES_4 = 0.82;

/** Bytes of one logit that is gathered over a group. */
const LOGIT_BYTES = 2;

/** The LM head on one GPU of a group, as far as no step changes it: its matrix, sampling, gathering logits over the group. */
export interface HeadWork {
  readonly overlapPower: number;
  readonly rampTokens: number;
  readonly flops: number;
  readonly flopsPerSecond: number;
  readonly readSeconds: number;
  readonly samplingBytes: number;
  readonly samplingBytesPerSecond: number;
  readonly gatheredBytes: number;
  readonly collectives: Collectives | null;
}

export function headWork(context: GroupContext, isLlamaCpp4: boolean): HeadWork {
  const { architecture, layout, rates, parameters, collectives } = context;
  const { tp: t } = layout;
  const { hidden, vocab } = architecture;
  const matrix = (hidden * vocab) / t;
  const bytes = isLlamaCpp4 ? LLAMA_CPP_END_BYTES_4 : END_BYTES;
  return {
    overlapPower: parameters.common.overlapPower,
    rampTokens: parameters.common.rampTokens,
    flops: 2 * matrix,
    flopsPerSecond: rates.headFlops,
    readSeconds: (matrix * bytes) / rates.headReadBytes,
    samplingBytes: 12 * vocab,
    samplingBytesPerSecond: rates.elementwiseBytes,
    gatheredBytes: ((t - 1) / t) * LOGIT_BYTES * vocab,
    collectives,
  };
}

/** What all stages on a group compute with, whatever the step. */
export interface GroupKernels {
  /** By position in the architecture's kinds of layers. */
  readonly layers: readonly LayerWork[];
  readonly head: HeadWork;
}

/** @param isLlamaCpp4 whether 4-bit weights of llama.cpp keep embedding and LM head in its own format */
export function groupKernels(context: GroupContext, isLlamaCpp4: boolean): GroupKernels {
  return {
    layers: context.architecture.kinds.map((kind) => layerWork(context, kind)),
    head: headWork(context, isLlamaCpp4),
  };
}
