/** A result of `vllm bench serve` with a closed loop of 8 requests, its metadata and the model's dimensions. */
const RESULT: Readonly<Record<string, unknown>> = {
  date: "20250601-120000",
  endpoint_type: "openai",
  backend: "vllm",
  label: null,
  model_id: "meta-llama/Llama-3.1-8B",
  tokenizer_id: "meta-llama/Llama-3.1-8B",
  num_prompts: 100,
  tp: "2",
  pp: "1",
  gpu: "L40S",
  num_layers: "32",
  hidden_size: "4096",
  intermediate_size: "14336",
  num_heads: "32",
  num_kv_heads: "8",
  vocab_size: "128256",
  weight_bytes_per_param: "2",
  request_rate: "inf",
  burstiness: 1,
  max_concurrency: 8,
  duration: 50,
  completed: 100,
  failed: 0,
  total_input_tokens: 102400,
  total_output_tokens: 25600,
  request_throughput: 2,
  output_throughput: 512,
  total_token_throughput: 2560,
  mean_ttft_ms: 250,
  median_ttft_ms: 240,
  mean_tpot_ms: 15,
};

/** A result with fields changed; null removes one. */
export function benchResult(changes: Readonly<Record<string, unknown>> = {}): object {
  return Object.fromEntries(
    Object.entries({ ...RESULT, ...changes }).filter(([, value]) => value !== null),
  );
}

/** The fields that say nothing of the model's dimensions. */
export const WITHOUT_DIMENSIONS: Readonly<Record<string, null>> = {
  num_layers: null,
  hidden_size: null,
  intermediate_size: null,
  num_heads: null,
  num_kv_heads: null,
  vocab_size: null,
  weight_bytes_per_param: null,
};
