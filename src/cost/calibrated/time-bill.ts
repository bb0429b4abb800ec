import type { TimeBill } from "../cost-model.ts";
import {
  type HeadKernels,
  headKernels,
  type LayerKernels,
  layerKernels,
  overlap,
} from "./layer-time.ts";
import type { StageContent } from "./memory.ts";
import { FLOOR_POWER, isLaunchBound, type StepTimes } from "./stage-steps.ts";

/** Seconds of one step of a stage by what they go into; together `stageSeconds` of the same step. */
type StepBill = Omit<TimeBill, "linksSeconds">;

const NOTHING: StepBill = {
  computeSeconds: 0,
  memorySeconds: 0,
  collectivesSeconds: 0,
  overheadSeconds: 0,
};

/** A step that is counted into a bill. */
export interface BilledStep {
  readonly times: StepTimes;
  /** How often it occurs in a cycle. */
  readonly steps: number;
  /** Message to the next stage, seconds. */
  readonly hopSeconds: number;
}

/**
 * What a stage's cycle goes into, Σ steps · (step + hop), divided by the tokens that it serves.
 * @param tokensPerCycle tokens served in one cycle
 */
export function cycleBill(
  billed: readonly BilledStep[],
  content: StageContent,
  tokensPerCycle: number,
): TimeBill {
  let sum = NOTHING;
  let linksSeconds = 0;
  for (const { times, steps, hopSeconds } of billed) {
    if (steps === 0) continue;
    const step = stepBill(times, content);
    sum = plus(sum, step, steps / tokensPerCycle);
    linksSeconds += (steps * hopSeconds) / tokensPerCycle;
  }
  return { ...sum, linksSeconds };
}

function stepBill(
  { kernels, load, overhead }: StepTimes,
  { layersOfKind, hasHead }: StageContent,
): StepBill {
  let layers = NOTHING;
  let count = 0;
  for (const [position, work] of kernels.layers.entries()) {
    const here = layersOfKind[position] ?? 0;
    if (here === 0) continue;
    layers = plus(layers, layerBill(layerKernels(work, load), work.overlapPower), here);
    count += here;
  }
  const head = hasHead
    ? headBill(headKernels(kernels.head, load.logitSequences), kernels.head.overlapPower)
    : NOTHING;
  const step = plus(launchedBill(layers, count * overhead.launchFloor), head, 1);
  return { ...step, overheadSeconds: step.overheadSeconds + overhead.cpu };
}

function layerBill(kernels: LayerKernels, p: number): StepBill {
  const linear = overlapBill(kernels.linearCompute, kernels.linearMemory, p);
  const ffn = overlapBill(kernels.ffnCompute, kernels.ffnMemory, p);
  const kv = overlapBill(kernels.kvCompute, kernels.kvMemory, p);
  return {
    computeSeconds: linear.compute + ffn.compute + kv.compute + kernels.prefillAttention,
    memorySeconds: linear.memory + ffn.memory + kv.memory + kernels.elementwise,
    collectivesSeconds: kernels.collectives,
    overheadSeconds: kernels.gaps,
  };
}

function headBill({ compute, memory, sampling, gather }: HeadKernels, p: number): StepBill {
  const matrix = overlapBill(compute, memory, p);
  return {
    computeSeconds: matrix.compute,
    memorySeconds: matrix.memory + sampling,
    collectivesSeconds: gather,
    overheadSeconds: 0,
  };
}

/** f = (aᵖ + bᵖ)^(1/p) is homogeneous: f = a · ∂f/∂a + b · ∂f/∂b, of which compute is charged f · aᵖ/(aᵖ + bᵖ). */
function overlapBill(
  compute: number,
  memory: number,
  p: number,
): { readonly compute: number; readonly memory: number } {
  const seconds = overlap(compute, memory, p);
  const ofCompute = seconds * powerShare(compute, memory, p);
  return { compute: ofCompute, memory: seconds - ofCompute };
}

/** The same for the smooth maximum with the time it takes to launch the layers' kernels, which is overhead. */
function launchedBill(layers: StepBill, floorSeconds: number): StepBill {
  const seconds =
    layers.computeSeconds +
    layers.memorySeconds +
    layers.collectivesSeconds +
    layers.overheadSeconds;
  if (!isLaunchBound(seconds, floorSeconds)) return layers;
  const launched = (seconds ** FLOOR_POWER + floorSeconds ** FLOOR_POWER) ** (1 / FLOOR_POWER);
  const ofLayers = launched * powerShare(seconds, floorSeconds, FLOOR_POWER);
  const scaled = plus(NOTHING, layers, ofLayers / seconds);
  return { ...scaled, overheadSeconds: scaled.overheadSeconds + launched - ofLayers };
}

/** aᵖ/(aᵖ + bᵖ), without overflow. */
function powerShare(a: number, b: number, p: number): number {
  if (a === 0) return 0;
  return 1 / (1 + (b / a) ** p);
}

function plus(a: StepBill, b: StepBill, times: number): StepBill {
  return {
    computeSeconds: a.computeSeconds + times * b.computeSeconds,
    memorySeconds: a.memorySeconds + times * b.memorySeconds,
    collectivesSeconds: a.collectivesSeconds + times * b.collectivesSeconds,
    overheadSeconds: a.overheadSeconds + times * b.overheadSeconds,
  };
}
