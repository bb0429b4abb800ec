import { InputError } from "../errors.ts";
import type { Architecture } from "./architecture.ts";
import { isUniform } from "./outline.ts";
import type { WeightGroups } from "./weight-groups.ts";

/** The network being served: a decoder-only transformer by its matrices, and where it comes from. */
export interface Model {
  readonly name: string;
  readonly architecture: Architecture;
  /** Layers after which a stage may end, rising, from 1 to L − 1; null: after any. */
  readonly allowedCuts: readonly number[] | null;
  /** The Hugging Face repository, `owner/name`, that has these weights; absent where none is known. */
  readonly checkpoint?: string;
  /** The Hugging Face repository that has the model's weights in 16 bits; absent where none is known. */
  readonly checkpoint16Bit?: string;
  /**
   * A repository of another publisher that has these weights in their format, in the layout compressed-tensors; absent where none is
   * known or needed.
   */
  readonly quantisedCheckpoint?: string;
  /** Longest request that the model is made for, tokens; absent where it is not known. */
  readonly maxContextTokens?: number;
  /** The checkpoint brings code of its own, which an engine runs only when it is told to; absent: none is known. */
  readonly hasOwnCode?: true;
  /** Weights that share a scale and are not parted; absent where there are none. */
  readonly weightGroups?: WeightGroups;
}

/** L: decoder layers. */
export function layerCount({ architecture }: Model): number {
  return architecture.kindOf.length;
}

/** Whether a stage may end after a layer. */
export function isAllowedCut(model: Model, lastLayer: number): boolean {
  const { allowedCuts } = model;
  return lastLayer === layerCount(model) || allowedCuts === null || allowedCuts.includes(lastLayer);
}

/** Whether runs of as many layers are alike wherever they start: one kind of layer, and nothing at the ends. */
export function areLayersAlike({ architecture }: Model): boolean {
  return isUniform(architecture);
}

/** The architecture where its matrices are known; null where weights are stated, and neither their format nor experts are known. */
export function knownArchitecture({ architecture }: Model): Architecture | null {
  return architecture.stated?.weights ? null : architecture;
}

/** @throws InputError when the parts of a model do not fit together */
export function checkModel({ architecture, allowedCuts }: Model): void {
  const { kinds, kindOf, stated } = architecture;
  const lost = kindOf.findIndex((kind) => !kinds[kind]);
  if (lost >= 0) {
    throw new InputError(
      "layers",
      `layer ${lost + 1} is of kind ${kindOf[lost]}, which is not described.`,
      "",
    );
  }
  const weights = stated?.weights;
  if (weights && weights.layerGib.length !== kinds.length) {
    throw new InputError(
      "layers",
      `weights of ${weights.layerGib.length} kinds of layers are stated, there are ${kinds.length}.`,
      "State the weight of every kind.",
    );
  }
  if (weights && !weights.ends && kinds.length > 1) {
    throw new InputError(
      "layers",
      "layers of several kinds are described, and no weights at the ends.",
      "State the weights of embedding and LM head, 0 for none.",
    );
  }
  for (const cut of allowedCuts ?? []) {
    if (!Number.isSafeInteger(cut) || cut < 1 || cut >= kindOf.length) {
      throw new InputError(
        "layers",
        `a cut after layer ${cut} is not inside the model.`,
        `Cuts are after layers 1 to ${kindOf.length - 1}.`,
      );
    }
  }
}
