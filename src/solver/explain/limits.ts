import type { Limits } from "../../workload/workload.ts";

/** A limit that is set. */
export interface SetLimit {
  readonly key: keyof Limits;
  /** As in the configuration or on the command line. */
  readonly name: string;
  readonly value: number;
}

const NAMES: readonly (readonly [keyof Limits, string])[] = [
  ["maxHourlyCostUsd", "max_hourly_cost"],
  ["maxCostPerMillionTokenUsd", "max_cost_per_million_token"],
  ["maxTotalCostUsd", "max_total_cost"],
  ["maxTotalRuntimeHours", "max_total_runtime_hours"],
  ["minTokensPerSecond", "min-throughput"],
];

/** The limits that are set, in the order of the configuration. */
export function setLimits(limits: Limits): SetLimit[] {
  return NAMES.flatMap(([key, name]) => {
    const value = limits[key];
    return value === null ? [] : [{ key, name, value }];
  });
}

/** The limits without some of them. */
export function without(limits: Limits, keys: readonly (keyof Limits)[]): Limits {
  return { ...limits, ...Object.fromEntries(keys.map((key) => [key, null])) };
}
