import { type Placement, placementAt } from "../../placement/placement.ts";
import type { OperatingPoint } from "../../workload/workload.ts";

/** A stage that has its place on GPUs and in the model. */
export interface PlacedStage {
  /** Name of the instance. */
  readonly instance: string;
  /** GPUs inside the instance; their number is the TP degree. */
  readonly gpuIds: readonly number[];
  /** Layers before the stage. */
  readonly before: number;
}

/** The placement of stages in the order of the pipeline: each ends where the next one starts. */
export function placementOf(
  stages: readonly PlacedStage[],
  layers: number,
  point: OperatingPoint,
): Placement {
  return placementAt(
    point,
    stages.map(({ instance, gpuIds, before }, i) => ({
      gpu_type: instance,
      tp_degree: gpuIds.length,
      gpu_ids: gpuIds,
      start_layer: before + 1,
      end_layer: stages[i + 1]?.before ?? layers,
    })),
  );
}
