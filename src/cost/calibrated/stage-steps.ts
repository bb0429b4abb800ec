import type { Architecture } from "../../model/architecture.ts";
import { headSeconds, layerSeconds, type StepLoad } from "./layer-time.ts";
import type { GroupKernels } from "./layer-work.ts";
import type { StageContent } from "./memory.ts";
import type { EngineParameters } from "./parameters.ts";

/** Power of the smooth maximum between a layer's kernels and launching them. Shape of the 2023 engines' floor. */
export const FLOOR_POWER = 6;

/** What a step of a stage takes beside its kernels, seconds. */
export interface StepOverhead {
  /** The stage's share of the step's CPU time. */
  readonly cpu: number;
  /** Least time of one layer without CUDA graphs. */
  readonly launchFloor: number;
}

/** @param stepShare 1 / stages: a step's CPU time is paid once per passage of the pipeline */
export function stepOverhead(
  { stepMs, sequenceUs, launchFloorUs }: EngineParameters,
  { logitSequences }: StepLoad,
  stepShare: number,
): StepOverhead {
  return {
    cpu: stepShare * (stepMs * 1e-3 + sequenceUs * 1e-6 * logitSequences),
    launchFloor: launchFloorUs * 1e-6,
  };
}

/** What one step takes of the stages on a group, piece by piece; each piece is worked out when it is first asked for. */
export class StepTimes {
  /** @param known where pieces are kept from `at` on: a layer of each kind, then the LM head; NaN where nobody has asked */
  constructor(
    readonly kernels: GroupKernels,
    readonly load: StepLoad,
    readonly overhead: StepOverhead,
    private readonly known: number[] = unknownPieces(kernels, 1),
    private readonly at: number = 0,
  ) {}

  layerSeconds(kind: number): number {
    const at = this.at + kind;
    let seconds = this.known[at]!;
    if (Number.isNaN(seconds)) {
      seconds = layerSeconds(this.kernels.layers[kind]!, this.load);
      this.known[at] = seconds;
    }
    return seconds;
  }

  headSeconds(): number {
    const at = this.at + this.kernels.layers.length;
    let seconds = this.known[at]!;
    if (Number.isNaN(seconds)) {
      seconds = headSeconds(this.kernels.head, this.load.logitSequences);
      this.known[at] = seconds;
    }
    return seconds;
  }
}

/** Pieces of one step on a group. */
export function pieceCount({ layers }: GroupKernels): number {
  return layers.length + 1;
}

/** Room for the pieces of so many steps. */
export function unknownPieces(kernels: GroupKernels, steps: number): number[] {
  const pieces: number[] = [];
  for (let i = 0; i < steps * pieceCount(kernels); i++) pieces.push(Number.NaN);
  return pieces;
}

/**
 * Seconds of one step of a stage: F(layers) + head on the last stage + CPU.
 * F(y) = y with CUDA graphs, else (y⁶ + (layers · floor)⁶)^(1/6).
 */
export function stageSeconds(times: StepTimes, { layersOfKind, hasHead }: StageContent): number {
  const { cpu, launchFloor } = times.overhead;
  let layers = 0;
  let count = 0;
  for (let kind = 0; kind < layersOfKind.length; kind++) {
    const here = layersOfKind[kind]!;
    if (here === 0) continue;
    layers += here * times.layerSeconds(kind);
    count += here;
  }
  const floor = count * launchFloor;
  const launched = isLaunchBound(layers, floor)
    ? (layers ** FLOOR_POWER + floor ** FLOOR_POWER) ** (1 / FLOOR_POWER)
    : layers;
  return launched + (hasHead ? times.headSeconds() : 0) + cpu;
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
