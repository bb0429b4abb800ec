import type { EngineSettings } from "../../engines/engine-settings.ts";
import { InputError } from "../../errors.ts";
import { findGpu, GPU_NAMES, type GpuSpec, gpuKey } from "../../hardware/gpu-specs.ts";
import { type InstanceType, servingKey } from "../../hardware/instance.ts";
import { type Architecture, BYTES_PER_PARAMETER } from "../../model/architecture.ts";
import type { Layout } from "../../model/layout.ts";
import { type OperatingPoint, pointKey } from "../../workload/workload.ts";
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
import { GroupMemory } from "./group-memory.ts";
import { GroupTimes, phaseLengths, pipelineLoss } from "./group-times.ts";
import { HIDDEN_BYTES } from "./hop.ts";
import { LayerCounts } from "./layer-counts.ts";
import type { Parameters, ParameterValues } from "./parameters.ts";
import { resolveParameters } from "./resolve-parameters.ts";
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

/** Groups remembered before everything is forgotten: a search over many operating points must not fill the memory. */
const MOST_GROUPS = 50_000;

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
  const machines = new Machines((gpu) => resolveParameters(values, gpu, settings.engine));
  /** Parameters that no GPU changes. */
  const { common, engine } = resolveParameters(values, COMMON_GPU, settings.engine);

  const times = new Remembered<GroupTimes>();
  const timesOf = (shape: Omit<OpenShape, "startLayer">, point: OperatingPoint): GroupTimes => {
    const { id, gpu, parameters } = machines.of(shape.instance);
    return times.get(
      point,
      `${id}|${layoutKey(shape.layout)}|${shape.group.gBytesPerSecond}|${shape.pipelineStages}`,
      () => new GroupTimes(architecture, gpu, shape, point, settings, parameters),
    );
  };
  const memories = new Remembered<GroupMemory>();
  const memoryOf = (
    { instance, layout }: Pick<StageShape, "instance" | "layout">,
    point: OperatingPoint,
  ): GroupMemory => {
    const { id, gpu } = machines.of(instance);
    return memories.get(
      point,
      `${id}|${layoutKey(layout)}`,
      () => new GroupMemory(architecture, gpu, layout, point, settings, common),
    );
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
      const group = timesOf(shape, point);
      const content = layers.content(shape.startLayer, shape.layers);
      const serving = group.serving(content, shape.next);
      return {
        tokensPerSecond: group.tokensPerCycle / serving.cycleSeconds,
        // Only reports ask, and a search makes stages by the million.
        get limitedBy() {
          return group.limitedBy(content, shape.next);
        },
        ttftSeconds: serving.ttftSeconds,
        tpotSeconds: serving.tpotSeconds,
      };
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
        gpus: different(shapes.map(({ instance }) => machines.of(instance).gpu)),
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
      for (const instance of instances) machines.of(instance);
      return [];
    },
  };
}

function layoutKey({ tp, dp, ep }: Layout): string {
  return `${tp}.${dp}.${ep}`;
}

/** Any GPU: common and engine parameters are the same for all. */
const COMMON_GPU = findGpu("H100", 80, 900)!;

/** Specs read from a file are objects of their own for every instance type; the figures say which are one GPU. */
function different(gpus: readonly GpuSpec[]): GpuSpec[] {
  return [...new Map(gpus.map((gpu) => [gpuKey(gpu), gpu])).values()];
}

function knownGpu(instance: InstanceType): GpuSpec {
  const gpu =
    instance.gpu ??
    findGpu(instance.gpuModel, instance.gpuMemoryGib, instance.insideGBytesPerSecond);
  if (gpu) return gpu;
  throw new InputError(
    "cloud_instances_specs.csv",
    `the GPU "${instance.gpuModel}" of ${instance.name} is unknown to the calibrated cost model.`,
    `Known: ${GPU_NAMES.join(", ")}. Or use --cost-model reference.`,
  );
}

/** What instance types that serve alike have in common, whatever they are called and wherever they stand. */
interface Machine {
  readonly id: number;
  readonly gpu: GpuSpec;
  readonly parameters: Parameters;
}

class Machines {
  private readonly byKey = new Map<string, Machine>();
  private readonly byType = new WeakMap<InstanceType, Machine>();

  constructor(private readonly parametersOf: (gpu: GpuSpec) => Parameters) {}

  of(instance: InstanceType): Machine {
    let machine = this.byType.get(instance);
    if (!machine) {
      const key = servingKey(instance);
      machine = this.byKey.get(key) ?? this.made(instance);
      this.byKey.set(key, machine);
      this.byType.set(instance, machine);
    }
    return machine;
  }

  private made(instance: InstanceType): Machine {
    const gpu = knownGpu(instance);
    return { id: this.byKey.size, gpu, parameters: this.parametersOf(gpu) };
  }
}

/** Things made once for each operating point and key. */
class Remembered<T> {
  private readonly byPoint = new Map<string, Map<string, T>>();
  private byObject = new WeakMap<OperatingPoint, Map<string, T>>();
  private lastPoint: OperatingPoint | null = null;
  private last: Map<string, T> | null = null;
  private size = 0;

  get(point: OperatingPoint, key: string, make: () => T): T {
    if (point !== this.lastPoint || this.last === null) {
      this.lastPoint = point;
      this.last = this.ofPoint(point);
    }
    let value = this.last.get(key);
    if (value === undefined) {
      if (this.size >= MOST_GROUPS) {
        this.byPoint.clear();
        this.byObject = new WeakMap();
        this.size = 0;
        this.last = this.ofPoint(point);
      }
      value = make();
      this.last.set(key, value);
      this.size++;
    }
    return value;
  }

  private ofPoint(point: OperatingPoint): Map<string, T> {
    let values = this.byObject.get(point);
    if (!values) {
      values = this.ofEqualPoint(point);
      this.byObject.set(point, values);
    }
    return values;
  }

  private ofEqualPoint(point: OperatingPoint): Map<string, T> {
    const key = pointKey(point);
    let values = this.byPoint.get(key);
    if (!values) {
      values = new Map();
      this.byPoint.set(key, values);
    }
    return values;
  }
}
