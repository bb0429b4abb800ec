/** Serving engines as users name them. */
export const ENGINES = ["vllm", "tensorrt-llm", "vllm-eager", "rocm", "llama.cpp"] as const;
export type Engine = (typeof ENGINES)[number];

/**
 * Engines as they were measured. Those of 2023 and 2024 and the static batches are kept because their rows say much about GPUs; nothing
 * new should be planned with them.
 */
export type Profile =
  | Engine
  | "sglang"
  | "tensorrt-llm-static"
  | "vllm-0.6"
  | "deepspeed-mii"
  | "splitwise";
export const PROFILES: readonly Profile[] = [
  ...ENGINES,
  "sglang",
  "tensorrt-llm-static",
  "vllm-0.6",
  "deepspeed-mii",
  "splitwise",
];

/** How an engine runs, apart from its speed. */
export interface ProfileTraits {
  /** Whether decode steps are replayed CUDA graphs; otherwise launching kernels bounds a layer from below. */
  readonly graphs: boolean;
  /** Whether prompts are cut into chunks that share steps with decoding sequences. */
  readonly chunked: boolean;
  /** Whether a batch is prefilled whole and then decoded whole. */
  readonly staticBatch: boolean;
  /** How the KV cache is sized: a share of all memory (vLLM), or of what is left (TensorRT-LLM). */
  readonly memoryRule: "share_of_total" | "share_of_free";
}

export const TRAITS: Readonly<Record<Profile, ProfileTraits>> = {
  vllm: { graphs: true, chunked: true, staticBatch: false, memoryRule: "share_of_total" },
  "tensorrt-llm": { graphs: true, chunked: true, staticBatch: false, memoryRule: "share_of_free" },
  "vllm-eager": { graphs: false, chunked: false, staticBatch: false, memoryRule: "share_of_total" },
  rocm: { graphs: true, chunked: true, staticBatch: false, memoryRule: "share_of_total" },
  "llama.cpp": { graphs: true, chunked: true, staticBatch: false, memoryRule: "share_of_total" },
  sglang: { graphs: true, chunked: true, staticBatch: false, memoryRule: "share_of_total" },
  "tensorrt-llm-static": {
    graphs: true,
    chunked: false,
    staticBatch: true,
    memoryRule: "share_of_free",
  },
  "vllm-0.6": { graphs: true, chunked: false, staticBatch: true, memoryRule: "share_of_total" },
  "deepspeed-mii": { graphs: true, chunked: true, staticBatch: true, memoryRule: "share_of_total" },
  splitwise: { graphs: false, chunked: false, staticBatch: true, memoryRule: "share_of_total" },
};
