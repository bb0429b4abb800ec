import type { OperatingPoint } from "../workload/workload.ts";
import type { Engine } from "./engines.ts";

/** The serving engine and how it is started. */
export interface EngineSettings {
  readonly engine: Engine;
  /** Share (0 to 1): of all GPU memory (vLLM's gpu_memory_utilization), with TensorRT-LLM of what is left for KV cache. */
  readonly gpuMemoryUtilization: number;
  /** Longest request, input and output tokens; null: no limit is given. */
  readonly maxModelLenTokens: number | null;
  /** Most tokens of one step. */
  readonly maxBatchedTokens: number;
}

/** Tokens of the longest request that the engine has to take: the limit that is given, or else a request of the lengths served. */
export function longestRequestTokens(
  { maxModelLenTokens }: EngineSettings,
  { phase, inputTokens, outputTokens }: OperatingPoint,
): number {
  const served = phase === "prefill" ? inputTokens : inputTokens + outputTokens;
  return Math.max(maxModelLenTokens ?? 0, served);
}

/**
 * Shares that engines take when nothing is said. Sources: vLLM, CacheConfig.gpu_memory_utilization (0.92; 0.9 before 2026);
 * TensorRT-LLM, KvCacheConfig.free_gpu_memory_fraction. llama.cpp has no such setting.
 */
export const DEFAULT_MEMORY_UTILIZATION: Readonly<Record<Engine, number>> = {
  vllm: 0.92,
  "vllm-eager": 0.92,
  rocm: 0.92,
  "tensorrt-llm": 0.9,
  "llama.cpp": 1,
};

/** Source: vLLM's default of max_num_batched_tokens for its server on data-centre GPUs. */
export const DEFAULT_MAX_BATCHED_TOKENS = 8192;
