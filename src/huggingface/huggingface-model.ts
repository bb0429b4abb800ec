import type { Architecture, WeightFormat } from "../model/architecture.ts";
import type { WeightGroups } from "../model/weight-groups.ts";

/** How the KV cache may be kept: `auto` as the checkpoint says, else 16 bit; `bf16` 2 bytes per element, `fp8` 1. */
export const KV_CACHE_DTYPES = ["auto", "bf16", "fp8"] as const;
export type KvCacheDtype = (typeof KV_CACHE_DTYPES)[number];

/** What is served otherwise than the checkpoint's files say. */
export interface ModelOverrides {
  readonly weightFormat?: WeightFormat | undefined;
  readonly kvCacheDtype?: KvCacheDtype | undefined;
}

/** Parameters of a model. */
export interface ParameterCounts {
  /** All that is stored for serving text; prediction layers and vision towers left out. */
  readonly total: number;
  /** Those that a token passes: experts it is not routed to left out, both ends counted. */
  readonly active: number;
}

/** A model as its Hugging Face files describe it. */
export interface HuggingFaceModel {
  readonly name: string;
  /** `owner/name` on Hugging Face, null where the files do not say. */
  readonly repository: string | null;
  /** The repository whose weights are served as they are; null where it is unknown, or another format of weights is served. */
  readonly checkpoint: string | null;
  /** The repository where its weights are not quantised; an engine can make FP8 of them while it loads. Null where it is unknown. */
  readonly checkpoint16Bit: string | null;
  /** A repository of another publisher that has the format served, in the layout compressed-tensors; null where none is known. */
  readonly quantisedCheckpoint: string | null;
  readonly architecture: Architecture;
  /** Weights that share a scale and are not parted; null where there are none. */
  readonly weightGroups: WeightGroups | null;
  /** Layers after which a stage may end; null: after any. */
  readonly allowedCuts: readonly number[] | null;
  /** Whether config.json names classes of the repository's own (auto_map). */
  readonly hasOwnCode: boolean;
  /** max_position_embeddings; null where the files do not say. */
  readonly maxContextTokens: number | null;
  readonly parameters: ParameterCounts;
  /** Bytes of all tensors by the safetensors index, null without one. */
  readonly statedWeightBytes: number | null;
  /** What a user has to know of how the files were read. */
  readonly notes: readonly string[];
}
