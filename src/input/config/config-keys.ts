import { BOUNDS } from "../../bounds.ts";
import { PHASES, type Phase } from "../../workload/workload.ts";
import { type KeySpec, number, optional } from "../text/key-spec.ts";
import {
  BUDGETS,
  type BudgetUnit,
  BYTES_PER_ELEMENT,
  EFFICIENCY,
  ELEMENTS,
  END_GIB,
  HEADS,
  JOB_TOKENS,
  LAYER_GIB,
  LAYERS,
  SECONDS,
  SEQUENCES,
  SHARE,
  STAGES,
  TOKENS,
  TOKENS_OR_NONE,
  TOKENS_PER_SECOND,
  VOCABULARY,
} from "../text/ranges.ts";
import { ARCHITECTURE_KEYS, type ArchitectureValues } from "./architecture-keys.ts";
import { SERVING_KEYS, type ServingValues } from "./serving-keys.ts";

/** Weight w of the weighted objective by the founding program's names. Source: reference model, "Solver-side rules". */
export const PRIORITY_WEIGHTS: Readonly<Record<string, number>> = {
  throughput_first: 0.1,
  balanced: 0.5,
  cost_first: 0.9,
};

/** Values of a budget that mean none in config.csv (a flag is literal). Source: reference model. */
const NO_BUDGET: readonly number[] = [999, 999_999];

const share = number(SHARE);
const budget = (unit: BudgetUnit): KeySpec => ({
  kind: "number",
  range: BUDGETS[unit],
  none: NO_BUDGET,
});

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
  num_decoder_layers: number({ ...LAYERS, max: BOUNDS.layers.most }),
  d_model: number(ELEMENTS),
  d_hidden: number(ELEMENTS),
  vocab_size: number(VOCABULARY),
  num_attention_heads: number(HEADS),
  num_kv_heads: optional(number(HEADS)),
  layer_weight_memory_gb: number(LAYER_GIB),
  embedding_memory_gb: optional(number(END_GIB)),
  lm_head_memory_gb: optional(number(END_GIB)),
  bytes_per_element: number(BYTES_PER_ELEMENT),
  time_limit_seconds: number(SECONDS),
  optimality_gap: share,
  enable_segment_quantization: { kind: "boolean" },
  max_pipeline_stages: number(STAGES),
  min_layers_per_stage: number(LAYERS),
  min_memory_utilization: share,
  network_bandwidth_percentile_threshold: share,
  optimization_priority: optional({ kind: "choice", choices: Object.keys(PRIORITY_WEIGHTS) }),
  cost_throughput_weight: optional(share),
  max_hourly_cost: budget("dollars per hour"),
  max_cost_per_million_token: budget("dollars per million tokens"),
  max_total_cost: budget("dollars"),
  max_total_runtime_hours: budget("hours"),
  throughput_normalization: number(TOKENS_PER_SECOND),
  cost_normalization: number({
    unit: "dollars per hour",
    above: 0,
    plausible: BOUNDS.usdPerHour,
  }),
  total_tokens_to_process: number(JOB_TOKENS),
  real_world_efficiency: optional(number(EFFICIENCY)),
  micro_batch_size: optional(number(SEQUENCES)),
  interference_factor: optional(number(EFFICIENCY)),
  cross_instance_penalty: optional(number({ unit: "", min: 0, plausible: BOUNDS.penalty })),
  sequence_length: optional(number(TOKENS)),
  output_length: optional(number(TOKENS_OR_NONE)),
  workload_phase: optional({ kind: "choice", choices: PHASES }),
  min_batch_size: optional(number(SEQUENCES)),
  max_batch_size: optional(number(SEQUENCES)),
  ...SERVING_KEYS,
  ...ARCHITECTURE_KEYS,
};
