import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseDocument } from "yaml";
import { tpGroup } from "../../src/cost/cost-model.ts";
import type { LaunchFile } from "../../src/export/launch.ts";
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

/** The plan's id as a file's comment says it. */
function idOf(text: string): string {
  return /^# Plan ([0-9a-f]{12})$/m.exec(text)![1]!;
}

describe("the plan of a script", () => {
  it.each([
    ["vllm", TWO_KINDS],
    ["sglang", TWO_KINDS],
    ["tensorrt-llm", TWO_KINDS],
    ["ray", ONLY_RAY],
  ] as const)(
    "has one name in all files of %s, and another where anything is another",
    (form, placement) => {
      const ids = filesOf(form, placement).map(({ text }) => idOf(text));
      expect(new Set(ids).size).toBe(1);
      const again = filesOf(form, placement).map(({ text }) => idOf(text));
      expect(again).toEqual(ids);
      const changed = [
        filesOf(form, { ...placement, batch_size: 33 }),
        filesOf(form, placement, { checkpoint: "owner/other" }),
        filesOf(form, placement, { maxSequences: 100 }),
        filesOf(form, { ...placement, output_length: 400 }),
      ];
      for (const files of changed) expect(idOf(files[0]!.text)).not.toBe(ids[0]);
    },
  );

  it.each(["vllm", "sglang"] as const)(
    "is printed, and %s stops where another is expected",
    (form) => {
      const files = filesOf(form, TWO_KINDS);
      const script = join(write(files), "launch-node-1.sh");
      const id = idOf(files[1]!.text);
      expect(() => run(script, { ...MASTER, PLAN_ID: "0123456789ab" })).toThrow(
        `this script is from plan ${id}, not 0123456789ab: export all nodes again`,
      );
      expect(run(script, { ...MASTER, PLAN_ID: id }).command).not.toBe("");
      expect(() => run(script)).toThrow(`llm-placement plan ${id}: node 1 of 2`);
    },
  );

  it("decides where its nodes meet: those of another plan wait elsewhere", () => {
    const portOf = (files: readonly LaunchFile[]): unknown =>
      flagsOf(run(join(write(files), "launch-node-1.sh"), MASTER).words)["master-port"];
    const port = portOf(filesOf("vllm", TWO_KINDS));
    expect(portOf(filesOf("vllm", TWO_KINDS))).toBe(port);
    expect(portOf(filesOf("vllm", { ...TWO_KINDS, batch_size: 33 }))).not.toBe(port);
    const given = run(join(write(filesOf("vllm", TWO_KINDS)), "launch-node-1.sh"), {
      ...MASTER,
      MASTER_PORT: "1234",
    });
    expect(flagsOf(given.words)["master-port"]).toBe("1234");
  });
});

describe("what a model needs", () => {
  it.each([
    ["vllm", "trust-remote-code"],
    ["sglang", "trust-remote-code"],
    ["tensorrt-llm", "trust_remote_code"],
  ] as const)("is a flag of %s", (form, name) => {
    const started = (changes: Parameters<typeof filesOf>[2]) => {
      const files = filesOf(form, ONE_NODE, changes);
      return flagsOf(run(join(write(files), "launch-node-0.sh")).words);
    };
    expect(started({})).not.toHaveProperty(name);
    expect(started({ trustRemoteCode: true })).toHaveProperty(name, true);
  });

  it.each([
    ["vllm", "enable-expert-parallel", true],
    ["sglang", "ep-size", "4"],
    ["tensorrt-llm", "ep_size", "4"],
  ] as const)("are whole experts where %s is asked for them", (form, name, value) => {
    const usual = problemOf(form);
    const architecture = usual.model.architecture!;
    const [kind] = architecture.kinds;
    const experts = {
      ...usual,
      model: {
        ...usual.model,
        architecture: { ...architecture, kinds: [{ ...kind!, experts: 8, expertsPerToken: 2 }] },
      },
    };
    const files = filesOf(form, ONE_NODE, { expertParallel: true }, experts);
    const { words } = run(join(write(files), "launch-node-0.sh"));
    expect(flagsOf(words)).toHaveProperty(name, value);
    const plain = filesOf(form, ONE_NODE, {}, experts);
    expect(plain.map(({ text }) => text).join()).toContain("--expert-parallel of export");
  });
});

describe("hints", () => {
  it("name the network of several nodes, and parsers that a checkpoint has", () => {
    const [{ text }] = filesOf("vllm", TWO_KINDS) as [LaunchFile];
    expect(text).toMatch(/^# {3}g6e\.24xlarge has EFA: /m);
    expect(text).toMatch(/^# {3}Where a node has several interfaces: NCCL_SOCKET_IFNAME/m);
    expect(text).toContain(
      "#   Not set, because not every chat template supports them: --enable-auto-tool-choice --tool-call-parser llama3_json",
    );
    const [alone] = filesOf("vllm", ONE_NODE) as [LaunchFile];
    expect(alone.text).not.toContain("NCCL");
  });

  it("change no command", () => {
    const { words } = run(join(write(filesOf("vllm", TWO_KINDS)), "launch-node-0.sh"), MASTER);
    expect(words.join(" ")).not.toContain("parser");
  });
});

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
        "max-num-seqs": "49",
        "max-num-batched-tokens": "8192",
        "gpu-memory-utilization": "0.92",
        "kv-cache-dtype": "auto",
        "distributed-executor-backend": "mp",
        nnodes: "2",
        "node-rank": String(rank),
        "master-addr": "10.0.0.1",
        "master-port": expect.stringMatching(/^2\d{4}$/),
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
        "max-running-requests": "49",
        "chunked-prefill-size": "8192",
        "kv-cache-dtype": "auto",
        nnodes: "2",
        "node-rank": String(rank),
        "dist-init-addr": expect.stringMatching(/^10\.0\.0\.1:2\d{4}$/),
        host: "0.0.0.0",
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
          ...tpGroup(stage.tp_degree, 32),
          startLayer: stage.start_layer,
          layers: stage.end_layer - stage.start_layer + 1,
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
    const files = filesOf("tensorrt-llm", TWO_KINDS);
    const directory = write(files);
    const id = idOf(files[0]!.text);
    const addresses = { NODE_0: "10.0.0.1", NODE_1: "10.0.0.2" };
    const { command, words } = run(join(directory, "launch.sh"), addresses);
    expect(command).toBe("mpirun");
    const node = (rank: number): string[] => {
      const script = join(directory, `launch-node-${rank}.sh`);
      // Every node is told the plan that it has to be of.
      return ["-np", "4", "-host", `10.0.0.${rank + 1}:4`, "env", `PLAN_ID=${id}`, script];
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
        max_batch_size: "25",
        host: "0.0.0.0",
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
    const id = idOf(textOf(filesOf("ray", ONLY_RAY), "serve-config.yaml"));
    expect(head.words).toEqual([
      ..."start --head --port 6379 --num-gpus 4 --resources".split(" "),
      `{"llm_placement_${id}_node_0":4}`,
    ]);
    expect(head.env.CUDA_VISIBLE_DEVICES).toBe("0,1,2,3");
    const other = run(join(directory, "ray-start-node-1.sh"), { HEAD_ADDR: "10.0.0.1" });
    expect(other.words).toEqual([
      ..."start --address 10.0.0.1:6379 --num-gpus 2 --resources".split(" "),
      `{"llm_placement_${id}_node_1":2}`,
    ]);
    expect(other.env.CUDA_VISIBLE_DEVICES).toBe("0,1");
  });
});
