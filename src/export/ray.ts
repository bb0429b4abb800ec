import { type Launch, type LaunchFile, partitionText } from "./launch.ts";
import type { LaunchNode } from "./launch-plan.ts";
import { gpuLines } from "./node-scripts.ts";
import { nodeText, planComment } from "./plan-comment.ts";
import { planIdLines } from "./plan-id.ts";
import { bashScript, requireVariable, shellQuote } from "./shell.ts";
import { VLLM_PARTITION, vllmFlags } from "./vllm-flags.ts";
import { yamlFile } from "./yaml-file.ts";

const CONFIG = "serve-config.yaml";
/** Ray's own port. */
const PORT = 6379;

/**
 * A configuration of Ray Serve and one script a node that joins it to the Ray cluster. Every node offers a resource of its own, so
 * that each rank's bundle lands on its node; vLLM numbers ranks in the order of the bundles.
 * Sources: Ray Serve LLM (LLMConfig, placement_group_config), `ray start --help`, vLLM's RayExecutorV2
 * (VLLM_RAY_BUNDLE_INDICES).
 */
export function rayFiles(launch: Launch): LaunchFile[] {
  return [
    configFile(launch),
    ...launch.plan.nodes.map((node) => ({
      path: `ray-start-node-${node.rank}.sh`,
      text: nodeScript(launch, node),
      executable: true,
    })),
  ];
}

function configFile(launch: Launch): LaunchFile {
  const { settings, problem } = launch;
  const comment = planComment(
    launch,
    `Usage: run ray-start-node-0.sh and then the other ray-start-node scripts, each on its node; then serve deploy ${CONFIG} on node 0.`,
    "Every node must have the same versions of Ray and vLLM. vLLM must have RayExecutorV2.",
  );
  return yamlFile(CONFIG, comment, {
    applications: [
      {
        name: "llm",
        route_prefix: "/",
        import_path: "ray.serve.llm:build_openai_app",
        args: {
          llm_configs: [
            {
              model_loading_config: {
                model_id: problem.model.name,
                model_source: settings.checkpoint,
              },
              engine_kwargs: engineArguments(launch),
              placement_group_config: { strategy: "PACK", bundles: bundlesOf(launch) },
              deployment_config: { autoscaling_config: { min_replicas: 1, max_replicas: 1 } },
              runtime_env: { env_vars: environment(launch) },
            },
          ],
        },
      },
    ],
  });
}

/** vLLM's flags as arguments of its constructor; a switch is true. */
function engineArguments(launch: Launch): Readonly<Record<string, string | number | boolean>> {
  const named = vllmFlags(launch).map(
    ({ name, value }) => [name.replaceAll("-", "_"), value ?? true] as const,
  );
  return { ...Object.fromEntries(named), distributed_executor_backend: "ray" };
}

/** One bundle a rank, in the order of the ranks. */
function bundlesOf(launch: Launch): object[] {
  const { plan, placement } = launch;
  return placement.stages.flatMap((stage) => {
    const node = plan.nodes.find(({ instance }) => instance === stage.gpu_type)!;
    return Array.from({ length: stage.tp_degree }, () => ({
      GPU: 1,
      [resourceOf(launch, node)]: 1,
    }));
  });
}

function environment(launch: Launch): Readonly<Record<string, string>> {
  const partition = partitionText(launch);
  const ranks = launch.placement.stages.reduce((sum, stage) => sum + stage.tp_degree, 0);
  return {
    ...(partition !== null && { [VLLM_PARTITION]: partition }),
    VLLM_USE_RAY_V2_EXECUTOR_BACKEND: "1",
    VLLM_RAY_BUNDLE_INDICES: Array.from({ length: ranks }, (_, rank) => rank).join(","),
  };
}

/** The resource that only this node of this plan has, one for each GPU: nodes of another plan have none that it asks for. */
function resourceOf({ id }: Launch, { rank }: LaunchNode): string {
  return `llm_placement_${id}_node_${rank}`;
}

function nodeScript(launch: Launch, node: LaunchNode): string {
  const { rank, gpuIds } = node;
  const path = `ray-start-node-${rank}.sh`;
  const resources = JSON.stringify({ [resourceOf(launch, node)]: gpuIds.length });
  const joins = rank === 0 ? `--head --port ${PORT}` : `--address "\${HEAD_ADDR}:${PORT}"`;
  const usage =
    rank === 0
      ? `Usage: ./${path}, on ${node.instance}. Further arguments are passed on to ray start.`
      : `Usage: HEAD_ADDR=ADDRESS ./${path}, on ${node.instance}, with an address of node 0 that all nodes reach. Further arguments are passed on to ray start.`;
  return bashScript(planComment(launch, `This is ${nodeText(node)}.`, usage), [
    ...planIdLines(launch, `node ${rank}`),
    ...(rank === 0 ? [] : [requireVariable("HEAD_ADDR", "an address of node 0")]),
    ...gpuLines(node),
    `exec ray start ${joins} --num-gpus '${gpuIds.length}' --resources ${shellQuote(resources)} "$@"`,
  ]);
}
