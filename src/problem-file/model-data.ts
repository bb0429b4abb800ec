import { InputError } from "../errors.ts";
import type { Architecture } from "../model/architecture.ts";
import type { Model } from "../model/model.ts";
import {
  architectureOfOutline,
  type LayerPlan,
  layerPlanOf,
  type Outline,
  outlineOf,
  statedSizes,
} from "../model/outline.ts";
import { architectureOfMatrices, type MatricesData, matricesData } from "./matrices-data.ts";

/** What to do about a stored problem that is refused. */
export const RENEW = "Solve again, and export the new output; or give the problem by flags.";

/** How far a stored weight and the one that follows from the matrices may be apart. */
const ROUNDING = 1e-9;

/** What stored problems hold of a model: its outline, with the allowed cuts beside its layers, and its matrices where they are known. */
export interface ModelData
  extends Omit<Outline, "layers">,
    Omit<Model, "allowedCuts" | "architecture"> {
  readonly layers?: LayerPlan & Pick<Model, "allowedCuts">;
  readonly architecture?: MatricesData;
}

/** What is stored of a model. */
export function modelData({ architecture, allowedCuts, ...facts }: Model): ModelData {
  const { layers, ...outline } = outlineOf(architecture);
  return {
    ...facts,
    ...outline,
    ...((layers || allowedCuts) && {
      layers: { ...(layers ?? layerPlanOf(architecture)), allowedCuts },
    }),
    ...(!architecture.stated?.weights && { architecture: matricesData(architecture) }),
  };
}

/**
 * The model of stored data.
 * @param where the model's place, for messages
 * @throws InputError with the path of a field that contradicts another one
 */
export function modelOfData(data: ModelData, where: string): Model {
  checkAgreement(data, where);
  const {
    numLayers: _1,
    dModel: _2,
    dHidden: _3,
    vocabSize: _4,
    numAttentionHeads: _5,
    numKvHeads: _6,
    bytesPerElement: _7,
    layerWeightGib: _8,
    layers,
    architecture,
    ...facts
  } = data;
  return {
    ...facts,
    architecture: architecture
      ? withSizes(architectureOfMatrices(architecture), data)
      : architectureOfOutline(data),
    allowedCuts: layers?.allowedCuts ?? null,
  };
}

/** The matrices with the sizes of an outline, where those are others than the matrices give. */
function withSizes(matrices: Architecture, data: Outline): Architecture {
  const stated = statedSizes(data);
  const own = statedSizes(outlineOf(matrices));
  const isOwn = Object.entries(own).every(
    ([name, size]) => stated[name as keyof typeof own] === size,
  );
  return isOwn ? matrices : { ...matrices, stated };
}

/** A dimension stands both in the outline and in the matrices; lengths of rows are both's. */
function checkAgreement(data: ModelData, where: string): void {
  const { numLayers, layers, architecture } = data;
  const refuse = (path: string, problem: string): never => {
    throw new InputError(`${where}.${path}`, problem, RENEW);
  };
  const pairs: readonly (readonly [string, number, string, number | undefined])[] = [
    ["num_layers", numLayers, "layers.kind_of", layers?.kindOf.length],
    ["num_layers", numLayers, "architecture.kind_of", architecture?.kindOf.length],
    ["d_model", data.dModel, "architecture.hidden", architecture?.hidden],
    ["vocab_size", data.vocabSize, "architecture.vocab", architecture?.vocab],
    ["num_attention_heads", data.numAttentionHeads, "architecture.heads", architecture?.heads],
  ];
  for (const [name, value, other, its] of pairs) {
    if (its === undefined || its === value) continue;
    const what = other.endsWith("kind_of") ? `it describes ${its} layers` : `it is ${its}`;
    refuse(other, `${what}, and ${name} is ${value}.`);
  }
  if (!architecture) return;
  const lost = architecture.kindOf.find((kind) => kind >= architecture.kinds.length);
  if (lost !== undefined) {
    refuse(
      "architecture.kind_of",
      `it names a kind ${lost}, and there are ${architecture.kinds.length} from 0.`,
    );
  }
  if (
    layers &&
    !areSameLayers(
      layers,
      layerPlanOf(architectureOfMatrices(architecture)),
      architecture.latent !== null,
    )
  ) {
    refuse("layers", "they are not those of its architecture.");
  }
}

/** Latent attention keeps no key/value heads: files have had any number of them. */
function areSameLayers(one: LayerPlan, other: LayerPlan, isLatent: boolean): boolean {
  const isNear = (a: number, b: number): boolean => Math.abs(a - b) <= ROUNDING * Math.abs(b);
  return (
    one.kinds.length === other.kinds.length &&
    one.kinds.every((kind, position) => {
      const its = other.kinds[position]!;
      return (
        isNear(kind.weightGib, its.weightGib) &&
        kind.dHidden === its.dHidden &&
        (isLatent || kind.numKvHeads === its.numKvHeads) &&
        kind.attentionWindowTokens === its.attentionWindowTokens
      );
    }) &&
    one.kindOf.every((kind, layer) => kind === other.kindOf[layer]) &&
    isNear(one.embeddingGib, other.embeddingGib) &&
    isNear(one.lmHeadGib, other.lmHeadGib)
  );
}
