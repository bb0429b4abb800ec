/** Which part of a layer a matrix belongs to. */
export type LayerPart = "attention" | "dense" | "experts" | "shared";

/** Weights that share a scale, in groups or blocks; a GPU holds whole ones only. */
export interface WeightGroups {
  /** Weights of a group along the input of a matrix, elements. */
  readonly inputs: number;
  /** Weights of a block along the output, elements; 1 where each output has scales of its own. */
  readonly outputs: number;
  /** Parts of layers that have such weights. */
  readonly parts: readonly LayerPart[];
}
