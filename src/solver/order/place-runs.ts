import { instanceName, type Placement } from "../../placement/placement.ts";
import type { OperatingPoint } from "../../workload/workload.ts";
import type { CandidatesAtRate } from "../stages/candidates-at-rate.ts";
import type { InstancePlan } from "./instance-plan.ts";
import { type PlacedStage, placementOf } from "./placement-of.ts";

/** A stage that has its place in the order of the pipeline, but no instance yet. */
export interface SeatedStage {
  readonly atRate: CandidatesAtRate;
  readonly groupGpus: number;
  /** Layers before the stage. */
  readonly before: number;
  /** Whether its next stage has to stand on the same instance. */
  readonly stays: boolean;
}

/** Stages that follow one another on one instance. */
interface Run {
  readonly atRate: CandidatesAtRate;
  readonly stages: SeatedStage[];
  gpus: number;
}

/**
 * A placement in which every stage that stays has its next one on the same instance: runs of such stages are packed onto the
 * instances of the plans, those with the most GPUs first. For classes whose GPUs are alike.
 *
 * @param ordered stages in the order of the pipeline
 * @returns null when a run is broken, or finds no room this way
 */
export function placeRuns(
  ordered: readonly SeatedStage[],
  plans: readonly InstancePlan[],
  layers: number,
  point: OperatingPoint,
): Placement | null {
  const runs = runsOf(ordered);
  if (!runs) return null;
  const seats = new Map<SeatedStage, Omit<PlacedStage, "before">>();
  for (const { atRate, instances } of plans) {
    const { instanceClass } = atRate;
    const { gpuCount, name } = instanceClass.type.instance;
    const used = new Array<number>(instances).fill(0);
    const held = new Array<number>(instances).fill(0);
    const own = runs.filter((run) => run.atRate === atRate).sort((a, b) => b.gpus - a.gpus);
    for (const { stages, gpus } of own) {
      const at = used.findIndex(
        (gpusThere, i) =>
          gpusThere + gpus <= gpuCount && held[i]! + stages.length <= atRate.maxStagesPerInstance,
      );
      if (at < 0) return null;
      held[at]! += stages.length;
      for (const stage of stages) {
        const firstGpu = used[at]!;
        seats.set(stage, {
          instance: instanceName(name, instanceClass.instances[at]!),
          gpuIds: Array.from({ length: stage.groupGpus }, (_, gpu) => firstGpu + gpu),
        });
        used[at]! += stage.groupGpus;
      }
    }
  }
  return placementOf(
    ordered.map((stage) => ({ ...seats.get(stage)!, before: stage.before })),
    layers,
    point,
  );
}

function runsOf(ordered: readonly SeatedStage[]): Run[] | null {
  const runs: Run[] = [];
  let open: Run | null = null;
  for (const stage of ordered) {
    const run: Run = open ?? { atRate: stage.atRate, stages: [], gpus: 0 };
    if (run.atRate !== stage.atRate) return null;
    run.stages.push(stage);
    run.gpus += stage.groupGpus;
    if (!open) runs.push(run);
    open = stage.stays ? run : null;
  }
  return runs;
}
