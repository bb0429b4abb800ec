import type { OptionAtRate } from "../stages/candidates-at-rate.ts";
import { sizesOf } from "../stages/starts-at-rate.ts";
import { type Demand, type Held, heldBy } from "./demand.ts";
import { heaviestAnywhere, type LayerWeights } from "./layer-weights.ts";

/** Weights of layers used for bounds, in whole steps of this part of an average layer, rounded up where a stage holds them. */
const WEIGHT_STEPS = 4;

/**
 * What the stages of any placement hold together, whatever their order: the number of layers, and what these weigh.
 * @param weights the number of layers first
 */
export function layerDemands(layers: number, weights: readonly LayerWeights[]): Demand[] {
  return [
    { total: layers, holds: mostLayers },
    ...weights.slice(1).map((each) => ({
      total: layers * WEIGHT_STEPS,
      holds: (option: OptionAtRate) =>
        heldBy(option, (starts) => Math.ceil(heaviestAnywhere(each, starts) * WEIGHT_STEPS)),
    })),
  ];
}

function mostLayers(option: OptionAtRate): Held {
  return option.stays === null
    ? { any: option.largest, leaving: option.largest }
    : { any: option.largest, leaving: sizesOf(option.starts).at(-1) ?? 0 };
}
