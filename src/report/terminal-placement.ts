import { usdToMicroUsd } from "../hardware/price.ts";
import type { Metrics, StageMetrics } from "../placement/evaluation.ts";
import { meetsLimits } from "../placement/limits.ts";
import type { Placement } from "../placement/placement.ts";
import type { Problem } from "../placement/problem.ts";
import { type Limits, NO_LIMITS } from "../workload/workload.ts";
import { count, duration, figure, percent, plural, printable, shortGpu, usd } from "./format.ts";
import { renderPairs, renderTable } from "./layout.ts";
import type { Paint } from "./paint.ts";
import { bottleneckWords, instanceWords, ownedInstances, slackWords } from "./words.ts";

const BAR_WIDTH = 12;

/** What is served, on one line each. */
export function renderWorkload(problem: Problem, placement: Placement): string {
  const { model, costModel } = problem;
  const { workload_phase, sequence_length, output_length, batch_size } = placement;
  return renderPairs([
    ["Model", `${printable(model.name)}, ${count(model.numLayers)} layers`],
    [
      "Workload",
      `${workload_phase}, ${count(sequence_length)} input + ${count(output_length)} output tokens, batch ${count(batch_size)}`,
    ],
    ["Cost model", `${costModel.name}: an estimate, not a measurement`],
  ]);
}

/** One row a stage: where it runs, what it holds, how fast and how busy it is. */
export function renderStages({ pool }: Problem, metrics: Metrics, paint: Paint): string {
  const table = renderTable(
    [
      { head: "stage", align: "right" },
      { head: "instance", flexible: true },
      { head: "GPU", flexible: true },
      { head: "TP", align: "right" },
      { head: "layers" },
      { head: "tokens/s", align: "right" },
      { head: "memory of each GPU, GiB" },
      { head: "busy", align: "right" },
    ],
    metrics.stages.map((stage, index) => {
      const isBottleneck =
        metrics.bottleneck.kind === "stage" && metrics.bottleneck.index === index;
      const busy = percent(Math.round(stage.utilization * 100) / 100);
      return [
        String(index),
        instanceWords(pool, stage.instance),
        shortGpu(stage.gpu_model),
        String(stage.tp_degree),
        `${stage.start_layer}-${stage.end_layer} (${stage.layers})`,
        figure(stage.throughput_tokens_per_sec),
        `${memoryBar(stage, paint)} ${figure(stage.memory_total_gb)} of ${trimmed(stage.memory_capacity_gb)}`,
        isBottleneck ? paint.bold(busy) : busy,
      ];
    }),
  );
  const legend = `  memory: ${paint.blue("█")} weights ${paint.cyan("▓")} KV cache ${paint.magenta("▒")} activations · free`;
  return `${paint.bold("Stages")}\n${table}\n${paint.dim(legend)}`;
}

/** Throughput, cost and what limits them. */
export function renderMetrics(
  problem: Problem,
  placement: Placement,
  metrics: Metrics,
  paint: Paint,
): string {
  const slack = slackWords(metrics);
  const pairs: [string, string][] = [
    [
      "Throughput",
      `${figure(metrics.throughput_tokens_per_sec)} tokens/s (${figure(metrics.input_tokens_per_sec)} input + ${figure(metrics.output_tokens_per_sec)} output)`,
    ],
    [
      "",
      `= slowest part ${figure(metrics.raw_throughput_tokens_per_sec)} × pipeline ${factor(metrics.pipeline_efficiency)} × real world ${factor(problem.costModel.realWorldEfficiency)}`,
    ],
    [
      "Cost",
      `${usd(metrics.cost_per_hour)} per hour for ${hiredWords(problem, placement, metrics)} used`,
    ],
    ["Per token", `${usd(metrics.dollar_per_million_token)} per million tokens`],
    [
      "Whole job",
      `${count(problem.totalTokensToProcess)} tokens in ${duration(metrics.total_runtime_hours)} for ${usd(metrics.total_cost)}`,
    ],
  ];
  if (metrics.ttft_ms !== null && metrics.tpot_ms !== null) {
    pairs.push([
      "Latency",
      `${figure(metrics.ttft_ms)} ms to the first token, ${figure(metrics.tpot_ms)} ms for each further one`,
    ]);
  }
  pairs.push([
    "Limited by",
    `${bottleneckWords(placement, metrics)}${slack === "" ? "" : `; ${slack}`}`,
  ]);
  return `${paint.bold("Metrics")}\n${renderPairs(pairs)}`;
}

