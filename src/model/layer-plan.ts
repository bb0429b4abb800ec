import type { Architecture, LatentAttention, LayerArchitecture } from "./architecture.ts";
import type { LayerKind, LayerPlan } from "./model.ts";

const GIB = 1024 ** 3;

/** Bytes of one weight that is not quantised: embedding, LM head, and what MXFP4 checkpoints leave alone. */
const BYTES_16_BIT = 2;

/**
 * The layer plan of a model: its kinds of layers, and embedding and LM head at its ends, V · h weights of 16 bit each. A model
 * that ties the two keeps one copy where both ends are on one stage; the plan has the weights of each end alone.
 * @param allowedCuts layers after which a stage may end, rising; null: after any
 */
export function layerPlanOf(
  architecture: Architecture,
  allowedCuts: readonly number[] | null = null,
): LayerPlan {
  const { hidden, vocab, kinds, kindOf } = architecture;
  const endGib = (vocab * hidden * BYTES_16_BIT) / GIB;
  return {
    kinds: kinds.map(
      (kind): LayerKind => ({
        weightGib: layerWeightGib(architecture, kind),
        dHidden: activeFfnWidth(kind),
        numKvHeads: kind.kvHeads,
        attentionWindowTokens: kind.windowTokens,
      }),
    ),
    kindOf,
    embeddingGib: endGib,
    lmHeadGib: endGib,
    allowedCuts,
  };
}

/** Width of the feed-forward network that each token passes, elements: f, or k · f and the shared experts. */
export function activeFfnWidth({
  ffnWidth,
  experts,
  expertsPerToken,
  sharedFfnWidth,
}: LayerArchitecture): number {
  return experts === 0 ? ffnWidth : expertsPerToken * ffnWidth + sharedFfnWidth;
}

/**
 * Weights of one layer that are stored, GiB: attention, and G·h·(f · E + shared) of the feed-forward network, E = 1 without
 * experts. Norms, biases and the router are left out: less than 1 % of a layer.
 */
export function layerWeightGib(architecture: Architecture, kind: LayerArchitecture): number {
  const { hidden, weightBytes, weightFormat } = architecture;
  const isExpertsOnly = weightFormat === "mxfp4";
  const otherBytes = isExpertsOnly ? BYTES_16_BIT : weightBytes;
  const perWidth = kind.ffnMatrices * hidden;
  const ffnBytes =
    kind.experts === 0
      ? perWidth * kind.ffnWidth * otherBytes
      : perWidth * (kind.experts * kind.ffnWidth * weightBytes + kind.sharedFfnWidth * otherBytes);
  return (attentionWeights(architecture, kind) * otherBytes + ffnBytes) / GIB;
}

/** Weights of the attention of one layer: h·d·(2·H + 2·Hkv) for query, output, key and value. */
function attentionWeights(
  { hidden, heads, headDim, latent }: Architecture,
  { kvHeads }: LayerArchitecture,
): number {
  return latent
    ? latentWeights(hidden, heads, latent)
    : hidden * headDim * (2 * heads + 2 * kvHeads);
}

/**
 * Weights of multi-head latent attention: queries (through their own rank, if they have one), the latent vector and the rotary
 * key, keys and values from the latent vector, output. Source: DeepSeek-V2, arXiv 2405.04434, section 2.1 and appendix B.
 */
function latentWeights(
  hidden: number,
  heads: number,
  { kvRank, qRank, ropeDim, nopeDim, valueDim }: LatentAttention,
): number {
  const queryWidth = heads * (nopeDim + ropeDim);
  const query = qRank > 0 ? qRank * (hidden + queryWidth) : hidden * queryWidth;
  return (
    query +
    hidden * (kvRank + ropeDim) +
    kvRank * heads * (nopeDim + valueDim) +
    heads * valueDim * hidden
  );
}
