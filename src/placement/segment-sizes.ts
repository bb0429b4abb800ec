import type { PlacementRules } from "./problem.ts";

/** Whether a size is allowed under segment quantisation: a divisor of L, or a power of two from 4 up to L. */
export function isQuantisedSize(size: number, numLayers: number): boolean {
  if (size < 1 || size > numLayers) return false;
  return numLayers % size === 0 || (size >= 4 && Number.isInteger(Math.log2(size)));
}

/** ceil(L / max_pipeline_stages): fewer layers in every stage could not cover the model. */
export function minPipelineSegment(numLayers: number, rules: PlacementRules): number {
  return Math.ceil(numLayers / rules.maxPipelineStages);
}

/** The sizes a stage may have by the rules on sizes alone (not memory), rising. */
export function allowedSegmentSizes(numLayers: number, rules: PlacementRules): number[] {
  const sizes: number[] = [];
  const least = Math.max(1, rules.minLayersPerStage, minPipelineSegment(numLayers, rules));
  for (let size = least; size <= numLayers; size++) {
    if (!rules.quantizeSegments || isQuantisedSize(size, numLayers)) sizes.push(size);
  }
  return sizes;
}
