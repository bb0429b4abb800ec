import type { Interval, Metrics } from "../placement/evaluation.ts";
import { grouped, oneLine, plural, short } from "./comment-text.ts";
import type { Launch } from "./launch.ts";
import type { LaunchNode } from "./launch-plan.ts";
import { networkHints } from "./network-hints.ts";

/** What every file of an export says in its first comment. */
export const PLANNED_BY = "planned by llm-placement";

/**
 * What launch files say above their first line: what was planned, what is predicted, and how to compare it with the engine's
 * log at start-up. One line each, without comment signs.
 */
export function planComment(launch: Launch, ...usage: readonly string[]): string[] {
  return [
    `${launch.problem.model.name} on ${launch.traits.title}, ${PLANNED_BY}.`,
    "",
    ...plannedLines(launch),
    "",
    ...predictedLines(launch),
    "",
    ...logLines(launch),
    ...launch.notes.map((note) => `Note: ${note}`),
    ...hintLines(launch),
    ...(usage.length > 0 ? ["", ...usage] : []),
  ].map(oneLine);
}

function hintLines({ writer, settings, plan, problem }: Launch): string[] {
  const isMixture = problem.model.architecture.kinds.some(({ experts }) => experts > 0);
  const hints = [
    ...writer.hints(settings.checkpoint),
    ...(isMixture && !settings.expertParallel
      ? [
          "Experts are split over all GPUs of a stage, as planned; --expert-parallel of export keeps them whole.",
        ]
      : []),
    ...networkHints(plan.nodes),
  ];
  return hints.length === 0 ? [] : ["", "Hints:", ...hints.map((hint) => `  ${hint}`)];
}

function plannedLines({ id, settings, plan, placement, layout, service }: Launch): string[] {
  const { longest, sequences } = settings;
  const burst = sequences.most - sequences.planned;
  const layers = plan.layerPartition.reduce((sum, size) => sum + size, 0);
  return [
    `Plan ${id}`,
    `Planned: TP ${layout.tp}, PP ${plan.layerPartition.length}, ${layers} layers as ${plan.layerPartition.join(",")}`,
    ...plan.nodes.map((node) => {
      const stages = node.stages.map((index) => {
        const { start_layer, end_layer } = placement.stages[index]!;
        return `stage ${index}: layers ${start_layer}-${end_layer}`;
      });
      return `  ${nodeText(node)}; ${stages.join("; ")}`;
    }),
    ...(service
      ? [`  ${rateText(service.requestsPerSecond)}, ${percent(service.used)} of the capacity`]
      : []),
    `  ${plural(placement.batch_size, "sequence")} in flight, ${placement.sequence_length} input and ${placement.output_length} output tokens`,
    `  longest request ${grouped(longest.tokens)} tokens: ${longest.from}`,
    `  at most ${plural(sequences.most, "sequence")} at once: ${sequences.planned} planned${burst > 0 ? `, ${burst} for bursts` : ""} (${sequences.from})`,
  ];
}

/** A node with the GPUs that the plan uses there. */
export function nodeText({ rank, instance, type, gpuIds }: LaunchNode): string {
  const { gpuCount, gpuModel } = type.instance;
  return `node ${rank}: ${instance} (${gpuCount} x ${gpuModel}), GPUs ${gpuIds.join(",")}`;
}

function predictedLines(launch: Launch): string[] {
  const { metrics, problem, service } = launch;
  const by = `(cost model "${problem.costModel.name}")`;
  if (!service) {
    return [
      `Predicted ${by}:`,
      ...predicted(metrics, metrics.throughput_tokens_per_sec, metrics.dollar_per_million_token),
    ];
  }
  const { atCapacity, tokensPerSecond, usdPerMillionTokens } = service;
  const { metrics: most } = atCapacity;
  return [
    `Predicted at ${rateText(service.requestsPerSecond)} ${by}:`,
    ...predicted(metrics, tokensPerSecond, usdPerMillionTokens, false),
    `At capacity, ${rateText(service.capacityRequestsPerSecond)} with ${plural(atCapacity.placement.batch_size, "sequence")} in flight:`,
    ...predicted(most, most.throughput_tokens_per_sec, most.dollar_per_million_token),
  ];
}

/** @param isPrediction whether the throughput is one; at a rate it is what comes in */
function predicted(
  { ttft_ms, tpot_ms, uncertainty, cost_per_hour }: Metrics,
  tokensPerSecond: number,
  usdPerMillionTokens: number,
  isPrediction = true,
): string[] {
  const rate = `${short(tokensPerSecond)} tokens/s, input and output together`;
  return [
    `  ${rate}${isPrediction ? interval(uncertainty?.throughput_tokens_per_sec) : ""}`,
    ...(ttft_ms === null || tpot_ms === null
      ? ["  TTFT and TPOT: not predicted"]
      : [
          `  TTFT ${short(ttft_ms)} ms${interval(uncertainty?.ttft_ms)}`,
          `  TPOT ${short(tpot_ms)} ms${interval(uncertainty?.tpot_ms)}`,
        ]),
    `  ${cost_per_hour.toFixed(2)} USD per hour, ${short(usdPerMillionTokens)} USD per million tokens`,
  ];
}

function rateText(requestsPerSecond: number): string {
  return `${short(requestsPerSecond)} requests/s`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function interval(range: Interval | null | undefined): string {
  return range ? `, 80 % interval ${short(range.low)} to ${short(range.high)}` : "";
}

function logLines({ writer, metrics, settings, plan }: Launch): string[] {
  const tokens = settings.sequences.kvCacheTokens ?? metrics.kv_cache_tokens;
  return [
    "Compare with the log of node 0 at start-up:",
    ...(tokens === null
      ? ["  the size of the KV cache is not predicted"]
      : writer.logLines(tokens, settings.longest.tokens, plan).map((line) => `  ${line}`)),
    `  grep -E '${writer.logPattern}' LOG`,
  ];
}
