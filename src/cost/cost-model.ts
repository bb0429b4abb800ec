import type { InstanceType } from "../hardware/instance.ts";
import type { GroupKind } from "../hardware/network.ts";
import type { Architecture, WeightFormat } from "../model/architecture.ts";
import { type Layout, tpLayout } from "../model/layout.ts";
import type { OperatingPoint } from "../workload/workload.ts";

/**
 * Where a stage sends what it computed: to a stage on the same instance, to one on another instance, or nowhere, because it ends
 * the pipeline.
 */
export type NextStage = "same_instance" | "other_instance" | "none";

/** A stage as the physics sees it: a group of GPUs of one instance that holds some consecutive layers. */
export interface StageShape {
  readonly instance: InstanceType;
  readonly group: GroupKind;
  /** How the layers are spread over the group. */
  readonly layout: Layout;
  /** First layer of the stage, from 1. */
  readonly startLayer: number;
  /** n: decoder layers of the stage. */
  readonly layers: number;
  /** S: stages of the pipeline that the stage belongs to. */
  readonly pipelineStages: number;
  /** What the stage sends to. Its speed and latencies may depend on it. */
  readonly next: NextStage;
}

/** As much of a stage as its memory depends on. */
export type HeldShape = Omit<StageShape, "next">;

/** A stage whose number of layers is asked for. */
export type OpenShape = Omit<HeldShape, "layers">;

/** The group of a stage that tensor parallelism alone spreads over all its GPUs. */
export function tpGroup(
  gpus: number,
  gBytesPerSecond: number = Number.POSITIVE_INFINITY,
): Pick<StageShape, "group" | "layout"> {
  return { group: { gpus, gBytesPerSecond }, layout: tpLayout(gpus) };
}

/** What takes most of a stage's time: the largest item of its `TimeBill` where the model has one. */
export type LimitedBy = "compute" | "memory_bandwidth" | "collectives" | "links" | "overhead";

/** What a cost model says of the speed of one stage. */
export interface StageEstimate {
  /** Tokens/s when the stage is never kept waiting. */
  readonly tokensPerSecond: number;
  /** May be found only when it is read, by an accessor of the object's class: a copy by spreading has to name it. */
  readonly limitedBy: LimitedBy;
  /** Seconds this stage adds to the time to first token (TTFT); null when the model predicts none. */
  readonly ttftSeconds: number | null;
  /** Seconds this stage adds to the time per output token (TPOT); null when the model predicts none. */
  readonly tpotSeconds: number | null;
}

/** What belongs to no stage of the latencies. */
export interface LatencyFrame {
  /** Added to the sum of the stages' TTFT, seconds; null where the phase has no first token to wait for (decode). */
  readonly ttftSeconds: number | null;
  /** Added to the TPOT of the pipeline, seconds; null where the phase has no later tokens (prefill). */
  readonly tpotSeconds: number | null;
  /**
   * m: micro-batches under way at once. A token waits for the slowest stage to serve all of them:
   * TPOT = frame + max(Σ stage TPOT, m · largest stage TPOT).
   */
  readonly microBatches: number;
}

/** Memory of a stage on each GPU of its group, GiB, item by item. The items add up to `totalGib`. */
export interface MemoryBill {
  /** All weights, embedding and LM head among them. */
  readonly weightsGib: number;
  /** KV cache of the sequences of the operating point; at least that of one request as long as the engine is to take. */
  readonly kvCacheGib: number;
  readonly activationsGib: number;
  /** CUDA graphs, collectives' buffers and what the runtime takes outside its pools; 0 when the model has no such item. */
  readonly runtimeGib: number;
  /** What the engine is told to leave free; 0 when the model has no such item. */
  readonly reserveGib: number;
  readonly totalGib: number;
  readonly capacityGib: number;
  /** Of the weights: embedding on the first stage, LM head on the last. */
  readonly embeddingGib: number;
  readonly lmHeadGib: number;
  /** Tokens that the KV cache of the stage holds when it fills all memory left; null when the model predicts none. */
  readonly kvCapacityTokens: number | null;
  /** By how much measured memory has differed from such a bill, GiB; absent where that is not known. */
  readonly errorGib?: number;
}

/** What a stage's time goes into, seconds for each token that it serves. The items add up to 1 / tokens per second of the stage. */
export interface TimeBill {
  /** Arithmetic. */
  readonly computeSeconds: number;
  /** Reading and writing GPU memory: weights, KV cache, activations. */
  readonly memorySeconds: number;
  /** Exchange inside the group. */
  readonly collectivesSeconds: number;
  /** Messages to the next stage, where the model counts them as time of the stage. */
  readonly linksSeconds: number;
  /** What is none of these: launching kernels, the engine's CPU time, batches too small to be efficient. */
  readonly overheadSeconds: number;
}

