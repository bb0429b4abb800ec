import { gpuVendor } from "../hardware/gpu-vendor.ts";
import { providerTypeName } from "../hardware/instance.ts";
import { type Launch, partitionText } from "./launch.ts";
import { isWholeInstance, type LaunchNode } from "./launch-plan.ts";
import { VLLM_PARTITION } from "./vllm-flags.ts";

/** An environment variable of a container. */
export interface EnvVar {
  readonly name: string;
  readonly value: string;
}

/** Extended resource of the vendor's device plugin. */
const GPU_RESOURCES = { nvidia: "nvidia.com/gpu", amd: "amd.com/gpu" } as const;

/** A word of a container's command, argument or variable as Kubernetes passes it on: it expands $(NAME), and $$ to $. */
export function literalWord(text: string): string {
  return text.replaceAll("$", "$$$$");
}

/** Says of which plan a resource is. */
export function planLabels({ id }: Launch): Readonly<Record<string, string>> {
  return { "llm-placement/plan": id };
}

/** GPUs of a pod; `limits` alone is enough for extended resources. */
export function gpuResources({ type, gpuIds }: LaunchNode): object {
  const resource = GPU_RESOURCES[gpuVendor(type.instance)];
  return { limits: { [resource]: String(gpuIds.length) } };
}

/** Puts a pod on an instance of the planned type, by the label that cloud providers give their nodes. */
export function nodeSelector({ type }: LaunchNode): Readonly<Record<string, string>> {
  return { "node.kubernetes.io/instance-type": providerTypeName(type.instance) };
}

/**
 * The partition variable, and the order of GPUs where it matters and is not the usual one: a pod with all GPUs of an instance
 * numbers them as the instance does.
 */
export function podEnvironment(launch: Launch, node: LaunchNode): EnvVar[] {
  const partition = partitionText(launch);
  return [
    ...(partition === null ? [] : [{ name: VLLM_PARTITION, value: partition }]),
    ...(launch.problem.network.kind === "matrix" && isWholeInstance(node)
      ? [
          { name: "CUDA_DEVICE_ORDER", value: "PCI_BUS_ID" },
          { name: "CUDA_VISIBLE_DEVICES", value: node.gpuIds.join(",") },
        ]
      : []),
  ];
}
