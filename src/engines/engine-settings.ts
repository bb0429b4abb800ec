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
