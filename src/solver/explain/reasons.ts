import { microUsdToUsd } from "../../hardware/price.ts";
import { layerCount } from "../../model/model.ts";
import type { Problem } from "../../placement/problem.ts";
import { allowedSegmentSizes, minPipelineSegment } from "../../placement/segment-sizes.ts";
import { leftOut } from "../../placement/tp-shape.ts";
import type { LatencyLimitName, Limits, OperatingPoint } from "../../workload/workload.ts";
import type { InstanceClass } from "../instances/instance-class.ts";
import { instanceClasses } from "../instances/instance-classes.ts";
import type { SolveRequest } from "../request.ts";
import { maxStagesOf } from "../search/subproblems.ts";
import { batchOptions } from "../stages/stage-options.ts";
import { TableCache } from "../stages/table-cache.ts";
import { figure, leastLatencyWords } from "./least-latency.ts";
import { MS_PER_SECOND, setLimits } from "./limits.ts";

/**
 * Why no placement exists even without budgets and targets, as far as sizes and memory alone say it.
 * Empty when the reason lies deeper.
 */
export function noFitReasons(
  problem: Problem,
  request: SolveRequest,
  points: readonly OperatingPoint[],
): string[] {
  const { model, rules } = problem;
  const sizes = allowedSegmentSizes(layerCount(model), rules);
  if (sizes.length === 0) {
    return [
      `No stage size is allowed: min_layers_per_stage ${rules.minLayersPerStage}, max_pipeline_stages ${rules.maxPipelineStages} and the model's ${layerCount(model)} layers leave none.`,
    ];
  }
  const classes = instanceClasses(problem, request);
  const sentences = leftOut(problem, request.tpDegrees);
  if (sentences.length > 0 && classes.length === 0) return sentences;
  for (const point of points) {
    const { mostLayers, mostOfOneStage } = mostHeld(problem, classes, point);
    if (mostOfOneStage === 0) {
      sentences.push(
        `At batch ${point.batch} no GPU of the pool can hold a stage of an allowed size (${sizes[0]} to ${sizes.at(-1)} layers${leastSizeWords(problem)}) at any allowed TP degree.`,
      );
    } else if (mostLayers < layerCount(model)) {
      sentences.push(
        `At batch ${point.batch} the whole pool holds at most ${Math.floor(mostLayers)} of the model's ${layerCount(model)} layers.`,
      );
    } else if (mostOfOneStage * rules.maxPipelineStages < layerCount(model)) {
      sentences.push(
        `At batch ${point.batch} a stage holds at most ${mostOfOneStage} layers, so that max_pipeline_stages ${rules.maxPipelineStages} stages cannot hold the model's ${layerCount(model)}.`,
      );
    }
  }
  return sentences;
}

/** Why no size is smaller, where that is the lesser known side of the rule on stages. */
function leastSizeWords({ model, rules }: Problem): string {
  const least = minPipelineSegment(layerCount(model), rules);
  return least > Math.max(1, rules.minLayersPerStage)
    ? `; max_pipeline_stages ${rules.maxPipelineStages} allows none below ${layerCount(model)} / ${rules.maxPipelineStages}, rounded up`
    : "";
}

/** The most layers that all GPUs of the pool, and that one stage, can hold at a batch size, whatever the number of stages. */
function mostHeld(
  problem: Problem,
  classes: readonly InstanceClass[],
  point: OperatingPoint,
): { readonly mostLayers: number; readonly mostOfOneStage: number } {
  const sizes = allowedSegmentSizes(layerCount(problem.model), problem.rules);
  const numbers = problem.costModel.dependsOnStages ? maxStagesOf(problem) : 1;
  let mostLayers = 0;
  let mostOfOneStage = 0;
  for (let pipelineStages = 1; pipelineStages <= numbers; pipelineStages++) {
    const setting = { point, pipelineStages, sizes, latency: null, tables: new TableCache() };
    let layers = 0;
    for (const { instanceClass, options } of batchOptions(problem, classes, setting, [])
      .candidates) {
      let perGpu = 0;
      for (const { sizes: possible, groupGpus } of options) {
        const largest = possible.at(-1)!;
        perGpu = Math.max(perGpu, largest / groupGpus);
        mostOfOneStage = Math.max(mostOfOneStage, largest);
      }
      layers += perGpu * instanceClass.type.instance.gpuCount * instanceClass.instances.length;
    }
    mostLayers = Math.max(mostLayers, layers);
  }
  return { mostLayers, mostOfOneStage };
}

