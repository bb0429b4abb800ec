import type { EngineSettings } from "../../engines/engine-settings.ts";
import { findGpu, type GpuSpec, gpuKey } from "../../hardware/gpu-specs.ts";
import type { InstanceType } from "../../hardware/instance.ts";
import { type Architecture, BYTES_PER_PARAMETER } from "../../model/architecture.ts";
import type { OperatingPoint } from "../../workload/workload.ts";
import type {
  CostModel,
  HeldShape,
  LatencyFrame,
  LinkEnd,
  LinkEstimate,
  MemoryBill,
  ModelStorage,
  OpenShape,
  SegmentRange,
  StageEstimate,
  StageShape,
  TimeBill,
  Uncertainty,
} from "../cost-model.ts";
import type { GroupShape } from "./group-hardware.ts";
import { GroupMemory, PointMemory } from "./group-memory.ts";
import type { GroupTimes } from "./group-times.ts";
import { HIDDEN_BYTES } from "./hop.ts";
import { KnownPoints } from "./known-points.ts";
import { LayerCounts } from "./layer-counts.ts";
import { Machines } from "./machines.ts";
import type { ParameterValues } from "./parameters.ts";
import { PipelineSteps, phaseLengths, pipelineLoss } from "./pipeline-steps.ts";
import { resolveParameters } from "./resolve-parameters.ts";
import { GroupStageEstimate } from "./stage-estimate.ts";
import { areStepsAffine } from "./stage-steps.ts";
import {
  confidenceOf,
  type Evidence,
  hazardsOf,
  type PredictedCase,
  type SpreadTable,
  spreadOf,
} from "./uncertainty.ts";

/** What was learned from measurements. */
export interface Knowledge {
  readonly values: ParameterValues;
  readonly evidence: Evidence;
  readonly spreads: SpreadTable;
}

/**
 * The calibrated cost model: kernels as smooth maxima of compute and memory time, collectives, CPU overheads and continuous batching,
 * with constants fitted on measured serving (parameters.ts, fitted.ts). It predicts throughput, TTFT, TPOT and memory.
 *
 * `batch` of an operating point is the concurrency: sequences in flight, which run as micro-batches of b/S on S stages. A
 * stage serves (b/S)·(s + o)/c tokens/s, c its busy time for one micro-batch; with b sequences in flight no placement serves
 * more than b/Σc requests/s, because Σc ≤ S·max c.
 *
 * @throws InputError for a GPU that is not in the table of GPUs, when it is first met
 */
