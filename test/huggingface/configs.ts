import type { HuggingFaceModel, ModelOverrides } from "../../src/huggingface/huggingface-model.ts";
import { readHuggingFaceModel } from "../../src/input/model/huggingface-texts.ts";
import type { LayerArchitecture } from "../../src/model/architecture.ts";

export type Config = Readonly<Record<string, unknown>>;

/** A small Llama. */
export const LLAMA: Config = {
  model_type: "llama",
  hidden_size: 64,
  num_hidden_layers: 4,
  num_attention_heads: 8,
  num_key_value_heads: 2,
  intermediate_size: 160,
  vocab_size: 1000,
  max_position_embeddings: 4096,
  tie_word_embeddings: false,
  torch_dtype: "bfloat16",
};

/** Experts in the manner of DeepSeek, with plain attention. */
export const EXPERTS: Config = {
  ...LLAMA,
  model_type: "glm4_moe",
  head_dim: 8,
  n_routed_experts: 16,
  num_experts_per_tok: 4,
  moe_intermediate_size: 32,
  n_shared_experts: 2,
  first_k_dense_replace: 1,
};

/** Latent attention. */
export const LATENT: Config = {
  ...EXPERTS,
  model_type: "deepseek_v3",
  num_key_value_heads: 8,
  head_dim: 16,
  kv_lora_rank: 32,
  q_lora_rank: 48,
  qk_rope_head_dim: 16,
  qk_nope_head_dim: 24,
  v_head_dim: 20,
};

/** The other files of a download, and what is overridden. */
interface Beside {
  readonly quantConfig?: unknown;
  readonly safetensorsIndex?: unknown;
  readonly overrides?: ModelOverrides;
}

/** Reads a config.json, written with one field a line. */
export function read(config: Config, beside: Beside = {}): HuggingFaceModel {
  const file = (fileName: string, value: unknown) =>
    value === undefined ? undefined : { text: JSON.stringify(value, null, 2), fileName };
  return readHuggingFaceModel({
    name: "test",
    config: file("config.json", config)!,
    quantConfig: file("hf_quant_config.json", beside.quantConfig),
    safetensorsIndex: file("model.safetensors.index.json", beside.safetensorsIndex),
    overrides: beside.overrides,
  });
}

/** The kinds of all layers, in order. */
export function layersOf({ architecture }: HuggingFaceModel): LayerArchitecture[] {
  return architecture.kindOf.map((kind) => architecture.kinds[kind]!);
}

/** A configuration without some of its fields. */
export function without(config: Config, ...names: readonly string[]): Config {
  return Object.fromEntries(Object.entries(config).filter(([name]) => !names.includes(name)));
}
