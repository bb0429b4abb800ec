import {
  type Architecture,
  type EndWeights,
  type LayerArchitecture,
  plainWeightBytes,
  type StatedWeights,
  type WeightFormat,
} from "./architecture.ts";
import { attentionParameters, kvHeadCount } from "./attention.ts";

const GIB = 1024 ** 3;

/** Bytes of one weight of embedding and LM head, which are not quantised. */
const BYTES_16_BIT = 2;

/**
 * A network by a few dimensions and the weights of its layers: what config.csv states, what the reference cost model looks at, and
 * what stored problems hold of any network. It follows from an architecture (`outlineOf`).
 */
export interface Outline {
  /** L: decoder layers. */
  readonly numLayers: number;
  /** D: width of the residual stream, elements. */
  readonly dModel: number;
  /** F: width of the feed-forward network that each token passes, elements. */
  readonly dHidden: number;
  /** V: vocabulary, tokens. */
  readonly vocabSize: number;
  /** H: query heads. */
  readonly numAttentionHeads: number;
  /** Hkv: key/value heads; equal to `numAttentionHeads` without grouped-query attention. */
  readonly numKvHeads: number;
  /** e: bytes of one weight, cache or activation element. */
  readonly bytesPerElement: number;
  /** Weights of one decoder layer, GiB. */
  readonly layerWeightGib: number;
  /** How layers differ, and what stands at the ends; absent when all are alike and nothing does. */
  readonly layers?: LayerPlan;
}

/** Layers that are not alike, and what stands at the ends. */
export interface LayerPlan extends EndWeights {
  readonly kinds: readonly LayerKind[];
  /** Position in `kinds` of every layer, in order. */
  readonly kindOf: readonly number[];
}

/** What sets one kind of layer apart from another. */
export interface LayerKind {
  /** Weights that are stored, GiB (all experts). */
  readonly weightGib: number;
  /** F: width of the feed-forward network that each token passes, elements (active experts together). */
  readonly dHidden: number;
  /** Hkv of these layers. */
  readonly numKvHeads: number;
  /** Tokens that attention looks back at most; null for all. */
  readonly attentionWindowTokens: number | null;
}

/**
 * The outline of an architecture: sizes as they are stated, else as they follow from the matrices. `dHidden`, `numKvHeads` and
 * `layerWeightGib` are those of the first kind of layer where nothing is stated of the whole.
 */
export function outlineOf(architecture: Architecture): Outline {
  const { hidden, vocab, kinds, kindOf, weightBytes, stated } = architecture;
  const [first] = kinds as readonly [LayerArchitecture];
  return {
    numLayers: kindOf.length,
    dModel: hidden,
    dHidden: stated?.ffnWidth ?? activeFfnWidth(first),
    vocabSize: vocab,
    numAttentionHeads: first.attention.heads,
    numKvHeads: stated?.kvHeads ?? kvHeadCount(first.attention),
    bytesPerElement: stated?.bytesPerElement ?? weightBytes,
    layerWeightGib: stated?.layerGib ?? layerWeightGib(architecture, first),
    ...(!isUniform(architecture) && { layers: layerPlanOf(architecture) }),
  };
}

/** Whether the architecture says that all layers are alike and that nothing stands at the ends. */
export function isUniform({ stated }: Architecture): boolean {
  return stated?.weights !== undefined && stated.weights.ends === undefined;
}

/**
 * The layer plan of an architecture: its kinds of layers, and embedding and LM head at its ends, V · h weights of 16 bit each unless
 * stated. A model that ties the two keeps one copy where both ends are on one stage; the plan has the weights of each end alone.
 */