export function createCalibratedModel(
  architecture: Architecture,
  settings: EngineSettings,
  knowledge: Knowledge,
): CostModel {
  const { values } = knowledge;
  const layers = new LayerCounts(architecture);
  const machines = new Machines(architecture, settings, values);
  /** Parameters that no GPU changes. */
  const { common, engine } = resolveParameters(values, COMMON_GPU, settings.engine);

  const points = new KnownPoints({
    memoryOf: (point) => new PointMemory(point, settings, common),
    stepsOf: (point, stages) => new PipelineSteps(point, stages, settings, { common, engine }),
  });
  const timesOf = (shape: Omit<OpenShape, "startLayer">, point: OperatingPoint): GroupTimes =>
    points.times(machines.groupOf(shape), point, shape.pipelineStages);
  const memoryOf = (shape: GroupShape, point: OperatingPoint): GroupMemory => {
    const { tp, memory } = machines.groupOf(shape);
    return new GroupMemory(architecture, tp, memory, points.memory(point));
  };

  return {
    name: "calibrated",
    predictsLatency: true,
    dependsOnStages: true,
    dependsOnNext: true,
    affineInLayers: areStepsAffine(architecture, engine),
    sublinearInBatch: true,
    memoryIgnoresStages: true,
    realWorldEfficiency: 1,

    stage(shape: StageShape, point: OperatingPoint): StageEstimate {
      const content = layers.content(shape.startLayer, shape.layers);
      return new GroupStageEstimate(timesOf(shape, point), content, shape.next);
    },

    lines(shape, point, withLatencies) {
      return timesOf(shape, point).lines(withLatencies);
    },

    timeBill(shape: StageShape, point: OperatingPoint): TimeBill {
      const content = layers.content(shape.startLayer, shape.layers);
      return timesOf(shape, point).timeBill(content, shape.next);
    },

    memory(shape: HeldShape, point: OperatingPoint): MemoryBill {
      return memoryOf(shape, point).bill(layers.content(shape.startLayer, shape.layers));
    },

    longestRequestTokens(shape: HeldShape, point: OperatingPoint): number | null {
      return memoryOf(shape, point).longestRequestTokens(
        layers.content(shape.startLayer, shape.layers),
      );
    },

    withMaxModelLen(maxModelLenTokens: number | null): CostModel {
      return createCalibratedModel(architecture, { ...settings, maxModelLenTokens }, knowledge);
    },

    withStorage({ weightFormat, kvBytes }: ModelStorage) {
      const stored: Architecture = {
        ...architecture,
        ...(weightFormat && { weightFormat, weightBytes: BYTES_PER_PARAMETER[weightFormat] }),
        ...(kvBytes !== undefined && { kvBytes }),
      };
      return {
        architecture: stored,
        costModel: createCalibratedModel(stored, settings, knowledge),
      };
    },

    segmentRange(shape: OpenShape, point: OperatingPoint, minUtilization: number): SegmentRange {
      const numLayers = architecture.kindOf.length;
      return memoryOf(shape, point).segmentRange(
        layers,
        shape.startLayer,
        numLayers,
        minUtilization,
      );
    },

    /** E = the pair's bandwidth · share of it that messages reach; tokens/s = E / (2·h). */
    link(_source: LinkEnd, _target: LinkEnd, pairGBytesPerSecond: number): LinkEstimate {
      const gBytesPerSecond = pairGBytesPerSecond * common.ethernetShare;
      return {
        tokensPerSecond: (gBytesPerSecond * 1e9) / (HIDDEN_BYTES * architecture.hidden),
        gBytesPerSecond,
      };
    },

    /** 1 / (1 + loss·(S − 1)/S). */
    pipelineEfficiency(_point: OperatingPoint, stages: number): number {
      return 1 / pipelineLoss(engine, stages);
    },

    latencyFrame(point: OperatingPoint, stages: number): LatencyFrame {
      const { inputTokens } = phaseLengths(point);
      return {
        ttftSeconds:
          point.phase === "decode"
            ? null
            : engine.httpMs * 1e-3 + common.tokenizeUs * 1e-6 * inputTokens,
        tpotSeconds: point.phase === "prefill" ? null : 0,
        microBatches: Math.min(point.batch, stages),
      };
    },

    uncertainty(shapes: readonly StageShape[], point: OperatingPoint): Uncertainty {
      const predicted: PredictedCase = {
        gpus: different(shapes.map(({ instance }) => machines.gpuOf(instance))),
        profile: settings.engine,
        architecture,
        pipelineStages: shapes.length,
        kvSequences: Math.min(
          ...shapes.map((shape) =>
            memoryOf(shape, point).kvSequences(layers.content(shape.startLayer, shape.layers)),
          ),
        ),
      };
      const { confidence, reasons } = confidenceOf(predicted, knowledge.evidence);
      const { hazards, reasons: risks } = hazardsOf(predicted);
      return {
        confidence,
        reasons: [...reasons, ...risks],
        throughput: spreadOf("throughput", confidence, hazards, knowledge.spreads),
        ttft: spreadOf("ttft", confidence, hazards, knowledge.spreads),
        tpot: spreadOf("tpot", confidence, hazards, knowledge.spreads),
      };
    },

    hardwareWarnings(instances: readonly InstanceType[]): readonly string[] {
      for (const instance of instances) machines.gpuOf(instance);
      return [];
    },
  };
}

/** Any GPU: common and engine parameters are the same for all. */
const COMMON_GPU = findGpu("H100", 80, 900)!;

/** Specs read from a file are objects of their own for every instance type; the figures say which are one GPU. */
function different(gpus: readonly GpuSpec[]): GpuSpec[] {
  return [...new Map(gpus.map((gpu) => [gpuKey(gpu), gpu])).values()];
}
