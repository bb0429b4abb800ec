import { usdToMicroUsd } from "../hardware/price.ts";
import type { Metrics } from "../placement/evaluation.ts";
import { meetsLatencyLimits, meetsLimits } from "../placement/limits.ts";
import type { Problem } from "../placement/problem.ts";
import { type LimitName, NO_LIMITS } from "../workload/workload.ts";
import { duration, figure, percent, usd } from "./format.ts";

const MS_PER_SECOND = 1000;

/** The limits that were given and are not met, in words; empty when all are. */
export function brokenLimits(problem: Problem, metrics: Metrics): string[] {
  const { limits } = problem;
  const latency =
    (word: string, ms: number | null) =>
    (limitSeconds: number): string =>
      ms === null
        ? `the cost model predicts no ${word}, the limit is ${figure(limitSeconds * MS_PER_SECOND)} ms`
        : `${word} of ${figure(ms)} ms with a margin of ${percent(limits.latencySafetyMargin)}, the limit is ${figure(limitSeconds * MS_PER_SECOND)} ms`;
  const checks: readonly (readonly [LimitName, (limit: number) => string])[] = [
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
    ["maxTtftSeconds", latency("TTFT", metrics.ttft_ms)],
    ["maxTpotSeconds", latency("TPOT", metrics.tpot_ms)],
  ];
  return checks.flatMap(([name, say]) => {
    const limit = limits[name];
    if (limit === null) return [];
    return limitIsMet(problem, metrics, name) ? [] : [say(limit)];
  });
}

/** Whether metrics keep one limit, the others aside; a limit that was not given is kept. */
export function limitIsMet(
  { limits, totalTokensToProcess }: Problem,
  metrics: Metrics,
  name: LimitName,
): boolean {
  const alone = {
    ...NO_LIMITS,
    latencySafetyMargin: limits.latencySafetyMargin,
    [name]: limits[name],
  };
  return (
    meetsLimits(
      alone,
      usdToMicroUsd(metrics.cost_per_hour),
      metrics.throughput_tokens_per_sec,
      totalTokensToProcess,
    ) && meetsLatencyLimits(alone, seconds(metrics.ttft_ms), seconds(metrics.tpot_ms))
  );
}

function seconds(ms: number | null): number | null {
  return ms === null ? null : ms / MS_PER_SECOND;
}
