import { type Launch, type LaunchFile, partitionText } from "./launch.ts";
import type { LaunchNode } from "./launch-plan.ts";
import { nodeText, planComment } from "./plan-comment.ts";
import { planIdLines } from "./plan-id.ts";
import {
  argumentArray,
  bashScript,
  execWithArguments,
  exportLine,
  type Flag,
  requireVariable,
  type ShellText,
} from "./shell.ts";

/** How an engine is started on each node. */
export interface NodeCommand {
  readonly command: string;
  /** Takes the layers of the stages. */
  readonly partitionVariable: string;
  readonly words: (node: LaunchNode) => readonly (Flag | string | ShellText)[];
}

/** One script a node, to be run there with the address of node 0; node 0 serves. */
export function nodeScripts(launch: Launch, command: NodeCommand): LaunchFile[] {
  return launch.plan.nodes.map((node) => ({
    path: scriptPath(node),
    text: nodeScript(launch, node, command),
    executable: true,
  }));
}

/** The name of a node's script. */
export function scriptPath({ rank }: LaunchNode): string {
  return `launch-node-${rank}.sh`;
}

function nodeScript(
  launch: Launch,
  node: LaunchNode,
  { command, partitionVariable, words }: NodeCommand,
): string {
  const partition = partitionText(launch);
  const { nodes } = launch.plan;
  return bashScript(planComment(launch, ...usage(launch, node)), [
    ...planIdLines(launch, `node ${node.rank} of ${nodes.length}`),
    ...(nodes.length > 1
      ? [requireVariable("MASTER_ADDR", "an address of node 0 that all nodes reach")]
      : []),
    ...gpuLines(node),
    ...(partition === null ? [] : [exportLine(partitionVariable, partition)]),
    "",
    ...argumentArray(words(node)),
    execWithArguments(command),
  ]);
}

/** The GPUs of a node in the order of the ranks. CUDA_DEVICE_ORDER makes their numbers those of nvidia-smi. */
export function gpuLines({ gpuIds }: LaunchNode): string[] {
  return [
    exportLine("CUDA_DEVICE_ORDER", "PCI_BUS_ID"),
    exportLine("CUDA_VISIBLE_DEVICES", gpuIds.join(",")),
  ];
}

function usage({ plan }: Launch, node: LaunchNode): string[] {
  const path = scriptPath(node);
  const further = "Further arguments are passed on to the engine.";
  if (plan.nodes.length === 1) return [`Usage: ./${path}, on ${node.instance}. ${further}`];
  return [
    `This is ${nodeText(node)}.`,
    `Usage: MASTER_ADDR=ADDRESS ./${path}, on ${node.instance}, with an address of node 0 that all nodes reach. ${further}`,
    "PLAN_ID=ID before it checks that the script belongs to the plan that node 0 prints. Nodes of other plans meet at another port.",
  ];
}
