import { layerCount } from "../model/model.ts";
import type { PlacedStage } from "./assign-gpus.ts";
import { isLayerRange } from "./check-stage.ts";
import type { Violation } from "./evaluation.ts";
import type { Placement } from "./placement.ts";
import type { Problem } from "./problem.ts";

export function checkStageCount(
  problem: Problem,
  placement: Placement,
  violations: Violation[],
): void {
  const count = placement.stages.length;
  const max = problem.rules.maxPipelineStages;
  if (count >= 1 && count <= max) return;
  violations.push({
    rule: "stage_count",
    message:
      count === 0
        ? "the placement has no stage."
        : `${count} pipeline stages are more than max_pipeline_stages ${max}.`,
    stages: count,
    max_pipeline_stages: max,
  });
}

/** Stages have to follow one another from layer 1 to layer L without a gap or an overlap. */
export function checkCover(problem: Problem, placement: Placement, violations: Violation[]): void {
  const numLayers = layerCount(problem.model);
  let next = 1;
  for (let index = 0; index < placement.stages.length; index++) {
    const stage = placement.stages[index]!;
    if (!isLayerRange(stage)) continue;
    if (stage.start_layer !== next) {
      const rule = stage.start_layer > next ? "gap" : "overlap";
      violations.push({
        rule,
        stage: index,
        message:
          rule === "gap"
            ? `stage ${index} starts at layer ${stage.start_layer}; layers ${next}-${stage.start_layer - 1} before it are in no stage.`
            : `stage ${index} starts at layer ${stage.start_layer}, but the stages before it reach layer ${next - 1}.`,
        expected_start_layer: next,
        start_layer: stage.start_layer,
      });
    }
    next = stage.end_layer + 1;
  }
  if (next - 1 !== numLayers) {
    violations.push({
      rule: "coverage",
      message: `the stages end at layer ${next - 1}, the model has ${numLayers} layers.`,
      last_layer: next - 1,
      num_layers: numLayers,
    });
  }
}

/** What links between sites do is not known: a pipeline stays inside one. */
export function checkSites(stages: readonly PlacedStage[], violations: Violation[]): void {
  const sites = [...new Set(stages.map(({ type }) => type.instance.site))];
  if (sites.length < 2) {
    checkScattered(stages, violations);
    return;
  }
  violations.push({
    rule: "several_sites",
    message: `the stages are at ${sites.length} sites (${sites.map((site) => site ?? "a site without a name").join(", ")}); a pipeline stays inside one.`,
    sites,
  });
}

function checkScattered(stages: readonly PlacedStage[], violations: Violation[]): void {
  const scattered = stages.find(({ type }) => type.instance.isScattered);
  const instances = new Set(stages.map(({ stage }) => stage.gpu_type));
  if (!scattered || instances.size < 2) return;
  violations.push({
    rule: "several_sites",
    message: `the stages are on ${instances.size} instances, and those of ${scattered.type.instance.name} may be anywhere; a pipeline stays on one.`,
    instances: instances.size,
  });
}
