import { tokensPerRequest } from "../../workload/load.ts";
import type { LimitName, Limits, Workload } from "../../workload/workload.ts";

/** A limit that is set. */
export interface SetLimit {
  readonly key: LimitName;
  /** As in the configuration or on the command line. */
  readonly name: string;
  /** In the unit that the name says, or that a user gives it in. */
  readonly value: number;
  /** What a value in the problem's own unit is multiplied by. */
  readonly perUnit: number;
}

export const MS_PER_SECOND = 1000;

const NAMES: readonly (readonly [LimitName, string, perUnit?: number])[] = [
  ["maxHourlyCostUsd", "max_hourly_cost"],
  ["maxCostPerMillionTokenUsd", "max_cost_per_million_token"],
  ["maxTotalCostUsd", "max_total_cost"],
  ["maxTotalRuntimeHours", "max_total_runtime_hours"],
  ["minTokensPerSecond", "min-throughput"],
  ["maxTtftSeconds", "max_ttft_ms", MS_PER_SECOND],
  ["maxTpotSeconds", "max_tpot_ms", MS_PER_SECOND],
];

/** The limits that are set, in the order of the configuration. A throughput that serves a rate of requests is that rate. */
export function setLimits(limits: Limits, workload?: Workload): SetLimit[] {
  return NAMES.flatMap(([key, name, perUnit = 1]) => {
    const value = limits[key];
    if (value === null) return [];
    const rate = key === "minTokensPerSecond" && workload ? rateLimit(value, workload) : null;
    // A number that a user typed comes back as it was typed.
    return [rate ?? { key, name, value: Number((value * perUnit).toPrecision(15)), perUnit }];
  });
}

/** Null where no rate was asked for, or another throughput than that of the rate. */
function rateLimit(
  tokensPerSecond: number,
  { load, phase, inputTokens, outputTokens }: Workload,
): SetLimit | null {
  if (load?.kind !== "request_rate" || !phase || inputTokens === null || outputTokens === null) {
    return null;
  }
  const { requestsPerSecond } = load;
  const tokens = tokensPerRequest(phase, { inputTokens, outputTokens });
  return tokensPerSecond === requestsPerSecond * tokens
    ? {
        key: "minTokensPerSecond",
        name: "request_rate",
        value: requestsPerSecond,
        perUnit: 1 / tokens,
      }
    : null;
}

/** The limits with another value of one, in the unit of its name. */
export function withLimit(limits: Limits, { key, perUnit }: SetLimit, value: number): Limits {
  return { ...limits, [key]: value / perUnit };
}

/** The limits without some of them. */
export function without(limits: Limits, keys: readonly LimitName[]): Limits {
  return { ...limits, ...Object.fromEntries(keys.map((key) => [key, null])) };
}
