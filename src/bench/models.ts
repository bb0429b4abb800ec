import type { Model } from "../model/model.ts";
import { architectureOfOutline, type LayerKind, type Outline } from "../model/outline.ts";

const GIB = 1024 ** 3;

/** Dimensions from which the weights of a gated transformer layer follow. */
interface Dimensions extends Omit<Outline, "layerWeightGib" | "layers"> {
  readonly name: string;
}

/**
 * Weights of one decoder layer, GiB: (2·D² + 2·D·K + 3·D·F)·e / 1024³, for the projections of attention (query and output,
 * key and value) and the three matrices of the gated feed-forward network. K = Hkv·D/H.
 */
function layerWeightGib(dimensions: Dimensions): number {
  const { dModel: d, dHidden: f, numAttentionHeads: h, numKvHeads, bytesPerElement } = dimensions;
  const k = (numKvHeads * d) / h;
  return ((2 * d * d + 2 * d * k + 3 * d * f) * bytesPerElement) / GIB;
}

function model(dimensions: Dimensions): Model {
  return modelOf({ ...dimensions, layerWeightGib: layerWeightGib(dimensions) });
}

function modelOf(
  outline: Outline & { readonly name: string },
  allowedCuts: Model["allowedCuts"] = null,
): Model {
  return { name: outline.name, architecture: architectureOfOutline(outline), allowedCuts };
}

/** The founding model, whose layers are given as 1.75 GiB each (source: the founding configuration). */
export const LLAMA_3_70B: Model = modelOf({
  name: "llama3-70b",
  numLayers: 80,
  dModel: 8192,
  dHidden: 28_672,
  vocabSize: 128_256,
  numAttentionHeads: 64,
  numKvHeads: 8,
  bytesPerElement: 2,
  layerWeightGib: 1.75,
});

export const LLAMA_3_8B: Model = model({
  name: "llama3-8b",
  numLayers: 32,
  dModel: 4096,
  dHidden: 14_336,
  vocabSize: 128_256,
  numAttentionHeads: 32,
  numKvHeads: 8,
  bytesPerElement: 2,
});

export const LLAMA_3_405B: Model = model({
  name: "llama3.1-405b",
  numLayers: 126,
  dModel: 16_384,
  dHidden: 53_248,
  vocabSize: 128_256,
  numAttentionHeads: 128,
  numKvHeads: 8,
  bytesPerElement: 2,
});

export const LLAMA_3_1B: Model = model({
  name: "llama3.2-1b",
  numLayers: 16,
  dModel: 2048,
  dHidden: 8192,
  vocabSize: 128_256,
  numAttentionHeads: 32,
  numKvHeads: 8,
  bytesPerElement: 2,
});

/**
 * A mixture of experts in the shape of DeepSeek-V3 with weights of one byte: three dense layers, then 58 with 256 experts, of
 * which 8 and a shared one work on each token. The reference model knows no compressed attention; 5 key/value heads make its
 * cache about as large as the compressed one (2·280 elements a token for 576).
 */
export const MOE_671B: Model = unevenModel(
  {
    name: "moe-671b",
    numLayers: 61,
    dModel: 7168,
    dHidden: 18_432,
    vocabSize: 129_280,
    numAttentionHeads: 128,
    numKvHeads: 5,
    bytesPerElement: 1,
  },
  [
    { feedForward: 18_432, stored: 18_432, window: null },
    { feedForward: 9 * 2048, stored: 257 * 2048, window: null },
  ],
  (layer) => (layer <= 3 ? 0 : 1),
  null,
);

/**
 * 61 layers of three kinds: one dense layer, then experts, every second layer looking back 4,096 tokens only. Cuts are allowed
 * after every layer.
 */
export const WINDOWED_MOE: Model = unevenModel(
  {
    name: "windowed-moe",
    numLayers: 61,
    dModel: 5120,
    dHidden: 13_824,
    vocabSize: 152_064,
    numAttentionHeads: 40,
    numKvHeads: 8,
    bytesPerElement: 2,
  },
  [
    { feedForward: 13_824, stored: 13_824, window: null },
    { feedForward: 6 * 1536, stored: 32 * 1536, window: null },
    { feedForward: 6 * 1536, stored: 32 * 1536, window: 4096 },
  ],
  (layer) => (layer === 1 ? 0 : layer % 2 === 0 ? 2 : 1),
  null,
);

/** One kind of layer: widths of the feed-forward network that works on a token and that is stored, tokens of the window. */
interface Kind {
  readonly feedForward: number;
  readonly stored: number;
  readonly window: number | null;
}

function unevenModel(
  dimensions: Dimensions,
  kinds: readonly Kind[],
  kindOf: (layer: number) => number,
  allowedCuts: readonly number[] | null,
): Model {
  const { numLayers, vocabSize, dModel, bytesPerElement, numKvHeads } = dimensions;
  const vocabularyGib = (vocabSize * dModel * bytesPerElement) / GIB;
  const layerKinds = kinds.map(
    ({ feedForward, stored, window }): LayerKind => ({
      weightGib: layerWeightGib({ ...dimensions, dHidden: stored }),
      dHidden: feedForward,
      numKvHeads,
      attentionWindowTokens: window,
    }),
  );
  const outline = {
    ...dimensions,
    layerWeightGib: Math.max(...layerKinds.map(({ weightGib }) => weightGib)),
    layers: {
      kinds: layerKinds,
      kindOf: Array.from({ length: numLayers }, (_, index) => kindOf(index + 1)),
      embeddingGib: vocabularyGib,
      lmHeadGib: vocabularyGib,
    },
  };
  return modelOf(outline, allowedCuts);
}
