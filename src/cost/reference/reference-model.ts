import type { InstanceType } from "../../hardware/instance.ts";
import { groupBy } from "../../lists.ts";
import type { Architecture } from "../../model/architecture.ts";
import { outlineOf } from "../../model/outline.ts";
import type { OperatingPoint } from "../../workload/workload.ts";
import type {
  CostModel,
  HeldShape,
  LinkEnd,
  LinkEstimate,
  MemoryBill,
  OpenShape,
  SegmentRange,
  StageEstimate,
  StageShape,
  TimeBill,
} from "../cost-model.ts";
import { FALLBACK_GPU, type ReferenceGpu, referenceGpu, referenceGpuName } from "./gpu-table.ts";
import { LayerCounter } from "./layers.ts";
import {
  activationsGib,
  endWeightsGib,
  layerKvCacheGib,
  layerWeightsGib,
  segmentRange,
  unevenSegmentRange,
} from "./memory.ts";
import { type SegmentWork, segmentRate, segmentTimeBill } from "./roofline.ts";

/** The reference model's factors, from the configuration. */
export interface ReferenceFactors {
  /** Flat factor (0 to 1) on the end-to-end throughput. */
  readonly realWorldEfficiency: number;
  /** Sequences of a micro-batch. */
  readonly microBatchSize: number;
  /** Share (0 to 1) of the aggregated throughput left when prefill and decode disturb each other. */
  readonly interferenceFactor: number;
}

/** Source: reference model, "End to end". */
const MIN_PIPELINE_EFFICIENCY = 0.5;
const SCHEDULING_EFFICIENCY = 0.9;

const BYTES_PER_GIB = 1024 ** 3;

/**
 * The founding program's evaluator as a cost model: an analytical roofline with flat efficiency factors. It is kept
 * number for number, quirks included; better physics belongs in another model. It predicts no latencies.
 */
