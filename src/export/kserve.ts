import { InputError } from "../errors.ts";
import { dnsName } from "./comment-text.ts";
import { type Launch, type LaunchFile, pipelineSize } from "./launch.ts";
import type { LaunchNode } from "./launch-plan.ts";
import { planComment } from "./plan-comment.ts";
import { gpuResources, nodeSelector, planLabels, podEnvironment } from "./pod.ts";
import { vllmFlags } from "./vllm-flags.ts";
import { yamlFile } from "./yaml-file.ts";

const PATH = "llminferenceservice.yaml";

/** Flags that KServe writes itself, from `parallelism`. */
const KSERVE_FLAGS = ["tensor-parallel-size", "pipeline-parallel-size"];

/**
 * An LLMInferenceService: `template` is the pod of stage 0, `worker` that of the others. KServe's own configuration for vLLM starts
 * the engine and adds VLLM_ADDITIONAL_ARGS to its command.
 * Sources: KServe, llm_inference_service_types.go (v1alpha2) and config-llm-worker-pipeline-parallel.yaml.
 * @throws InputError for a checkpoint that KServe cannot fetch
 */
export function kserveFiles(launch: Launch): LaunchFile[] {
  const { model } = launch.problem;
  const [leader, worker] = launch.plan.nodes;
  const service = {
    apiVersion: "serving.kserve.io/v1alpha2",
    kind: "LLMInferenceService",
    metadata: { name: dnsName(model.name), labels: planLabels(launch) },
    spec: {
      model: { uri: modelUri(launch.settings.checkpoint), name: servedName(model.name) },
      replicas: 1,
      parallelism: {
        tensor: launch.layout.tp,
        ...(worker && { pipeline: pipelineSize(launch) }),
      },
      router: { route: {} },
      template: podSpec(launch, leader!),
      ...(worker && { worker: podSpec(launch, worker) }),
    },
  };
  const comment = planComment(
    launch,
    `Usage: kubectl apply -f ${PATH}.`,
    ...(worker
      ? [
          "Needs KServe with the configuration kserve-config-llm-worker-pipeline-parallel, and LeaderWorkerSet.",
        ]
      : []),
    "Pods find their instances by the label node.kubernetes.io/instance-type; other clusters need another nodeSelector.",
  );
  return [yamlFile(PATH, comment, service)];
}

function podSpec(launch: Launch, node: LaunchNode): object {
  return {
    nodeSelector: nodeSelector(node),
    containers: [
      {
        // The name by which KServe merges this container with that of its configuration.
        name: "main",
        ...(launch.image !== null && { image: launch.image }),
        env: [
          ...podEnvironment(launch, node),
          { name: "VLLM_ADDITIONAL_ARGS", value: additionalArguments(launch) },
        ],
        resources: gpuResources(node),
      },
    ],
  };
}

/** KServe's shell splits the text at blanks: values are numbers and names without any. */
function additionalArguments(launch: Launch): string {
  return vllmFlags(launch)
    .filter(({ name }) => !KSERVE_FLAGS.includes(name))
    .map(({ name, value }) => (value === null ? `--${name}` : `--${name} ${value}`))
    .join(" ");
}

/** KServe writes the name into a command of the shell, where only such characters mean themselves. */
function servedName(name: string): string {
  return name.replace(/[^\w./:@-]+/g, "-");
}

/** `hf://owner/name` for a Hugging Face id; other addresses stay as they are. */
function modelUri(checkpoint: string): string {
  if (/^[a-z][a-z0-9+.-]*:\/\/[^\s'"`$\\;&|<>()]+$/i.test(checkpoint)) return checkpoint;
  if (/^[\w.-]+\/[\w.-]+$/.test(checkpoint)) return `hf://${checkpoint}`;
  throw new InputError(
    "--checkpoint",
    `"${checkpoint}" is not an address that KServe can fetch.`,
    "Give a Hugging Face id (owner/name), or an address such as hf://, s3:// or pvc://.",
  );
}
