import type { EngineSettings } from "../../engines/engine-settings.ts";
import { ENGINE_TABLE } from "../../engines/engines.ts";
import type { GpuSpec } from "../../hardware/gpu-specs.ts";
import { externalShareGBytesPerSecond } from "../../hardware/instance.ts";
import type { Architecture } from "../../model/architecture.ts";
import type { StageShape } from "../cost-model.ts";
import { collectives } from "./collectives.ts";
import { type GpuMemory, gpuMemory } from "./gpu-memory.ts";
import { type Hop, insideHop, outsideHop } from "./hop.ts";
import { type GroupKernels, groupKernels } from "./layer-work.ts";
import type { Parameters } from "./parameters.ts";
import { effectiveRates, hasGgmlEnds } from "./rates.ts";
import { unknownPieces } from "./stage-steps.ts";

/** As much of a stage as the hardware of its group is known by. */
export type GroupShape = Pick<StageShape, "instance" | "group" | "layout">;

/**
 * One TP group of an instance type: everything about its stages that no operating point changes. A message to a stage on the same
 * instance goes over NVLink or PCIe, one to another instance over the network share of the group's GPUs (hop.ts).
 */
export class GroupHardware {
  readonly kernels: GroupKernels;
  /** Of the two kinds of steps, to be copied. */
  readonly unknownPieces: readonly number[];
  readonly memory: GpuMemory;
  readonly hidden: number;
  /** t. */
  readonly tp: number;
  readonly insideHop: Hop;
  readonly outsideHop: Hop;

  constructor(
    architecture: Architecture,
    gpu: GpuSpec,
    { instance, group, layout }: GroupShape,
    settings: EngineSettings,
    parameters: Parameters,
  ) {
    const { engine } = settings;
    const { common } = parameters;
    this.tp = layout.tp;
    this.memory = gpuMemory(architecture, gpu, layout, {
      traits: ENGINE_TABLE[engine],
      utilization: settings.gpuMemoryUtilization,
      maxBatchedTokens: settings.maxBatchedTokens,
    });
    this.hidden = architecture.hidden;
    this.kernels = groupKernels(
      {
        architecture,
        layout,
        rates: effectiveRates(gpu, architecture, engine, parameters),
        // All GPUs of a rented instance are taken as busy: what other stages do there is not known to this one.
        collectives:
          layout.tp > 1
            ? collectives(
                gpu.link,
                gpu.link === "pcie3" || gpu.link === "pcie4" ? "host_bridge" : "peer",
                layout.tp,
                instance.gpuCount,
                group.gBytesPerSecond,
                common,
              )
            : null,
        parameters,
      },
      hasGgmlEnds(engine, architecture),
    );
    this.unknownPieces = unknownPieces(this.kernels, 2);
    this.insideHop = insideHop(gpu, instance.insideGBytesPerSecond, common);
    this.outsideHop = outsideHop(externalShareGBytesPerSecond(instance) * group.gpus, common);
  }
}
