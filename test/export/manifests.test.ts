import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import type { LaunchFile } from "../../src/export/launch.ts";
import { uniformMatrix } from "../../src/hardware/network.ts";
import type { Placement } from "../../src/placement/placement.ts";
import {
  aggregated,
  filesOf,
  ONE_KIND,
  ONE_NODE,
  ONE_STAGE,
  ONLY_RAY,
  problemOf,
  TWO_KINDS,
  textOf,
} from "./launches.ts";
import { flagsOf } from "./stub-commands.ts";

/** The documents of a YAML file. */
function documents<T>(file: LaunchFile): T[] {
  return parseAllDocuments(file.text).map((document) => {
    expect(document.errors).toEqual([]);
    return document.toJS() as T;
  });
}

interface Env {
  readonly name: string;
  readonly value: string;
}
interface Pod {
  readonly nodeSelector: Readonly<Record<string, string>>;
  readonly containers: readonly {
    readonly name: string;
    readonly image: string;
    readonly command: readonly string[];
    readonly env: readonly Env[];
    readonly resources: { readonly limits: Readonly<Record<string, string>> };
  }[];
}

function envOf(env: readonly Env[]): Readonly<Record<string, string>> {
  return Object.fromEntries(env.map(({ name, value }) => [name, value]));
}

/** What a pod says of its node. */
function nodeOf({ nodeSelector, containers }: Pod): readonly [string, string | undefined] {
  return [
    nodeSelector["node.kubernetes.io/instance-type"]!,
    containers[0]!.resources.limits["nvidia.com/gpu"],
  ];
}

const ENGINE_FLAGS = {
  "max-model-len": "4096",
  "max-num-seqs": "49",
  "max-num-batched-tokens": "8192",
  "gpu-memory-utilization": "0.92",
  "kv-cache-dtype": "auto",
};

interface WorkerSet {
  readonly spec: {
    readonly leaderWorkerTemplate: {
      readonly size: number;
      readonly leaderTemplate?: {
        readonly metadata: { readonly labels: object };
        readonly spec: Pod;
      };
      readonly workerTemplate: {
        readonly metadata?: { readonly labels: object };
        readonly spec: Pod;
      };
    };
  };
}

/** What these tests look at of a resource of any kind. */
interface Resource {
  readonly metadata: { readonly labels: object };
  readonly spec: {
    readonly model: { readonly name: string };
    readonly services: {
      readonly VllmWorker: {
        readonly extraPodSpec: { readonly mainContainer: { readonly args: readonly string[] } };
      };
    };
  };
}

describe("what Kubernetes would expand", () => {
  /** As Kubernetes reads a word: $$ is $, and $(NAME) a variable. Source: its `expansion` package. */
  const passedOn = (word: string): string =>
    word.replace(/\$\$|\$\(([^)]*)\)/g, (match) => (match === "$$" ? "$" : "EXPANDED"));

  it.each(["/models/$(HOSTNAME)", "/a$$b", "$(A)$$(B)$", "owner/plain"])(
    "of the checkpoint %s reaches the engine as it is",
    (checkpoint) => {
      const [set] = filesOf("leaderworkerset", TWO_KINDS, { checkpoint });
      const [first] = documents<WorkerSet>(set!);
      const { leaderTemplate, workerTemplate } = first!.spec.leaderWorkerTemplate;
      for (const { spec } of [leaderTemplate!, workerTemplate]) {
        expect(passedOn(spec.containers[0]!.command[2]!)).toBe(checkpoint);
      }
      const [dynamo] = filesOf("dynamo", ONE_KIND, { checkpoint });
      const [graph] = documents<Resource>(dynamo!);
      const { args } = graph!.spec.services.VllmWorker.extraPodSpec.mainContainer;
      expect(passedOn(args[1]!)).toBe(checkpoint);
    },
  );

  it("of an address that KServe's shell would read is refused", () => {
    expect(() => filesOf("kserve", ONE_STAGE, { checkpoint: "s3://bucket/$(id)" })).toThrow(
      "is not an address that KServe can fetch",
    );
    const usual = problemOf("kserve");
    const problem = { ...usual, model: { ...usual.model, name: 'x"; id; "' } };
    const [service] = documents<Resource>(filesOf("kserve", ONE_STAGE, {}, problem)[0]!);
    expect(service!.spec.model.name).toBe("x-id-");
  });

  it.each([
    ["leaderworkerset", TWO_KINDS],
    ["kserve", TWO_KINDS],
    ["dynamo", ONE_KIND],
  ] as const)("is nothing in the label that says the plan, of %s", (form, placement) => {
    const [file] = filesOf(form, placement);
    const [resource] = documents<Resource>(file!);
    const id = /^# Plan ([0-9a-f]{12})$/m.exec(file!.text)![1];
    expect(resource!.metadata.labels).toEqual({ "llm-placement/plan": id });
  });
});

