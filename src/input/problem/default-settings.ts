import { CONFIG_KEYS, type SettingKey, type SettingValues } from "../config/config-keys.ts";
import type { Settings } from "../config/parse-config.ts";

/**
 * Settings of a problem without config.csv that differ from "nothing said". Rules leave the search free, up to 8 pipeline stages
 * (the founding configuration's number; deeper pipelines hardly ever pay). The weights are those of the founding configuration.
 */
const SAID = {
  time_limit_seconds: null,
  optimality_gap: 0,
  enable_segment_quantization: false,
  max_pipeline_stages: 8,
  min_layers_per_stage: 1,
  min_memory_utilization: 0,
  network_bandwidth_percentile_threshold: 0,
  throughput_normalization: 10_000,
  cost_normalization: 1,
  total_tokens_to_process: 1_000_000,
  workload_phase: "aggregated",
} satisfies Partial<SettingValues>;

/** What holds where there is no config.csv. */
export const DEFAULT_SETTINGS: Settings = {
  fileName: "the defaults",
  // All else is null: nothing said.
  values: {
    ...(Object.fromEntries(
      (Object.keys(CONFIG_KEYS) as SettingKey[])
        .filter((key) => CONFIG_KEYS[key].optional || "none" in CONFIG_KEYS[key])
        .map((key) => [key, null]),
    ) as Partial<SettingValues>),
    ...SAID,
  } as SettingValues,
  lines: new Map(),
};
