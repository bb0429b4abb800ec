import type { Metrics } from "../placement/evaluation.ts";
import { limitIsMet } from "../placement/limits.ts";
import type { Problem } from "../placement/problem.ts";
import type { LimitName } from "../workload/workload.ts";
import { duration, figure, percent, usd } from "./format.ts";

const MS_PER_SECOND = 1000;

/** The limits that were given and are not met, in words; empty when all are. */
export function brokenLimits(problem: Problem, metrics: Metrics): string[] {
  const { limits } = problem;
  const latency =
    (word: string, ms: number | null) =>
    (limitSeconds: number): string =>
      ms === null
        ? `the cost model predicts no ${word}; the limit is ${figure(limitSeconds * MS_PER_SECOND)} ms`
        : `${word} of ${figure(ms)} ms with a margin of ${percent(limits.latencySafetyMargin)}; the limit is ${figure(limitSeconds * MS_PER_SECOND)} ms`;
  const checks: readonly (readonly [LimitName, (limit: number) => string])[] = [
    [
      "maxHourlyCostUsd",
      (limit) => `${usd(metrics.cost_per_hour)} per hour; the limit is ${usd(limit)}`,
    ],
    [
      "maxCostPerMillionTokenUsd",
      (limit) =>
        `${usd(metrics.dollar_per_million_token)} per million tokens; the limit is ${usd(limit)}`,
    ],
    [
      "maxTotalCostUsd",
      (limit) => `${usd(metrics.total_cost)} for the whole job; the limit is ${usd(limit)}`,
    ],
    [
      "maxTotalRuntimeHours",
      (limit) =>
        `${duration(metrics.total_runtime_hours)} for the whole job; the limit is ${duration(limit)}`,
    ],
    [
      "minTokensPerSecond",
      (limit) =>
        `${figure(metrics.throughput_tokens_per_sec)} tokens/s; the target is ${figure(limit)}`,
    ],
    ["maxTtftSeconds", latency("TTFT", metrics.ttft_ms)],
    ["maxTpotSeconds", latency("TPOT", metrics.tpot_ms)],
  ];
  return checks.flatMap(([name, say]) => {
    const limit = limits[name];
    if (limit === null) return [];
    return limitIsMet(problem, metrics, name) ? [] : [say(limit)];
  });
}
