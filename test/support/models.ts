import type { Architecture, LayerArchitecture } from "../../src/model/architecture.ts";
import type {
  Attention,
  GroupedQueryAttention,
  LatentAttention,
} from "../../src/model/attention.ts";
import type { Model } from "../../src/model/model.ts";
import { architectureOfOutline, type Outline, outlineOf } from "../../src/model/outline.ts";

/** A model of which little more than its outline is stated. */
export function statedModel(
  name: string,
  outline: Outline,
  allowedCuts: readonly number[] | null = null,
): Model {
  return { name, architecture: architectureOfOutline(outline), allowedCuts };
}

/** A model with something else stated in its outline. */
export function restated(model: Model, changes: Partial<Outline>): Model {
  const outline = { ...outlineOf(model.architecture), ...changes };
  return { ...model, architecture: architectureOfOutline(outline) };
}

/** A kind of layer whose attention is otherwise. */
export function attending(
  kind: LayerArchitecture,
  changes: Partial<GroupedQueryAttention>,
): LayerArchitecture {
  return { ...kind, attention: { ...kind.attention, ...changes } as Attention };
}

/** An architecture whose attention is otherwise in all layers. */
export function withAttention(
  architecture: Architecture,
  changes: Partial<GroupedQueryAttention>,
): Architecture {
  return { ...architecture, kinds: architecture.kinds.map((kind) => attending(kind, changes)) };
}

/** The widths of latent attention. */
export type LatentWidths = Omit<LatentAttention, "kind" | "heads" | "windowTokens">;

/** An architecture with latent attention in all layers. */
export function withLatent(architecture: Architecture, widths: LatentWidths): Architecture {
  return {
    ...architecture,
    kinds: architecture.kinds.map(({ attention: { heads, windowTokens }, ...kind }) => ({
      ...kind,
      attention: { kind: "latent", heads, ...widths, windowTokens },
    })),
  };
}