describe("LeaderWorkerSet", () => {
  it("has the first node as leader and the others as workers", () => {
    const [file] = filesOf("leaderworkerset", TWO_KINDS);
    const [set, service] = documents<WorkerSet & { readonly spec: { readonly selector: object } }>(
      file!,
    );
    const { size, leaderTemplate, workerTemplate } = set!.spec.leaderWorkerTemplate;
    expect(size).toBe(2);
    expect(nodeOf(leaderTemplate!.spec)).toEqual(["g6e.24xlarge", "4"]);
    expect(nodeOf(workerTemplate.spec)).toEqual(["g5.24xlarge", "4"]);
    for (const { spec } of [leaderTemplate!, workerTemplate]) {
      const [container] = spec.containers;
      expect(container!.command.slice(0, 3)).toEqual([
        "vllm",
        "serve",
        "meta-llama/Llama-3.3-70B-Instruct",
      ]);
      expect(flagsOf(container!.command)).toMatchObject({
        ...ENGINE_FLAGS,
        "tensor-parallel-size": "4",
        "pipeline-parallel-size": "2",
        nnodes: "$(LWS_GROUP_SIZE)",
        "node-rank": "$(LWS_WORKER_INDEX)",
        "master-addr": "$(LWS_LEADER_ADDRESS)",
      });
      expect(envOf(container!.env)).toEqual({ VLLM_PP_LAYER_PARTITION: "50,30" });
    }
    expect("headless" in flagsOf(leaderTemplate!.spec.containers[0]!.command)).toBe(false);
    expect("headless" in flagsOf(workerTemplate.spec.containers[0]!.command)).toBe(true);
    expect(service!.spec.selector).toMatchObject(leaderTemplate!.metadata.labels);
  });

  it("is one pod for one node", () => {
    const [file] = filesOf("leaderworkerset", ONE_NODE, { image: "registry/vllm:own" });
    const [set] = documents<WorkerSet>(file!);
    const { size, leaderTemplate, workerTemplate } = set!.spec.leaderWorkerTemplate;
    expect(size).toBe(1);
    expect(leaderTemplate).toBeUndefined();
    expect(workerTemplate.metadata!.labels).toEqual({ role: "leader" });
    expect(nodeOf(workerTemplate.spec)).toEqual(["g6e.48xlarge", "8"]);
    expect(workerTemplate.spec.containers[0]!.image).toBe("registry/vllm:own");
  });

  it("keeps the order of GPUs whose bandwidths differ", () => {
    const { pool } = problemOf("leaderworkerset");
    const matrix = problemOf("leaderworkerset", { network: uniformMatrix(pool, 32, 10) });
    const [file] = filesOf("leaderworkerset", ONE_NODE, {}, matrix);
    const [set] = documents<WorkerSet>(file!);
    const { env } = set!.spec.leaderWorkerTemplate.workerTemplate.spec.containers[0]!;
    expect(envOf(env).CUDA_VISIBLE_DEVICES).toBe("4,5,6,7,3,2,1,0");
  });
});

