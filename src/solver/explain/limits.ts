import type { LimitName, Limits } from "../../workload/workload.ts";

/** A limit that is set. */
export interface SetLimit {
  readonly key: LimitName;
  /** As in the configuration or on the command line. */
  readonly name: string;
  /** In the unit that the name says, or that a user gives it in. */
  readonly value: number;
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

/** The limits that are set, in the order of the configuration. */
export function setLimits(limits: Limits): SetLimit[] {
  return NAMES.flatMap(([key, name, perUnit = 1]) => {
    const value = limits[key];
    // A number that a user typed comes back as it was typed.
    return value === null ? [] : [{ key, name, value: Number((value * perUnit).toPrecision(15)) }];
  });
}

/** The limits with another value of one, in the unit of its name. */
export function withLimit(limits: Limits, { key }: SetLimit, value: number): Limits {
  const perUnit = NAMES.find(([name]) => name === key)?.[2] ?? 1;
  return { ...limits, [key]: value / perUnit };
}

/** The limits without some of them. */
export function without(limits: Limits, keys: readonly LimitName[]): Limits {
  return { ...limits, ...Object.fromEntries(keys.map((key) => [key, null])) };
}
