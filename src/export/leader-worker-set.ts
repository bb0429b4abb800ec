import { ENGINE_TABLE } from "../engines/engines.ts";
import { dnsName } from "./comment-text.ts";
import type { Launch, LaunchFile } from "./launch.ts";
import type { LaunchNode } from "./launch-plan.ts";
import { planComment } from "./plan-comment.ts";
import { gpuResources, literalWord, nodeSelector, planLabels, podEnvironment } from "./pod.ts";
import { type Flag, flag } from "./shell.ts";
import { isDistributed, vllmFlags } from "./vllm-flags.ts";
import { yamlFile } from "./yaml-file.ts";

const PATH = "leaderworkerset.yaml";
/** vLLM's own. */
const PORT = 8000;

/**
 * A LeaderWorkerSet of one group: pod 0 leads and serves, the others are alike; and a Service for the leader. LWS tells pods their
 * place in LWS_GROUP_SIZE, LWS_WORKER_INDEX and LWS_LEADER_ADDRESS (version 0.6 or newer).
 * Source: LeaderWorkerSet, docs/examples/leaderworkerset/basic/vllm.yaml.
 */
export function leaderWorkerSetFiles(launch: Launch): LaunchFile[] {
  const name = dnsName(launch.problem.model.name);
  const [leader, worker] = launch.plan.nodes;
  const leaderTemplate = {
    metadata: { labels: { role: "leader" } },
    spec: podSpec(launch, leader!, true),
  };
  const set = {
    apiVersion: "leaderworkerset.x-k8s.io/v1",
    kind: "LeaderWorkerSet",
    metadata: { name, labels: planLabels(launch) },
    spec: {
      replicas: 1,
      leaderWorkerTemplate: {
        size: launch.plan.nodes.length,
        restartPolicy: "RecreateGroupOnPodRestart",
        // Without a template of its own the leader takes the workers'.
        ...(worker
          ? { leaderTemplate, workerTemplate: { spec: podSpec(launch, worker, false) } }
          : { workerTemplate: leaderTemplate }),
      },
    },
  };
  const comment = planComment(
    launch,
    `Usage: kubectl apply -f ${PATH}, where LeaderWorkerSet 0.6 or newer is installed.`,
    "Pods find their instances by the label node.kubernetes.io/instance-type; other clusters need another nodeSelector.",
    "A checkpoint that needs a token needs HF_TOKEN in the containers' environment.",
  );
  return [yamlFile(PATH, comment, set, leaderService(name))];
}

function podSpec(launch: Launch, node: LaunchNode, isLeader: boolean): object {
  return {
    nodeSelector: nodeSelector(node),
    containers: [
      {
        name: isLeader ? "vllm-leader" : "vllm-worker",
        image: launch.image ?? ENGINE_TABLE.vllm.launch.image,
        command: [
          "vllm",
          "serve",
          literalWord(launch.settings.checkpoint),
          ...podText(launch, isLeader),
        ],
        env: podEnvironment(launch, node),
        resources: gpuResources(node),
        ...(isLeader && {
          ports: [{ containerPort: PORT }],
          readinessProbe: {
            tcpSocket: { port: PORT },
            initialDelaySeconds: 15,
            periodSeconds: 10,
          },
        }),
        volumeMounts: [{ mountPath: "/dev/shm", name: "dshm" }],
      },
    ],
    volumes: [{ name: "dshm", emptyDir: { medium: "Memory" } }],
  };
}

/** `$(NAME)` is expanded by Kubernetes. */
function podText(launch: Launch, isLeader: boolean): string[] {
  const isMultiNode = launch.plan.nodes.length > 1;
  return [
    ...vllmFlags(launch),
    ...(isLeader ? [flag("port", PORT)] : []),
    ...(isDistributed(launch) ? [flag("distributed-executor-backend", "mp")] : []),
    ...(isMultiNode
      ? [
          flag("nnodes", "$(LWS_GROUP_SIZE)"),
          flag("node-rank", "$(LWS_WORKER_INDEX)"),
          flag("master-addr", "$(LWS_LEADER_ADDRESS)"),
        ]
      : []),
    ...(isLeader ? [] : [flag("headless")]),
  ].flatMap(flagText);
}

/** A flag as words of an argument list. */
export function flagText({ name, value }: Flag): string[] {
  return value === null ? [`--${name}`] : [`--${name}`, String(value)];
}

function leaderService(name: string): object {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: `${name}-leader` },
    spec: {
      type: "ClusterIP",
      ports: [{ name: "http", port: PORT, protocol: "TCP", targetPort: PORT }],
      selector: { "leaderworkerset.sigs.k8s.io/name": name, role: "leader" },
    },
  };
}