interface InferenceService {
  readonly spec: {
    readonly model: { readonly uri: string; readonly name: string };
    readonly parallelism: { readonly tensor: number; readonly pipeline?: number };
    readonly template: Pod;
    readonly worker?: Pod;
  };
}

describe("LLMInferenceService", () => {
  it("has a pod for each stage", () => {
    const [file] = filesOf("kserve", TWO_KINDS);
    const [service] = documents<InferenceService>(file!);
    const { model, parallelism, template, worker } = service!.spec;
    expect(model).toEqual({ uri: "hf://meta-llama/Llama-3.3-70B-Instruct", name: "llama3-70b" });
    expect(parallelism).toEqual({ tensor: 4, pipeline: 2 });
    expect(nodeOf(template)).toEqual(["g6e.24xlarge", "4"]);
    expect(nodeOf(worker!)).toEqual(["g5.24xlarge", "4"]);
    for (const { containers } of [template, worker!]) {
      expect(containers[0]!.name).toBe("main");
      const { VLLM_PP_LAYER_PARTITION, VLLM_ADDITIONAL_ARGS } = envOf(containers[0]!.env);
      expect(VLLM_PP_LAYER_PARTITION).toBe("50,30");
      expect(flagsOf(VLLM_ADDITIONAL_ARGS!.split(" "))).toEqual(ENGINE_FLAGS);
    }
  });

  it("has no worker for one stage", () => {
    const [file] = filesOf("kserve", ONE_STAGE);
    const { parallelism, worker } = documents<InferenceService>(file!)[0]!.spec;
    expect(parallelism).toEqual({ tensor: 8 });
    expect(worker).toBeUndefined();
  });

  it.each([
    ["s3://bucket/llama", "s3://bucket/llama"],
    ["owner/name", "hf://owner/name"],
  ])("fetches %s from %s", (checkpoint, uri) => {
    const [file] = filesOf("kserve", ONE_STAGE, { checkpoint });
    expect(documents<InferenceService>(file!)[0]!.spec.model.uri).toBe(uri);
  });

  it.each(["/models/llama", "llama3-70b"])("refuses %s, which it cannot fetch", (checkpoint) => {
    expect(() => filesOf("kserve", ONE_STAGE, { checkpoint })).toThrow(
      `--checkpoint: "${checkpoint}" is not an address that KServe can fetch.`,
    );
  });
});

interface Graph {
  readonly metadata: { readonly annotations?: object };
  readonly spec: {
    readonly services: {
      readonly Frontend: object;
      readonly VllmWorker: {
        readonly multinode?: { readonly nodeCount: number };
        readonly resources: { readonly limits: { readonly gpu: string } };
        readonly envs: readonly Env[];
        readonly extraPodSpec: {
          readonly nodeSelector: object;
          readonly mainContainer: {
            readonly command: readonly string[];
            readonly args: readonly string[];
          };
        };
      };
    };
  };
}

describe("DynamoGraphDeployment", () => {
  it("has as many pods as there are nodes, and leaves their place to the operator", () => {
    const [graph] = documents<Graph>(filesOf("dynamo", ONE_KIND)[0]!);
    const { multinode, resources, envs, extraPodSpec } = graph!.spec.services.VllmWorker;
    expect(multinode).toEqual({ nodeCount: 2 });
    expect(resources.limits).toEqual({ gpu: "4" });
    expect(envOf(envs)).toEqual({ VLLM_PP_LAYER_PARTITION: "42,38" });
    expect(extraPodSpec.nodeSelector).toEqual({
      "node.kubernetes.io/instance-type": "g6e.24xlarge",
    });
    expect(extraPodSpec.mainContainer.command).toEqual(["python3", "-m", "dynamo.vllm"]);
    expect(flagsOf(extraPodSpec.mainContainer.args)).toEqual({
      ...ENGINE_FLAGS,
      model: "meta-llama/Llama-3.3-70B-Instruct",
      "tensor-parallel-size": "4",
      "pipeline-parallel-size": "2",
    });
    expect(graph!.metadata.annotations).toEqual({
      "nvidia.com/vllm-distributed-executor-backend": "mp",
    });
  });

  it("is no multinode component on one node", () => {
    const [graph] = documents<Graph>(filesOf("dynamo", ONE_NODE)[0]!);
    expect(graph!.spec.services.VllmWorker.multinode).toBeUndefined();
    expect(graph!.metadata.annotations).toBeUndefined();
  });
});

