import type { Confidence, LimitedBy } from "../cost/cost-model.ts";
import type { Placement } from "./placement.ts";

/** The rules a placement can break, in the order in which they are checked. */
export const RULES = [
  "stage_count",
  "unknown_instance",
  "layer_range",
  "gpu_ids",
  "gpu_reuse",
  "gpu_free",
  "tp_shape",
  "above_max_segment",
  "above_kv_cache",
  "below_min_segment",
  "below_min_layers",
  "below_min_pipeline_segment",
  "not_quantised",
  "cut_not_allowed",
  "gap",
  "overlap",
  "coverage",
  "several_sites",
] as const;
export type Rule = (typeof RULES)[number];

/** A broken rule. `stage` counts from 0 and is absent for rules on the whole placement; further numbers explain it. */
export interface Violation {
  readonly rule: Rule;
  readonly stage?: number;
  readonly message: string;
  readonly [number: string]: unknown;
}

/** Metrics of one stage; memory in GB of 1024³ bytes on each GPU. */
export interface StageMetrics {
  readonly instance: string;
  readonly gpu_model: string;
  readonly gpu_ids: readonly number[];
  readonly tp_degree: number;
  readonly layers: number;
  readonly start_layer: number;
  readonly end_layer: number;
  readonly throughput_tokens_per_sec: number;
  readonly limited_by: LimitedBy;
  readonly memory_weights_gb: number;
  readonly memory_kv_cache_gb: number;
  readonly memory_activations_gb: number;
  readonly memory_total_gb: number;
  readonly memory_capacity_gb: number;
  /** memory_total_gb / memory_capacity_gb. */
  readonly memory_utilization: number;
  /** How busy the stage is: raw throughput of the placement / its own. */
  readonly utilization: number;
  /** The stage's share of the hourly cost: its instance's price by GPUs used there. */
  readonly price_share_usd_per_hour: number;
  /** CUDA graphs, collectives' buffers and what else the runtime takes. */
  readonly memory_runtime_gb: number;
  /** What the engine is told to leave free. */
  readonly memory_reserve_gb: number;
  /** Of the weights: embedding and LM head. */
  readonly memory_embedding_gb: number;
  readonly memory_lm_head_gb: number;
  /** memory_capacity_gb − memory_total_gb. */
  readonly memory_headroom_gb: number;
  /** By how much measured memory has differed from such a bill; null when the cost model does not say. */
  readonly memory_error_gb: number | null;
  /** Tokens that the stage's KV cache can hold; null when the cost model predicts none. */
  readonly kv_cache_tokens: number | null;
  /** What the stage adds to the time to first token and to the time per output token; null when nothing is predicted. */
  readonly ttft_ms: number | null;
  readonly tpot_ms: number | null;
}

/** Where a measured value is expected to lie, 80 times of 100. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** How sure the cost model is of a placement. */
export interface UncertaintyMetrics {
  readonly confidence: Confidence;
  readonly reasons: readonly string[];
  readonly throughput_tokens_per_sec: Interval;
  /** Null when no latency is predicted. */
  readonly ttft_ms: Interval | null;
  readonly tpot_ms: Interval | null;
}

export interface LinkMetrics {
  readonly throughput_tokens_per_sec: number;
  /** Effective bandwidth, GB/s. */
  readonly bandwidth_gb_per_sec: number;
  readonly crosses_instances: boolean;
}

/** What keeps the throughput from being higher. */
export interface Bottleneck {
  readonly kind: "stage" | "link";
  /** Stage (or the link's source stage), from 0. */
  readonly index: number;
  /** `bubble`: filling and draining the pipeline takes more than any item of the slowest stage's own time. */
  readonly limited_by: LimitedBy | "network" | "bubble";
}

/** Metrics of a placement. Names are the contract's, units are in the names; costs in USD. */
export interface Metrics {
  readonly throughput_tokens_per_sec: number;
  readonly raw_throughput_tokens_per_sec: number;
  readonly pipeline_efficiency: number;
  readonly input_tokens_per_sec: number;
  readonly output_tokens_per_sec: number;
  readonly cost_per_hour: number;
  readonly cost_per_token: number;
  readonly dollar_per_million_token: number;
  readonly total_runtime_hours: number;
  readonly total_cost: number;
  /** Whether every budget and target that was given is met. */
  readonly meets_cost_threshold: boolean;
  readonly num_gpus: number;
  readonly num_gpus_rented: number;
  readonly num_instances: number;
  readonly num_pipeline_stages: number;
  readonly ttft_ms: number | null;
  readonly tpot_ms: number | null;
  readonly bottleneck: Bottleneck;
  readonly stages: readonly StageMetrics[];
  readonly links: readonly LinkMetrics[];
  /** Tokens that the KV cache of the pipeline can hold: the least of its stages; null when not known. */
  readonly kv_cache_tokens: number | null;
  /** kv_cache_tokens / (input + output tokens): sequences that can be served at once; null when not known. */
  readonly max_concurrency: number | null;
  /** Null when the cost model does not say. */
  readonly uncertainty: UncertaintyMetrics | null;
}

/** A placement that keeps all rules. `placement` has every stage's GPU ids filled in. */
export interface Success {
  readonly status: "SUCCESS";
  readonly placement: Placement;
  readonly metrics: Metrics;
  readonly warnings: readonly string[];
}

/** A placement that breaks rules; `error` is the first breach, `violations` are all of them. */
export interface Infeasible {
  readonly status: "INFEASIBLE";
  readonly placement: Placement;
  readonly error: string;
  readonly violations: readonly Violation[];
  readonly warnings: readonly string[];
}

export type Evaluation = Success | Infeasible;
