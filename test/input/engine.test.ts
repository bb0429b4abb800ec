import { describe, expect, it } from "vitest";
import { parseConfig } from "../../src/input/config/parse-config.ts";
import { DEFAULT_COST_MODEL } from "../../src/input/config/serving-keys.ts";
import { buildProblem } from "../../src/input/problem/build-problem.ts";
import {
  type CostModelFlags,
  costModelName,
  engineSettings,
} from "../../src/input/problem/choose-cost-model.ts";
import type { ProblemFlags } from "../../src/input/problem/merge-flags.ts";
import { configText, messageOf, problemFiles } from "./texts.ts";

type Keys = Readonly<Record<string, string | null>>;
const config = (keys: Keys = {}) => parseConfig(configText(keys), "config.csv");
const settings = (keys: Keys, flags: CostModelFlags = {}) =>
  engineSettings("calibrated", config(keys), flags);

describe("the cost model", () => {
  it("is that of the flag, of config.csv, or the default", () => {
    expect(costModelName(config({ cost_model: null }), {})).toBe(DEFAULT_COST_MODEL);
    expect(costModelName(config(), {})).toBe("reference");
    expect(costModelName(config(), { costModel: "calibrated" })).toBe("calibrated");
  });
});

describe("the engine", () => {
  it("is vLLM with its defaults", () => {
    expect(settings({})).toEqual({
      engine: "vllm",
      gpuMemoryUtilization: 0.92,
      maxModelLenTokens: null,
      maxBatchedTokens: 8192,
    });
  });

  it.each([
    ["vllm-eager", 0.92],
    ["rocm", 0.92],
    ["tensorrt-llm", 0.9],
    ["llama.cpp", 1],
  ])("%s has a default share of the memory of its own", (engine, gpuMemoryUtilization) => {
    expect(settings({ engine })).toMatchObject({ engine, gpuMemoryUtilization });
    expect(settings({}, { engine })).toMatchObject({ engine, gpuMemoryUtilization });
  });

  it("is set by keys, and by flags over them", () => {
    const keys = {
      engine: "rocm",
      gpu_memory_utilization: "0.8",
      max_model_len: "4096",
      max_num_batched_tokens: "2048",
    };
    const byKeys = {
      engine: "rocm",
      gpuMemoryUtilization: 0.8,
      maxModelLenTokens: 4096,
      maxBatchedTokens: 2048,
    };
    expect(settings(keys)).toEqual(byKeys);
    const flags = {
      engine: "vllm",
      gpuMemoryUtilization: 0.5,
      maxModelLenTokens: 8192,
      maxBatchedTokens: 512,
    };
    expect(settings(keys, flags)).toEqual(flags);
  });

  it("is none of the reference model", () => {
    expect(engineSettings("reference", config({ engine: "rocm" }), {})).toBeNull();
  });

  it.each<[CostModelFlags, string]>([
    [{ engine: "vlm" }, '--engine: "vlm" is not a supported engine. Did you mean "vllm"?'],
    [
      { gpuMemoryUtilization: 92 },
      "--gpu-memory-utilization: 92 is above 1. Give a number above 0 and up to 1.",
    ],
    [
      { maxModelLenTokens: 0.5 },
      "--max-model-len: 0.5 is not a whole number. Give a whole number of tokens from 1.",
    ],
    [
      { maxBatchedTokens: 0 },
      "--max-num-batched-tokens: 0 is below 1. Give a whole number of tokens from 1.",
    ],
  ])("is refused with %j", (flags, says) => {
    expect(messageOf(() => settings({}, flags))).toBe(says);
  });

  it.each<[CostModelFlags, string]>([
    [{ engine: "vllm" }, "--engine"],
    [{ gpuMemoryUtilization: 0.9 }, "--gpu-memory-utilization"],
    [{ maxModelLenTokens: 8 }, "--max-model-len"],
    [{ maxBatchedTokens: 8 }, "--max-num-batched-tokens"],
    [{ calibrationFile: "c.json" }, "--calibration"],
  ])("%j is refused with the reference model", (flags, flag) => {
    expect(messageOf(() => engineSettings("reference", config(), flags))).toBe(
      `${flag}: the cost model "reference" has no engine. Omit the flag, or use --cost-model calibrated.`,
    );
  });
});

describe("the longest request", () => {
  const build = (keys: Keys, flags: ProblemFlags = {}) =>
    buildProblem(
      problemFiles({ config: configText({ cost_model: "calibrated", ...keys }) }),
      flags,
    );
  const keys = { sequence_length: "1000", output_length: "200", max_model_len: "1200" };

  it("takes a mean request at least", () => {
    expect(build(keys).engine?.maxModelLenTokens).toBe(1200);
    expect(messageOf(() => build({ ...keys, max_model_len: "1199" }))).toBe(
      "config.csv:28: a longest request of 1199 tokens is shorter than the 1000 input + 200 output tokens of the workload. Give at least 1200, or shorter lengths.",
    );
    expect(messageOf(() => build(keys, { maxModelLenTokens: 1000 }))).toBe(
      "--max-model-len: a longest request of 1000 tokens is shorter than the 1000 input + 200 output tokens of the workload. Give at least 1200, or shorter lengths.",
    );
  });

  it("is warned of where it refuses long requests", () => {
    const warned = (tokens: number) =>
      build(keys, { inputP95Tokens: 2000, maxModelLenTokens: tokens }).warnings.filter((warning) =>
        warning.startsWith("--max-model-len"),
      );
    expect(warned(2200)).toEqual([]);
    expect(warned(2199)).toEqual([
      "--max-model-len: a longest request of 2199 tokens rejects some of the workload: its 95th percentiles add up to 2200.",
    ]);
  });
});
