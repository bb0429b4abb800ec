import { microUsdToUsd, usdToMicroUsd } from "../hardware/price.ts";
import { type LimitName, type Limits, NO_LIMITS } from "../workload/workload.ts";
import type { Metrics } from "./evaluation.ts";
import type { Problem } from "./problem.ts";

const SECONDS_PER_HOUR = 3600;
const MS_PER_SECOND = 1000;
const MILLION = 1e6;

/** Relative room for rounding where a computed quotient is compared with a number the user typed. */
const ROUNDING = 1e-9;

/** What a placement costs, from its price and its throughput. Sources: invariant 2 and the reference model, "End to end". */
export interface Economics {
  readonly costPerHourUsd: number;
  /** cost per hour / (tokens/s · 3600), USD. */
  readonly costPerTokenUsd: number;
  readonly costPerMillionTokenUsd: number;
  /** total tokens / (tokens/s · 3600). */
  readonly runtimeHours: number;
  /** cost per hour · run time, USD. */
  readonly totalCostUsd: number;
}

/** Computes what follows from a price and a throughput. */
export function economics(
  microUsdPerHour: number,
  tokensPerSecond: number,
  totalTokensToProcess: number,
): Economics {
  const costPerHourUsd = microUsdToUsd(microUsdPerHour);
  const tokensPerHour = tokensPerSecond * SECONDS_PER_HOUR;
  const costPerTokenUsd = costPerHourUsd / tokensPerHour;
  const runtimeHours = totalTokensToProcess / tokensPerHour;
  return {
    costPerHourUsd,
    costPerTokenUsd,
    costPerMillionTokenUsd: costPerTokenUsd * MILLION,
    runtimeHours,
    totalCostUsd: costPerHourUsd * runtimeHours,
  };
}

/**
 * Whether a price and a throughput keep every limit on them. A lower price and a higher throughput never turn a yes into a no.
 * The hourly budget is compared in whole micro-dollars, the others with room for rounding (1e-9 relative).
 */
export function meetsLimits(
  limits: Limits,
  microUsdPerHour: number,
  tokensPerSecond: number,
  totalTokensToProcess: number,
): boolean {
  if (
    limits.maxHourlyCostUsd !== null &&
    microUsdPerHour > usdToMicroUsd(limits.maxHourlyCostUsd)
  ) {
    return false;
  }
  const { costPerMillionTokenUsd, totalCostUsd, runtimeHours } = economics(
    microUsdPerHour,
    tokensPerSecond,
    totalTokensToProcess,
  );
  return (
    isWithin(costPerMillionTokenUsd, limits.maxCostPerMillionTokenUsd) &&
    isWithin(totalCostUsd, limits.maxTotalCostUsd) &&
    isWithin(runtimeHours, limits.maxTotalRuntimeHours) &&
    (limits.minTokensPerSecond === null ||
      tokensPerSecond >= limits.minTokensPerSecond * (1 - ROUNDING))
  );
}

/**
 * Whether predicted latencies keep the limits on them: predicted · (1 + margin) ≤ limit, with room for rounding (1e-9 relative).
 * @param ttftSeconds,tpotSeconds null when nothing is predicted; no limit on latency is then kept
 */
export function meetsLatencyLimits(
  { maxTtftSeconds, maxTpotSeconds, latencySafetyMargin }: Limits,
  ttftSeconds: number | null,
  tpotSeconds: number | null,
): boolean {
  const meets = (seconds: number | null, limit: number | null): boolean =>
    limit === null || (seconds !== null && isWithin(seconds * (1 + latencySafetyMargin), limit));
  return meets(ttftSeconds, maxTtftSeconds) && meets(tpotSeconds, maxTpotSeconds);
}

/** The same of what `evaluate` says of a placement. */
export function keepsLatencyLimits(
  limits: Limits,
  { ttft_ms, tpot_ms }: Pick<Metrics, "ttft_ms" | "tpot_ms">,
): boolean {
  return meetsLatencyLimits(limits, toSeconds(ttft_ms), toSeconds(tpot_ms));
}

/** What limits are on. */
export type LimitedMetrics = Pick<
  Metrics,
  "cost_per_hour" | "throughput_tokens_per_sec" | "ttft_ms" | "tpot_ms"
>;

/** Whether metrics keep one limit, the others aside; a limit that was not given is kept. */
export function limitIsMet(
  { limits, totalTokensToProcess }: Pick<Problem, "limits" | "totalTokensToProcess">,
  metrics: LimitedMetrics,
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
    ) && keepsLatencyLimits(alone, metrics)
  );
}

function toSeconds(milliseconds: number | null): number | null {
  return milliseconds === null ? null : milliseconds / MS_PER_SECOND;
}

function isWithin(value: number, limit: number | null): boolean {
  return limit === null || value <= limit * (1 + ROUNDING);
}
