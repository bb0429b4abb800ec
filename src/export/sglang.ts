import type { StageMetrics } from "../placement/evaluation.ts";
import { type EngineWriter, type Launch, type LaunchFile, pipelineSize } from "./launch.ts";
import type { LaunchNode, LaunchPlan } from "./launch-plan.ts";
import { nodeScripts } from "./node-scripts.ts";
import { planPort } from "./plan-id.ts";
import { type Flag, flag, type ShellText } from "./shell.ts";

/** Source of the log: SGLang, scheduler.py. */
export const SGLANG_WRITER: EngineWriter = {
  files: sglangFiles,
  logPattern: "max_total_num_tokens=",
  logLines: (tokens, _, plan) => [
    hasUnlikeGpus(plan)
      ? `max_total_num_tokens=N, with N below ${Math.round(tokens)}: the GPUs differ, see the note`
      : `max_total_num_tokens=${Math.round(tokens)}`,
  ],
  notes: memoryNotes,
  hints: () => [],
};

/** One script a node; node 0 serves. */
function sglangFiles(launch: Launch): LaunchFile[] {
  return nodeScripts(launch, {
    command: "python3 -m sglang.launch_server",
    partitionVariable: "SGLANG_PP_LAYER_PARTITION",
    words: (node) => [...sglangFlags(launch), ...sglangNodeFlags(launch, node)],
  });
}

/** Source: SGLang, "Server Arguments". */
function sglangFlags(launch: Launch): Flag[] {
  const { settings, layout } = launch;
  const fraction = memFractionStatic(launch);
  return [
    flag("model-path", settings.checkpoint),
    flag("tp-size", layout.tp),
    flag("pp-size", pipelineSize(launch)),
    flag("context-length", settings.longest.tokens),
    flag("max-running-requests", settings.sequences.most),
    flag("chunked-prefill-size", settings.maxBatchedTokens),
    ...(fraction === null ? [] : [flag("mem-fraction-static", fraction)]),
    flag("kv-cache-dtype", settings.kvCacheFp8 ? "fp8_e4m3" : "auto"),
    ...(settings.onlineFp8 ? [flag("quantization", "fp8")] : []),
    ...(settings.eager ? [flag("disable-cuda-graph")] : []),
    ...(settings.expertParallel ? [flag("ep-size", layout.tp)] : []),
    ...(settings.trustRemoteCode ? [flag("trust-remote-code")] : []),
    // SGLang's own, 127.0.0.1, serves nobody but the node itself.
    flag("host", "0.0.0.0"),
  ];
}

function sglangNodeFlags(launch: Launch, { rank }: LaunchNode): (Flag | ShellText)[] {
  const nodes = launch.plan.nodes.length;
  if (nodes === 1) return [];
  return [
    flag("nnodes", nodes),
    flag("node-rank", rank),
    { shell: `--dist-init-addr "\${MASTER_ADDR}:\${MASTER_PORT:-${planPort(launch)}}"` },
  ];
}

/**
 * SGLang's share is of weights and KV cache alone, the plan's covers activations and the runtime as well:
 * f = min over stages of U − (activations + runtime) / capacity, rounded down to a thousandth.
 * @returns null when the plan has no share; SGLang then chooses by the GPU's size
 */
function memFractionStatic({ settings, metrics }: Launch): number | null {
  if (!settings.isSharePlanned) return null;
  const fraction = Math.min(
    ...metrics.stages.map((stage) => settings.memoryShare - outsideShare(stage)),
  );
  // Rounding of the difference must not cost a thousandth.
  return Math.floor(fraction * 1000 + 1e-6) / 1000;
}

function outsideShare(stage: StageMetrics): number {
  return (stage.memory_activations_gb + stage.memory_runtime_gb) / stage.memory_capacity_gb;
}

/**
 * Source: SGLang, model_runner.profile_max_num_token: the free memory that counts is the least of all ranks, whatever layers and
 * memory each has.
 */
function memoryNotes(plan: LaunchPlan): string[] {
  return hasUnlikeGpus(plan)
    ? [
        "SGLang sizes the KV cache of every GPU by the least free memory of all; where GPUs differ, it is smaller than predicted.",
      ]
    : [];
}

function hasUnlikeGpus({ nodes }: LaunchPlan): boolean {
  return new Set(nodes.map(({ type }) => type.instance.gpuMemoryGib)).size > 1;
}
