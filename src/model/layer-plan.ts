import type { Architecture, LayerArchitecture } from "./architecture.ts";
import { attentionParameters } from "./matrices.ts";
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
  return (attentionParameters(architecture, kind, 1) * otherBytes + ffnBytes) / GIB;
}
