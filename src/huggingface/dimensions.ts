import { BOUNDS } from "../bounds.ts";
import { InputError } from "../errors.ts";
import type { LayerArchitecture } from "../model/architecture.ts";
import type { Attention, LatentAttention } from "../model/attention.ts";
import {
  type ConfigFields,
  countOf,
  findField,
  flagOf,
  placeOfField,
  requiredCount,
} from "./config-fields.ts";
import type { Family } from "./families.ts";
import { ffnOfLayers } from "./ffn-rules.ts";
import type { Dimensions } from "./weights.ts";
import { windowsOfLayers } from "./window-rules.ts";

/**
 * A model by its matrices.
 * @throws InputError with the field's name for what is missing or makes no sense
 */
export function readDimensions(
  fields: ConfigFields,
  family: Family,
): { readonly dimensions: Dimensions; readonly notes: readonly string[] } {
  const layers = requiredCount(fields, "num_hidden_layers", BOUNDS.layers.most);
  const hidden = requiredCount(fields, "hidden_size");
  const heads = requiredCount(fields, "num_attention_heads");
  const kvHeads = countOf(fields, "num_key_value_heads") ?? heads;
  if (heads % kvHeads !== 0) {
    throw new InputError(
      placeOfField(fields, "num_key_value_heads"),
      `${kvHeads} key/value heads do not divide the ${heads} heads.`,
      "Correct one of the two.",
    );
  }
  const latent = latentOf(fields);
  const attention: Attention = latent
    ? { kind: "latent", heads, ...latent, windowTokens: null }
    : {
        kind: "grouped-query",
        heads,
        headDim: headDimOf(fields, hidden, heads),
        kvHeads,
        windowTokens: null,
      };
  const ffn = ffnOfLayers(fields, family, layers);
  const windows = windowsOfLayers(fields, family, layers);
  const { ffnMatrices } = family;
  return {
    dimensions: {
      hidden,
      vocab: requiredCount(fields, "vocab_size"),
      tiedEmbeddings: isTied(fields, family),
      ...distinctLayers(
        ffn.map((layer, index) => ({
          ...layer,
          ffnMatrices,
          attention: { ...attention, windowTokens: windows.tokens[index]! },
        })),
      ),
    },
    notes: windows.notes,
  };
}

/** Latent attention where kv_lora_rank is there. What transformers calls head_dim then is the rotary part alone: not read. */
function latentOf(
  fields: ConfigFields,
): Omit<LatentAttention, "kind" | "heads" | "windowTokens"> | null {
  const kvRank = countOf(fields, "kv_lora_rank");
  if (kvRank === null) return null;
  return {
    kvRank,
    qRank: countOf(fields, "q_lora_rank", 0) ?? 0,
    ropeDim: requiredCount(fields, "qk_rope_head_dim"),
    nopeDim: requiredCount(fields, "qk_nope_head_dim"),
    valueDim: requiredCount(fields, "v_head_dim"),
  };
}

function headDimOf(fields: ConfigFields, hidden: number, heads: number): number {
  const headDim = countOf(fields, "head_dim") ?? hidden / heads;
  if (!Number.isSafeInteger(headDim)) {
    throw new InputError(
      placeOfField(fields, "num_attention_heads"),
      `${heads} heads do not divide hidden_size ${hidden}, and there is no head_dim.`,
      "Add head_dim, or correct one of the two.",
    );
  }
  const valueDim = countOf(fields, "v_head_dim");
  if (valueDim === null || valueDim === headDim) return headDim;
  throw new InputError(
    placeOfField(fields, "v_head_dim"),
    `values of ${valueDim} elements beside keys of ${headDim} are not modelled.`,
    "Choose another model.",
  );
}

/** Whether embedding and LM head are one: as the text model says, else the whole file, else the family's default. */
function isTied(fields: ConfigFields, family: Family): boolean {
  const name = "tie_word_embeddings";
  const tied = flagOf(fields, name, family.tied);
  const outer = fields.outer[name] ?? tied;
  if (outer === tied) return tied;
  throw new InputError(
    findField(fields, name)!.place,
    `it is ${tied} for the text model, but ${JSON.stringify(outer)} for the whole.`,
    "Make the two agree.",
  );
}

/** The different ones among layers, in the order of their first appearance, and which one each layer is. */
function distinctLayers(
  layers: readonly LayerArchitecture[],
): Pick<Dimensions, "kinds" | "kindOf"> {
  const positions = new Map<string, number>();
  const kinds: LayerArchitecture[] = [];
  const kindOf = layers.map((layer) => {
    const key = JSON.stringify(Object.entries(layer).sort());
    const known = positions.get(key);
    if (known !== undefined) return known;
    positions.set(key, kinds.length);
    return kinds.push(layer) - 1;
  });
  return { kinds, kindOf };
}
