import { PHASES, type Phase } from "../workload/workload.ts";
import { ARCHITECTURE_KEYS, type ArchitectureValues } from "./architecture-keys.ts";
import { above, count, type KeySpec, optional } from "./key-spec.ts";
import { SERVING_KEYS, type ServingValues } from "./serving-keys.ts";

/** Weight w of the weighted objective by the seed's names. Source: reference model, "Solver-side rules". */
export const PRIORITY_WEIGHTS: Readonly<Record<string, number>> = {
  throughput_first: 0.1,
  balanced: 0.5,
  cost_first: 0.9,
};

/** Values of a budget that mean none in config.csv (a flag is literal). Source: reference model. */
const NO_BUDGET: readonly number[] = [999, 999_999];

const share: KeySpec = { kind: "number", range: { unit: "", min: 0, max: 1 } };
const budget = (unit: string): KeySpec => ({
  kind: "number",
  range: { unit, min: 0 },
  none: NO_BUDGET,
});

/** More layers than any network has; keeps a slip of the hand from starting an endless search. */
const MAX_LAYERS = 10_000;

/** What config.csv says of the model by its dimensions. */
interface ModelValues extends ArchitectureValues {
  readonly model_name: string;
  /** L. */
  readonly num_decoder_layers: number;
  /** D, elements. */
  readonly d_model: number;
  /** F, elements. */
  readonly d_hidden: number;
  /** V, tokens. */
  readonly vocab_size: number;
  /** H. */
  readonly num_attention_heads: number;
  /** Hkv; absent: as many as num_attention_heads. */
  readonly num_kv_heads: number | null;
  /** GB of 1024³ bytes. */
  readonly layer_weight_memory_gb: number;
  /** Weights of the embedding, on the first stage, GB of 1024³ bytes. */
  readonly embedding_memory_gb: number | null;
  /** Weights of the LM head, on the last stage, GB of 1024³ bytes; its work counts as well. */
  readonly lm_head_memory_gb: number | null;
  readonly bytes_per_element: number;
}

/** What config.csv says of everything but the model; null where an optional parameter is absent or a budget means none. */
export interface SettingValues extends ServingValues {
  /** Seconds; null: no limit, which config.csv cannot say. */
  readonly time_limit_seconds: number | null;
  /** Share of the objective; noted, not used. */
  readonly optimality_gap: number;
  readonly enable_segment_quantization: boolean;
  readonly max_pipeline_stages: number;
  readonly min_layers_per_stage: number;
  /** Share of the GPU memory. */
  readonly min_memory_utilization: number;
  /** Share of the links between instances; noted, not used. */
  readonly network_bandwidth_percentile_threshold: number;
  readonly optimization_priority: string | null;
  /** w, 0 to 1. */
  readonly cost_throughput_weight: number | null;
  /** USD per hour. */
  readonly max_hourly_cost: number | null;
  /** USD per million tokens. */
  readonly max_cost_per_million_token: number | null;
  /** USD. */
  readonly max_total_cost: number | null;
  /** Hours. */
  readonly max_total_runtime_hours: number | null;
  /** Tokens/s that count as 1 in the weighted objective. */
  readonly throughput_normalization: number;
  /** USD per hour that count as 1 in the weighted objective. */
  readonly cost_normalization: number;
  readonly total_tokens_to_process: number;
  readonly real_world_efficiency: number | null;
  /** Sequences. */
  readonly micro_batch_size: number | null;
  readonly interference_factor: number | null;
  readonly cross_instance_penalty: number | null;
  /** s, tokens. */
  readonly sequence_length: number | null;
  /** o, tokens. */
  readonly output_length: number | null;
  readonly workload_phase: Phase | null;
  /** Sequences. */
  readonly min_batch_size: number | null;
  /** Sequences. */
  readonly max_batch_size: number | null;
}

/** The values of config.csv by their names there. */
export interface ConfigValues extends ModelValues, SettingValues {}

export type ConfigKey = keyof ConfigValues;
export type SettingKey = keyof SettingValues;

/** Every parameter config.csv may hold, and what it takes. */
export const CONFIG_KEYS: Readonly<Record<ConfigKey, KeySpec>> = {
  model_name: { kind: "text" },
  num_decoder_layers: count("layers", 1, MAX_LAYERS),
  d_model: count("elements"),
  d_hidden: count("elements"),
  vocab_size: count("tokens"),
  num_attention_heads: count("heads"),
  num_kv_heads: optional(count("heads")),
  layer_weight_memory_gb: above("GB", 0),
  embedding_memory_gb: optional({ kind: "number", range: { unit: "GB", min: 0 } }),
  lm_head_memory_gb: optional({ kind: "number", range: { unit: "GB", min: 0 } }),
  bytes_per_element: above("bytes", 0),
  time_limit_seconds: above("seconds", 0),
  optimality_gap: share,
  enable_segment_quantization: { kind: "boolean" },
  max_pipeline_stages: count("stages"),
  min_layers_per_stage: count("layers"),
  min_memory_utilization: share,
  network_bandwidth_percentile_threshold: share,
  optimization_priority: optional({ kind: "choice", choices: Object.keys(PRIORITY_WEIGHTS) }),
  cost_throughput_weight: optional(share),
  max_hourly_cost: budget("dollars per hour"),
  max_cost_per_million_token: budget("dollars per million tokens"),
  max_total_cost: budget("dollars"),
  max_total_runtime_hours: budget("hours"),
  throughput_normalization: above("tokens per second", 0),
  cost_normalization: above("dollars per hour", 0),
  total_tokens_to_process: count("tokens"),
  real_world_efficiency: optional(above("", 0, 1)),
  micro_batch_size: optional(count("sequences")),
  interference_factor: optional(above("", 0, 1)),
  cross_instance_penalty: optional({ kind: "number", range: { unit: "", min: 0 } }),
  sequence_length: optional(count("tokens")),
  output_length: optional(count("tokens", 0)),
  workload_phase: optional({ kind: "choice", choices: PHASES }),
  min_batch_size: optional(count("sequences")),
  max_batch_size: optional(count("sequences")),
  ...SERVING_KEYS,
  ...ARCHITECTURE_KEYS,
};
