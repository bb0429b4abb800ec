import { ENGINE_TABLE } from "../engines/engines.ts";
import { providerTypeName } from "../hardware/instance.ts";
import { listed } from "./comment-text.ts";
import { type Launch, type LaunchFile, partitionText } from "./launch.ts";
import type { LaunchNode } from "./launch-plan.ts";
import { planComment } from "./plan-comment.ts";
import { planIdLines } from "./plan-id.ts";
import {
  argumentArray,
  execWithArguments,
  exportLine,
  requireVariable,
  variable,
} from "./shell.ts";
import { skyCloud } from "./skypilot-clouds.ts";
import { VLLM_PARTITION, vllmFlags, vllmNodeFlags } from "./vllm-flags.ts";
import { yamlFile } from "./yaml-file.ts";

/** Consecutive nodes of one instance type: all nodes of a SkyPilot task are alike. */
type Task = readonly LaunchNode[];

/** One task; several where instance types differ. Source: SkyPilot, YAML reference and "Distributed Multi-Node Jobs". */
export function skypilotFiles(launch: Launch): LaunchFile[] {
  const tasks = tasksOf(launch.plan.nodes);
  return tasks.map((nodes) => {
    const path = taskPath(nodes, tasks.length);
    return yamlFile(path, planComment(launch, ...usage(nodes, tasks)), {
      name: taskName(path),
      num_nodes: nodes.length,
      resources: resourcesOf(nodes[0]!),
      ...(isFirst(nodes) ? {} : { envs: { MASTER_ADDR: null } }),
      setup: `pip install vllm==${ENGINE_TABLE.vllm.launch.version}\n`,
      run: runScript(launch, nodes),
    });
  });
}

function tasksOf(nodes: readonly LaunchNode[]): Task[] {
  const tasks: LaunchNode[][] = [];
  for (const node of nodes) {
    const last = tasks.at(-1);
    if (last && last[0]!.type === node.type) last.push(node);
    else tasks.push([node]);
  }
  return tasks;
}

function taskPath(nodes: Task, tasks: number): string {
  if (tasks === 1) return "skypilot.yaml";
  return `skypilot-nodes-${[...new Set([nodes[0]!.rank, nodes.at(-1)!.rank])].join("-")}.yaml`;
}

function taskName(path: string): string {
  return path.replace(/^skypilot/, "llm").replace(/\.yaml$/, "");
}

function isFirst(nodes: Task): boolean {
  return nodes[0]!.rank === 0;
}

function resourcesOf({ type }: LaunchNode): object {
  const { instance, price } = type;
  const cloud = skyCloud(instance.provider)!;
  return {
    infra: price.region === null ? cloud : `${cloud}/${price.region}`,
    instance_type: providerTypeName(instance),
    use_spot: price.kind === "spot",
  };
}

function usage(nodes: Task, tasks: readonly Task[]): string[] {
  const path = taskPath(nodes, tasks.length);
  const launchCommand = `sky launch -c ${taskName(path)} ${path}`;
  const token = "Add --secret HF_TOKEN for a checkpoint that needs one.";
  if (tasks.length === 1) return [`Usage: ${launchCommand}. ${token}`];
  const ranks = `${nodes.length === 1 ? "node" : "nodes"} ${listed(nodes.map(({ rank }) => rank))}`;
  return [
    `This task has ${ranks}; all nodes of a task are identical, so ${tasks.length} tasks make the pipeline.`,
    "Their clusters must reach each other's private addresses on all ports: one network, one firewall group.",
    isFirst(nodes)
      ? `Usage: ${launchCommand}. ${token} Start this task first.`
      : `Usage: ${launchCommand} --env MASTER_ADDR=ADDRESS, the private address of node 0. ${token}`,
  ];
}

/** The commands of every node; SkyPilot gives each its number within the task. */
function runScript(launch: Launch, nodes: Task): string {
  const first = nodes[0]!.rank;
  const isMultiNode = launch.plan.nodes.length > 1;
  const partition = partitionText(launch);
  const lines = [
    "set -euo pipefail",
    ...planIdLines(launch, `nodes ${listed(nodes.map(({ rank }) => rank))}`),
    ...(isMultiNode ? [masterAddress(nodes), `node_rank=$((SKYPILOT_NODE_RANK + ${first}))`] : []),
    exportLine("CUDA_DEVICE_ORDER", "PCI_BUS_ID"),
    ...gpuLines(nodes),
    ...(partition === null ? [] : [exportLine(VLLM_PARTITION, partition)]),
    ...argumentArray([
      launch.settings.checkpoint,
      ...vllmFlags(launch),
      ...vllmNodeFlags(launch, {
        rank: variable("node_rank"),
        masterAddress: variable("MASTER_ADDR"),
        // Added below for all nodes but one.
        isFirst: true,
      }),
    ]),
    ...(isMultiNode
      ? [`if [ ${variable("node_rank")} -ne 0 ]; then`, "  args+=(--headless)", "fi"]
      : []),
    execWithArguments("vllm serve"),
  ];
  return `${lines.join("\n")}\n`;
}

function masterAddress(nodes: Task): string {
  return isFirst(nodes)
    ? `MASTER_ADDR="$(head -n1 <<< ${variable("SKYPILOT_NODE_IPS")})"`
    : requireVariable("MASTER_ADDR", "the private address of node 0");
}

/** The GPUs of each node in the order of the ranks. */
function gpuLines(nodes: Task): string[] {
  const orders = new Set(nodes.map(({ gpuIds }) => gpuIds.join(",")));
  if (orders.size === 1) return [exportLine("CUDA_VISIBLE_DEVICES", [...orders][0]!)];
  return [
    `case ${variable("node_rank")} in`,
    ...nodes.map(
      ({ rank, gpuIds }) => `  ${rank}) ${exportLine("CUDA_VISIBLE_DEVICES", gpuIds.join(","))} ;;`,
    ),
    "esac",
  ];
}
