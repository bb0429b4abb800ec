import { isAllowedCut, layerCount } from "../model/model.ts";
import { nearestHint } from "../nearest.ts";
import { isTpDegree, type Location } from "./assign-gpus.ts";
import type { Rule, Violation } from "./evaluation.ts";
import { type PlacementStage, parseInstanceName } from "./placement.ts";
import type { Problem } from "./problem.ts";
import { isQuantisedSize, minPipelineSegment } from "./segment-sizes.ts";
import { forbiddenTp } from "./tp-shape.ts";

export function isLayerRange(stage: PlacementStage): boolean {
  return (
    Number.isSafeInteger(stage.start_layer) &&
    Number.isSafeInteger(stage.end_layer) &&
    stage.start_layer >= 1 &&
    stage.end_layer >= stage.start_layer
  );
}

export function locate(
  problem: Problem,
  stage: PlacementStage,
  index: number,
  violations: Violation[],
): Location | null {
  const parsed = parseInstanceName(stage.gpu_type);
  const type = parsed ? problem.pool.byName.get(parsed.typeName) : undefined;
  if (parsed && type && parsed.index < type.count) return { type, instanceIndex: parsed.index };
  let why: string;
  if (!parsed) why = "is not of the form type#index, e.g. g5.48xlarge#0.";
  else if (!type) {
    const names = problem.pool.types.map((t) => t.instance.name).sort();
    why = `is not in the pool. ${nearestHint(parsed.typeName, names)}`;
  } else why = `does not exist: the pool has ${type.count} of that type, numbered from 0.`;
  violations.push({
    rule: "unknown_instance",
    stage: index,
    message: `stage ${index}: instance "${stage.gpu_type}" ${why}`,
    gpu_type: stage.gpu_type,
  });
  return null;
}

/** The TP degree against what of the model it has to share out. */
export function checkShape(
  problem: Problem,
  stage: PlacementStage,
  index: number,
  violations: Violation[],
): void {
  const { tp_degree } = stage;
  const breach = isTpDegree(tp_degree) ? forbiddenTp(problem, tp_degree) : null;
  if (!breach) return;
  violations.push({
    rule: "tp_shape",
    stage: index,
    message: `${describe(stage, index)}: TP ${tp_degree} ${breach.words}, so ${engineWords(problem)}.`,
    dimension: breach.dimension,
    size: breach.size,
    tp_degree,
  });
}

function engineWords({ engine }: Problem): string {
  return engine ? `${engine.engine} does not start it` : "serving engines do not start it";
}

/** The size breaking the rules that know nothing of memory. */
export function checkSize(
  problem: Problem,
  stage: PlacementStage,
  index: number,
  violations: Violation[],
): void {
  const { rules, model } = problem;
  const size = sizeOf(stage);
  if (size < rules.minLayersPerStage) {
    violations.push(
      sizeViolation(
        stage,
        index,
        "below_min_layers",
        `${size} layers are fewer than min_layers_per_stage ${rules.minLayersPerStage}.`,
        { min_size: rules.minLayersPerStage },
      ),
    );
  }
  const pipelineMin = minPipelineSegment(layerCount(model), rules);
  if (size < pipelineMin) {
    violations.push(
      sizeViolation(
        stage,
        index,
        "below_min_pipeline_segment",
        `${size} layers are fewer than ${pipelineMin} = ${layerCount(model)} layers / max_pipeline_stages ${rules.maxPipelineStages}, rounded up.`,
        { min_size: pipelineMin },
      ),
    );
  }
  if (rules.quantizeSegments && !isQuantisedSize(size, layerCount(model))) {
    violations.push(
      sizeViolation(
        stage,
        index,
        "not_quantised",
        `${size} layers are neither a divisor of ${layerCount(model)} nor a power of two from 4 up to it, as enable_segment_quantization requires.`,
        { num_layers: layerCount(model) },
      ),
    );
  }
}

function sizeViolation(
  stage: PlacementStage,
  index: number,
  rule: Rule,
  message: string,
  numbers: Readonly<Record<string, number>>,
): Violation {
  return {
    rule,
    stage: index,
    message: `${describe(stage, index)}: ${message}`,
    size: sizeOf(stage),
    ...numbers,
  };
}

/** The last layer of the stage against the cuts that the model allows. */
export function checkCut(
  problem: Problem,
  stage: PlacementStage,
  index: number,
  violations: Violation[],
): void {
  if (isAllowedCut(problem.model, stage.end_layer)) return;
  violations.push({
    rule: "cut_not_allowed",
    stage: index,
    message: `${describe(stage, index)}: the model may not be cut after layer ${stage.end_layer}; allowed are ${problem.model.allowedCuts!.join(", ")}.`,
    end_layer: stage.end_layer,
  });
}

export function sizeOf(stage: PlacementStage): number {
  return stage.end_layer - stage.start_layer + 1;
}

export function describe(stage: PlacementStage, index: number): string {
  return `stage ${index} (layers ${stage.start_layer}-${stage.end_layer} on ${stage.gpu_type}, TP ${stage.tp_degree})`;
}
