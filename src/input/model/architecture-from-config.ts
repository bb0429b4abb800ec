import { InputError } from "../../errors.ts";
import {
  type Architecture,
  BYTES_PER_PARAMETER,
  type LayerArchitecture,
  type WeightFormat,
} from "../../model/architecture.ts";
import type { Attention } from "../../model/attention.ts";
import type { ConfigKey } from "../config/config-keys.ts";
import { type Config, configPlace } from "../config/parse-config.ts";

/**
 * The model by its matrices, from the parameters of config.csv. A layer has experts unless it is among `first_dense_layers`;
 * with a window, layer i looks back all the way when `sliding_window_pattern` divides i.
 * @throws InputError with file and line for parameters that make no sense together
 */
export function readArchitecture(config: Config): Architecture {
  const { values } = config;
  checkCompany(config);
  const layers = Array.from({ length: values.num_decoder_layers }, (_, index) =>
    layerOf(config, index + 1),
  );
  const weightFormat = readWeightFormat(config);
  return {
    hidden: values.d_model,
    vocab: values.vocab_size,
    tiedEmbeddings: values.tie_word_embeddings ?? false,
    ...layerKindsOf(layers),
    weightFormat,
    weightBytes: values.weight_bytes_per_parameter ?? BYTES_PER_PARAMETER[weightFormat],
    kvBytes: values.kv_cache_dtype === "fp8" ? 1 : 2,
  };
}

/** The different ones among layers, in the order of their first appearance, and which one each layer is. */
export function layerKindsOf(
  layers: readonly LayerArchitecture[],
): Pick<Architecture, "kinds" | "kindOf"> {
  const kinds: LayerArchitecture[] = [];
  const positions = new Map<string, number>();
  const kindOf = layers.map((layer) => {
    const key = [
      layer.ffnWidth,
      layer.ffnMatrices,
      layer.experts,
      layer.expertsPerToken,
      layer.sharedFfnWidth,
      JSON.stringify(layer.attention),
    ].join();
    const known = positions.get(key);
    if (known !== undefined) return known;
    positions.set(key, kinds.length);
    return kinds.push(layer) - 1;
  });
  return { kinds, kindOf };
}

function layerOf({ values }: Config, layer: number): LayerArchitecture {
  const isDense = values.num_experts === null || layer <= (values.first_dense_layers ?? 0);
  const pattern = values.sliding_window_pattern;
  const looksBackAllTheWay = pattern !== null && layer % pattern === 0;
  return {
    ...(isDense ? denseFfn(values) : expertFfn(values)),
    ffnMatrices: ffnMatricesOf(values),
    attention: attentionOf(values, looksBackAllTheWay ? null : values.sliding_window),
  };
}

type Values = Config["values"];
type Ffn = Pick<LayerArchitecture, "ffnWidth" | "experts" | "expertsPerToken" | "sharedFfnWidth">;

function denseFfn(values: Values): Ffn {
  const isBeforeExperts = values.num_experts !== null;
  return {
    ffnWidth: (isBeforeExperts ? values.dense_d_hidden : null) ?? values.d_hidden,
    experts: 0,
    expertsPerToken: 0,
    sharedFfnWidth: 0,
  };
}

function expertFfn(values: Values): Ffn {
  return {
    ffnWidth: values.expert_d_hidden ?? values.d_hidden,
    experts: values.num_experts!,
    expertsPerToken: values.experts_per_token!,
    sharedFfnWidth: values.shared_expert_d_hidden ?? 0,
  };
}

/** Networks of 4 · d_model are the plain ones (GPT-2, BLOOM, Falcon); gated ones have other widths. */
function ffnMatricesOf({ ffn_matrices, d_hidden, d_model }: Values): 2 | 3 {
  if (ffn_matrices !== null) return ffn_matrices as 2 | 3;
  return d_hidden === 4 * d_model ? 2 : 3;
}

function readWeightFormat(config: Config): WeightFormat {
  const { weight_format, bytes_per_element: bytes } = config.values;
  if (weight_format !== null) return weight_format as WeightFormat;
  if (bytes === 2) return "16bit";
  if (bytes === 1) return "fp8";
  if (bytes >= 0.5 && bytes <= 0.57) return "int4";
  throw new InputError(
    configPlace(config, "bytes_per_element"),
    `bytes_per_element ${bytes} belongs to no weight format: 2 is 16bit, 1 is fp8, 0.5 to 0.57 is int4.`,
    `Add a line \`weight_format,FORMAT\`: one of ${Object.keys(BYTES_PER_PARAMETER).join(", ")}.`,
  );
}

function attentionOf(values: Values, windowTokens: number | null): Attention {
  const heads = values.num_attention_heads;
  if (values.kv_lora_rank === null) {
    const headDim = values.head_dim ?? values.d_model / heads;
    const kvHeads = values.num_kv_heads ?? heads;
    return { kind: "grouped-query", heads, headDim, kvHeads, windowTokens };
  }
  return {
    kind: "latent",
    heads,
    kvRank: values.kv_lora_rank,
    qRank: values.q_lora_rank ?? 0,
    ropeDim: values.qk_rope_head_dim!,
    nopeDim: values.qk_nope_head_dim!,
    valueDim: values.v_head_dim!,
    windowTokens,
  };
}

/** Parameters that say nothing without another one. */
const NEEDS: readonly (readonly [ConfigKey, ConfigKey])[] = [
  ["experts_per_token", "num_experts"],
  ["expert_d_hidden", "num_experts"],
  ["shared_expert_d_hidden", "num_experts"],
  ["first_dense_layers", "num_experts"],
  ["dense_d_hidden", "first_dense_layers"],
  ["num_experts", "experts_per_token"],
  ["sliding_window_pattern", "sliding_window"],
  ["q_lora_rank", "kv_lora_rank"],
  ["qk_rope_head_dim", "kv_lora_rank"],
  ["qk_nope_head_dim", "kv_lora_rank"],
  ["v_head_dim", "kv_lora_rank"],
  ["kv_lora_rank", "qk_rope_head_dim"],
  ["kv_lora_rank", "qk_nope_head_dim"],
  ["kv_lora_rank", "v_head_dim"],
];

function checkCompany(config: Config): void {
  const { values } = config;
  for (const [key, needed] of NEEDS) {
    if (values[key] === null || values[needed] !== null) continue;
    throw new InputError(
      configPlace(config, key),
      `${key} is given without ${needed}.`,
      `Add a line \`${needed},VALUE\`, or remove ${key}.`,
    );
  }
  const { num_experts: experts, experts_per_token: active, first_dense_layers: dense } = values;
  if (experts !== null && active! > experts) {
    throw new InputError(
      configPlace(config, "experts_per_token"),
      `experts_per_token ${active} is more than num_experts ${experts}.`,
      `Give at most ${experts}.`,
    );
  }
  if (dense !== null && dense >= values.num_decoder_layers) {
    throw new InputError(
      configPlace(config, "first_dense_layers"),
      `first_dense_layers ${dense} leaves none of the ${values.num_decoder_layers} layers for experts.`,
      `Give at most ${values.num_decoder_layers - 1}, or leave num_experts out.`,
    );
  }
}
