import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseDocument } from "yaml";
import {
  aggregated,
  filesOf,
  launchProblem,
  ONE_KIND,
  ONE_NODE,
  ONE_STAGE,
  ONLY_RAY,
  problemOf,
  TWO_KINDS,
  textOf,
} from "./launches.ts";
import { flagsOf, stubCommands } from "./stub-commands.ts";

const { run, write } = stubCommands();
const MASTER = { MASTER_ADDR: "10.0.0.1" };

describe("scripts of vLLM", () => {
  it("start one node each, with its GPUs and its place", () => {
    const directory = write(filesOf("vllm", TWO_KINDS));
    for (const rank of [0, 1]) {
      const { command, words, env } = run(join(directory, `launch-node-${rank}.sh`), MASTER);
      expect(command).toBe("vllm");
      expect(words.slice(0, 2)).toEqual(["serve", "meta-llama/Llama-3.3-70B-Instruct"]);
      expect(env).toEqual({
        CUDA_DEVICE_ORDER: "PCI_BUS_ID",
        CUDA_VISIBLE_DEVICES: "0,1,2,3",
        VLLM_PP_LAYER_PARTITION: "50,30",
      });
      expect(flagsOf(words)).toEqual({
        "tensor-parallel-size": "4",
        "pipeline-parallel-size": "2",
        "max-model-len": "4096",
        "max-num-seqs": "32",
        "max-num-batched-tokens": "8192",
        "gpu-memory-utilization": "0.92",
        "kv-cache-dtype": "auto",
        "distributed-executor-backend": "mp",
        nnodes: "2",
        "node-rank": String(rank),
        "master-addr": "10.0.0.1",
        "master-port": "29501",
        ...(rank > 0 && { headless: true }),
      });
    }
  });

  it("list the GPUs of one node in the order of the ranks, and need no address", () => {
    const directory = write(filesOf("vllm", ONE_NODE));
    const { words, env } = run(join(directory, "launch-node-0.sh"));
    expect(env.CUDA_VISIBLE_DEVICES).toBe("4,5,6,7,3,2,1,0");
    expect(env.VLLM_PP_LAYER_PARTITION).toBe("42,38");
    expect(flagsOf(words)).not.toHaveProperty("nnodes");
  });

  it("have no partition for one stage", () => {
    const directory = write(filesOf("vllm", ONE_STAGE));
    const { env } = run(join(directory, "launch-node-0.sh"));
    expect(env).not.toHaveProperty("VLLM_PP_LAYER_PARTITION");
  });

  it("stop where the address of node 0 is missing", () => {
    const directory = write(filesOf("vllm", TWO_KINDS));
    expect(() => run(join(directory, "launch-node-1.sh"))).toThrow(
      /MASTER_ADDR: set it to an address of node 0 that all nodes reach/,
    );
  });

  it("say what weights and cache are kept as, and that graphs are off", () => {
    const eager = launchProblem("vllm-eager");
    const { architecture } = eager.model;
    const fp8 = {
      ...eager,
      model: {
        ...eager.model,
        architecture: {
          ...architecture!,
          kvBytes: 1,
          weightFormat: "fp8" as const,
          weightBytes: 1,
        },
      },
    };
    const directory = write(filesOf("vllm", TWO_KINDS, { onlineFp8: true }, fp8));
    const flags = flagsOf(run(join(directory, "launch-node-0.sh"), MASTER).words);
    expect(flags).toMatchObject({
      "kv-cache-dtype": "fp8",
      quantization: "fp8",
      "enforce-eager": true,
    });
  });

  it("pass a checkpoint on as it is, whatever it is called", () => {
    const checkpoint = 'it\'s $HOME/`id`/"a b"\\';
    const directory = write(filesOf("vllm", TWO_KINDS, { checkpoint }));
    expect(run(join(directory, "launch-node-0.sh"), MASTER).words[1]).toBe(checkpoint);
  });
});

