import type { Architecture } from "../../model/architecture.ts";
import {
  type GroupContext,
  headSeconds,
  type LayerSeconds,
  layerSeconds,
  type StepLoad,
} from "./layer-time.ts";
import type { StageContent } from "./memory.ts";
import type { EngineParameters } from "./parameters.ts";

/** Power of the smooth maximum between a layer's kernels and launching them. Shape of the 2023 engines' floor. */
export const FLOOR_POWER = 6;

/** What one step takes of a stage, piece by piece, seconds. */
export interface StepTimes {
  /** One layer of each kind. */
  readonly layerOfKind: readonly LayerSeconds[];
  /** The LM head, on the last stage. */
  readonly head: number;
  /** The stage's share of the step's CPU time. */
  readonly cpu: number;
  /** Least time of one layer without CUDA graphs. */
  readonly launchFloor: number;
}

/**
 * Times of one step on a TP group.
 * @param stepShare 1 / stages: a step's CPU time is paid once per passage of the pipeline
 */
export function stepTimes(
  context: GroupContext,
  load: StepLoad,
  stepShare: number,
  isLlamaCpp4: boolean,
): StepTimes {
  const { architecture, parameters } = context;
  const { stepMs, sequenceUs, launchFloorUs } = parameters.engine;
  return {
    layerOfKind: architecture.kinds.map((kind) => layerSeconds(context, kind, load)),
    head: headSeconds(context, load.logitSequences, isLlamaCpp4),
    cpu: stepShare * (stepMs * 1e-3 + sequenceUs * 1e-6 * load.logitSequences),
    launchFloor: launchFloorUs * 1e-6,
  };
}

/**
 * Seconds of one step of a stage: F(layers) + head on the last stage + CPU.
 * F(y) = y with CUDA graphs, else (y⁶ + (layers · floor)⁶)^(1/6).
 */
export function stageSeconds(times: StepTimes, content: StageContent): number {
  let layers = 0;
  let count = 0;
  const { layersOfKind } = content;
  for (let kind = 0; kind < layersOfKind.length; kind++) {
    layers += layersOfKind[kind]! * times.layerOfKind[kind]!.total;
    count += layersOfKind[kind]!;
  }
  const floor = count * times.launchFloor;
  const launched = isLaunchBound(layers, floor)
    ? (layers ** FLOOR_POWER + floor ** FLOOR_POWER) ** (1 / FLOOR_POWER)
    : layers;
  return launched + (content.hasHead ? times.head : 0) + times.cpu;
}

/**
 * Whether the seconds of a step are a + Σ n_k · b_k, n_k layers of kind k: where launching kernels is never seen, because the gaps between
 * them, a part of every layer, take far longer, or where one kind of layer is all there is, because F is homogeneous. Elsewhere
 * F is convex in the n_k.
 */
export function areStepsAffine(
  { kinds }: Architecture,
  { layerUs, launchFloorUs }: EngineParameters,
): boolean {
  return kinds.length === 1 || !isLaunchBound(layerUs, launchFloorUs);
}

/** Whether launching kernels is to be seen in the time of a stage's layers at all. */
export function isLaunchBound(layersSeconds: number, floorSeconds: number): boolean {
  return floorSeconds > layersSeconds * 1e-3;
}
