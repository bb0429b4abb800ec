import { describe, expect, it } from "vitest";
import type { Measurement } from "../../src/calibration/measurement.ts";
import { planRow } from "../../src/calibration/plan-row.ts";
import type { Profile } from "../../src/engines/engines.ts";
import { measured, planOf } from "./rows.ts";

function refusal(changes: Partial<Measurement>): string | null {
  const planned = planRow(measured(changes));
  return "refused" in planned ? planned.refused : null;
}

describe("the engine of a row", () => {
  const ENGINES: readonly [engine: string, changes: Partial<Measurement>, profile: Profile][] = [
    ["vllm 0.10.1.1 (Dynamo profile_sla, AIPerf)", {}, "vllm"],
    ["vllm 0.8", {}, "vllm"],
    ["vLLM (version unstated)", {}, "vllm"],
    ["vllm 1.0", {}, "vllm"],
    ["vLLM v0.6.x", {}, "vllm-0.6"],
    ["vllm 0.7.3", {}, "vllm-0.6"],
    ["vllm 0.10.0", { note: "enforce_eager, no chunked prefill" }, "vllm-eager"],
    ["vllm 0.10 (eager)", {}, "vllm-eager"],
    ["vllm 0.6.6 (ROCm dev-docker)", { gpu: "MI300X" }, "rocm"],
    ["sglang 0.5.6.post2", {}, "sglang"],
    ["TensorRT-LLM 0.17 trtllm-bench throughput", {}, "tensorrt-llm"],
    ["trtllm 1.2.0rc2", {}, "tensorrt-llm"],
    ["TensorRT-LLM 0.9.0 gptSessionBenchmark (static batching)", {}, "tensorrt-llm-static"],
    ["TensorRT-LLM", { note: "static batch of 16" }, "tensorrt-llm-static"],
    ["llama.cpp (May 2024, CUDA, layer split)", {}, "llama.cpp"],
    ["Deepspeed-MII", {}, "deepspeed-mii"],
    ["vLLM-based Splitwise prototype (2023)", {}, "splitwise"],
  ];

  it.each(ENGINES)("%s with %o runs as %s", (engine, changes, profile) => {
    expect(planOf(measured({ engine, ...changes })).profile).toBe(profile);
  });

  it("is refused by its name when it is unknown", () => {
    expect(refusal({ engine: "LMDeploy 0.6" })).toBe('engine "LMDeploy 0.6" is not known');
  });
});

describe("a row without what it needs is refused, with the column that lacks", () => {
  it.each([
    ["numLayers", "num_layers"],
    ["hiddenSize", "hidden_size"],
    ["intermediateSize", "intermediate_size"],
    ["numHeads", "num_heads"],
    ["vocabSize", "vocab_size"],
    ["weightBytesPerParam", "weight_bytes_per_param"],
    ["inputLen", "input_len"],
    ["outputLen", "output_len"],
    ["batchOrConcurrency", "batch_or_concurrency"],
    ["tp", "tp"],
    ["pp", "pp"],
  ] as const)("%s", (key, column) => {
    expect(refusal({ [key]: null })).toBe(`${column} is empty`);
    expect(refusal({ [key]: 0 })).toBe(`${column} is 0`);
    expect(refusal({ [key]: -1 })).toBe(`${column} is -1`);
    expect(refusal({ [key]: Number.NaN })).toBe(`${column} is NaN`);
  });

  it("experts without how many a token passes", () => {
    expect(refusal({ numExperts: 8 })).toBe("experts_per_token is empty");
    expect(refusal({ numExperts: 8, expertsPerToken: 2 })).toBeNull();
  });

  it("a GPU that the table does not have, with the nearest name", () => {
    expect(refusal({ gpu: "H100-SXM4-80GB" })).toBe(
      'GPU "H100-SXM4-80GB" is not known. Did you mean "H100-SXM5-80GB"?',
    );
  });

  it("but not a figure that its kind does without", () => {
    expect(refusal({ kind: "prefill", outputLen: null })).toBeNull();
    expect(refusal({ kind: "offline_e2e", batchOrConcurrency: null })).toBeNull();
    expect(refusal({ kind: "decode", inputLen: 0 })).toBeNull();
    expect(refusal({ kind: "decode", inputLen: null })).toBe("input_len is empty");
    expect(refusal({ dp: null, nodes: null, numKvHeads: null, headDim: null })).toBeNull();
  });
});

describe("the load of a row", () => {
  const plan = (changes: Partial<Measurement>) => planOf(measured(changes));

  it("is divided among replicas", () => {
    expect(plan({ dp: 4, batchOrConcurrency: 64 })).toMatchObject({ replicas: 4, batch: 16 });
    expect(plan({ batchOrConcurrency: 64 })).toMatchObject({ replicas: 1, batch: 64 });
    // Unless it is stated for each of them.
    const note = "batch = gpu_batch_size cap per replica";
    expect(plan({ dp: 4, batchOrConcurrency: 64, note }).batch).toBe(64);
  });

  it("is the largest possible where no batch is stated", () => {
    expect(plan({ kind: "offline_e2e", batchOrConcurrency: null }).batch).toBeNull();
  });

  it.each([
    ["Tandemn benchmark (30 requests)", 30],
    ["50 requests submitted at once", 50],
    ["offline, 1000 prompts", 1000],
    ["100 ShareGPT requests, Poisson 10 req/s arrivals", 100],
    ["closed loop", null],
  ])("has the requests of a finite run: %s", (note, requests) => {
    expect(plan({ note }).requests).toBe(requests);
    expect(plan({ note, dp: 2 }).requests).toBe(requests === null ? null : requests / 2);
  });

  it("has arrivals, running sequences and memory share where the note says so", () => {
    const note =
      "300 sharegpt requests, Poisson 10.5 sess/s arrivals, max_num_seqs 128, gpu_mem_util 0.85";
    expect(plan({ note })).toMatchObject({
      requests: 300,
      arrivalsPerSecond: 10.5,
      maxSequences: 128,
      memoryUtilization: 0.85,
    });
    expect(plan({})).toMatchObject({
      arrivalsPerSecond: null,
      maxSequences: null,
      memoryUtilization: null,
    });
  });

  it("has the mean of lengths that the source draws below the stated ones", () => {
    const drawn = plan({ source: "inferencemax_aic", inputLen: 1000, outputLen: 500 });
    expect(drawn).toMatchObject({ inputTokens: 900, outputTokens: 450, lengths: "random" });
    const stated = plan({ inputLen: 1000, outputLen: 500 });
    expect(stated).toMatchObject({ inputTokens: 1000, outputTokens: 500, lengths: "fixed" });
  });

  it("waits at an HTTP server when requests came to one", () => {
    expect(plan({ kind: "online_e2e" }).served).toBe(true);
    expect(plan({ kind: "prefill" }).served).toBe(false);
    expect(plan({ kind: "prefill", note: "through the HTTP stack" }).served).toBe(true);
  });
});

