import { InputError } from "../errors.ts";
import { nearestHint } from "../nearest.ts";
import { type ConfigFields, type JsonObject, placeOfField } from "./config-fields.ts";

/** When a linear layer has a bias: as a field of the config says, always, or never. */
type Bias = "never" | "always" | "attention_bias" | "attention_out_bias" | "mlp_bias" | "use_bias";

/**
 * What a model_type says that a config.json does not: how its feed-forward network is built, what absent fields mean, and the
 * small tensors that a parameter count needs. Source: configuration and modelling classes of Hugging Face transformers 4.57,
 * `src/transformers/models/<model_type>/`.
 */
export interface Family {
  /** Matrices of the feed-forward network: 3 gated, 2 plain. */
  readonly ffnMatrices: 2 | 3;
  /** tie_word_embeddings where absent. */
  readonly tied: boolean;
  /** Other fields where absent. */
  readonly defaults: JsonObject;
  /** Which layers have a window where `layer_types` is absent; "none": sliding_window means nothing to this family. */
  readonly windows: WindowRule;
  /** Whether `intermediate_size` is the width of one expert where moe_intermediate_size is absent. */
  readonly expertsByIntermediateSize: boolean;
  /** Whether each expert layer has a shared expert that no field names, of the experts' width (Llama 4). */
  readonly unnamedSharedExpert: boolean;
  /** Norms of h elements in a layer. */
  readonly norms: number;
  /** Elements of such a norm for each of h: 2 with a bias. */
  readonly normElements: 1 | 2;
  /** Norms of queries and keys: over one head, over all heads, or not; "use_qk_norm" of one head if that flag is set. */
  readonly queryKeyNorms:
    | "none"
    | "head"
    | "all heads"
    | "use_qk_norm"
    | "all heads if use_qk_norm";
  readonly queryBias: Bias;
  readonly outputBias: Bias;
  readonly ffnBias: Bias;
  /** Weights of the router beside h for each expert: a bias or a score correction. */
  readonly routerBias: boolean;
  /** A weight for each head that attention may look at instead of tokens (gpt-oss). */
  readonly attentionSinks: boolean;
  /** A gate of h weights on the shared expert (Qwen2-MoE). */
  readonly sharedExpertGate: boolean;
}

/**
 * `all`: every layer; `even`: layers 1, 3, 5, …; `pattern`: all but every nth, n = sliding_window_pattern; `above`: the layers
 * from max_window_layers on, where use_sliding_window is set; `listed`: only as `layer_types` says; `chunked`: attention in chunks of
 * attention_chunk_size but in the layers without rotary embedding.
 */
type WindowRule = "none" | "all" | "even" | "pattern" | "above" | "listed" | "chunked";

/** The family of Llama; the others say what is different. */
const LLAMA: Family = {
  ffnMatrices: 3,
  tied: false,
  defaults: {},
  windows: "none",
  expertsByIntermediateSize: false,
  unnamedSharedExpert: false,
  norms: 2,
  normElements: 1,
  queryKeyNorms: "none",
  queryBias: "attention_bias",
  outputBias: "attention_bias",
  ffnBias: "mlp_bias",
  routerBias: false,
  attentionSinks: false,
  sharedExpertGate: false,
};

const family = (different: Partial<Family>): Family => ({ ...LLAMA, ...different });

const MISTRAL = family({ windows: "all", defaults: { num_key_value_heads: 8 } });
const QWEN2 = family({ windows: "above", queryBias: "always", outputBias: "never" });
const QWEN3 = family({ windows: "above", queryKeyNorms: "head", defaults: { head_dim: 128 } });
const QWEN3_MOE = family({ windows: "above", queryKeyNorms: "head" });
const GEMMA = family({ tied: true, defaults: { head_dim: 256 } });
const DEEPSEEK_V2 = family({});
const DEEPSEEK_V3 = family({ routerBias: true, defaults: { first_k_dense_replace: 3 } });
const GLM4_MOE = family({
  routerBias: true,
  queryKeyNorms: "use_qk_norm",
  outputBias: "never",
  defaults: { head_dim: 128, first_k_dense_replace: 1 },
});
const COHERE = family({ tied: true, norms: 1, queryKeyNorms: "all heads if use_qk_norm" });
const OLMO = family({ queryKeyNorms: "all heads" });

