import { alikeKind, type LayerKind, type Outline } from "../../model/outline.ts";

/** How many layers of each kind a run of layers holds. */
export interface KindCount {
  readonly kind: LayerKind;
  readonly layers: number;
}

/** Answers how many layers of each kind lie in a run, in constant time per kind. */
export class LayerCounter {
  private readonly kinds: readonly LayerKind[];
  private readonly numLayers: number;
  /** before[kind][n]: layers of the kind among the first n; null when all layers are alike. */
  private readonly before: readonly Uint32Array[] | null;

  constructor(outline: Outline) {
    this.kinds = outline.layers?.kinds ?? [alikeKind(outline)];
    this.numLayers = outline.numLayers;
    const plan = outline.layers;
    this.before = plan
      ? this.kinds.map((_, kind) => {
          const counts = new Uint32Array(outline.numLayers + 1);
          for (let n = 0; n < outline.numLayers; n++) {
            counts[n + 1] = counts[n]! + (plan.kindOf[n] === kind ? 1 : 0);
          }
          return counts;
        })
      : null;
  }

  /** @param startLayer first layer of the run, from 1 */
  count(startLayer: number, layers: number): readonly KindCount[] {
    const { before } = this;
    if (!before) return [{ kind: this.kinds[0]!, layers }];
    // A run beyond the model's end breaks a rule of its own; here it ends with the model.
    const from = Math.min(startLayer - 1, this.numLayers);
    const to = Math.min(startLayer - 1 + layers, this.numLayers);
    const counts: KindCount[] = [];
    for (const [position, kind] of this.kinds.entries()) {
      const known = before[position]!;
      const here = known[to]! - known[from]!;
      if (here > 0) counts.push({ kind, layers: here });
    }
    return counts;
  }
}

/** K = Hkv · D / H: width of the key (or value) projection, elements. */
export function kvWidth(
  { dModel, numAttentionHeads }: Pick<Outline, "dModel" | "numAttentionHeads">,
  numKvHeads: number,
): number {
  return (numKvHeads * dModel) / numAttentionHeads;
}
