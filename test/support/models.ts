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