describe("the host of a row", () => {
  const plan = (changes: Partial<Measurement>) => planOf(measured({ gpu: "L40S", ...changes }));

  it.each([
    "g6e.48xlarge",
    "g6e.12xlarge",
    "4x g6e.2xlarge",
    "8x g5.48xlarge",
    "g4dn.12xlarge",
    "g6.4xlarge",
  ])("is a cloud machine whose GPUs talk through the host bridge: %s", (instanceType) => {
    expect(plan({ instanceType }).hostBridge).toBe(true);
  });

  it.each(["", "DGX-H100", "p5.48xlarge", "XE9680_MI300X_192GBx8"])(
    "is not one: %s",
    (instanceType) => {
      expect(plan({ instanceType, interconnect: "PCIe4 (no NVLink)" }).hostBridge).toBe(false);
    },
  );

  it("has the network that its interconnect states", () => {
    const interconnect = "PCIe4 x16 (no NVLink); 40Gbps eth";
    expect(plan({ interconnect, nodes: 2, pp: 2 })).toMatchObject({
      ethernetGbits: 40,
      crossesNodes: true,
    });
    expect(plan({})).toMatchObject({ ethernetGbits: null, crossesNodes: false });
  });
});

describe("the model of a row", () => {
  const architecture = (changes: Partial<Measurement>) => planOf(measured(changes)).architecture;

  it.each([
    [2, "vllm 0.10", "16bit"],
    [1, "vllm 0.10", "fp8"],
    [0.5625, "trtllm 1.0", "nvfp4"],
    [0.53125, "vllm 0.10", "mxfp4"],
    [0.5, "vllm 0.10", "int4"],
    [0.61, "llama.cpp", "int4"],
    [0.5625, "llama.cpp", "int4"],
  ])("with %f bytes a weight under %s is %s", (weightBytesPerParam, engine, weightFormat) => {
    expect(architecture({ weightBytesPerParam, engine })).toMatchObject({
      weightFormat,
      weightBytes: weightBytesPerParam,
    });
  });

  it("is gated unless its feed-forward network is four times as wide", () => {
    expect(architecture({ intermediateSize: 14336 }).kinds[0]!.ffnMatrices).toBe(3);
    expect(architecture({ intermediateSize: 4 * 4096 }).kinds[0]!.ffnMatrices).toBe(2);
  });

  it("has a KV head for each head, and heads as wide as they fit, unless stated", () => {
    const { kinds } = architecture({ numKvHeads: null, headDim: null });
    expect(kinds[0]!.attention).toMatchObject({ kvHeads: 32, headDim: 128 });
  });

  it("has experts", () => {
    const [kind] = architecture({ numExperts: 8, expertsPerToken: 2 }).kinds;
    expect(kind).toMatchObject({ experts: 8, expertsPerToken: 2 });
    expect(architecture({ numExperts: 0 }).kinds[0]).toMatchObject({
      experts: 0,
      expertsPerToken: 0,
    });
  });

  it("looks back at 128 tokens in every other layer of gpt-oss", () => {
    const { kinds, kindOf } = architecture({ modelId: "openai/gpt-oss-120b", numLayers: 36 });
    const windows = kindOf.map((kind) => kinds[kind]!.attention.windowTokens);
    expect(windows.filter((window) => window === 128)).toHaveLength(18);
    expect(windows.filter((window) => window === null)).toHaveLength(18);
    expect(windows[0]).not.toBe(windows[1]);
  });

  it.each([
    ["what the row says", { kvBytes: 1, weightBytesPerParam: 2 }, 1],
    ["16 bit beside 16-bit weights", { kvBytes: null, weightBytesPerParam: 2 }, 2],
    [
      "FP8 of TensorRT-LLM beside FP8 weights",
      { kvBytes: null, weightBytesPerParam: 1, engine: "trtllm" },
      1,
    ],
    ["16 bit of vLLM beside FP8 weights", { kvBytes: null, weightBytesPerParam: 1 }, 2],
    [
      "FP8 in InferenceMAX",
      { kvBytes: null, weightBytesPerParam: 1, source: "inferencemax_aic" },
      1,
    ],
    [
      "16 bit of gpt-oss there",
      { kvBytes: null, weightBytesPerParam: 0.53125, source: "inferencemax_aic" },
      2,
    ],
  ])("keeps its KV cache in %s", (_, changes, kvBytes) => {
    expect(architecture(changes).kvBytes).toBe(kvBytes);
  });
});
