import type { Interval } from "../placement/evaluation.ts";
import { type RateService, rateService } from "../placement/rate-service.ts";
import { networkHints, parserHints } from "./engine-words.ts";
import type { Launch } from "./launch.ts";
import type { LaunchNode } from "./launch-plan.ts";
import type { LaunchEngine } from "./targets.ts";
import { grouped, oneLine, plural, short } from "./words.ts";

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

function hintLines({ traits, settings, plan, problem }: Launch): string[] {
  const isMixture = problem.model.architecture?.kinds.some(({ experts }) => experts > 0) ?? false;
  const hints = [
    ...parserHints(traits.engine, settings.checkpoint),
    ...(isMixture && !settings.expertParallel
      ? [
          "Experts are cut over all GPUs of a stage, as planned; --expert-parallel of export keeps them whole.",
        ]
      : []),
    ...networkHints(plan.nodes),
  ];
  return hints.length === 0 ? [] : ["", "Hints:", ...hints.map((hint) => `  ${hint}`)];
}

function plannedLines({ id, settings, plan, placement, tpDegree }: Launch): string[] {
  const { longest, sequences } = settings;
  const burst = sequences.most - sequences.planned;
  const layers = plan.layerPartition.reduce((sum, size) => sum + size, 0);
  return [
    `Plan ${id}`,
    `Planned: TP ${tpDegree}, PP ${plan.layerPartition.length}, ${layers} layers as ${plan.layerPartition.join(",")}`,
    ...plan.nodes.map((node) => {
      const stages = node.stages.map((index) => {
        const { start_layer, end_layer } = placement.stages[index]!;
        return `stage ${index}: layers ${start_layer}-${end_layer}`;
      });
      return `  ${nodeWords(node)}; ${stages.join("; ")}`;
    }),
    `  ${plural(placement.batch_size, "sequence")} in flight, ${placement.sequence_length} input and ${placement.output_length} output tokens`,
    `  longest request ${grouped(longest.tokens)} tokens: ${longest.from}`,
    `  at most ${plural(sequences.most, "sequence")} at once: ${sequences.planned} planned${burst > 0 ? `, ${burst} for bursts` : ""} (${sequences.from})`,
  ];
}

/** A node with the GPUs that the plan uses there. */
export function nodeWords({ rank, instance, type, gpuIds }: LaunchNode): string {
  const { gpuCount, gpuModel } = type.instance;
  return `node ${rank}: ${instance} (${gpuCount} x ${gpuModel}), GPUs ${gpuIds.join(",")}`;
}

function predictedLines({ metrics, problem, placement }: Launch): string[] {
  const { uncertainty } = metrics;
  const rate = `${short(metrics.throughput_tokens_per_sec)} tokens/s, input and output together`;
  const by = ` (cost model "${problem.costModel.name}"):`;
  const latency =
    metrics.ttft_ms === null || metrics.tpot_ms === null
      ? ["  TTFT and TPOT: not predicted"]
      : [
          `  TTFT ${short(metrics.ttft_ms)} ms${interval(uncertainty?.ttft_ms)}`,
          `  TPOT ${short(metrics.tpot_ms)} ms${interval(uncertainty?.tpot_ms)}`,
        ];
  return [
    `Predicted${by}`,
    `  ${rate}${interval(uncertainty?.throughput_tokens_per_sec)}`,
    ...latency,
    `  ${metrics.cost_per_hour.toFixed(2)} USD per hour, ${short(metrics.dollar_per_million_token)} USD per million tokens`,
    ...atRateLines(rateService(problem, placement)),
  ];
}

/** What is planned serves more than the rate that was asked for: what is to be seen at that rate. */
function atRateLines(service: RateService | null): string[] {
  if (!service) return [];
  const { placement, metrics } = service.atRate;
  const latency =
    metrics.ttft_ms === null || metrics.tpot_ms === null
      ? ""
      : `TTFT ${short(metrics.ttft_ms)} ms, TPOT ${short(metrics.tpot_ms)} ms, `;
  return [
    `At the ${short(service.requestsPerSecond)} requests/s asked for, ${plural(placement.batch_size, "sequence")} in flight:`,
    `  ${latency}${short(service.usdPerMillionTokens)} USD per million tokens, ${short(service.used * 100)} % of the capacity in use`,
  ];
}

function interval(range: Interval | null | undefined): string {
  return range ? `, 80 % interval ${short(range.low)} to ${short(range.high)}` : "";
}

/** The engine's lines on its KV cache, and a pattern of grep that finds them. Sources: vLLM, kv_cache_utils.py (older releases
 * print two lines, newer ones join them with a comma); SGLang, scheduler.py; TensorRT-LLM, kvCacheManager.cpp. */
const LOG_PATTERNS: Readonly<Record<LaunchEngine, string>> = {
  vllm: "GPU KV cache size|Maximum concurrency",
  sglang: "max_total_num_tokens=",
  "tensorrt-llm": "max tokens in paged KV cache",
};

function logLines({ traits, metrics, settings }: Launch): string[] {
  const tokens = settings.sequences.kvCacheTokens ?? metrics.kv_cache_tokens;
  return [
    "Compare with the log of node 0 at start-up:",
    ...(tokens === null
      ? ["  the size of the KV cache is not predicted"]
      : kvCacheLines(traits.engine, tokens, settings.longest.tokens).map((line) => `  ${line}`)),
    `  grep -E '${LOG_PATTERNS[traits.engine]}' LOG`,
  ];
}

/** What the engine would print of a KV cache of so many tokens. */
function kvCacheLines(engine: LaunchEngine, tokens: number, maxModelLenTokens: number): string[] {
  switch (engine) {
    case "vllm":
      return [
        `GPU KV cache size: ${grouped(tokens)} tokens`,
        `Maximum concurrency for ${grouped(maxModelLenTokens)} tokens per request: ${(tokens / maxModelLenTokens).toFixed(2)}x`,
      ];
    case "sglang":
      return [`max_total_num_tokens=${Math.round(tokens)}`];
    case "tensorrt-llm":
      return [`max tokens in paged KV cache (${Math.round(tokens)})`];
  }
}
