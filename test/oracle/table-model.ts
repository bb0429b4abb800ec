import type { CostModel, NextStage, OpenShape, SegmentRange } from "../../src/cost/cost-model.ts";
import type { GroupKind } from "../../src/hardware/network.ts";
import type { OperatingPoint } from "../../src/workload/workload.ts";

/** The numbers of a made-up cost model. */
export interface TableFactors {
  /**
   * Work and memory of each layer, as a multiple of what the factors below say; as long as the model has layers. Multiples of
   * a power of two, so that their sums are exact.
   */
  readonly work: readonly number[];
  readonly memory: readonly number[];
  /** Whether all layers are alike; sizes are then possible from every layer on or from none. */
  readonly layersAreAlike: boolean;
  /** tokens/s of one layer on one GPU, by GPU model. */
  readonly speed: ReadonlyMap<string, number>;
  /** A stage of work n is as fast as one of work 1 divided by n to this power. */
  readonly layerExponent: number;
  /** Whether the rates of stages are whole numbers, so that many of them are equal. */
  readonly wholeRates: boolean;
  /** A TP group of t is as fast as one GPU times t to this power. */
  readonly tpExponent: number;
  /** tokens/s of one layer of a TP group for every GB/s of its bandwidth. */
  readonly collectiveRate: number;
  /** tokens/s of a link for every GB/s. */
  readonly linkRate: number;
  /** Memory of a layer: weights, and cache for every sequence of the batch, GiB. */
  readonly weightsGib: number;
  readonly cacheGib: number;
  readonly activationsGib: number;
  /** Pipeline efficiency of 1, 2, … stages; need not fall. */
  readonly efficiencies: readonly number[];
  readonly realWorldEfficiency: number;
  /** What makes stages depend on their number, and their latencies; null: no such thing. */
  readonly serving: ServingFactors | null;
  /** What sending to the next stage adds; null: nothing, whatever that is. */
  readonly messages: MessageFactors | null;
}

/** Messages of a made-up cost model: they may cost more inside an instance than between two. */
export interface MessageFactors {
  /** As a share of the time of one layer on one GPU of speed 1000. */
  readonly same: number;
  readonly other: number;
  /** Seconds of TTFT and TPOT that a message adds, by such a share; may be below 0. */
  readonly ttftSeconds: number;
  readonly tpotSeconds: number;
}

/** Micro-batches and latencies of a made-up cost model. */
export interface ServingFactors {
  /** A stage of S works on, and keeps the cache of, batch / S to this power sequences; 0: the number of stages changes nothing. */
  readonly splitExponent: number;
  /** TTFT of a stage: perWork · work to the exponent / speed of the group + perStage, seconds. */
  readonly ttft: { readonly perWork: number; readonly exponent: number; readonly perStage: number };
  /** TPOT of a stage: perMemory · memory held / speed of the group + perStage, seconds. */
  readonly tpot: { readonly perMemory: number; readonly perStage: number };
  readonly frameTtftSeconds: number;
  readonly frameTpotSeconds: number;
  /** m as a multiple of the number of stages; 0: m is 1. */
  readonly microBatchesPerStage: number;
}

/**
 * A cost model that keeps the axioms of the seam and no more: rates that tie, efficiencies that rise with the number of
 * stages, links whose rates lie among those of the stages. What is exact on it owes nothing to the reference model.
 */