/** The largest item of a bill, the first of equals, and its seconds. */
export function largestItem(bill: TimeBill): {
  readonly name: LimitedBy;
  readonly seconds: number;
} {
  const items: readonly (readonly [LimitedBy, number])[] = [
    ["compute", bill.computeSeconds],
    ["memory_bandwidth", bill.memorySeconds],
    ["collectives", bill.collectivesSeconds],
    ["links", bill.linksSeconds],
    ["overhead", bill.overheadSeconds],
  ];
  const [name, seconds] = items.reduce((most, item) => (item[1] > most[1] ? item : most));
  return { name, seconds };
}

/** How near a prediction is to something that was measured. */
export type Confidence = "measured_alike" | "same_gpu_class" | "extrapolated";

/** An 80 % interval as factors on the predicted value: low ≤ 1 ≤ high. */
export interface Spread {
  readonly low: number;
  readonly high: number;
}

/** How sure a cost model is of what it says of a placement. */
export interface Uncertainty {
  readonly confidence: Confidence;
  /** Why that word, in words for the user. */
  readonly reasons: readonly string[];
  readonly throughput: Spread;
  readonly ttft: Spread;
  readonly tpot: Spread;
}

/** Sizes a stage may have on a group of GPUs, from one layer on, in layers. */
export interface SegmentRange {
  /** Fewest layers that reach the wanted memory utilisation; never more than `largest`. */
  readonly smallest: number;
  /** Most layers that fit; 1 when none fits, and then `fits` is false. */
  readonly largest: number;
  readonly fits: boolean;
}

/** One end of a link between two consecutive stages. */
export type LinkEnd = Pick<StageShape, "group">;

/** What a cost model says of a link. */
export interface LinkEstimate {
  readonly tokensPerSecond: number;
  /** Effective bandwidth, GB/s. */
  readonly gBytesPerSecond: number;
}

/** What a cost model of this program is made from, beside the model that is served and the engine's settings. */
export type CostModelOrigin =
  | {
      readonly name: "reference";
      readonly realWorldEfficiency: number;
      readonly microBatchSize: number;
      readonly interferenceFactor: number;
    }
  | {
      readonly name: "calibrated";
      /** Values of parameters that a calibration of the user's own sets in place of the shipped ones, by name. */
      readonly factors: Readonly<Record<string, number>>;
    };

/** How a model is stored, as far as that is to change. */
export interface ModelStorage {
  /** Of all weights of layers; their bytes are those of the format. */
  readonly weightFormat?: WeightFormat;
  /** Bytes of one KV cache element. */
  readonly kvBytes?: number;
}

/** Seconds that are a sum over the layers of a stage, and what they are besides. */
export interface LayerLine {
  /** Of one layer, by position in the architecture's kinds. */
  readonly perLayer: readonly number[];
  /** Of every stage, by what it sends to. */
  readonly sending: Readonly<Record<NextStage, number>>;
  /** Of the LM head. */
  readonly head: number;
}

/**
 * What axiom 9 says of all stages of a group at an operating point, in pipelines of as many stages. The embedding adds nothing. No stage
 * is faster than its line says, up to rounding.
 */
export interface StageLines {
  /** Seconds for each token that a stage serves: 1 / tokensPerSecond is no less. */
  readonly token: LayerLine;
  /** Seconds of TTFT and of TPOT, from below; absent where they were not asked for. */
  readonly ttft?: LayerLine;
  readonly tpot?: LayerLine;
}

/**
 * The seam between the physics and everything else. `evaluate` and the solver call this and nothing else.
 *
 * Axioms the exact search relies on (property tests hold every model to them):
 * 1. end-to-end tokens/s = `efficiency(point, stages)` · min(stage and link tokens/s), the efficiency independent of the rates;
 * 2. a stage that holds the layers of another and more is never faster than it, nor is its memory smaller;
 * 3. where all layers are alike, the first layer of a stage changes nothing (a model whose ends differ says so in its layer plan);
 *    where they are not, stages of the same kinds of layers in the same order are alike unless one starts or ends the model;
 * 4. a link is the smallest of what its source, its target and the pair alone allow;
 * 5. a higher group bandwidth never makes a stage slower, a higher pair bandwidth never makes a link slower;
 * 6. latencies follow from the stages alone: TTFT = frame + Σ stage TTFT, TPOT = frame + max(Σ stage TPOT, m · largest);
 * 7. unless `dependsOnStages`, the number of stages changes nothing of a stage;
 * 8. unless `dependsOnNext`, what a stage sends to changes nothing of it. Where it does, the stage's speed and latencies depend on
 *    whether the next stage stands on the same instance, on another one or nowhere (`NextStage`), and on nothing else of the
 *    next stage: neither its type nor its place in a matrix. What two ends allow together is a link (axiom 4);
 * 9. where `affineInLayers`, the time of a token, 1 / tokensPerSecond, is a + Σ n_k · b_k over the kinds of layers, n_k layers of kind k,
 *    up to rounding, for all stages on one group at one point in pipelines of as many stages. b_k ≥ 0 changes neither with the ends
 *    of the model that a stage holds (embedding, LM head) nor with what it sends to; a ≥ 0 does, and no end lowers it. Of stages with
 *    the same ends and the same next, TPOT is the larger of at most two functions of that form and `totalGib` the largest of at
 *    most four, so both are convex in the n_k; no end lowers them either. Of TTFT nothing of the kind is promised: where
 *    requests queue it is neither convex nor concave. `lines` may bound it from below.
 */
