import type { Confidence } from "../cost/cost-model.ts";
import type { Interval, Metrics } from "../placement/evaluation.ts";
import { limitIsMet } from "../placement/limits.ts";
import type { Problem } from "../placement/problem.ts";
import { count, figure, percent, printable } from "./format.ts";

/** A line of a report: a label and a text. */
type Pair = readonly [label: string, text: string];

const MS_PER_SECOND = 1000;

/** Confidence as a report says it. */
export const CONFIDENCE_WORDS: Readonly<Record<Confidence, string>> = {
  measured_alike: "similar setup measured",
  same_gpu_class: "same GPU class",
  extrapolated: "extrapolated",
};

/** An 80 % interval behind a value: " (80 %: 4,201.0 to 6,302.1)"; empty when there is none. */
export function intervalText(interval: Interval | null | undefined): string {
  return interval ? ` (80 %: ${figure(interval.low)} to ${figure(interval.high)})` : "";
}

/** Input or output tokens/s: the interval of the throughput, by their share. */
export function shareOfInterval(
  { throughput_tokens_per_sec: all, uncertainty }: Metrics,
  part: number,
): Interval | null {
  if (!uncertainty) return null;
  const { low, high } = uncertainty.throughput_tokens_per_sec;
  return { low: (low * part) / all, high: (high * part) / all };
}

/** TTFT and TPOT with their intervals and limits; a latency that the cost model does not predict is left out. */
export function latencyPairs(problem: Problem, metrics: Metrics): Pair[] {
  const { ttft_ms, tpot_ms, uncertainty } = metrics;
  const pair = (
    label: string,
    ms: number | null,
    interval: Interval | null | undefined,
    limit: LatencyLimit,
  ): Pair[] =>
    ms === null
      ? []
      : [
          [
            label,
            `${figure(ms)} ms${intervalText(interval)}${limitText(problem, metrics, ms, limit)}`,
          ],
        ];
  return [
    ...pair("TTFT", ttft_ms, uncertainty?.ttft_ms, "maxTtftSeconds"),
    ...pair("TPOT", tpot_ms, uncertainty?.tpot_ms, "maxTpotSeconds"),
  ];
}

type LatencyLimit = "maxTtftSeconds" | "maxTpotSeconds";

/** "; with 10 % margin 385.1 ms, limit 500.0 ms". */
function limitText(problem: Problem, metrics: Metrics, ms: number, limit: LatencyLimit): string {
  const { [limit]: limitSeconds, latencySafetyMargin: margin } = problem.limits;
  if (limitSeconds === null) return "";
  const counted =
    margin === 0 ? "" : `with ${percent(margin)} margin ${figure(ms * (1 + margin))} ms, `;
  const missed = limitIsMet(problem, metrics, limit) ? "" : ": not met";
  return `; ${counted}limit ${figure(limitSeconds * MS_PER_SECOND)} ms${missed}`;
}

/** How sure the prediction is, and why; nothing when the cost model does not say. */
export function confidencePairs({ uncertainty }: Metrics): Pair[] {
  if (!uncertainty) return [];
  const [first, ...more] = uncertainty.reasons.map(printable);
  const word = CONFIDENCE_WORDS[uncertainty.confidence];
  return [
    ["Confidence", first === undefined ? word : `${word}: ${first}`],
    ...more.map((reason): Pair => ["", reason]),
  ];
}

/** The KV cache in the words of vLLM's log, for requests of the plan unless a longest one is given; nothing when the cost model does not say. */
export function kvCachePairs({ engine }: Problem, metrics: Metrics, pointTokens: number): Pair[] {
  const { kv_cache_tokens: tokens } = metrics;
  if (tokens === null) return [];
  const perRequest = engine?.maxModelLenTokens ?? pointTokens;
  return [
    ["KV cache", `GPU KV cache size: ${count(Math.floor(tokens))} tokens`],
    [
      "",
      `Maximum concurrency for ${count(perRequest)} tokens per request: ${(tokens / perRequest).toFixed(2)}x`,
    ],
  ];
}
