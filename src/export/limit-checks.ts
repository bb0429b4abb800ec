import { plannedFor } from "../engines/engines.ts";
import { gpuVendor } from "../hardware/gpu-vendor.ts";
import { listed, plural } from "./comment-text.ts";
import { isWholeInstance, type LaunchNode } from "./launch-plan.ts";
import type { LimitContext } from "./limit-context.ts";

/** The memory share and all predictions are those of one engine. */
export function engineMismatch({
  traits,
  problem,
}: Pick<LimitContext, "traits" | "problem">): string | null {
  const planned = problem.engine?.engine;
  const fitting = plannedFor(traits.engine);
  if (planned === undefined || fitting.includes(planned)) return null;
  return `memory and speed were planned for ${planned}; ${traits.title} needs a plan for ${fitting[0]}.`;
}

/** Collectives of one vendor do not reach the GPUs of the other. */
export function vendorProblem({ traits, plan }: LimitContext): string | null {
  const byVendor = (vendor: string): LaunchNode | undefined =>
    plan.nodes.find(({ type }) => gpuVendor(type.instance) === vendor);
  const amd = byVendor("amd");
  if (!amd) return null;
  const nvidia = byVendor("nvidia");
  if (nvidia) return `${amd.instance} has GPUs of AMD, ${nvidia.instance} of NVIDIA.`;
  if (traits.amd) return null;
  return `${amd.instance} has GPUs of AMD; ${traits.title} needs NVIDIA's.`;
}

/** World size / nodes is the number of ranks of every node. */
export function unevenNodes({ traits, plan: { nodes } }: LimitContext): string | null {
  const [first] = nodes;
  const other = nodes.find(({ gpuIds }) => gpuIds.length !== first!.gpuIds.length);
  if (!other) return null;
  return `${first!.instance} has ${plural(first!.gpuIds.length, "GPU")} and ${other.instance} has ${other.gpuIds.length}; ${traits.title} starts equally many ranks on every node.`;
}

/** The ranks of a node follow each other, so its stages have to. */
export function nodeOrderProblem({ traits, plan }: LimitContext): string | null {
  const node = plan.nodes.find(({ stages }) => stages.at(-1)! - stages[0]! >= stages.length);
  if (!node) return null;
  return `${node.instance} has stages ${listed(node.stages)}, others lie between them; ${traits.title} numbers ranks node by node.`;
}

/** Nodes that share a template have to be alike. */
export function differingNode({ traits, plan, problem }: LimitContext): string | null {
  if (traits.nodeKinds === "any") return null;
  const isMatrix = problem.network.kind === "matrix";
  const shared = traits.nodeKinds === "one" ? plan.nodes : plan.nodes.slice(1);
  const [first, ...rest] = shared;
  const other = rest.find((node) => podKey(node, isMatrix) !== podKey(first!, isMatrix));
  if (!other) return null;
  const what =
    traits.nodeKinds === "one"
      ? "one kind of node"
      : "two: node 0 and all the others, which are alike";
  return `${nodeText(first!)} and ${nodeText(other)} are different kinds of node; ${traits.title} has ${what}.`;
}

/** What a pod template says of a node. The order of GPUs counts only where their bandwidths differ. */
function podKey({ type, gpuIds }: LaunchNode, isMatrix: boolean): string {
  const gpus = isMatrix ? gpuIds.join() : gpuIds.length;
  return `${type.instance.name} ${gpus}`;
}

function nodeText({ instance, gpuIds }: LaunchNode): string {
  return `${instance} (GPUs ${gpuIds.join(",")})`;
}

/** Where bandwidths between GPUs are given one by one, it matters which GPU a rank gets. */
export function gpuChoiceProblem({ traits, plan, problem }: LimitContext): string | null {
  if (traits.gpuChoice === "planned" || problem.network.kind !== "matrix") return null;
  if (traits.gpuChoice === "whole_instances") {
    const part = plan.nodes.find((node) => !isWholeInstance(node));
    return part
      ? `the plan is for GPUs ${part.gpuIds.join(",")} of ${part.instance}, whose bandwidths differ; with ${traits.title} the device plugin chooses.`
      : null;
  }
  const mixed = plan.nodes.find(({ stages }) => stages.length > 1);
  return mixed
    ? `the plan fixes which GPUs of ${mixed.instance} serve stages ${listed(mixed.stages)}, whose bandwidths differ, but Ray chooses.`
    : null;
}
