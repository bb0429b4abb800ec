import { InputError } from "../errors.ts";
import { type ConfigFields, type JsonObject, placeOfField } from "./config-fields.ts";

/** A field that changes what a model costs in a way that the cost models do not know, and what it stands for. */
interface Unmodelled {
  /** The field's name, or how it begins. */
  readonly field: string | RegExp;
  readonly what: string;
}

const LINEAR = "layers of linear attention, which keep a state instead of keys and values";
const SPARSE = "sparse attention, in which a token looks at chosen tokens only";
const RECURRENT = "recurrent layers (Mamba), which keep a state instead of keys and values";
const UNLIKE = "layers whose kinds, widths or heads are given by a pattern";
const SHARED_CACHE = "layers that use the KV cache of other layers";
const UNLIKE_HEADS = "layers with other heads where attention has a window";

const UNMODELLED: readonly Unmodelled[] = [
  { field: "is_encoder_decoder", what: "an encoder beside the decoder" },
  { field: /^index_(topk|n_heads|head_dim)$/, what: SPARSE },
  { field: /^(sparse|msa)_att\w*config$/, what: SPARSE },
  { field: "compress_ratios", what: "attention over compressed tokens" },
  { field: /^linear_(attn_config|num_|key_|value_|conv_)/, what: LINEAR },
  { field: "full_attention_interval", what: LINEAR },
  { field: "attn_type_list", what: LINEAR },
  { field: /^(mamba|ssm)_/, what: RECURRENT },
  { field: /^(hybrid_(override|layer)_pattern|layers_block_type|block_configs)$/, what: UNLIKE },
  { field: "num_kv_shared_layers", what: SHARED_CACHE },
  { field: /^(use_cla|cla_share_factor)$/, what: SHARED_CACHE },
  { field: "cross_attention_layers", what: "layers that attend to pictures" },
  { field: "hidden_size_per_layer_input", what: "an embedding in every layer" },
  { field: "attention_k_eq_v", what: "keys and values that are one" },
  {
    field: /^(swa_(head_dim|num_\w+)|global_head_dim|num_global_key_value_heads)$/,
    what: UNLIKE_HEADS,
  },
  { field: "zero_expert_num", what: "experts that do nothing" },
];

/**
 * Refuses what would make figures wrong.
 * @throws InputError that names the field
 */
export function refuseUnmodelled(fields: ConfigFields): void {
  for (const [name, value] of Object.entries(fields.own)) {
    const found = UNMODELLED.find(({ field }) =>
      typeof field === "string" ? field === name : field.test(name),
    );
    if (!found || isOff(name, value)) continue;
    throw new InputError(
      placeOfField(fields, name),
      `it means ${found.what}, which no cost model here supports; figures without it would be wrong.`,
      "Choose another model.",
    );
  }
}

/** Whether a field's value says that what it stands for is not there. attn_type_list: 1 is full attention, 0 linear. */
function isOff(name: string, value: unknown): boolean {
  if (Array.isArray(value)) {
    return name === "attn_type_list" ? value.every((kind) => kind === 1) : value.length === 0;
  }
  return value === null || value === false || value === 0;
}

/** Parts of a checkpoint beside the text model. */
const SIDE_MODELS: readonly (readonly [string, string])[] = [
  ["vision_config", "vision tower"],
  ["audio_config", "audio encoder"],
];

/** Fields with the number of layers that predict further tokens (MTP). */
const PREDICTION_LAYERS = [
  "num_nextn_predict_layers",
  "mtp_num_hidden_layers",
  "num_mtp_modules",
] as const;

/** What the checkpoint holds that is not served, as notes. */
export function notServed(fields: ConfigFields): readonly string[] {
  const whole: JsonObject = { ...fields.outer, ...fields.own };
  const side = SIDE_MODELS.flatMap(([field, name]) =>
    (whole[field] ?? null) === null
      ? []
      : [`${fields.placeOf([field])}: only the text model is counted, the ${name} is not.`],
  );
  const prediction = PREDICTION_LAYERS.flatMap((field) => {
    const layers = fields.own[field];
    return typeof layers === "number" && layers > 0
      ? [
          `${placeOfField(fields, field)}: the layers that predict further tokens (MTP) are not served and not counted.`,
        ]
      : [];
  });
  return [...side, ...prediction];
}
