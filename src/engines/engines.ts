/** Serving engines that are planned for, as users name them. */
export const ENGINES = ["vllm", "tensorrt-llm", "vllm-eager", "rocm", "llama.cpp"] as const;
export type Engine = (typeof ENGINES)[number];

/** Engines that launch files are written for. */
export const LAUNCH_ENGINES = ["vllm", "sglang", "tensorrt-llm"] as const;
export type LaunchEngine = (typeof LAUNCH_ENGINES)[number];

/**
 * Engines as they were measured. Those of 2023 and 2024 and the static batches are kept because their rows say much about GPUs; nothing
 * new should be planned with them.
 */
export type Profile = Engine | LaunchEngine | (typeof PAST_PROFILES)[number];
const PAST_PROFILES = ["tensorrt-llm-static", "vllm-0.6", "deepspeed-mii", "splitwise"] as const;
export const PROFILES: readonly Profile[] = [
  ...new Set([...ENGINES, ...LAUNCH_ENGINES, ...PAST_PROFILES]),
];

export const DEFAULT_ENGINE: Engine = "vllm";

/** How an engine runs, apart from its speed. */
export interface ProfileTraits {
  /** Whether decode steps are replayed CUDA graphs; otherwise launching kernels bounds a layer from below. */
  readonly graphs: boolean;
  /** Whether prompts are cut into chunks that share steps with decoding sequences. */
  readonly chunked: boolean;
  /** Whether a batch is prefilled whole and then decoded whole. */
  readonly staticBatch: boolean;
  /**
   * How the KV cache is sized: a share of all memory, its blocks taken as a sequence grows (vLLM), or a share of what is left, its
   * blocks reserved for a whole request from the start on (TensorRT-LLM).
   */
  readonly memoryRule: "share_of_total" | "share_of_free";
  /**
   * Whether it computes with GGML's kernels (llama.cpp): formats of its own, 4-bit ends of the model among them, sums in FP16 on
   * GeForce cards, and less of data-centre cards.
   */
  readonly ggml?: true;
  /** Most tokens of a single prompt that pass a stage at once; absent: all of them. */
  readonly promptChunkTokens?: number;
  /** Whether its pipelines were measured as well as it was on one stage. */
  readonly measuredInPipelines?: true;
}

/** Which TP degrees an engine starts a model at; see placement/tp-shape.ts. */
export interface TpRule {
  /** Whether heads, widths and groups of weights have to be shared out evenly. */
  readonly evenly: boolean;
  /** What the vocabulary is padded to a multiple of before it is shared out evenly; null: the degree itself, or nothing. */
  readonly vocabularyMultiple: number | null;
}

/** What an engine runs with when nothing is said, and what starts it. */
interface PlanFacts {
  /** Share (0 to 1) of the memory, see `EngineSettings.gpuMemoryUtilization`. */
  readonly memoryShare: number;
  /** Most tokens of one step. */
  readonly maxBatchedTokens: number;
  /** Null: no launch files are written for it. */
  readonly launchedAs: LaunchEngine | null;
}

/** What launch files depend on, whatever the target; how they are written is in `export/<engine>.ts`. */
interface LaunchFacts {
  readonly title: string;
  /** The engine whose predictions stand for it, which is launched as itself. */
  readonly predictedAs: LaunchEngine;
  /** Whether it runs on AMD's GPUs. */
  readonly amd: boolean;
  /** Whether that share means what the plan's does and has a default; SGLang's is of weights and KV cache alone. */
  readonly sharesAsPlanned: boolean;
  /** Whether it refuses more sequences in flight than a step has tokens. */
  readonly sequencesWithinStep: boolean;
  /** Whether it can make FP8 of 16-bit weights while it loads. */
  readonly onlineFp8: boolean;
  /** Whether it loads quantised weights in the layout compressed-tensors. */
  readonly compressedTensors: boolean;
  /** What launch files name when the user does not; absent: they name none. */
  readonly version?: string;
  readonly image?: string;
}

type EngineFacts<P extends Profile> = ProfileTraits &
  (P extends Engine | LaunchEngine ? { readonly tp: TpRule } : unknown) &
  (P extends Engine ? { readonly plan: PlanFacts } : unknown) &
  (P extends LaunchEngine ? { readonly launch: LaunchFacts } : unknown);

