import type { NextStage } from "../cost/cost-model.ts";
import { groupGBytesPerSecond } from "../hardware/network.ts";
import { tpLayout } from "../model/layout.ts";
import type { OperatingPoint } from "../workload/workload.ts";
import { assignGpus, type PlacedStage } from "./assign-gpus.ts";
import { checkMemory } from "./check-memory.ts";
import { checkCover, checkSites, checkStageCount } from "./check-pipeline.ts";
import { checkCut, checkShape, checkSize, isLayerRange, locate, sizeOf } from "./check-stage.ts";
import type { Violation } from "./evaluation.ts";
import { nameLongestRequest } from "./longest-request.ts";
import type { Placement, PlacementStage } from "./placement.ts";
import type { Problem } from "./problem.ts";

export interface CheckedPlacement {
  /** In stage order; complete when there are no violations. */
  readonly stages: readonly PlacedStage[];
  /** In the order in which the rules are checked. */
  readonly violations: readonly Violation[];
  readonly warnings: readonly string[];
}

/**
 * Checks all rules on a placement, in the order of the contract: the number of stages, then stage by stage instance, layer
 * range, GPUs and size, then the cover of the layers. The first violation is the first breach; every breach is listed.
 */
export function checkPlacement(
  problem: Problem,
  placement: Placement,
  point: OperatingPoint,
): CheckedPlacement {
  const violations: Violation[] = [];
  const warnings: string[] = [];
  const stages: PlacedStage[] = [];
  checkStageCount(problem, placement, violations);
  const usedGpus = new Set<number>();
  const pipelineStages = placement.stages.length;
  for (let index = 0; index < placement.stages.length; index++) {
    const stage = placement.stages[index]!;
    const rangeOk = isLayerRange(stage);
    const located = locate(problem, stage, index, violations);
    if (!rangeOk) {
      violations.push({
        rule: "layer_range",
        stage: index,
        message: `stage ${index}: layers ${stage.start_layer}-${stage.end_layer} are not a range of layers; layers count from 1 and the end is not before the start.`,
        start_layer: stage.start_layer,
        end_layer: stage.end_layer,
      });
    }
    const gpuIds = located && assignGpus(located, stage, index, usedGpus, violations);
    checkShape(problem, stage, index, violations);
    if (rangeOk && located) {
      checkMemory(problem, located.type, stage, index, pipelineStages, point, violations, warnings);
    }
    if (rangeOk) {
      checkSize(problem, stage, index, violations);
      checkCut(problem, stage, index, violations);
    }
    if (!located || !gpuIds || !rangeOk) continue;
    const { type, instanceIndex } = located;
    stages.push({
      stage,
      type,
      instanceIndex,
      gpuIds,
      lowestGpu: lowest(gpuIds),
      shape: {
        instance: type.instance,
        group: {
          gpus: stage.tp_degree,
          gBytesPerSecond: groupGBytesPerSecond(problem.network, type, instanceIndex, gpuIds),
        },
        layout: tpLayout(stage.tp_degree),
        startLayer: stage.start_layer,
        layers: sizeOf(stage),
        pipelineStages,
        next: nextOf(placement.stages, index),
      },
    });
  }
  nameLongestRequest(problem, point, violations);
  checkCover(problem, placement, violations);
  checkSites(stages, violations);
  return { stages, violations, warnings };
}

/** Where the stage after another one stands. */
function nextOf(stages: readonly PlacementStage[], index: number): NextStage {
  const next = stages[index + 1];
  if (!next) return "none";
  return next.gpu_type === stages[index]!.gpu_type ? "same_instance" : "other_instance";
}

function lowest(gpuIds: readonly number[]): number {
  let smallest = gpuIds[0]!;
  for (const id of gpuIds) if (id < smallest) smallest = id;
  return smallest;
}