describe("scripts of SGLang", () => {
  it("start one node each, with its GPUs and its place", () => {
    const directory = write(filesOf("sglang", TWO_KINDS));
    for (const rank of [0, 1]) {
      const { command, words, env } = run(join(directory, `launch-node-${rank}.sh`), MASTER);
      expect(command).toBe("python3");
      expect(words.slice(0, 2)).toEqual(["-m", "sglang.launch_server"]);
      expect(env).toMatchObject({
        CUDA_VISIBLE_DEVICES: "0,1,2,3",
        SGLANG_PP_LAYER_PARTITION: "50,30",
      });
      expect(flagsOf(words)).toMatchObject({
        "model-path": "meta-llama/Llama-3.3-70B-Instruct",
        "tp-size": "4",
        "pp-size": "2",
        "context-length": "4096",
        "max-running-requests": "32",
        "chunked-prefill-size": "8192",
        "kv-cache-dtype": "auto",
        nnodes: "2",
        "node-rank": String(rank),
        "dist-init-addr": "10.0.0.1:20000",
      });
    }
  });

  it("leave out of the static share what the plan has beside weights and KV cache", () => {
    const problem = problemOf("sglang");
    const directory = write(filesOf("sglang", TWO_KINDS));
    const { words } = run(join(directory, "launch-node-0.sh"), MASTER);
    const fraction = Number(flagsOf(words)["mem-fraction-static"]);
    const { costModel, pool } = problem;
    const outside = TWO_KINDS.stages.map((stage) => {
      const { instance } = pool.byName.get(stage.gpu_type.replace(/#.*/, ""))!;
      const bill = costModel.memory(
        {
          instance,
          tpDegree: stage.tp_degree,
          startLayer: stage.start_layer,
          layers: stage.end_layer - stage.start_layer + 1,
          groupGBytesPerSecond: 32,
          pipelineStages: 2,
        },
        { phase: "aggregated", batch: 32, inputTokens: 2048, outputTokens: 512 },
      );
      return (bill.activationsGib + bill.runtimeGib) / bill.capacityGib;
    });
    expect(Math.max(...outside)).toBeGreaterThan(0);
    expect(fraction).toBeLessThanOrEqual(0.92 - Math.max(...outside));
    expect(fraction).toBeGreaterThan(0.92 - Math.max(...outside) - 0.002);
  });
});

describe("scripts of TensorRT-LLM", () => {
  it("start one MPI world whose ranks go node by node", () => {
    const directory = write(filesOf("tensorrt-llm", TWO_KINDS));
    const addresses = { NODE_0: "10.0.0.1", NODE_1: "10.0.0.2" };
    const { command, words } = run(join(directory, "launch.sh"), addresses);
    expect(command).toBe("mpirun");
    const node = (rank: number): string[] => {
      const script = join(directory, `launch-node-${rank}.sh`);
      return ["-np", "4", "-host", `10.0.0.${rank + 1}:4`, script];
    };
    expect(words).toEqual([...node(0), ":", ...node(1)]);
  });

  it("configure every rank alike", () => {
    const files = filesOf("tensorrt-llm", TWO_KINDS);
    const directory = write(files);
    for (const rank of [0, 1]) {
      const { command, words, env } = run(join(directory, `launch-node-${rank}.sh`));
      expect(command).toBe("trtllm-llmapi-launch");
      expect(words.slice(0, 2)).toEqual(["trtllm-serve", "meta-llama/Llama-3.3-70B-Instruct"]);
      expect(env.CUDA_VISIBLE_DEVICES).toBe("0,1,2,3");
      expect(flagsOf(words)).toEqual({
        tp_size: "4",
        pp_size: "2",
        gpus_per_node: "4",
        // Two micro-batches of 16 are the 32 sequences in flight.
        max_batch_size: "16",
        max_num_tokens: "8192",
        max_seq_len: "4096",
        config: join(directory, "trtllm-config.yaml"),
      });
    }
    expect(parseDocument(textOf(files, "trtllm-config.yaml")).toJS()).toEqual({
      pp_partition: [50, 30],
      enable_chunked_prefill: true,
      kv_cache_config: { dtype: "auto", free_gpu_memory_fraction: 0.85 },
    });
  });

  it("need no MPI of their own on one node", () => {
    const files = filesOf("tensorrt-llm", ONE_NODE);
    expect(files.map(({ path }) => path)).toEqual(["trtllm-config.yaml", "launch-node-0.sh"]);
    const { command, env } = run(join(write(files), "launch-node-0.sh"));
    expect(command).toBe("trtllm-serve");
    expect(env.CUDA_VISIBLE_DEVICES).toBe("4,5,6,7,3,2,1,0");
  });
});

/** The commands of a SkyPilot task as a script. */
function skyScript(yaml: string): string {
  const directory = write([]);
  const path = join(directory, "run.sh");
  writeFileSync(path, (parseDocument(yaml).toJS() as { run: string }).run);
  return path;
}

describe("tasks of SkyPilot", () => {
  it("run every node of one type in one task", () => {
    const [file, ...others] = filesOf("skypilot", ONE_KIND);
    expect(others).toEqual([]);
    const script = skyScript(file!.text);
    for (const rank of [0, 1]) {
      const { words, env } = run(script, {
        SKYPILOT_NODE_IPS: "10.0.0.1\n10.0.0.2",
        SKYPILOT_NODE_RANK: String(rank),
      });
      expect(env.VLLM_PP_LAYER_PARTITION).toBe("42,38");
      expect(flagsOf(words)).toMatchObject({
        nnodes: "2",
        "node-rank": String(rank),
        "master-addr": "10.0.0.1",
      });
      expect("headless" in flagsOf(words)).toBe(rank > 0);
    }
  });

  it("give nodes of another type their own task, which needs the address of node 0", () => {
    const files = filesOf("skypilot", TWO_KINDS);
    const second = textOf(files, "skypilot-nodes-1.yaml");
    expect(parseDocument(second).toJS()).toMatchObject({
      num_nodes: 1,
      resources: { infra: "aws", instance_type: "g5.24xlarge", use_spot: false },
      envs: { MASTER_ADDR: null },
    });
    const script = skyScript(second);
    const place = { SKYPILOT_NODE_IPS: "10.0.0.9", SKYPILOT_NODE_RANK: "0" };
    const { words } = run(script, { ...place, ...MASTER });
    expect(flagsOf(words)).toMatchObject({
      nnodes: "2",
      "node-rank": "1",
      "master-addr": "10.0.0.1",
      headless: true,
    });
    expect(() => run(script, place)).toThrow(/MASTER_ADDR/);
  });

  it("choose the GPUs of every node where they differ", () => {
    const nodes = aggregated([
      {
        gpu_type: "g6e.48xlarge#0",
        tp_degree: 4,
        gpu_ids: [0, 1, 2, 3],
        start_layer: 1,
        end_layer: 40,
      },
      {
        gpu_type: "g6e.48xlarge#1",
        tp_degree: 4,
        gpu_ids: [7, 6, 5, 4],
        start_layer: 41,
        end_layer: 80,
      },
    ]);
    const script = skyScript(filesOf("skypilot", nodes)[0]!.text);
    const gpus = [0, 1].map((rank) => {
      const place = { SKYPILOT_NODE_IPS: "a\nb", SKYPILOT_NODE_RANK: String(rank) };
      return run(script, place).env.CUDA_VISIBLE_DEVICES;
    });
    expect(gpus).toEqual(["0,1,2,3", "7,6,5,4"]);
  });
});

describe("scripts of Ray", () => {
  it("join every node with a resource for each of its GPUs", () => {
    const directory = write(filesOf("ray", ONLY_RAY));
    const head = run(join(directory, "ray-start-node-0.sh"));
    expect(head.words).toEqual([
      ..."start --head --port 6379 --num-gpus 4 --resources".split(" "),
      '{"llm_placement_node_0":4}',
    ]);
    expect(head.env.CUDA_VISIBLE_DEVICES).toBe("0,1,2,3");
    const other = run(join(directory, "ray-start-node-1.sh"), { HEAD_ADDR: "10.0.0.1" });
    expect(other.words).toEqual([
      ..."start --address 10.0.0.1:6379 --num-gpus 2 --resources".split(" "),
      '{"llm_placement_node_1":2}',
    ]);
    expect(other.env.CUDA_VISIBLE_DEVICES).toBe("0,1");
  });
});