/** "3 instances, 1 of them owned; 8 of 12 GPUs". */
function hiredWords({ pool }: Problem, placement: Placement, metrics: Metrics): string {
  const { num_instances: all, num_gpus: used, num_gpus_rented: gpus } = metrics;
  const owned = ownedInstances(pool, placement);
  if (owned === 0)
    return `${plural(all, "instance")}; ${count(used)} of ${plural(gpus, "rented GPU")}`;
  const instances =
    owned === all
      ? plural(all, "owned instance")
      : `${plural(all, "instance")}, ${count(owned)} of them owned`;
  return `${instances}; ${count(used)} of ${plural(gpus, "GPU")}`;
}

/** The limits that were given and are not met, in words; empty when all are. */
export function brokenLimits(problem: Problem, metrics: Metrics): string[] {
  const { limits, totalTokensToProcess } = problem;
  const checks: readonly (readonly [keyof Limits, (limit: number) => string])[] = [
    [
      "maxHourlyCostUsd",
      (limit) => `${usd(metrics.cost_per_hour)} per hour, the limit is ${usd(limit)}`,
    ],
    [
      "maxCostPerMillionTokenUsd",
      (limit) =>
        `${usd(metrics.dollar_per_million_token)} per million tokens, the limit is ${usd(limit)}`,
    ],
    [
      "maxTotalCostUsd",
      (limit) => `${usd(metrics.total_cost)} for the whole job, the limit is ${usd(limit)}`,
    ],
    [
      "maxTotalRuntimeHours",
      (limit) =>
        `${duration(metrics.total_runtime_hours)} for the whole job, the limit is ${duration(limit)}`,
    ],
    [
      "minTokensPerSecond",
      (limit) =>
        `${figure(metrics.throughput_tokens_per_sec)} tokens/s, the target is ${figure(limit)}`,
    ],
  ];
  return checks.flatMap(([name, say]) => {
    const limit = limits[name];
    if (limit === null) return [];
    const meets = meetsLimits(
      { ...NO_LIMITS, [name]: limit },
      usdToMicroUsd(metrics.cost_per_hour),
      metrics.throughput_tokens_per_sec,
      totalTokensToProcess,
    );
    return meets ? [] : [say(limit)];
  });
}

/** The memory of a GPU as a bar: weights, KV cache, activations, what is free. */
function memoryBar(stage: StageMetrics, paint: Paint): string {
  const cells = (gib: number): number =>
    Math.min(BAR_WIDTH, Math.round((gib / stage.memory_capacity_gb) * BAR_WIDTH));
  const weights = cells(stage.memory_weights_gb);
  const kvCache = cells(stage.memory_weights_gb + stage.memory_kv_cache_gb);
  const all = cells(stage.memory_total_gb);
  return (
    paint.blue("█".repeat(weights)) +
    paint.cyan("▓".repeat(kvCache - weights)) +
    paint.magenta("▒".repeat(all - kvCache)) +
    "·".repeat(BAR_WIDTH - all)
  );
}

/** A factor from 0 to 1 as short as it is: 1, 0.3, 0.6545. */
function factor(value: number): string {
  return String(Number(value.toPrecision(4)));
}

/** A capacity as short as it is: 24, 79.2. */
function trimmed(gib: number): string {
  return Number.isInteger(gib) ? String(gib) : figure(gib);
}