/** Continuous batching as vLLM has it. */
const CONTINUOUS = {
  graphs: true,
  chunked: true,
  staticBatch: false,
  memoryRule: "share_of_total",
} as const;

/** vLLM and SGLang pad the vocabulary to a multiple of 64. Source: their VocabParallelEmbedding. */
const EVEN_TP: TpRule = { evenly: true, vocabularyMultiple: 64 };

/**
 * Sources: vLLM, CacheConfig.gpu_memory_utilization (0.92; 0.9 before 2026), its default of max_num_batched_tokens for its server on
 * data-centre GPUs.
 */
const VLLM_PLAN: PlanFacts = { memoryShare: 0.92, maxBatchedTokens: 8192, launchedAs: "vllm" };

/** The pinned image of LeaderWorkerSet's example docs/examples/leaderworkerset/basic/vllm.yaml. */
const VLLM_VERSION = "0.28.0";

/**
 * The table of engines: everything about an engine but its fitted parameters (cost/calibrated/priors.ts and fitted.ts), the names that
 * measured rows give it (calibration/plan-row.ts) and its launch files (export/<engine>.ts).
 */
export const ENGINE_TABLE: { readonly [P in Profile]: EngineFacts<P> } = {
  vllm: {
    ...CONTINUOUS,
    tp: EVEN_TP,
    plan: VLLM_PLAN,
    launch: {
      title: "vLLM",
      predictedAs: "vllm",
      amd: true,
      sharesAsPlanned: true,
      sequencesWithinStep: true,
      onlineFp8: true,
      compressedTensors: true,
      version: VLLM_VERSION,
      image: `vllm/vllm-openai:v${VLLM_VERSION}`,
    },
  },
  "vllm-eager": {
    ...CONTINUOUS,
    graphs: false,
    chunked: false,
    tp: EVEN_TP,
    plan: VLLM_PLAN,
  },
  rocm: { ...CONTINUOUS, tp: EVEN_TP, plan: VLLM_PLAN },
  sglang: {
    ...CONTINUOUS,
    tp: EVEN_TP,
    launch: {
      title: "SGLang",
      // It runs steps and sizes memory as vLLM does.
      predictedAs: "vllm",
      amd: true,
      sharesAsPlanned: false,
      sequencesWithinStep: false,
      onlineFp8: true,
      compressedTensors: true,
    },
  },
  "tensorrt-llm": {
    ...CONTINUOUS,
    memoryRule: "share_of_free",
    tp: { evenly: true, vocabularyMultiple: null },
    // Source: KvCacheConfig.free_gpu_memory_fraction.
    plan: { memoryShare: 0.9, maxBatchedTokens: 8192, launchedAs: "tensorrt-llm" },
    launch: {
      title: "TensorRT-LLM",
      predictedAs: "tensorrt-llm",
      amd: false,
      sharesAsPlanned: true,
      sequencesWithinStep: false,
      onlineFp8: false,
      compressedTensors: false,
    },
  },
  "llama.cpp": {
    ...CONTINUOUS,
    ggml: true,
    // Source: its default physical batch (n_ubatch).
    promptChunkTokens: 512,
    measuredInPipelines: true,
    tp: { evenly: false, vocabularyMultiple: null },
    // It has no setting for its share of the memory.
    plan: { memoryShare: 1, maxBatchedTokens: 8192, launchedAs: null },
  },
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

/** Engines of a plan whose predictions stand for one that is launched; without an engine (reference model) every one may be. */
export function plannedFor(engine: LaunchEngine): readonly Engine[] {
  const { predictedAs } = ENGINE_TABLE[engine].launch;
  return ENGINES.filter((name) => ENGINE_TABLE[name].plan.launchedAs === predictedAs);
}

/** What a launched engine runs with where a plan knows no engine. */
export function launchDefaults(
  engine: LaunchEngine,
): Pick<PlanFacts, "memoryShare" | "maxBatchedTokens"> {
  return ENGINE_TABLE[plannedFor(engine)[0]!].plan;
}
