import { ENGINE_TABLE, LAUNCH_ENGINES, type LaunchEngine } from "../engines/engines.ts";

/** Programs that start an engine on a cluster. */
const ORCHESTRATORS = ["skypilot", "kubernetes", "dynamo", "ray"] as const;

/** What a placement can be turned into, by the names of `--target`: an engine on its own, or an orchestrator that starts one. */
export type ExportTarget = LaunchEngine | (typeof ORCHESTRATORS)[number];
export const EXPORT_TARGETS: readonly ExportTarget[] = [...LAUNCH_ENGINES, ...ORCHESTRATORS];

/** The resources that the target `kubernetes` knows. */
export const KUBERNETES_KINDS = ["leaderworkerset", "kserve"] as const;
export type KubernetesKind = (typeof KUBERNETES_KINDS)[number];

/** One way of writing launch files: a target, or one of its kinds. */
export type ExportForm = Exclude<ExportTarget, "kubernetes"> | KubernetesKind;

/** Forms of orchestrators. */
export type ClusterForm = Exclude<ExportForm, LaunchEngine>;

/** What a form can say of a placement. `limits.ts` refuses the rest. */
export interface FormTraits {
  readonly target: ExportTarget;
  readonly title: string;
  readonly engine: LaunchEngine;
  /** Ranks run through the nodes in order, equally many on each; otherwise every rank is put where the plan wants it. */
  readonly equalNodes: boolean;
  /** How nodes may differ in instance type and GPUs: not at all, node 0 from the others, or freely. */
  readonly nodeKinds: "one" | "first_and_rest" | "any";
  readonly oneStagePerNode: boolean;
  /**
   * Which GPU of a node a rank gets: the one of the plan; that only where the node gets all GPUs of its instance; or any GPU
   * that the plan uses there.
   */
  readonly gpuChoice: "planned" | "whole_instances" | "any_of_node";
  /** Whether AMD's GPUs can be used. */
  readonly amd: boolean;
}

/** Engines that their own scripts start, one a node. */
const ALONE = Object.fromEntries(
  LAUNCH_ENGINES.map((engine): [LaunchEngine, FormTraits] => {
    const { title, amd } = ENGINE_TABLE[engine].launch;
    const traits = { target: engine, title, engine, amd } as const;
    const nodes = { equalNodes: true, nodeKinds: "any", oneStagePerNode: false } as const;
    return [engine, { ...traits, ...nodes, gpuChoice: "planned" }];
  }),
) as Record<LaunchEngine, FormTraits>;

/** Orchestrators that start vLLM, as far as most of them agree. */
const VLLM_NODES = {
  engine: "vllm",
  equalNodes: true,
  oneStagePerNode: false,
  gpuChoice: "whole_instances",
  amd: true,
} as const;

/**
 * Sources:
 * - vLLM: `ParallelConfig` (local world size = TP · PP / nnodes; one tensor_parallel_size), docs "Parallelism and scaling".
 * - SGLang: `_calculate_rank_ranges` (PP ranks of a node = PP / nnodes).
 * - TensorRT-LLM: `Mapping` (local rank = rank mod gpus_per_node); runs on NVIDIA GPUs only.
 * - SkyPilot: YAML reference (`num_nodes` nodes, all alike); nodes of another kind need a task of their own.
 * - LeaderWorkerSet: one leaderTemplate, one workerTemplate. A device plugin chooses the GPUs of a pod.
 * - KServe: `ParallelismSpec.GetSize` (as many pods as `pipeline`), so that each stage has a pod.
 * - Dynamo: `MultinodeSpec.nodeCount` pods of one template.
 * - Ray: bundles may ask for different resources; vLLM takes them in the order of VLLM_RAY_BUNDLE_INDICES, Ray chooses the
 *   GPU of a bundle.
 */
export const FORMS: Readonly<Record<ExportForm, FormTraits>> = {
  ...ALONE,
  skypilot: {
    ...VLLM_NODES,
    target: "skypilot",
    title: "SkyPilot with vLLM",
    nodeKinds: "any",
    gpuChoice: "planned",
  },
  leaderworkerset: {
    ...VLLM_NODES,
    target: "kubernetes",
    title: "LeaderWorkerSet with vLLM",
    nodeKinds: "first_and_rest",
  },
  kserve: {
    ...VLLM_NODES,
    target: "kubernetes",
    title: "KServe with vLLM",
    nodeKinds: "first_and_rest",
    oneStagePerNode: true,
  },
  dynamo: {
    ...VLLM_NODES,
    target: "dynamo",
    title: "Dynamo with vLLM",
    nodeKinds: "one",
    amd: false,
  },
  ray: {
    ...VLLM_NODES,
    target: "ray",
    title: "Ray Serve with vLLM",
    equalNodes: false,
    nodeKinds: "any",
    gpuChoice: "any_of_node",
  },
};

/** Whether an orchestrator starts the engine. */
export function isClusterForm(form: ExportForm): form is ClusterForm {
  return form !== FORMS[form].engine;
}

export const EXPORT_FORMS: readonly ExportForm[] = Object.keys(FORMS) as ExportForm[];

/** The kind of Kubernetes resource of a form; null for targets without kinds. */
export function kindOf(form: ExportForm): KubernetesKind | null {
  return form === "leaderworkerset" || form === "kserve" ? form : null;
}

/** The form of a target; `kind` counts for `kubernetes` only. */
export function formOf(target: ExportTarget, kind: KubernetesKind = "leaderworkerset"): ExportForm {
  return target === "kubernetes" ? kind : target;
}
