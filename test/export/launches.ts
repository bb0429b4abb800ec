import type { Engine } from "../../src/engines/engines.ts";
import { type ExportRequest, exportPlacement } from "../../src/export/export.ts";
import type { LaunchFile } from "../../src/export/launch.ts";
import type { ExportForm } from "../../src/export/targets.ts";
import { evaluate } from "../../src/placement/evaluate.ts";
import type { Metrics, Success } from "../../src/placement/evaluation.ts";
import type { Placement, PlacementStage } from "../../src/placement/placement.ts";
import type { Problem } from "../../src/placement/problem.ts";
import { LLAMA_70B } from "../support/calibrated.ts";
import { foundingProblem, LLAMA3_70B, RELAXED_RULES } from "../support/founding.ts";

/**
 * The founding problem as if planned for an engine. Its numbers are those of the reference model, which never change; what that
 * does not predict is added to its metrics below.
 */
export function launchProblem(engine: Engine = "vllm", changes: Partial<Problem> = {}): Problem {
  return foundingProblem({
    rules: RELAXED_RULES,
    model: { ...LLAMA3_70B, architecture: LLAMA_70B },
    costModel: foundingProblem({ model: changes.model ?? LLAMA3_70B }).costModel,
    engine: {
      engine,
      gpuMemoryUtilization: engine === "tensorrt-llm" ? 0.85 : 0.92,
      maxModelLenTokens: 4096,
      maxBatchedTokens: 8192,
    },
    ...changes,
  });
}

/** An aggregated placement of the founding workload. */
export function aggregated(
  stages: readonly PlacementStage[],
  changes: Partial<Placement> = {},
): Placement {
  return {
    batch_size: 32,
    sequence_length: 2048,
    output_length: 512,
    workload_phase: "aggregated",
    stages,
    ...changes,
  };
}

/** Two nodes of different types with four GPUs each, layers cut unevenly. */
export const TWO_KINDS: Placement = aggregated([
  { gpu_type: "g6e.24xlarge#0", tp_degree: 4, start_layer: 1, end_layer: 50 },
  { gpu_type: "g5.24xlarge#0", tp_degree: 4, start_layer: 51, end_layer: 80 },
]);

/** Two nodes of one type. */
export const ONE_KIND: Placement = aggregated([
  { gpu_type: "g6e.24xlarge#0", tp_degree: 4, start_layer: 1, end_layer: 42 },
  { gpu_type: "g6e.24xlarge#2", tp_degree: 4, start_layer: 43, end_layer: 80 },
]);

/** One node with two stages, their GPUs in an order of their own. */
export const ONE_NODE: Placement = aggregated([
  {
    gpu_type: "g6e.48xlarge#0",
    tp_degree: 4,
    gpu_ids: [4, 5, 6, 7],
    start_layer: 1,
    end_layer: 42,
  },
  {
    gpu_type: "g6e.48xlarge#0",
    tp_degree: 4,
    gpu_ids: [3, 2, 1, 0],
    start_layer: 43,
    end_layer: 80,
  },
]);

/** One stage on one node. */
export const ONE_STAGE: Placement = aggregated([
  { gpu_type: "g6e.48xlarge#0", tp_degree: 8, start_layer: 1, end_layer: 80 },
]);

/** Unequal GPUs, and a node whose stages do not follow each other. */
export const ONLY_RAY: Placement = aggregated([
  { gpu_type: "g6e.24xlarge#0", tp_degree: 2, start_layer: 1, end_layer: 30 },
  { gpu_type: "g5.24xlarge#0", tp_degree: 2, start_layer: 31, end_layer: 50 },
  { gpu_type: "g6e.24xlarge#0", tp_degree: 2, start_layer: 51, end_layer: 80 },
]);

/** @throws Error when the placement is infeasible: a slip in the test */
export function evaluated(
  problem: Problem,
  placement: Placement,
  changes: Partial<Metrics> = {},
): Success {
  const evaluation = evaluate(problem, placement);
  if (evaluation.status !== "SUCCESS") throw new Error(evaluation.error);
  return { ...evaluation, metrics: { ...evaluation.metrics, ...changes } };
}

/** What a model that predicts serving adds to the metrics. */
export const SERVING: Partial<Metrics> = {
  ttft_ms: 812.5,
  tpot_ms: 41.25,
  kv_cache_tokens: 643_232,
  max_concurrency: 251.2625,
  uncertainty: {
    confidence: "same_gpu_class",
    reasons: [],
    throughput_tokens_per_sec: { low: 100, high: 1500 },
    ttft_ms: { low: 400, high: 1600 },
    tpot_ms: { low: 30, high: 60 },
  },
};

/** A request with the target's defaults. */
export function request(form: ExportForm, changes: Partial<ExportRequest> = {}): ExportRequest {
  return {
    form,
    checkpoint: "meta-llama/Llama-3.3-70B-Instruct",
    onlineFp8: false,
    image: null,
    maxSequences: null,
    burstHeadroom: null,
    expertParallel: false,
    trustRemoteCode: false,
    ...changes,
  };
}

/** The problem that a form can be exported from. */
export function problemOf(form: ExportForm, changes: Partial<Problem> = {}): Problem {
  return launchProblem(form === "tensorrt-llm" ? "tensorrt-llm" : "vllm", changes);
}

/** The files of a placement. @throws Error when the form cannot express it: a slip in the test */
export function filesOf(
  form: ExportForm,
  placement: Placement,
  changes: Partial<ExportRequest> = {},
  problem: Problem = problemOf(form),
): readonly LaunchFile[] {
  const evaluation = evaluated(problem, placement, SERVING);
  const result = exportPlacement(problem, evaluation, request(form, changes));
  if (result.status !== "SUCCESS") throw new Error(JSON.stringify(result.limits));
  return result.files;
}

/** The text of one file. */
export function textOf(files: readonly LaunchFile[], path: string): string {
  const file = files.find((each) => each.path === path);
  if (!file) throw new Error(`${path} is not among ${files.map((each) => each.path).join(", ")}`);
  return file.text;
}
