import { type EngineWriter, type Launch, type LaunchFile, pipelineSize } from "./launch.ts";
import type { LaunchNode, LaunchPlan } from "./launch-plan.ts";
import { gpuLines, scriptPath } from "./node-scripts.ts";
import { nodeText, planComment } from "./plan-comment.ts";
import { planIdLines } from "./plan-id.ts";
import type { LaunchSettings } from "./settings.ts";
import {
  argumentArray,
  bashScript,
  execWithArguments,
  type Flag,
  flag,
  requireVariable,
  variable,
} from "./shell.ts";
import { yamlFile } from "./yaml-file.ts";

const CONFIG = "trtllm-config.yaml";
const HERE = `here="$(cd "$(dirname ${variable("BASH_SOURCE[0]")})" && pwd)"`;

/** Source of the log: TensorRT-LLM, kvCacheManager.cpp. */
export const TENSORRT_LLM_WRITER: EngineWriter = {
  files: tensorrtLlmFiles,
  logPattern: "max tokens in paged KV cache",
  logLines: (tokens) => [`max tokens in paged KV cache (${Math.round(tokens)})`],
  notes: batchNotes,
  hints: () => [],
};

/**
 * The configuration, one script a node, and for several nodes the mpirun that starts them all: TensorRT-LLM's ranks are one
 * MPI world. Sources: trtllm-serve's options, LlmArgs (pp_partition, kv_cache_config), trtllm-llmapi-launch.
 */
function tensorrtLlmFiles(launch: Launch): LaunchFile[] {
  const { nodes } = launch.plan;
  return [
    configFile(launch),
    ...nodes.map((node) => ({
      path: scriptPath(node),
      text: nodeScript(launch, node),
      executable: true,
    })),
    ...(nodes.length > 1
      ? [{ path: "launch.sh", text: worldScript(launch), executable: true }]
      : []),
  ];
}

function configFile(launch: Launch): LaunchFile {
  const { settings, plan } = launch;
  return yamlFile(CONFIG, planComment(launch), {
    ...(pipelineSize(launch) > 1 && { pp_partition: plan.layerPartition }),
    enable_chunked_prefill: true,
    kv_cache_config: {
      dtype: settings.kvCacheFp8 ? "fp8" : "auto",
      free_gpu_memory_fraction: settings.memoryShare,
    },
  });
}

/**
 * max_batch_size counts the sequences of one micro-batch, and every stage has one under way:
 * sequences in flight = max_batch_size · PP. Source: TensorRT-LLM, create_py_executor_instance (max_num_sequences).
 */
function serveFlags(launch: Launch): Flag[] {
  const { settings, layout, plan } = launch;
  const stages = pipelineSize(launch);
  return [
    flag("tp_size", layout.tp),
    flag("pp_size", stages),
    flag("gpus_per_node", plan.nodes[0]!.gpuIds.length),
    flag("max_batch_size", Math.ceil(settings.sequences.most / stages)),
    flag("max_num_tokens", settings.maxBatchedTokens),
    flag("max_seq_len", settings.longest.tokens),
    ...(settings.expertParallel ? [flag("ep_size", layout.tp)] : []),
    ...(settings.trustRemoteCode ? [flag("trust_remote_code")] : []),
    // trtllm-serve's own, localhost, serves nobody but the node itself.
    flag("host", "0.0.0.0"),
  ];
}

function nodeScript(launch: Launch, node: LaunchNode): string {
  const isOnly = launch.plan.nodes.length === 1;
  const usage = isOnly
    ? [
        `Usage: ./${scriptPath(node)}, on ${node.instance}. Further arguments are passed on to the engine.`,
      ]
    : [`This is ${nodeText(node)}.`, "Started by launch.sh, once for every GPU of the node."];
  return bashScript(planComment(launch, ...usage), [
    HERE,
    ...planIdLines(launch, `node ${node.rank}`),
    ...gpuLines(node),
    "",
    ...argumentArray([
      launch.settings.checkpoint,
      ...serveFlags(launch),
      { shell: `--config "\${here}/${CONFIG}"` },
    ]),
    execWithArguments(`${isOnly ? "" : "trtllm-llmapi-launch "}trtllm-serve`),
  ]);
}

/** Ranks are numbered program by program, so the nodes come in the order of the stages. */
function worldScript(launch: Launch): string {
  const { nodes } = launch.plan;
  const addresses = nodes.map(({ rank }) => `NODE_${rank}=ADDRESS`);
  const usage = [
    `Usage: ${addresses.join(" ")} ./launch.sh, on node 0, with this directory at the same path on all nodes.`,
    "Further arguments are passed on to mpirun.",
  ];
  const programs = nodes.map((node) => {
    const slots = node.gpuIds.length;
    return `-np ${slots} -host "\${NODE_${node.rank}}:${slots}" env PLAN_ID="\${plan_id}" "\${here}/${scriptPath(node)}"`;
  });
  return bashScript(planComment(launch, ...usage), [
    HERE,
    ...planIdLines(launch, `${nodes.length} nodes`),
    ...nodes.map(({ rank, instance }) =>
      requireVariable(`NODE_${rank}`, `the address of node ${rank}, a ${typeWord(instance)}`),
    ),
    "",
    `exec mpirun "$@" ${programs.join(" \\\n  : ")}`,
  ]);
}

/** The type of an instance, without what the shell would expand in a message. */
function typeWord(instance: string): string {
  return instance.replace(/#\d+$/, "").replace(/[^\w.-]/g, "_");
}

function batchNotes(
  { layerPartition }: LaunchPlan,
  { sequences: { most, planned } }: LaunchSettings,
): string[] {
  const stages = layerPartition.length;
  const perStage = Math.ceil(most / stages);
  // Rounded up into the room for bursts it is nothing to speak of.
  if (perStage * stages === most || most > planned) return [];
  return [
    `max_batch_size counts the sequences of one of the ${stages} micro-batches: the engine takes up to ${perStage * stages} sequences, ${most} are planned.`,
  ];
}
