/** A part of the file that `init` writes, with examples of keys that were not given. */
export interface TemplateSection {
  readonly title: string;
  /** Keys that stand here when they are given. */
  readonly keys: readonly string[];
  /** Lines that stand here as comments while none of `keys` of the same name is given. */
  readonly examples: Readonly<Record<string, unknown>>;
}

/** The parts of the file; keys in none of them stand in the last. */
export const TEMPLATE: readonly TemplateSection[] = [
  {
    title: "The model",
    keys: ["model", "config_dir", "weight_format", "kv_cache_dtype"],
    examples: { weight_format: "fp8", kv_cache_dtype: "fp8" },
  },
  {
    title: "The instances to rent",
    keys: [
      "instances",
      "pool",
      "gpus",
      "providers",
      "regions",
      "price_kinds",
      "max_count",
      "catalogue",
      "cloud_provider",
      "own",
      "include",
      "exclude",
      "max_instances",
      "max_instance_types",
      "full_instances",
    ],
    examples: {
      gpus: ["H100", "A100 80GB"],
      regions: ["us-east-1"],
      price_kinds: ["on-demand", "spot"],
      max_count: 4,
      max_instances: 4,
    },
  },
  {
    title: "The workload",
    keys: [
      "phase",
      "input_length",
      "input_length_p95",
      "input_lengths",
      "output_length",
      "output_length_p95",
      "output_lengths",
      "min_batch_size",
      "max_batch_size",
      "concurrency",
      "max_load",
      "request_rate",
      "total_tokens",
    ],
    examples: { input_length_p95: 6000 },
  },
  {
    title: "The engine",
    keys: [
      "cost_model",
      "engine",
      "gpu_memory_utilization",
      "max_model_len",
      "max_num_batched_tokens",
      "calibration",
    ],
    examples: { engine: "vllm", max_model_len: 16384 },
  },
  {
    title: "The objective and the limits",
    keys: [
      "objective",
      "weight",
      "max_hourly_cost",
      "max_cost_per_million_token",
      "max_total_cost",
      "max_total_runtime_hours",
      "min_throughput",
      "max_ttft_ms",
      "max_tpot_ms",
      "safety_margin",
    ],
    examples: {
      objective: "cost-per-token",
      max_hourly_cost: 100,
      max_ttft_ms: 2000,
      max_tpot_ms: 60,
    },
  },
  { title: "How the model is split", keys: [], examples: { tp_degrees: [1, 2, 4, 8] } },
];
