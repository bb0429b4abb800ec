import { InputError } from "../errors.ts";
import type { Architecture } from "./architecture.ts";
import type { WeightGroups } from "./weight-groups.ts";

/**
 * The network being served: a decoder-only transformer.
 *
 * Dimensions are counts (of elements, heads or layers), sizes are bytes or GiB (1024³ bytes) as the name says.
 */
export interface Model {
  readonly name: string;
  /** L: decoder layers. */
  readonly numLayers: number;
  /** D: width of the residual stream, elements. */
  readonly dModel: number;
  /** F: width of the feed-forward network, elements. */
  readonly dHidden: number;
  /** V: vocabulary, tokens. */
  readonly vocabSize: number;
  /** H: query heads. */
  readonly numAttentionHeads: number;
  /** Hkv: key/value heads; equal to `numAttentionHeads` without grouped-query attention. */
  readonly numKvHeads: number;
  /** e: bytes of one weight, cache or activation element. */
  readonly bytesPerElement: number;
  /** Weights of one decoder layer, GiB. */
  readonly layerWeightGib: number;
  /** How layers differ; absent when all are alike. */
  readonly layers?: LayerPlan;
  /** The model by its matrices, for cost models that look at them. */
  readonly architecture?: Architecture;
  /** The Hugging Face repository, `owner/name`, that has these weights; absent where none is known. */
  readonly checkpoint?: string;
  /** The Hugging Face repository that has the model's weights in 16 bits; absent where none is known. */
  readonly checkpoint16Bit?: string;
  /** Longest request that the model is made for, tokens; absent where it is not known. */
  readonly maxContextTokens?: number;
  /** The checkpoint brings code of its own, which an engine runs only when it is told to; absent: none is known. */
  readonly hasOwnCode?: true;
  /** Weights that share a scale and are not parted; absent where there are none. */
  readonly weightGroups?: WeightGroups;
}

/** Layers that are not alike, what stands at the ends, and where a pipeline may be cut. */
export interface LayerPlan {
  readonly kinds: readonly LayerKind[];
  /** Position in `kinds` of every layer, in order; as long as the model has layers. */
  readonly kindOf: readonly number[];
  /** Weights of the embedding, on the first stage, GiB. */
  readonly embeddingGib: number;
  /** Weights of the LM head, on the last stage, GiB; 0 leaves out its work as well. */
  readonly lmHeadGib: number;
  /** Layers after which a stage may end, rising, from 1 to L − 1; null: after any. */
  readonly allowedCuts: readonly number[] | null;
}

/** What sets one kind of layer apart from another. */
export interface LayerKind {
  /** Weights that are stored, GiB (all experts). */
  readonly weightGib: number;
  /** F: width of the feed-forward network that each token passes, elements (active experts together). */
  readonly dHidden: number;
  /** Hkv of these layers. */
  readonly numKvHeads: number;
  /** Tokens that attention looks back at most; null for all. */
  readonly attentionWindowTokens: number | null;
}

/** K = Hkv · D / H: width of the key (or value) projection, elements. */
export function kvWidth(
  model: Pick<Model, "dModel" | "numAttentionHeads">,
  numKvHeads: number,
): number {
  return (numKvHeads * model.dModel) / model.numAttentionHeads;
}

/** The kinds of a model's layers; one when all are alike. */
export function layerKinds(model: Model): readonly LayerKind[] {
  return (
    model.layers?.kinds ?? [
      {
        weightGib: model.layerWeightGib,
        dHidden: model.dHidden,
        numKvHeads: model.numKvHeads,
        attentionWindowTokens: null,
      },
    ]
  );
}

/** L: decoder layers. */
export function layerCount(model: Model): number {
  return model.numLayers;
}

/** Layers after which a stage may end, rising, from 1 to L − 1; null: after any. */
export function allowedCuts(model: Model): readonly number[] | null {
  return model.layers?.allowedCuts ?? null;
}

/** Whether a stage may end after a layer. */
export function isAllowedCut(model: Model, lastLayer: number): boolean {
  const cuts = allowedCuts(model);
  return lastLayer === layerCount(model) || cuts === null || cuts.includes(lastLayer);
}

/** Whether runs of as many layers are alike wherever they start: one kind of layer, and nothing at the ends. */
export function areLayersAlike(model: Model): boolean {
  return model.layers === undefined;
}

/** The kind of each layer, in order. */
export function layerKindPositions(model: Model): readonly number[] {
  return model.layers?.kindOf ?? new Array<number>(layerCount(model)).fill(0);
}

/** @throws InputError when a layer plan does not fit its model */
export function checkLayerPlan(model: Model): void {
  const plan = model.layers;
  if (!plan) return;
  const { kinds, kindOf, allowedCuts } = plan;
  if (kindOf.length !== model.numLayers) {
    throw new InputError(
      "layers",
      `${kindOf.length} layers are described, the model has ${model.numLayers}.`,
      "Describe every layer once.",
    );
  }
  for (const [layer, kind] of kindOf.entries()) {
    if (!kinds[kind]) {
      throw new InputError(
        "layers",
        `layer ${layer + 1} is of kind ${kind}, which is not described.`,
        "",
      );
    }
  }
  for (const cut of allowedCuts ?? []) {
    if (!Number.isSafeInteger(cut) || cut < 1 || cut >= model.numLayers) {
      throw new InputError(
        "layers",
        `a cut after layer ${cut} is not inside the model.`,
        `Cuts are after layers 1 to ${model.numLayers - 1}.`,
      );
    }
  }
}
