import { WEIGHT_FORMATS } from "../../model/architecture.ts";
import { type KeySpec, number, optional } from "../text/key-spec.ts";
import { BYTES_PER_PARAMETER, ELEMENTS, EXPERTS, LAYERS, TOKENS } from "../text/ranges.ts";

/** How the KV cache is kept: `auto` is 16 bit. */
const KV_CACHE_DTYPES = ["auto", "fp8", "bf16"] as const;

/**
 * Parameters of config.csv that describe a model by its matrices; all may be absent (null). Their meanings are those of
 * Hugging Face's config.json.
 */
export interface ArchitectureValues {
  /** d, elements; absent: d_model / num_attention_heads. */
  readonly head_dim: number | null;
  /** 3 gated, 2 plain; absent: 3, or 2 where d_hidden is 4 · d_model. */
  readonly ffn_matrices: number | null;
  /** E; absent: no layer has experts. */
  readonly num_experts: number | null;
  /** k. */
  readonly experts_per_token: number | null;
  /** Width of one expert, elements; absent: d_hidden. */
  readonly expert_d_hidden: number | null;
  /** Width of the experts that every token passes, together, elements. */
  readonly shared_expert_d_hidden: number | null;
  /** Layers before the first one with experts. */
  readonly first_dense_layers: number | null;
  /** Width of those, elements; absent: d_hidden. */
  readonly dense_d_hidden: number | null;
  /** Absent: by bytes_per_element. */
  readonly weight_format: string | null;
  /** w, scales included; absent: by the format. */
  readonly weight_bytes_per_parameter: number | null;
  readonly kv_cache_dtype: string | null;
  /** Tokens that windowed attention looks back. */
  readonly sliding_window: number | null;
  /** n: every nth layer looks back all the way; absent: none does. */
  readonly sliding_window_pattern: number | null;
  readonly kv_lora_rank: number | null;
  /** 0 or absent: queries are projected directly. */
  readonly q_lora_rank: number | null;
  readonly qk_rope_head_dim: number | null;
  readonly qk_nope_head_dim: number | null;
  readonly v_head_dim: number | null;
  readonly tie_word_embeddings: boolean | null;
}

const elements = (min = 1): KeySpec => optional(number({ ...ELEMENTS, min }));

export const ARCHITECTURE_KEYS: Readonly<Record<keyof ArchitectureValues, KeySpec>> = {
  head_dim: elements(),
  ffn_matrices: optional(number({ unit: "matrices", integer: true, min: 2, max: 3 })),
  num_experts: optional(number(EXPERTS)),
  experts_per_token: optional(number(EXPERTS)),
  expert_d_hidden: elements(),
  shared_expert_d_hidden: elements(0),
  first_dense_layers: optional(number({ ...LAYERS, min: 0 })),
  dense_d_hidden: elements(),
  weight_format: optional({ kind: "choice", choices: WEIGHT_FORMATS }),
  weight_bytes_per_parameter: optional(number(BYTES_PER_PARAMETER)),
  kv_cache_dtype: optional({ kind: "choice", choices: KV_CACHE_DTYPES }),
  sliding_window: optional(number(TOKENS)),
  sliding_window_pattern: optional(number({ ...LAYERS, min: 2 })),
  kv_lora_rank: elements(),
  q_lora_rank: elements(0),
  qk_rope_head_dim: elements(),
  qk_nope_head_dim: elements(),
  v_head_dim: elements(),
  tie_word_embeddings: optional({ kind: "boolean" }),
};