export function layerPlanOf(architecture: Architecture): LayerPlan {
  const { hidden, vocab, kinds, kindOf, stated } = architecture;
  const endGib = stated?.weights ? 0 : (vocab * hidden * BYTES_16_BIT) / GIB;
  return {
    kinds: kinds.map(
      (kind, position): LayerKind => ({
        weightGib: stated?.weights?.layerGib[position] ?? layerWeightGib(architecture, kind),
        dHidden: activeFfnWidth(kind),
        numKvHeads: kvHeadCount(kind.attention),
        attentionWindowTokens: kind.attention.windowTokens,
      }),
    ),
    kindOf,
    ...(stated?.weights?.ends ?? { embeddingGib: endGib, lmHeadGib: endGib }),
  };
}

/**
 * The architecture of an outline: gated dense layers, heads of D/H elements, one size for all elements. Weights are those that are
 * stated; their format and whether there are experts are not known.
 */
export function architectureOfOutline(outline: Outline): Architecture {
  const { dModel, numAttentionHeads, bytesPerElement, layers } = outline;
  const kinds = layers?.kinds ?? [alikeKind(outline)];
  const weights: StatedWeights = {
    layerGib: kinds.map(({ weightGib }) => weightGib),
    ...(layers && {
      ends: { embeddingGib: layers.embeddingGib, lmHeadGib: layers.lmHeadGib },
    }),
  };
  return {
    hidden: dModel,
    vocab: outline.vocabSize,
    tiedEmbeddings: false,
    kinds: kinds.map(
      ({ dHidden, numKvHeads, attentionWindowTokens }): LayerArchitecture => ({
        ffnWidth: dHidden,
        ffnMatrices: 3,
        experts: 0,
        expertsPerToken: 0,
        sharedFfnWidth: 0,
        attention: {
          kind: "grouped-query",
          heads: numAttentionHeads,
          headDim: dModel / numAttentionHeads,
          kvHeads: numKvHeads,
          windowTokens: attentionWindowTokens,
        },
      }),
    ),
    kindOf: layers?.kindOf ?? new Array<number>(outline.numLayers).fill(0),
    weightFormat: likelyFormat(bytesPerElement),
    weightBytes: bytesPerElement,
    kvBytes: bytesPerElement,
    stated: { ...statedSizes(outline), weights },
  };
}

/** What an outline states of the network as a whole. */
export function statedSizes({
  bytesPerElement,
  dHidden,
  numKvHeads,
  layerWeightGib: layerGib,
}: Outline): Omit<NonNullable<Architecture["stated"]>, "weights"> {
  return { bytesPerElement, ffnWidth: dHidden, kvHeads: numKvHeads, layerGib };
}

/** The kind of all layers that an outline says nothing else of. */
export function alikeKind({ layerWeightGib: weightGib, dHidden, numKvHeads }: Outline): LayerKind {
  return { weightGib, dHidden, numKvHeads, attentionWindowTokens: null };
}

function likelyFormat(bytes: number): WeightFormat {
  return bytes > 1 ? "16bit" : bytes === 1 ? "fp8" : "int4";
}

/** Width of the feed-forward network that each token passes, elements: f, or k · f and the shared experts. */
export function activeFfnWidth({
  ffnWidth,
  experts,
  expertsPerToken,
  sharedFfnWidth,
}: LayerArchitecture): number {
  return experts === 0 ? ffnWidth : expertsPerToken * ffnWidth + sharedFfnWidth;
}

/**
 * Weights of one layer by its matrices, GiB: attention, and G·h·(f · E + shared) of the feed-forward network, E = 1 without
 * experts. Norms, biases and the router are left out: less than 1 % of a layer.
 */
export function layerWeightGib(architecture: Architecture, kind: LayerArchitecture): number {
  const { hidden, weightBytes } = architecture;
  const otherBytes = plainWeightBytes(architecture);
  const perWidth = kind.ffnMatrices * hidden;
  const ffnBytes =
    kind.experts === 0
      ? perWidth * kind.ffnWidth * otherBytes
      : perWidth * (kind.experts * kind.ffnWidth * weightBytes + kind.sharedFfnWidth * otherBytes);
  return (attentionParameters(hidden, kind.attention, 1) * otherBytes + ffnBytes) / GIB;
}
