import type { InstanceType } from "../hardware/instance.ts";
import type { OperatingPoint } from "../workload/workload.ts";

/** A stage as the physics sees it: a TP group of one instance that holds some consecutive layers. */
export interface StageShape {
  readonly instance: InstanceType;
  /** t: GPUs that share every layer of the stage. */
  readonly tpDegree: number;
  /** First layer of the stage, from 1. */
  readonly startLayer: number;
  /** n: decoder layers of the stage. */
  readonly layers: number;
  /** Smallest bandwidth between two GPUs of the TP group, GB/s; Infinity for t = 1. */
  readonly groupGBytesPerSecond: number;
}

/** Which resource takes most of a stage's time. */
export type LimitedBy = "compute" | "memory_bandwidth" | "collectives";

/** What a cost model says of the speed of one stage. */
export interface StageEstimate {
  /** Tokens/s when the stage is never kept waiting. */
  readonly tokensPerSecond: number;
  readonly limitedBy: LimitedBy;
  /** Seconds this stage adds to the time to first token; null when the model predicts none. */
  readonly ttftSeconds: number | null;
  /** Seconds this stage adds to the time per output token; null when the model predicts none. */
  readonly tpotSeconds: number | null;
}

/** Memory of a stage on each GPU of its TP group, GiB, item by item. */
export interface MemoryBill {
  readonly weightsGib: number;
  readonly kvCacheGib: number;
  readonly activationsGib: number;
  readonly totalGib: number;
  readonly capacityGib: number;
}

/** Sizes a stage may have on one instance type at one TP degree, from one layer on, in layers. */
export interface SegmentRange {
  /** Fewest layers that reach the wanted memory utilisation; never more than `largest`. */
  readonly smallest: number;
  /** Most layers that fit; 1 when none fits, and then `fits` is false. */
  readonly largest: number;
  readonly fits: boolean;
}

/** One end of a link between two consecutive stages. */
export interface LinkEnd {
  readonly tpDegree: number;
  readonly groupGBytesPerSecond: number;
}

/** What a cost model says of a link. */
export interface LinkEstimate {
  readonly tokensPerSecond: number;
  /** Effective bandwidth, GB/s. */
  readonly gBytesPerSecond: number;
}

/**
 * The seam between the physics and everything else. `evaluate` and the solver call this and nothing else.
 *
 * Axioms the exact search relies on (property tests hold every model to them):
 * 1. end-to-end tokens/s = `efficiency(point, stages)` · min(stage and link tokens/s), the efficiency independent of the rates;
 * 2. a stage that holds the layers of another and more is never faster than it, nor is its memory smaller;
 * 3. where all layers are alike, the first layer of a stage changes nothing;
 * 4. a link is the smallest of what its source, its target and the pair alone allow;
 * 5. a higher group bandwidth never makes a stage slower, a higher pair bandwidth never makes a link slower.
 */
export interface CostModel {
  readonly name: string;
  /** Whether the model predicts TTFT and TPOT. */
  readonly predictsLatency: boolean;
  stage(shape: StageShape, point: OperatingPoint): StageEstimate;
  memory(shape: StageShape, point: OperatingPoint): MemoryBill;
  /**
   * `minUtilization`: share (0 to 1) of the GPU memory that a stage has to use; `startLayer`: its first layer, from 1. Where
   * all layers are alike the range is the same for every start and says nothing of where the model ends.
   */
  segmentRange(
    instance: InstanceType,
    tpDegree: number,
    point: OperatingPoint,
    minUtilization: number,
    startLayer: number,
  ): SegmentRange;
  /** `pairGBytesPerSecond`: bandwidth between the lowest GPUs of the two groups, GB/s. */
  link(
    source: LinkEnd,
    target: LinkEnd,
    pairGBytesPerSecond: number,
    point: OperatingPoint,
  ): LinkEstimate;
  /** Pipeline efficiency (0 to 1) of `stages` stages. */
  pipelineEfficiency(point: OperatingPoint, stages: number): number;
  /** Flat factor (0 to 1) between the model and the world; 1 when the model is calibrated. */
  readonly realWorldEfficiency: number;
  /** What a user must know about this hardware under this model, e.g. a GPU that stands in for another. */
  hardwareWarnings(instances: readonly InstanceType[]): readonly string[];
}