/** What the best placement without any limit reaches, in the figures that limits are on. */
export interface Extremes {
  readonly leastUsdPerHour: number;
  readonly leastUsdPerMillionTokens: number;
  readonly mostTokensPerSecond: number;
  /** As predicted, to LATENCY_TOLERANCE; null where the latency has no limit that is not met. */
  readonly leastTtftSeconds: number | null;
  readonly leastTpotSeconds: number | null;
}

/** Which limits no placement meets, even alone. */
export function limitReasons(problem: Problem, extremes: Extremes): string[] {
  const { limits, totalTokensToProcess, workload } = problem;
  const sentences: string[] = [];
  const hourly = Math.round(extremes.leastUsdPerHour * 1e6);
  if (limits.maxHourlyCostUsd !== null && hourly > Math.round(limits.maxHourlyCostUsd * 1e6)) {
    sentences.push(
      `The cheapest placement costs ${microUsdToUsd(hourly)} USD per hour; the limit is ${limits.maxHourlyCostUsd}.`,
    );
  }
  const leastPerMillion = extremes.leastUsdPerMillionTokens;
  if (
    limits.maxCostPerMillionTokenUsd !== null &&
    leastPerMillion > limits.maxCostPerMillionTokenUsd
  ) {
    sentences.push(
      `The lowest cost of a million tokens is ${figure(leastPerMillion)} USD; the limit is ${limits.maxCostPerMillionTokenUsd}.`,
    );
  }
  const leastTotal = (leastPerMillion / 1e6) * totalTokensToProcess;
  if (limits.maxTotalCostUsd !== null && leastTotal > limits.maxTotalCostUsd) {
    sentences.push(
      `The lowest cost of the whole job (${totalTokensToProcess} tokens) is ${figure(leastTotal)} USD; the limit is ${limits.maxTotalCostUsd}.`,
    );
  }
  const leastHours = totalTokensToProcess / (extremes.mostTokensPerSecond * 3600);
  if (limits.maxTotalRuntimeHours !== null && leastHours > limits.maxTotalRuntimeHours) {
    sentences.push(
      `The fastest placement needs ${figure(leastHours)} hours for the job; the limit is ${limits.maxTotalRuntimeHours}.`,
    );
  }
  if (
    limits.minTokensPerSecond !== null &&
    extremes.mostTokensPerSecond < limits.minTokensPerSecond
  ) {
    sentences.push(
      `The fastest placement serves ${figure(extremes.mostTokensPerSecond)} tokens/s; the target is ${limits.minTokensPerSecond}.`,
    );
  }
  sentences.push(
    ...latencyReason(limits, "maxTtftSeconds", extremes.leastTtftSeconds),
    ...latencyReason(limits, "maxTpotSeconds", extremes.leastTpotSeconds),
  );
  if (sentences.length === 0) {
    sentences.push(
      `Each limit can be met alone, but not all together: ${setLimits(limits, workload)
        .map(({ name, value }) => `${name} ${value}`)
        .join(", ")}.`,
    );
  }
  return sentences;
}

/** That a limit on a latency cannot be met; empty when it can. */
function latencyReason(
  limits: Limits,
  name: LatencyLimitName,
  leastSeconds: number | null,
): string[] {
  const limit = limits[name];
  if (limit === null || leastSeconds === null) return [];
  const words = leastLatencyWords(
    name,
    " of any placement",
    leastSeconds,
    limits.latencySafetyMargin,
  );
  return [`The shortest ${words}; the limit is ${figure(limit * MS_PER_SECOND)} ms.`];
}
