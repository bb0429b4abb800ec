import type { Architecture } from "../model/architecture.ts";
import type { Model } from "../model/model.ts";
import type { HuggingFaceModel } from "./huggingface-model.ts";

/** The model that both cost models take. */
export function modelOf({
  name,
  checkpoint,
  checkpoint16Bit,
  quantisedCheckpoint,
  architecture,
  weightGroups,
  allowedCuts,
  maxContextTokens,
  hasOwnCode,
}: HuggingFaceModel): Model {
  return {
    name,
    architecture,
    allowedCuts,
    ...(checkpoint !== null && { checkpoint }),
    ...(checkpoint16Bit !== null && { checkpoint16Bit }),
    ...(quantisedCheckpoint !== null && { quantisedCheckpoint }),
    ...(maxContextTokens !== null && { maxContextTokens }),
    ...(hasOwnCode && { hasOwnCode }),
    ...(weightGroups !== null && { weightGroups }),
  };
}

/**
 * Why the founding `reference` cost model cannot represent a model, null when it can. That model has heads of D/H elements,
 * keeps 2·K elements of cache for a token, has gated feed-forward networks, and one size for all elements: weights, cache and
 * activations.
 */
export function whyNotReference(architecture: Architecture): string | null {
  const { hidden, kinds, weightFormat, weightBytes, kvBytes } = architecture;
  for (const { attention } of kinds) {
    if (attention.kind === "latent") {
      return "it has latent attention (kv_lora_rank), whose cache is no keys and values";
    }
    const { heads, headDim } = attention;
    if (headDim * heads === hidden) continue;
    return `its ${heads} heads of ${headDim} elements (head_dim) are not the ${hidden} of the model's width`;
  }
  if (kinds.some(({ ffnMatrices }) => ffnMatrices !== 3)) {
    return "its feed-forward networks are plain, of two matrices, where that model has three";
  }
  if (weightBytes !== kvBytes) {
    return `its weights are ${weightFormat}, ${weightBytes} bytes each, and its cache ${kvBytes} bytes per element, where that model has one size for both`;
  }
  return null;
}
