import type { CostModel } from "../../src/cost/cost-model.ts";
import { areLayersAlike, type Model } from "../../src/model/model.ts";
import {
  type LayerKind,
  type LayerPlan,
  type Outline,
  outlineOf,
} from "../../src/model/outline.ts";
import { restated, statedModel } from "../support/models.ts";
import type { Prng } from "./prng.ts";
import { GPU_MODELS } from "./random-pool.ts";
import { createTableModel, type MessageFactors, type ServingFactors } from "./table-model.ts";

export function drawModel(
  prng: Prng,
  numLayers: number,
  layerWeightGib: number,
  isUneven: boolean,
): Model {
  const dModel = prng.pick([512, 1024, 4096, 8192]);
  const numAttentionHeads = dModel / 128;
  const outline: Outline = {
    numLayers,
    dModel,
    dHidden: dModel * prng.pick([2.5, 4]),
    vocabSize: 32_000,
    numAttentionHeads,
    numKvHeads: numAttentionHeads / prng.pick([1, 2, 4]),
    bytesPerElement: prng.pick([1, 2, 2]),
    layerWeightGib,
  };
  if (!isUneven) return statedModel("drawn", outline);
  const { allowedCuts, ...layers } = drawPlan(prng, outline);
  return statedModel("drawn", { ...outline, layers }, allowedCuts);
}

function drawPlan(prng: Prng, outline: Outline): LayerPlan & Pick<Model, "allowedCuts"> {
  const { numLayers, layerWeightGib, dHidden, numKvHeads } = outline;
  const kinds = Array.from(
    { length: prng.int(1, 3) },
    (): LayerKind => ({
      weightGib: layerWeightGib * prng.pick([0.5, 1, 1, 2]),
      dHidden: dHidden * prng.pick([0.25, 1, 1, 3]),
      numKvHeads,
      attentionWindowTokens: prng.pick([null, null, 128]),
    }),
  );
  // One kind after the other, in turns, or in no order.
  const pattern = prng.pick(["blocks", "turns", "any"] as const);
  const kindOf = Array.from({ length: numLayers }, (_, layer) => {
    if (pattern === "blocks") return Math.floor((layer * kinds.length) / numLayers);
    return pattern === "turns" ? layer % kinds.length : prng.int(0, kinds.length - 1);
  });
  const isOften = prng.pick([0.4, 0.8]);
  const cuts = Array.from({ length: numLayers - 1 }, (_, i) => i + 1).filter(() =>
    prng.chance(isOften),
  );
  return {
    kinds,
    kindOf,
    embeddingGib: layerWeightGib * prng.pick([0, 0.5, 2]),
    lmHeadGib: layerWeightGib * prng.pick([0, 0.5, 2]),
    allowedCuts: prng.chance(0.4) ? cuts : null,
  };
}

/** A made-up cost model of a model; of its layer plan it knows the kinds and the ends. */
export function drawTableModel(
  prng: Prng,
  model: Model,
  serving: ServingFactors | null = null,
  messages: MessageFactors | null = null,
): CostModel {
  const { numLayers, layers, layerWeightGib } = outlineOf(model.architecture);
  const wholeRates = prng.chance(0.5);
  const workOfKind = [prng.pick([1, 1, 2]), prng.pick([0.5, 1, 4]), prng.pick([0.25, 1, 1.5])];
  const memoryOfKind = [prng.pick([1, 1, 2]), prng.pick([0.5, 1, 4]), prng.pick([0.25, 1, 1.5])];
  const ends = layers ? [prng.pick([0, 0.5, 2]), prng.pick([0, 0.5, 2])] : [0, 0];
  const weights = (ofKind: readonly number[]): number[] =>
    Array.from({ length: numLayers }, (_, layer) => {
      const own = layers ? ofKind[layers.kindOf[layer]!]! : 1;
      return own + (layer === 0 ? ends[0]! : 0) + (layer === numLayers - 1 ? ends[1]! : 0);
    });
  return createTableModel({
    work: weights(workOfKind),
    memory: weights(memoryOfKind),
    layersAreAlike: areLayersAlike(model),
    speed: new Map(GPU_MODELS.map((name) => [name, prng.int(1, wholeRates ? 8 : 60) * 40])),
    layerExponent: prng.pick([0, 0.5, 1, 1, 1]),
    wholeRates,
    tpExponent: prng.pick([0, 0.7, 1, 1.1]),
    collectiveRate: prng.pick([100, 1000, 1e6]),
    linkRate: prng.pick([1, 10]),
    weightsGib: layerWeightGib,
    cacheGib: prng.pick([0, 0.01, 0.05]),
    activationsGib: prng.pick([0, 0.5, 2]),
    efficiencies: prng.pick([
      [1, 0.9, 0.8, 0.7, 0.6],
      [1],
      [1, 0.5, 0.9, 0.6, 0.95],
      [0.5, 0.75, 1],
    ]),
    realWorldEfficiency: prng.pick([1, 0.3]),
    serving,
    messages,
  });
}

/** Latencies of stages of about a second, and, more often than not, stages that depend on their number. */
export function drawServing(prng: Prng): ServingFactors {
  return {
    splitExponent: prng.pick([0, 0.5, 1, 1]),
    ttft: {
      perWork: prng.pick([50, 200]),
      exponent: prng.pick([0.5, 1, 1, 1, 1.5]),
      perStage: prng.pick([0, 0.1, 1]),
    },
    tpot: { perMemory: prng.pick([10, 60]), perStage: prng.pick([0, 0.02, 0.5]) },
    frameTtftSeconds: prng.pick([0, 0.3]),
    frameTpotSeconds: prng.pick([0, 0.05]),
    microBatchesPerStage: prng.pick([0, 1, 1, 1.5]),
  };
}

/** Messages that take about as long as a layer, as a rule less inside an instance than between two. */
export function drawMessages(prng: Prng): MessageFactors {
  const other = prng.pick([0.2, 0.5, 1, 3]);
  return {
    other,
    same: other * prng.pick([0, 0.1, 0.5, 0.5, 1, 1.5]),
    ttftSeconds: prng.pick([0, 0.3, 0.3, -0.05]),
    tpotSeconds: prng.pick([0, 0.1, 0.1, -0.01]),
  };
}

/** The model with layers in which nothing differs but the ends. */
export function withEnds(prng: Prng, model: Model): Model {
  const { layerWeightGib, dHidden, numKvHeads, numLayers } = outlineOf(model.architecture);
  const kind = { weightGib: layerWeightGib, dHidden, numKvHeads, attentionWindowTokens: null };
  const layers = {
    kinds: [kind],
    kindOf: new Array<number>(numLayers).fill(0),
    embeddingGib: layerWeightGib * prng.pick([0.5, 2]),
    lmHeadGib: layerWeightGib * prng.pick([0.5, 2]),
  };
  return { ...restated(model, { layers }), allowedCuts: null };
}
