import type { Attention } from "./attention.ts";

/**
 * What a cost model that looks at single matrices has to know of a decoder-only transformer. Dimensions are counts of
 * elements, heads, experts or layers.
 */

/**
 * How weights are stored. `fp8`: one byte. `nvfp4`: 4 bits and an FP8 scale per 16 (0.5625 bytes). `mxfp4`: 4 bits and an 8-bit
 * scale per 32 (0.53125 bytes), on expert weights only, all else 16 bit. `int4`: AWQ, GPTQ and llama.cpp's 4-bit formats
 * with their scales (0.5625 bytes unless stated).
 */
export const WEIGHT_FORMATS = ["16bit", "fp8", "nvfp4", "mxfp4", "int4"] as const;
export type WeightFormat = (typeof WEIGHT_FORMATS)[number];

/** Bytes of one parameter, scales included. Sources: OCP Microscaling Formats v1.0 (MXFP4); NVIDIA's NVFP4 description. */
export const BYTES_PER_PARAMETER: Readonly<Record<WeightFormat, number>> = {
  "16bit": 2,
  fp8: 1,
  nvfp4: 0.5625,
  mxfp4: 0.53125,
  int4: 0.5625,
};

/** Bytes of one weight outside of experts: MXFP4 checkpoints keep all but the experts in 16 bit. */
export function plainWeightBytes({
  weightFormat,
  weightBytes,
}: Pick<Architecture, "weightFormat" | "weightBytes">): number {
  return weightFormat === "mxfp4" ? BYTES_PER_PARAMETER["16bit"] : weightBytes;
}

/** One kind of decoder layer. */
export interface LayerArchitecture {
  /** f: width of the feed-forward network; of one expert where there are experts. */
  readonly ffnWidth: number;
  /** Matrices of the feed-forward network: 3 gated (gate, up, down), 2 plain. */
  readonly ffnMatrices: 2 | 3;
  /** E: experts; 0 for a dense layer. */
  readonly experts: number;
  /** k: experts that each token passes; 0 for a dense layer. */
  readonly expertsPerToken: number;
  /** Width of the experts that every token passes, together; 0 for none. */
  readonly sharedFfnWidth: number;
  readonly attention: Attention;
}

/** Weights of what stands at the ends of a model, GiB. */
export interface EndWeights {
  /** Weights of the embedding, on the first stage. */
  readonly embeddingGib: number;
  /** Weights of the LM head, on the last stage; 0 leaves out its work as well. */
  readonly lmHeadGib: number;
}

/** Weights that are taken as stated, whatever the matrices would give: the matrices are not known closer than by their widths. */
export interface StatedWeights {
  /** Weights of one layer of each kind, GiB, by position in `kinds`. */
  readonly layerGib: readonly number[];
  /** Absent where nothing stands at the ends and all layers are of one kind. */
  readonly ends?: EndWeights;
}

/** What config.csv states of a model as a whole, beside its matrices. The calibrated cost model goes by the matrices alone. */
export interface StatedSizes {
  /** e: bytes of one weight, cache or activation element. */
  readonly bytesPerElement: number;
  /** F: width of the feed-forward network, elements. */
  readonly ffnWidth: number;
  /** Hkv: key/value heads, which the reference cost model takes for activations. */
  readonly kvHeads: number;
  /** Weights of one layer, GiB. */
  readonly layerGib: number;
  /** Absent where weights follow from the matrices. */
  readonly weights?: StatedWeights;
}

/** A model by its matrices. */
export interface Architecture {
  /** h: width of the residual stream. */
  readonly hidden: number;
  readonly vocab: number;
  /** Whether embedding and LM head are one matrix. */
  readonly tiedEmbeddings: boolean;
  readonly kinds: readonly LayerArchitecture[];
  /** Position in `kinds` of every layer, in order. */
  readonly kindOf: readonly number[];
  readonly weightFormat: WeightFormat;
  /** w: bytes of one weight in that format, scales included. */
  readonly weightBytes: number;
  /** c: bytes of one KV cache element: 2, or 1 for FP8. */
  readonly kvBytes: number;
  /** Absent where everything follows from the matrices. */
  readonly stated?: StatedSizes;
}
