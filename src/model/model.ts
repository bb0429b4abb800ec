/**
 * The network being served: a decoder-only transformer with identical layers.
 *
 * Dimensions are counts (of elements, heads or layers), sizes are bytes or GiB (1024³ bytes) as the name says.
 */
export interface Model {
  readonly name: string;
  /** L: decoder layers. */
  readonly numLayers: number;
  /** D: width of the residual stream, elements. */
  readonly dModel: number;
  /** F: width of the feed-forward network, elements. */
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
}

/** K = Hkv · D / H: width of the key (or value) projection, elements. */
export function kvWidth(model: Model): number {
  return (model.numKvHeads * model.dModel) / model.numAttentionHeads;
}