const FAMILIES: Readonly<Record<string, Family>> = {
  llama: LLAMA,
  llama4_text: family({
    windows: "chunked",
    expertsByIntermediateSize: true,
    unnamedSharedExpert: true,
    defaults: {
      head_dim: 128,
      interleave_moe_layer_step: 1,
      no_rope_layer_interval: 4,
      intermediate_size_mlp: 16_384,
    },
  }),
  mistral: MISTRAL,
  mixtral: family({
    windows: "all",
    expertsByIntermediateSize: true,
    defaults: { num_key_value_heads: 8 },
  }),
  qwen2: QWEN2,
  qwen2_vl: QWEN2,
  qwen2_vl_text: QWEN2,
  qwen2_5_vl: QWEN2,
  qwen2_5_vl_text: QWEN2,
  qwen2_moe: { ...QWEN2, sharedExpertGate: true },
  qwen3: QWEN3,
  qwen3_vl_text: QWEN3,
  qwen3_moe: QWEN3_MOE,
  qwen3_vl_moe_text: QWEN3_MOE,
  gemma: GEMMA,
  gemma2: {
    ...GEMMA,
    windows: "even",
    norms: 4,
    defaults: { head_dim: 256, num_key_value_heads: 4, sliding_window: 4096 },
  },
  gemma3_text: {
    ...GEMMA,
    windows: "pattern",
    norms: 4,
    queryKeyNorms: "head",
    defaults: {
      head_dim: 256,
      num_attention_heads: 8,
      num_key_value_heads: 4,
      vocab_size: 262_208,
      sliding_window: 4096,
      sliding_window_pattern: 6,
      max_position_embeddings: 131_072,
    },
  },
  gpt_oss: family({
    windows: "even",
    expertsByIntermediateSize: true,
    queryBias: "always",
    outputBias: "always",
    ffnBias: "always",
    routerBias: true,
    attentionSinks: true,
    defaults: { head_dim: 64 },
  }),
  deepseek_v2: DEEPSEEK_V2,
  deepseek_v3: DEEPSEEK_V3,
  kimi_k2: DEEPSEEK_V3,
  glm4: family({ norms: 4, outputBias: "never", defaults: { head_dim: 128 } }),
  glm4_moe: GLM4_MOE,
  glm4v_moe_text: GLM4_MOE,
  glm4_moe_lite: DEEPSEEK_V3,
  minimax_m2: family({
    expertsByIntermediateSize: true,
    queryKeyNorms: "all heads if use_qk_norm",
    routerBias: true,
  }),
  phi3: family({ windows: "all", queryBias: "never", outputBias: "never", ffnBias: "never" }),
  phimoe: family({
    windows: "all",
    normElements: 2,
    expertsByIntermediateSize: true,
    defaults: { num_key_value_heads: 8 },
  }),
  cohere: COHERE,
  cohere2: {
    ...COHERE,
    windows: "pattern",
    defaults: { sliding_window: 4096, sliding_window_pattern: 4 },
  },
  olmo2: OLMO,
  olmo3: { ...OLMO, windows: "listed" },
  olmoe: { ...OLMO, expertsByIntermediateSize: true },
  granite: LLAMA,
  granitemoe: family({ expertsByIntermediateSize: true }),
  exaone4: family({ windows: "listed", queryKeyNorms: "head" }),
  seed_oss: family({ outputBias: "attention_out_bias", defaults: { head_dim: 128 } }),
  smollm3: family({ windows: "listed", tied: true }),
  starcoder2: family({
    ffnMatrices: 2,
    tied: true,
    windows: "all",
    normElements: 2,
    queryBias: "use_bias",
    outputBias: "use_bias",
    ffnBias: "use_bias",
    defaults: { num_key_value_heads: 2, use_bias: true },
  }),
  nemotron: family({ ffnMatrices: 2, normElements: 2 }),
};

/**
 * The family of a text model by its model_type.
 * @throws InputError for a model_type that is not known: how its layers are built cannot be read from the file
 */
export function familyOf(fields: ConfigFields): Family {
  const place = placeOfField(fields, "model_type");
  const type = fields.own.model_type ?? null;
  if (typeof type !== "string") {
    throw new InputError(
      place,
      type === null ? "it is missing." : "it is not a string.",
      `Give one of ${typeNames().join(", ")}.`,
    );
  }
  const known = Object.hasOwn(FAMILIES, type) ? FAMILIES[type] : undefined;
  if (known) return known;
  throw new InputError(
    place,
    `model_type "${type}" is not supported: the file does not show how its layers are built.`,
    nearestHint(type, typeNames()),
  );
}

function typeNames(): string[] {
  return Object.keys(FAMILIES).sort();
}