export function createReferenceModel(
  architecture: Architecture,
  factors: ReferenceFactors,
): CostModel {
  const outline = outlineOf(architecture);
  const gpus = new Map<string, ReferenceGpu>();
  const gpuOf = (instance: InstanceType): ReferenceGpu => {
    let gpu = gpus.get(instance.gpuModel);
    if (!gpu) {
      gpu = referenceGpu(instance.gpuModel);
      gpus.set(instance.gpuModel, gpu);
    }
    return gpu;
  };

  const counter = new LayerCounter(outline);
  const endsModel = (startLayer: number, layers: number): boolean =>
    startLayer + layers - 1 === outline.numLayers;

  const segmentMemory = (
    tp: number,
    startLayer: number,
    layers: number,
    point: OperatingPoint,
  ): Pick<MemoryBill, "weightsGib" | "kvCacheGib" | "activationsGib"> => {
    let weightsGib = endWeightsGib(outline, tp, startLayer === 1, endsModel(startLayer, layers));
    let kvCacheGib = 0;
    for (const { kind, layers: count } of counter.count(startLayer, layers)) {
      weightsGib += count * layerWeightsGib(kind, tp);
      kvCacheGib += count * layerKvCacheGib(outline, kind, tp, point);
    }
    return { weightsGib, kvCacheGib, activationsGib: activationsGib(outline, tp, point) };
  };

  const workOf = ({ startLayer, layers }: StageShape): SegmentWork => ({
    kinds: counter.count(startLayer, layers),
    hasLmHead: (outline.layers?.lmHeadGib ?? 0) > 0 && endsModel(startLayer, layers),
  });

  return {
    name: "reference",
    predictsLatency: false,
    dependsOnStages: false,
    dependsOnNext: false,
    affineInLayers: true,
    realWorldEfficiency: factors.realWorldEfficiency,

    stage(shape: StageShape, point: OperatingPoint): StageEstimate {
      const rate = segmentRate(
        outline,
        gpuOf(shape.instance),
        shape.layout.tp,
        workOf(shape),
        shape.group.gBytesPerSecond,
        point,
        factors.interferenceFactor,
      );
      return {
        tokensPerSecond: rate.tokensPerSecond,
        limitedBy: rate.limitedBy,
        ttftSeconds: null,
        tpotSeconds: null,
      };
    },

    timeBill(shape: StageShape, point: OperatingPoint): TimeBill {
      return segmentTimeBill(
        outline,
        gpuOf(shape.instance),
        shape.layout.tp,
        workOf(shape),
        shape.group.gBytesPerSecond,
        point,
        factors.interferenceFactor,
      );
    },

    memory(shape: HeldShape, point: OperatingPoint): MemoryBill {
      const { startLayer, layers } = shape;
      const tp = shape.layout.tp;
      const bill = segmentMemory(tp, startLayer, layers, point);
      // Field by field: spreading the bill into this object takes longer than all the rest of an evaluation.
      return {
        weightsGib: bill.weightsGib,
        kvCacheGib: bill.kvCacheGib,
        activationsGib: bill.activationsGib,
        runtimeGib: 0,
        reserveGib: 0,
        totalGib: bill.weightsGib + bill.kvCacheGib + bill.activationsGib,
        capacityGib: shape.instance.gpuMemoryGib,
        embeddingGib: endWeightsGib(outline, tp, startLayer === 1, false),
        lmHeadGib: endWeightsGib(outline, tp, false, endsModel(startLayer, layers)),
        kvCapacityTokens: null,
      };
    },

    segmentRange(shape: OpenShape, point: OperatingPoint, minUtilization: number): SegmentRange {
      const { instance, layout, startLayer } = shape;
      const tp = layout.tp;
      const capacityGib = instance.gpuMemoryGib;
      if (!outline.layers) return segmentRange(outline, tp, capacityGib, point, minUtilization);
      return unevenSegmentRange(
        (layers) => {
          const bill = segmentMemory(tp, startLayer, layers, point);
          return bill.weightsGib + bill.kvCacheGib + bill.activationsGib;
        },
        outline.numLayers - startLayer + 1,
        capacityGib,
        minUtilization,
      );
    },

    /**
     * E = min(inside source · (t₁ − 1)/t₁, pair, inside target · (t₂ − 1)/t₂), a group of one not counting;
     * tokens/s = m / (m·D·e/1024³ / E) = E·1024³/(D·e): m cancels. GB/s counts as 1024³ bytes here, a quirk of the model.
     */
    link(source: LinkEnd, target: LinkEnd, pairGBytesPerSecond: number): LinkEstimate {
      const gBytesPerSecond = Math.min(groupShare(source), pairGBytesPerSecond, groupShare(target));
      return {
        tokensPerSecond:
          (gBytesPerSecond * BYTES_PER_GIB) / (outline.dModel * outline.bytesPerElement),
        gBytesPerSecond,
      };
    },

    /** 1 for one stage, else max(0.50, 0.90·M/(M + S − 1)), M = max(1, floor(b / micro_batch_size)). */
    pipelineEfficiency(point: OperatingPoint, stages: number): number {
      if (stages <= 1) return 1;
      const microBatches = Math.max(1, Math.floor(point.batch / factors.microBatchSize));
      return Math.max(
        MIN_PIPELINE_EFFICIENCY,
        (SCHEDULING_EFFICIENCY * microBatches) / (microBatches + stages - 1),
      );
    },

    latencyFrame: () => null,
    uncertainty: () => null,

    hardwareWarnings(instances: readonly InstanceType[]): readonly string[] {
      const unknown = instances.filter(({ gpuModel }) => referenceGpuName(gpuModel) === null);
      return [...groupBy(unknown, ({ gpuModel }) => gpuModel)].map(
        ([gpuModel, those]) =>
          `GPU "${gpuModel}" (${those.map(({ name }) => name).join(", ")}) is not in the reference model's table: its speed is computed as that of an ${FALLBACK_GPU}, which is likely wrong.`,
      );
    },
  };
}

function groupShare({ group: { gpus, gBytesPerSecond } }: LinkEnd): number {
  return gpus === 1 ? Number.POSITIVE_INFINITY : (gBytesPerSecond * (gpus - 1)) / gpus;
}
