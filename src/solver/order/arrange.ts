import type { Placement, PlacementStage } from "../../placement/placement.ts";

/**
 * Puts the stages of a placement into an order whose links are all allowed and cross instances as rarely as possible
 * (Held and Karp's dynamic program over subsets, on at most 16 stages). Stages of equal layer sizes are alike to the cost
 * model, so that any order is as good; layers are handed out anew.
 *
 * @param lowestGpu global number of a stage's lowest GPU
 * @param ends whether the first and the last stage may stand anywhere, or have to stay where they are
 * @returns null when no order is allowed, or when there are too many stages to try
 */
export function arrangeStages(
  placement: Placement,
  lowestGpu: (stage: PlacementStage) => number,
  allows: (source: number, target: number) => boolean,
  ends: "free" | "fixed",
): { readonly placement: Placement; readonly crossings: number } | null {
  const { stages } = placement;
  const count = stages.length;
  if (count > 16) return null;
  const gpus = stages.map(lowestGpu);
  const step = (from: number, to: number): number => {
    if (!allows(gpus[from]!, gpus[to]!)) return Number.POSITIVE_INFINITY;
    return stages[from]!.gpu_type === stages[to]!.gpu_type ? 0 : 1;
  };
  const full = (1 << count) - 1;
  const best = new Float64Array((full + 1) * count).fill(Number.POSITIVE_INFINITY);
  const previous = new Int8Array((full + 1) * count).fill(-1);
  const isFree = ends === "free";
  for (let i = 0; i < (isFree ? count : 1); i++) best[(1 << i) * count + i] = 0;
  for (let set = 1; set <= full; set++) {
    for (let last = 0; last < count; last++) {
      const sofar = best[set * count + last]!;
      if (sofar === Number.POSITIVE_INFINITY) continue;
      for (let next = 0; next < count; next++) {
        if (set & (1 << next)) continue;
        // The last stage comes when all others have had their turn.
        if (!isFree && next === count - 1 && (set | (1 << next)) !== full) continue;
        const state = (set | (1 << next)) * count + next;
        const total = sofar + step(last, next);
        if (total < best[state]!) {
          best[state] = total;
          previous[state] = last;
        }
      }
    }
  }
  let last = 0;
  for (let i = 1; i < count; i++) {
    if (best[full * count + i]! < best[full * count + last]!) last = i;
  }
  const crossings = best[full * count + last]!;
  if (crossings === Number.POSITIVE_INFINITY) return null;
  const order: PlacementStage[] = [];
  for (let set = full, at = last; at >= 0; ) {
    order.unshift(stages[at]!);
    const before = previous[set * count + at]!;
    set &= ~(1 << at);
    at = before;
  }
  let nextLayer = 1;
  return {
    crossings,
    placement: {
      ...placement,
      stages: order.map((stage) => {
        const start_layer = nextLayer;
        nextLayer += stage.end_layer - stage.start_layer + 1;
        return { ...stage, start_layer, end_layer: nextLayer - 1 };
      }),
    },
  };
}
