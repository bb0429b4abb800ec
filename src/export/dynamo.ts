import { dnsName } from "./comment-text.ts";
import type { Launch, LaunchFile } from "./launch.ts";
import { flagText } from "./leader-worker-set.ts";
import { planComment } from "./plan-comment.ts";
import { literalWord, nodeSelector, planLabels, podEnvironment } from "./pod.ts";
import { vllmFlags } from "./vllm-flags.ts";
import { yamlFile } from "./yaml-file.ts";

const PATH = "dynamo.yaml";

/** The operator starts vLLM without Ray from version 1.0.0 on (feature gate VLLMMultiprocessing). */
const IMAGE = "nvcr.io/nvidia/ai-dynamo/vllm-runtime:1.4.2";

/**
 * A DynamoGraphDeployment with a frontend and one worker of as many pods as the plan has nodes. The operator tells pods their
 * place and adds vLLM's flags for several nodes; the annotation keeps it from using Ray.
 * Sources: Dynamo, api/v1alpha1 (DynamoComponentDeploymentSharedSpec, MultinodeSpec), operator's backend_vllm.go,
 * examples/backends/vllm/deploy.
 */
export function dynamoFiles(launch: Launch): LaunchFile[] {
  const { nodes } = launch.plan;
  const [node] = nodes;
  const image = launch.image ?? IMAGE;
  const deployment = {
    apiVersion: "nvidia.com/v1alpha1",
    kind: "DynamoGraphDeployment",
    metadata: {
      name: dnsName(launch.problem.model.name),
      labels: planLabels(launch),
      ...(nodes.length > 1 && {
        annotations: { "nvidia.com/vllm-distributed-executor-backend": "mp" },
      }),
    },
    spec: {
      services: {
        Frontend: {
          componentType: "frontend",
          replicas: 1,
          extraPodSpec: {
            mainContainer: { image, command: ["python3", "-m", "dynamo.frontend"] },
          },
        },
        VllmWorker: {
          componentType: "worker",
          replicas: 1,
          ...(nodes.length > 1 && { multinode: { nodeCount: nodes.length } }),
          resources: { limits: { gpu: String(node!.gpuIds.length) } },
          envs: podEnvironment(launch, node!),
          extraPodSpec: {
            nodeSelector: nodeSelector(node!),
            mainContainer: {
              image,
              command: ["python3", "-m", "dynamo.vllm"],
              args: [
                "--model",
                literalWord(launch.settings.checkpoint),
                ...vllmFlags(launch).flatMap(flagText),
              ],
            },
          },
        },
      },
    },
  };
  const comment = planComment(
    launch,
    `Usage: kubectl apply -f ${PATH}, where Dynamo's operator 1.0 or newer is installed.`,
    "Pods find their instances by the label node.kubernetes.io/instance-type; other clusters need another nodeSelector.",
    "A checkpoint that needs a token needs envFromSecret with HF_TOKEN.",
  );
  return [yamlFile(PATH, comment, deployment)];
}
