import { InputError } from "../errors.ts";
import type { LayerArchitecture } from "../model/architecture.ts";
import {
  type ConfigFields,
  countOf,
  findField,
  isText,
  isWhole,
  listByLayer,
  listOf,
  misfit,
  placeOfField,
  requiredCount,
} from "./config-fields.ts";
import type { Family } from "./families.ts";

/** The part of a layer that is its feed-forward network. */
export type Ffn = Pick<
  LayerArchitecture,
  "ffnWidth" | "experts" | "expertsPerToken" | "sharedFfnWidth"
>;

const EXPERTS = ["n_routed_experts", "num_local_experts", "num_experts"] as const;
const EXPERTS_PER_TOKEN = [
  "num_experts_per_tok",
  "num_experts_per_token",
  "experts_per_token",
  "top_k_experts",
] as const;
const EXPERT_WIDTH = ["moe_intermediate_size", "expert_intermediate_size"] as const;
const SHARED_EXPERTS = ["n_shared_experts", "num_shared_experts"] as const;
const SHARED_WIDTH = [
  "shared_expert_intermediate_size",
  "moe_shared_expert_intermediate_size",
  "shared_intermediate_size",
] as const;

/**
 * The feed-forward network of every layer, in order.
 * @throws InputError with the field's name for what is missing or makes no sense
 */
export function ffnOfLayers(fields: ConfigFields, family: Family, layers: number): readonly Ffn[] {
  const experts = countOf(fields, EXPERTS, 0) ?? 0;
  if (experts === 0) {
    const dense = denseFfn(requiredCount(fields, "intermediate_size"));
    return Array.from({ length: layers }, () => dense);
  }
  const sparse = expertFfn(fields, family, experts);
  const hasExperts = layersWithExperts(fields, layers);
  // Only where a layer is dense does its width have to be known.
  const dense = hasExperts.includes(false) ? denseFfn(denseWidth(fields, family)) : sparse;
  return hasExperts.map((has) => (has ? sparse : dense));
}

const denseFfn = (ffnWidth: number): Ffn => ({
  ffnWidth,
  experts: 0,
  expertsPerToken: 0,
  sharedFfnWidth: 0,
});

/** Llama 4 names the width of its dense layers apart, because intermediate_size is that of its experts. */
function denseWidth(fields: ConfigFields, family: Family): number {
  return requiredCount(
    fields,
    family.unnamedSharedExpert ? "intermediate_size_mlp" : "intermediate_size",
  );
}

function expertFfn(fields: ConfigFields, family: Family, experts: number): Ffn {
  const expertsPerToken = countOf(fields, EXPERTS_PER_TOKEN);
  if (expertsPerToken === null) {
    throw new InputError(
      placeOfField(fields, EXPERTS_PER_TOKEN[0]),
      `it is missing, with ${experts} experts.`,
      "Give the number of experts per token.",
    );
  }
  if (expertsPerToken > experts) {
    throw new InputError(
      placeOfField(fields, EXPERTS_PER_TOKEN[0]),
      `${expertsPerToken} experts for each token are more than the ${experts} there are.`,
      `Give at most ${experts}.`,
    );
  }
  const ffnWidth = expertWidth(fields, family);
  return {
    ffnWidth,
    experts,
    expertsPerToken,
    sharedFfnWidth: sharedWidth(fields, family, ffnWidth),
  };
}

function expertWidth(fields: ConfigFields, family: Family): number {
  const stated = countOf(fields, EXPERT_WIDTH);
  if (stated !== null) return stated;
  if (family.expertsByIntermediateSize) return requiredCount(fields, "intermediate_size");
  throw new InputError(
    placeOfField(fields, EXPERT_WIDTH[0]),
    "it is missing: the width of one expert.",
    "Give a whole number from 1 on.",
  );
}

/** Width of the experts that every token passes, together: stated, or as many experts as are said to be shared. */
function sharedWidth(fields: ConfigFields, family: Family, expertWidth: number): number {
  const number = countOf(fields, SHARED_EXPERTS, 0);
  const width = countOf(fields, SHARED_WIDTH, 0);
  if (width !== null) return width * (number ?? 1);
  return (number ?? (family.unnamedSharedExpert ? 1 : 0)) * expertWidth;
}

/** Which layers have experts: those that no rule of the file makes dense. Layers are counted from 0 in these fields. */
function layersWithExperts(fields: ConfigFields, layers: number): boolean[] {
  const firstDense = countOf(fields, "first_k_dense_replace", 0) ?? 0;
  const numbersOf = (name: string): ReadonlySet<number> | null => {
    const numbers = listOf(fields, name, isWhole, "a list of layer numbers");
    return numbers && new Set(numbers);
  };
  const dense = numbersOf("mlp_only_layers");
  const listed = numbersOf("moe_layers");
  const step = countOf(fields, "decoder_sparse_step") ?? 1;
  const interleave = countOf(fields, "interleave_moe_layer_step") ?? 1;
  const kinds = listByLayer(
    fields,
    "mlp_layer_types",
    layers,
    isText,
    "a list of dense and sparse",
  );
  const frequency = expertFrequency(fields, layers);
  return Array.from({ length: layers }, (_, layer) => {
    if (kinds !== null) return isSparse(fields, kinds[layer]!);
    if (listed !== null) return listed.has(layer);
    return (
      layer >= firstDense &&
      frequency(layer) &&
      (layer + 1) % step === 0 &&
      (layer + 1) % interleave === 0 &&
      !dense?.has(layer)
    );
  });
}

/** moe_layer_freq: every nth layer from the first on, or a list of 0 and 1 for each layer. */
function expertFrequency(fields: ConfigFields, layers: number): (layer: number) => boolean {
  const found = findField(fields, "moe_layer_freq");
  if (found === null) return () => true;
  if (Array.isArray(found.value)) {
    const list = listByLayer(fields, "moe_layer_freq", layers, isZeroOrOne, "a list of 0 and 1")!;
    return (layer) => list[layer] === 1;
  }
  const every = countOf(fields, "moe_layer_freq")!;
  return (layer) => layer % every === 0;
}

const isZeroOrOne = (value: unknown): value is 0 | 1 => value === 0 || value === 1;

function isSparse(fields: ConfigFields, kind: string): boolean {
  if (kind === "sparse" || kind === "dense") return kind === "sparse";
  throw misfit(placeOfField(fields, "mlp_layer_types"), kind, '"dense" or "sparse" for each layer');
}
