import type { EngineSettings } from "../../engines/engine-settings.ts";
import { InputError } from "../../errors.ts";
import { findGpu, GPU_NAMES, type GpuSpec } from "../../hardware/gpu-specs.ts";
import { type InstanceType, servingKey } from "../../hardware/instance.ts";
import type { Architecture } from "../../model/architecture.ts";
import { GroupHardware, type GroupShape } from "./group-hardware.ts";
import type { Parameters, ParameterValues } from "./parameters.ts";
import { resolveParameters } from "./resolve-parameters.ts";

/** Groups remembered before all are forgotten: bandwidths of a large matrix must not fill the memory. */
const MOST_GROUPS = 50_000;

/** Groups of one size and layout, by their bandwidth, GB/s. */
interface AlikeGroups {
  readonly gpus: number;
  readonly tp: number;
  readonly dp: number;
  readonly ep: number;
  readonly byBandwidth: Map<number, GroupHardware>;
}

/** What instance types that serve alike have in common, whatever they are called and wherever they stand. */
interface Machine {
  readonly gpu: GpuSpec;
  readonly parameters: Parameters;
  readonly groups: AlikeGroups[];
}

/** The machines that were asked about, and their TP groups: each is looked at once. */
export class Machines {
  private byKey = new Map<string, Machine>();
  private byType = new WeakMap<InstanceType, Machine>();
  private lastType: InstanceType | null = null;
  private last: Machine | null = null;
  private size = 0;

  constructor(
    private readonly architecture: Architecture,
    private readonly settings: EngineSettings,
    private readonly values: ParameterValues,
  ) {}

  /** @throws InputError for a GPU that the cost model does not know */
  gpuOf(instance: InstanceType): GpuSpec {
    return this.of(instance).gpu;
  }

  /** @throws InputError for a GPU that the cost model does not know */
  groupOf(shape: GroupShape): GroupHardware {
    const { group, layout } = shape;
    const { gBytesPerSecond } = group;
    const machine = this.of(shape.instance);
    const { byBandwidth } = alikeGroups(machine, group.gpus, layout);
    let known = byBandwidth.get(gBytesPerSecond);
    if (!known) {
      if (this.size >= MOST_GROUPS) {
        this.forget();
        return this.groupOf(shape);
      }
      const { gpu, parameters } = machine;
      known = new GroupHardware(this.architecture, gpu, shape, this.settings, parameters);
      byBandwidth.set(gBytesPerSecond, known);
      this.size++;
    }
    return known;
  }

  private forget(): void {
    this.byKey = new Map();
    this.byType = new WeakMap();
    this.lastType = null;
    this.size = 0;
  }

  private of(instance: InstanceType): Machine {
    if (instance === this.lastType) return this.last!;
    let machine = this.byType.get(instance);
    if (!machine) {
      const key = servingKey(instance);
      machine = this.byKey.get(key) ?? this.made(instance);
      this.byKey.set(key, machine);
      this.byType.set(instance, machine);
    }
    this.lastType = instance;
    this.last = machine;
    return machine;
  }

  private made(instance: InstanceType): Machine {
    const gpu = knownGpu(instance);
    return {
      gpu,
      parameters: resolveParameters(this.values, gpu, this.settings.engine),
      groups: [],
    };
  }
}

function alikeGroups(
  { groups }: Machine,
  gpus: number,
  { tp, dp, ep }: GroupShape["layout"],
): AlikeGroups {
  for (const alike of groups) {
    if (alike.tp === tp && alike.gpus === gpus && alike.dp === dp && alike.ep === ep) return alike;
  }
  const alike = { gpus, tp, dp, ep, byBandwidth: new Map<number, GroupHardware>() };
  groups.push(alike);
  return alike;
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
