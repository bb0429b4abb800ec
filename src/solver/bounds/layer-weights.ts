import { tpLayout } from "../../model/layout.ts";
import { areLayersAlike, layerCount, type Model } from "../../model/model.ts";
import type { Problem } from "../../placement/problem.ts";
import type { InstanceClass } from "../instances/instance-class.ts";
import { LayerWindows } from "../stages/layer-windows.ts";
import type { StageSetting } from "../stages/stage-options.ts";
import {
  forEachRun,
  POSITIONS,
  type Position,
  type StartsAtRate,
} from "../stages/starts-at-rate.ts";

/** A weight for every layer, as prefix sums: prefix[n] is the weight of the first n layers. */
export type LayerWeights = Float64Array;

/**
 * Weights of layers under which stages can be compared with what the model needs. For any such weight the heaviest segments
 * that the chosen stages can carry have to add up to the whole model, whatever the order: each is a valid row. Used
 * are the number of layers, their time on every kind of TP group, and their memory.
 * `ends`: whether the first and the last layer weigh what they do, or what another layer of their kind does. Where positions
 * are told apart the latter is enough, and gives fewer weights. `most`: no more of them than this.
 */
export function layerWeights(
  { model, costModel }: Problem,
  classes: readonly InstanceClass[],
  { point, pipelineStages }: Pick<StageSetting, "point" | "pipelineStages">,
  ends: "own" | "as inside",
  most: number,
): LayerWeights[] {
  const numLayers = layerCount(model);
  const layerWeights = new Map<string, LayerWeights>();
  const first = firstLikes(model, ends);
  const add = (weightOf: (startLayer: number) => number): void => {
    const weights = new Map<number, number>();
    const prefix = new Float64Array(numLayers + 1);
    for (const [before, like] of first.entries()) {
      const weight = weights.get(like) ?? weightOf(like + 1);
      weights.set(like, weight);
      prefix[before + 1] = prefix[before]! + weight;
    }
    // Scaled to L, so that the rows are alike in size.
    const scale = numLayers / prefix[numLayers]!;
    const key = [...weights.values()].map((weight) => (weight * scale).toPrecision(9)).join();
    layerWeights.set(
      key,
      prefix.map((weight) => weight * scale),
    );
  };
  add(() => 1);
  // Where all layers weigh the same, whichever they are, their number says it all.
  if (new Set(first).size === 1) return [...layerWeights.values()];
  for (const { type, kinds } of classes) {
    for (const group of kinds) {
      if (layerWeights.size >= most) return [...layerWeights.values()].slice(0, most);
      const shapeOf = (startLayer: number) => ({
        instance: type.instance,
        group,
        layout: tpLayout(group.gpus),
        startLayer,
        layers: 1,
        pipelineStages,
        // A weight of layers, so that messages do not belong to it.
        next: "none" as const,
      });
      add((startLayer) => 1 / costModel.stage(shapeOf(startLayer), point).tokensPerSecond);
      add((startLayer) => {
        const { weightsGib, kvCacheGib } = costModel.memory(shapeOf(startLayer), point);
        return weightsGib + kvCacheGib;
      });
    }
  }
  return [...layerWeights.values()];
}

/** The heaviest run that a stage may hold wherever it stands. */
export function heaviestAnywhere(weights: LayerWeights, starts: StartsAtRate): number {
  let heaviest = 0;
  for (const position of POSITIONS) {
    heaviest = Math.max(heaviest, extentAt(weights, starts, position)?.heaviest ?? 0);
  }
  return heaviest;
}

/** For each layer, counted from 0, the first that is like it: layers that are alike weigh the same. */
function firstLikes(model: Model, ends: "own" | "as inside"): number[] {
  const kinds = model.architecture.kindOf;
  const numLayers = kinds.length;
  if (areLayersAlike(model)) return kinds.map(() => 0);
  const windows = LayerWindows.of(model);
  return Array.from({ length: numLayers }, (_, layer) => {
    if (layer > 0 && layer < numLayers - 1) return windows.firstLike(layer, 1);
    if (ends === "own") return layer;
    for (let inside = 1; inside < numLayers - 1; inside++) {
      if (kinds[inside] === kinds[layer]) return inside;
    }
    return layer;
  });
}

/** What runs of layers weigh. */
export interface Extent {
  readonly lightest: number;
  readonly heaviest: number;
}

/** The lightest and the heaviest run that a stage may hold at a position; null when it may stand there with none. */
export function extentAt(
  weights: LayerWeights,
  starts: StartsAtRate,
  position: Position,
): Extent | null {
  let lightest = Number.POSITIVE_INFINITY;
  let heaviest = Number.NEGATIVE_INFINITY;
  forEachRun(starts, position, (before, size) => {
    const weight = weights[before + size]! - weights[before]!;
    if (weight < lightest) lightest = weight;
    if (weight > heaviest) heaviest = weight;
  });
  return heaviest === Number.NEGATIVE_INFINITY ? null : { lightest, heaviest };
}
