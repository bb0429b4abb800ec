import { type Launch, pipelineSize } from "./launch.ts";
import { planPort } from "./plan-id.ts";
import { type Flag, flag, type ShellText } from "./shell.ts";

/** The variable for the layers of the stages, one count a stage. Source: vllm/envs.py. */
export const VLLM_PARTITION = "VLLM_PP_LAYER_PARTITION";

/**
 * Flags of vLLM that are the same on every node. Source: vllm/config/{parallel,model,scheduler,cache}.py.
 * Batch limits are always given: vLLM's own depend on the device.
 */
export function vllmFlags(launch: Launch): Flag[] {
  const { settings, layout } = launch;
  return [
    flag("tensor-parallel-size", layout.tp),
    flag("pipeline-parallel-size", pipelineSize(launch)),
    ...vllmEngineFlags(launch),
    ...(settings.onlineFp8 ? [flag("quantization", "fp8")] : []),
    ...(settings.eager ? [flag("enforce-eager")] : []),
    ...(settings.expertParallel ? [flag("enable-expert-parallel")] : []),
    ...(settings.trustRemoteCode ? [flag("trust-remote-code")] : []),
  ];
}

function vllmEngineFlags({ settings }: Launch): Flag[] {
  return [
    flag("max-model-len", settings.longest.tokens),
    flag("max-num-seqs", settings.sequences.most),
    flag("max-num-batched-tokens", settings.maxBatchedTokens),
    flag("gpu-memory-utilization", settings.memoryShare),
    flag("kv-cache-dtype", settings.kvCacheFp8 ? "fp8" : "auto"),
  ];
}

/** Whether more than one rank runs; a single one needs no executor between processes. */
export function isDistributed(launch: Launch): boolean {
  return launch.layout.tp * pipelineSize(launch) > 1;
}

/** A node's place among others. */
export interface NodePlace {
  /** In words of the shell. */
  readonly rank: string;
  readonly masterAddress: string;
  /** Whether it is node 0, which serves; the others are headless. */
  readonly isFirst: boolean;
}

/** Flags that tell a node its place; without Ray. Source: vLLM, "Running vLLM with MultiProcessing". */
export function vllmNodeFlags(launch: Launch, place: NodePlace): (Flag | ShellText)[] {
  if (!isDistributed(launch)) return [];
  const backend = flag("distributed-executor-backend", "mp");
  if (launch.plan.nodes.length === 1) return [backend];
  return [
    backend,
    flag("nnodes", launch.plan.nodes.length),
    { shell: `--node-rank ${place.rank}` },
    { shell: `--master-addr ${place.masterAddress}` },
    { shell: `--master-port "\${MASTER_PORT:-${planPort(launch)}}"` },
    ...(place.isFirst ? [] : [flag("headless")]),
  ];
}
