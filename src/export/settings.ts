import type { Engine } from "../cost/calibrated/engines.ts";
import { DEFAULT_MAX_BATCHED_TOKENS, DEFAULT_MEMORY_UTILIZATION } from "../cost/engine-settings.ts";
import { InputError } from "../errors.ts";
import type { Model } from "../model/model.ts";
import type { Placement } from "../placement/placement.ts";
import type { Problem } from "../placement/problem.ts";
import type { LaunchEngine } from "./targets.ts";

/** What a user chooses beside the placement. */
export interface LaunchChoices {
  /** What the engine loads: a Hugging Face id or a path; null: the model's name. */
  readonly checkpoint: string | null;
  /** The checkpoint has 16-bit weights and the engine quantises them to FP8 while it loads. */
  readonly onlineFp8: boolean;
}

/** What an engine is told beside the parallelism. */
export interface LaunchSettings {
  readonly checkpoint: string;
  /** Longest request, input and output tokens. */
  readonly maxModelLenTokens: number;
  /** Sequences in flight. */
  readonly maxSequences: number;
  /** Tokens of one step. */
  readonly maxBatchedTokens: number;
  /** As the engine means it: share of all GPU memory (vLLM), or of what weights leave (TensorRT-LLM). */
  readonly memoryShare: number;
  /** Whether that share is the plan's, or the engine's default because the cost model knows no engine. */
  readonly isSharePlanned: boolean;
  readonly kvCacheFp8: boolean;
  readonly onlineFp8: boolean;
  /** No CUDA graphs. */
  readonly eager: boolean;
}

/** Engines of a plan whose predictions stand for one that is launched; without an engine (reference model) every one may be. */
export const PLANNED_AS: Readonly<Record<LaunchEngine, readonly Engine[]>> = {
  vllm: ["vllm", "vllm-eager", "rocm"],
  // SGLang is not calibrated; it runs steps and sizes memory as vLLM does.
  sglang: ["vllm", "vllm-eager", "rocm"],
  "tensorrt-llm": ["tensorrt-llm"],
};

/** Bytes of one KV cache element. */
export function kvElementBytes(model: Model): number {
  return model.architecture?.kvBytes ?? model.bytesPerElement;
}

/** How weights are stored, in words. */
function weightWords({ architecture, bytesPerElement }: Model): string {
  return architecture?.weightFormat ?? `${bytesPerElement} bytes each`;
}

/**
 * The settings that a placement was planned with.
 * @throws InputError when requests have no known longest length, a length limit is below the placement's own lengths, or
 *   `onlineFp8` contradicts the planned weights
 */
export function launchSettings(
  engine: LaunchEngine,
  problem: Problem,
  placement: Placement,
  choices: LaunchChoices,
): LaunchSettings {
  const { model, engine: planned } = problem;
  if (choices.onlineFp8) checkOnlineFp8(engine, model);
  return {
    checkpoint: choices.checkpoint ?? model.checkpoint ?? model.name,
    maxModelLenTokens: maxModelLen(problem, placement),
    maxSequences: placement.batch_size,
    maxBatchedTokens: planned?.maxBatchedTokens ?? DEFAULT_MAX_BATCHED_TOKENS,
    memoryShare: planned?.gpuMemoryUtilization ?? defaultShare(engine),
    isSharePlanned: planned !== undefined,
    kvCacheFp8: kvElementBytes(model) === 1,
    onlineFp8: choices.onlineFp8,
    eager: planned?.engine === "vllm-eager",
  };
}

function defaultShare(engine: LaunchEngine): number {
  return DEFAULT_MEMORY_UTILIZATION[engine === "tensorrt-llm" ? "tensorrt-llm" : "vllm"];
}

function checkOnlineFp8(engine: LaunchEngine, model: Model): void {
  if (engine === "tensorrt-llm") {
    throw new InputError(
      "--online-fp8",
      "TensorRT-LLM takes weights as the checkpoint has them.",
      "Leave it out, and give an FP8 checkpoint.",
    );
  }
  const { architecture, bytesPerElement } = model;
  const isFp8 = architecture ? architecture.weightFormat === "fp8" : bytesPerElement === 1;
  if (isFp8) return;
  throw new InputError(
    "--online-fp8",
    `the plan has weights of ${weightWords(model)}.`,
    "Leave it out, or plan with FP8 weights: weight_format,fp8 in config.csv.",
  );
}

function maxModelLen({ engine, workload }: Problem, placement: Placement): number {
  const lengthTokens = placement.sequence_length + placement.output_length;
  const limitTokens = engine?.maxModelLenTokens ?? null;
  if (limitTokens !== null) {
    if (limitTokens >= lengthTokens) return limitTokens;
    throw new InputError(
      "--max-model-len",
      `${limitTokens} tokens are fewer than the ${lengthTokens} of a request of the placement.`,
      `Give at least ${lengthTokens}.`,
    );
  }
  if (!workload.inputLengths && !workload.outputLengths) return lengthTokens;
  throw new InputError(
    "--max-model-len",
    "it is missing, and the lengths of requests are spread: there is no longest one.",
    "Give the longest request that is to be served, input and output tokens together.",
  );
}