export interface CostModel {
  readonly name: string;
  /** Whether the model predicts TTFT and TPOT. */
  readonly predictsLatency: boolean;
  /** Whether a stage's rate, memory or latency depend on the number of stages of its pipeline. */
  readonly dependsOnStages: boolean;
  /** Whether a stage's rate or latencies depend on where the next stage stands. */
  readonly dependsOnNext: boolean;
  /** Whether a stage's time is a sum over its layers, see axiom 9. Absent: it may not be. */
  readonly affineInLayers?: boolean;
  /**
   * Whether more sequences never take less time: with all else equal a stage's tokens/s divided by the batch never rise with the batch, and
   * no part of a TPOT falls. Even splits leave out operating points by it; no proof rests on it. Absent: it is not known.
   */
  readonly sublinearInBatch?: boolean;
  /** Whether `memory` says the same whatever the number of stages of the pipeline. Absent: it may not. */
  readonly memoryIgnoresStages?: boolean;
  /** Lower bounds on all stages of a group as lines over their layers; absent where the model has none to show. */
  lines?(
    shape: Omit<OpenShape, "startLayer">,
    point: OperatingPoint,
    withLatencies: boolean,
  ): StageLines;
  stage(shape: StageShape, point: OperatingPoint): StageEstimate;
  memory(shape: HeldShape, point: OperatingPoint): MemoryBill;
  /**
   * What `stage` spends its time on. Where compute and memory overlap, f(compute, memory) homogeneous of degree 1, each is
   * charged x · ∂f/∂x (Euler): how much the time would fall, in proportion, if that resource alone were faster. For reports
   * only; the search does not ask. Absent where the model does not say.
   */
  timeBill?(shape: StageShape, point: OperatingPoint): TimeBill;
  /**
   * The longest request whose KV cache the stage holds, tokens; Infinity where it holds any. Null where it holds not even the
   * sequences of the operating point. For reports only; absent where the model knows no longest request.
   */
  longestRequestTokens?(shape: HeldShape, point: OperatingPoint): number | null;
  /** The same model with another limit on the length of requests, tokens (null: none); absent where the model knows none. */
  withMaxModelLen?(tokens: number | null): CostModel;
  /** The same model with its weights or KV cache stored otherwise; absent where the model knows no formats. */
  withStorage?(storage: ModelStorage): {
    readonly costModel: CostModel;
    readonly architecture: Architecture;
  };
  /**
   * `minUtilization`: share (0 to 1) of the GPU memory that a stage has to use. Where all layers are alike the range is the same
   * for every start and says nothing of where the model ends. It is what `memory` says of each size, up to rounding.
   */
  segmentRange(shape: OpenShape, point: OperatingPoint, minUtilization: number): SegmentRange;
  /** `pairGBytesPerSecond`: bandwidth between the lowest GPUs of the two groups, GB/s. */
  link(
    source: LinkEnd,
    target: LinkEnd,
    pairGBytesPerSecond: number,
    point: OperatingPoint,
  ): LinkEstimate;
  /** Pipeline efficiency (0 to 1) of `stages` stages. */
  pipelineEfficiency(point: OperatingPoint, stages: number): number;
  /** What the stages' latencies add up from; null when the model predicts none. */
  latencyFrame(point: OperatingPoint, stages: number): LatencyFrame | null;
  /** How sure the model is of a placement made of these stages; null when it does not say. */
  uncertainty(shapes: readonly StageShape[], point: OperatingPoint): Uncertainty | null;
  /** Flat factor (0 to 1) between the model and the world; 1 when the model is calibrated. */
  readonly realWorldEfficiency: number;
  /** What the model can be made from again; absent for one that this program did not make from its own constants. */
  readonly origin?: CostModelOrigin;
  /** What a user must know about this hardware under this model, e.g. a GPU that stands in for another. */
  hardwareWarnings(instances: readonly InstanceType[]): readonly string[];
}