export function createTableModel(factors: TableFactors): CostModel {
  const [workBefore, memoryBefore] = [prefixSums(factors.work), prefixSums(factors.memory)];
  const numLayers = factors.work.length;
  const usedGib = (tp: number, batch: number, startLayer: number, layers: number): number =>
    (held(memoryBefore, startLayer, layers) * (factors.weightsGib + factors.cacheGib * batch)) /
      tp +
    factors.activationsGib;
  const { serving, messages } = factors;
  const sent = (next: NextStage): number => {
    if (!messages || next === "none") return 0;
    return next === "same_instance" ? messages.same : messages.other;
  };
  const batchAt = ({ batch }: OperatingPoint, stages: number): number =>
    serving ? batch / stages ** serving.splitExponent : batch;
  const groupShare = ({ gpus, gBytesPerSecond }: GroupKind): number =>
    gpus === 1 ? Number.POSITIVE_INFINITY : (gBytesPerSecond * (gpus - 1)) / gpus;

  return {
    name: "table",
    predictsLatency: serving !== null,
    dependsOnStages: serving !== null && serving.splitExponent > 0,
    dependsOnNext: messages !== null,
    realWorldEfficiency: factors.realWorldEfficiency,
    stage: (shape, point) => {
      const { instance, group, startLayer, layers } = shape;
      const { tp } = shape.layout;
      const batch = batchAt(point, shape.pipelineStages);
      const work = held(workBefore, startLayer, layers);
      const gpus = tp ** factors.tpExponent * factors.speed.get(instance.gpuModel)!;
      const alone = (gpus * (batch / (batch + 4))) / work ** factors.layerExponent;
      const collectives =
        tp === 1
          ? Number.POSITIVE_INFINITY
          : (group.gBytesPerSecond * factors.collectiveRate) / work;
      const computed = Math.min(alone, collectives);
      const message = sent(shape.next);
      const rate = message === 0 ? computed : 1 / (1 / computed + message / 1000);
      return {
        tokensPerSecond: factors.wholeRates ? Math.ceil(rate) : rate,
        limitedBy: collectives < alone ? "collectives" : "compute",
        ttftSeconds:
          serving &&
          (serving.ttft.perWork * work ** serving.ttft.exponent) / gpus +
            serving.ttft.perStage +
            message * (messages?.ttftSeconds ?? 0),
        tpotSeconds:
          serving &&
          (serving.tpot.perMemory * held(memoryBefore, startLayer, layers)) / gpus +
            serving.tpot.perStage +
            message * (messages?.tpotSeconds ?? 0),
      };
    },
    memory: ({ instance, layout: { tp }, startLayer, layers, pipelineStages }, point) => {
      const batch = batchAt(point, pipelineStages);
      const share = held(memoryBefore, startLayer, layers) / tp;
      return {
        weightsGib: share * factors.weightsGib,
        kvCacheGib: share * factors.cacheGib * batch,
        activationsGib: factors.activationsGib,
        runtimeGib: 0,
        reserveGib: 0,
        totalGib: usedGib(tp, batch, startLayer, layers),
        capacityGib: instance.gpuMemoryGib,
        embeddingGib: 0,
        lmHeadGib: 0,
        kvCapacityTokens: null,
      };
    },
    segmentRange: (
      { instance, layout: { tp }, startLayer, pipelineStages }: OpenShape,
      point: OperatingPoint,
      minUtilization: number,
    ): SegmentRange => {
      const batch = batchAt(point, pipelineStages);
      const start = factors.layersAreAlike ? 1 : startLayer;
      const used = (layers: number): number => usedGib(tp, batch, start, layers);
      const rest = numLayers - start + 1;
      let largest = 0;
      while (largest < rest && used(largest + 1) <= instance.gpuMemoryGib) largest++;
      let smallest = 1;
      while (smallest < largest && used(smallest) < minUtilization * instance.gpuMemoryGib) {
        smallest++;
      }
      return { smallest, largest: Math.max(1, largest), fits: largest > 0 };
    },
    link: (source, target, pairGBytesPerSecond) => {
      const gBytesPerSecond = Math.min(
        groupShare(source.group),
        pairGBytesPerSecond,
        groupShare(target.group),
      );
      return { tokensPerSecond: gBytesPerSecond * factors.linkRate, gBytesPerSecond };
    },
    pipelineEfficiency: (_point, stages) =>
      factors.efficiencies[Math.min(stages, factors.efficiencies.length) - 1]!,
    latencyFrame: (_point, stages) =>
      serving && {
        ttftSeconds: serving.frameTtftSeconds,
        tpotSeconds: serving.frameTpotSeconds,
        microBatches: Math.max(1, serving.microBatchesPerStage * stages),
      },
    uncertainty: () => null,
    hardwareWarnings: () => [],
  };
}

function prefixSums(weights: readonly number[]): Float64Array {
  const sums = new Float64Array(weights.length + 1);
  for (const [i, weight] of weights.entries()) sums[i + 1] = sums[i]! + weight;
  return sums;
}

/** The weight of some layers; a run beyond the model's end ends with the model. */
function held(before: Float64Array, startLayer: number, layers: number): number {
  const last = before.length - 1;
  const end = Math.min(last, startLayer - 1 + layers);
  return before[end]! - before[Math.min(last, startLayer - 1)]!;
}