interface ServeConfig {
  readonly applications: readonly {
    readonly args: {
      readonly llm_configs: readonly {
        readonly engine_kwargs: object;
        readonly placement_group_config: {
          readonly bundles: readonly Readonly<Record<string, number>>[];
        };
        readonly runtime_env: { readonly env_vars: Readonly<Record<string, string>> };
      }[];
    };
  }[];
}

function llmConfig(placement: Placement) {
  const [config] = documents<ServeConfig>({
    path: "",
    text: textOf(filesOf("ray", placement), "serve-config.yaml"),
    executable: false,
  });
  return config!.applications[0]!.args.llm_configs[0]!;
}

describe("configuration of Ray Serve", () => {
  it("asks for a bundle a rank, on the node of the rank", () => {
    const { engine_kwargs, placement_group_config, runtime_env } = llmConfig(ONLY_RAY);
    const nodes = placement_group_config.bundles.map((bundle) => {
      expect(bundle.GPU).toBe(1);
      return Object.keys(bundle).find((key) => key !== "GPU");
    });
    const id = /^llm_placement_([0-9a-f]{12})_node_0$/.exec(nodes[0] ?? "")?.[1];
    expect(nodes).toEqual([0, 0, 1, 1, 0, 0].map((node) => `llm_placement_${id}_node_${node}`));
    expect(runtime_env.env_vars).toEqual({
      VLLM_PP_LAYER_PARTITION: "30,20,30",
      VLLM_USE_RAY_V2_EXECUTOR_BACKEND: "1",
      VLLM_RAY_BUNDLE_INDICES: "0,1,2,3,4,5",
    });
    expect(engine_kwargs).toEqual({
      tensor_parallel_size: 2,
      pipeline_parallel_size: 3,
      max_model_len: 4096,
      max_num_seqs: 49,
      max_num_batched_tokens: 8192,
      gpu_memory_utilization: 0.92,
      kv_cache_dtype: "auto",
      distributed_executor_backend: "ray",
    });
  });
});

describe("a task of SkyPilot", () => {
  it("rents what the plan has, at the price it was planned with", () => {
    const problem = problemOf("skypilot");
    const types = problem.pool.types.map((type) => ({
      ...type,
      price: { ...type.price, region: "us-east-1", kind: "spot" as const },
    }));
    const pool = {
      ...problem.pool,
      types,
      byName: new Map(types.map((t) => [t.instance.name, t])),
    };
    const [file] = filesOf("skypilot", ONE_KIND, {}, { ...problem, pool });
    expect(documents<object>(file!)[0]).toMatchObject({
      num_nodes: 2,
      resources: { infra: "aws/us-east-1", instance_type: "g6e.24xlarge", use_spot: true },
    });
  });
});

describe("names in YAML", () => {
  it.each(["no", "1:30", "0x10", "~", "a: b", "{x}", "1e3"])("stay texts: %s", (checkpoint) => {
    const [file] = filesOf("dynamo", aggregated(ONE_KIND.stages), { checkpoint });
    for (const version of ["1.1", "1.2"] as const) {
      const [document] = parseAllDocuments(file!.text, { version });
      const graph = document!.toJS() as Graph;
      expect(graph.spec.services.VllmWorker.extraPodSpec.mainContainer.args[1]).toBe(checkpoint);
    }
  });
});
