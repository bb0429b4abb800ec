import type { WeightFormat } from "../model/architecture.ts";
import type { LayerPart, WeightGroups } from "../model/weight-groups.ts";
import { layerMatrices } from "./layer-matrices.ts";
import { groupOfFormat, type Quantization } from "./quantization.ts";
import type { Dimensions } from "./weights.ts";

const PARTS: readonly LayerPart[] = ["attention", "dense", "experts", "shared"];

/**
 * The weights that share a scale, and the parts of layers that have them; null where there are none. Where another format is served than the
 * checkpoint's, only what that format itself says counts.
 */
export function weightGroupsOf(
  dimensions: Dimensions,
  quantization: Quantization | null,
  asked: WeightFormat | undefined,
): WeightGroups | null {
  if (asked !== undefined) {
    const group = groupOfFormat(asked);
    return group && { ...group, parts: PARTS };
  }
  if (!quantization?.group) return null;
  const { group, isLeftAlone } = quantization;
  const matrices = dimensions.kinds.map((kind) => layerMatrices(dimensions.hidden, kind));
  const quantised = new Set(
    dimensions.kindOf.flatMap((kind, layer) =>
      matrices[kind]!.filter(({ names }) => !isLeftAlone(layer, names)).map(({ part }) => part),
    ),
  );
  const parts = PARTS.filter((part) => quantised.has(part));
  return parts.length === 0 ? null : { ...group, parts };
}
