import { describe, expect, it } from "vitest";
import { exportPlacement } from "../../src/export/export.ts";
import { launchSettings } from "../../src/export/settings.ts";
import type { ExportForm } from "../../src/export/targets.ts";
import type { Problem } from "../../src/placement/problem.ts";
import { foundingProblem, RELAXED_RULES } from "../support/founding.ts";
import {
  evaluated,
  launchProblem,
  ONE_KIND,
  problemOf,
  request,
  SERVING,
  TWO_KINDS,
} from "./launches.ts";

const CHOICES = { checkpoint: "owner/name", onlineFp8: false };

/** The founding problem under the reference model, which knows no engine. */
const REFERENCE = foundingProblem({ rules: RELAXED_RULES });

function withLengthLimit(tokens: number | null, workload: Partial<Problem["workload"]> = {}) {
  const problem = launchProblem();
  return {
    ...problem,
    engine: { ...problem.engine!, maxModelLenTokens: tokens },
    workload: { ...problem.workload, ...workload },
  };
}

const SPREAD = { inputLengths: { meanTokens: 2048, meanSquareTokens: 5e6, p95Tokens: 4000 } };

describe("the longest request", () => {
  it("is the limit that the plan has", () => {
    expect(launchSettings("vllm", launchProblem(), ONE_KIND, CHOICES).maxModelLenTokens).toBe(4096);
  });

  it("is that of the placement where all requests are alike", () => {
    const settings = launchSettings("vllm", withLengthLimit(null), ONE_KIND, CHOICES);
    expect(settings.maxModelLenTokens).toBe(2048 + 512);
  });

  it("has to be given where lengths are spread", () => {
    expect(() => launchSettings("vllm", withLengthLimit(null, SPREAD), ONE_KIND, CHOICES)).toThrow(
      "--max-model-len: it is missing, and the lengths of requests are spread",
    );
    const settings = launchSettings("vllm", withLengthLimit(8192, SPREAD), ONE_KIND, CHOICES);
    expect(settings.maxModelLenTokens).toBe(8192);
  });

  it("is not shorter than a request of the placement", () => {
    expect(() => launchSettings("vllm", withLengthLimit(2559), ONE_KIND, CHOICES)).toThrow(
      "--max-model-len: 2559 tokens are fewer than the 2560 of a request of the placement.",
    );
  });
});

describe("--online-fp8", () => {
  const online = { ...CHOICES, onlineFp8: true };

  it("needs weights that were planned as FP8", () => {
    expect(() => launchSettings("vllm", launchProblem(), ONE_KIND, online)).toThrow(
      "--online-fp8: the plan has weights of 16bit.",
    );
    expect(() => launchSettings("vllm", REFERENCE, ONE_KIND, online)).toThrow(
      "--online-fp8: the plan has weights of 2 bytes each.",
    );
    const { model } = REFERENCE;
    const fp8 = { ...REFERENCE, model: { ...model, bytesPerElement: 1 } };
    expect(launchSettings("vllm", fp8, ONE_KIND, online).onlineFp8).toBe(true);
  });

  it("is nothing that TensorRT-LLM does", () => {
    const problem = launchProblem("tensorrt-llm");
    expect(() => launchSettings("tensorrt-llm", problem, ONE_KIND, online)).toThrow(
      "--online-fp8: TensorRT-LLM takes weights as the checkpoint has them.",
    );
  });
});

function warningsOf(form: ExportForm, problem: Problem, placement = ONE_KIND, checkpoint = true) {
  const own = checkpoint ? {} : { checkpoint: null };
  const result = exportPlacement(problem, evaluated(problem, placement), request(form, own));
  return result.status === "SUCCESS" ? result.warnings : null;
}

describe("what is not the plan's", () => {
  it("is nothing for vLLM, planned for vLLM", () => {
    expect(warningsOf("vllm", problemOf("vllm"))).toEqual([]);
  });

  it("is said of a model without engine, whose defaults are the engine's", () => {
    expect(warningsOf("vllm", REFERENCE)).toEqual([
      'the cost model "reference" knows no engine: the memory share 0.92 and 8192 tokens a step are defaults, not planned.',
    ]);
    expect(warningsOf("tensorrt-llm", REFERENCE)![0]).toContain("the memory share 0.9 and");
    const result = exportPlacement(REFERENCE, evaluated(REFERENCE, ONE_KIND), request("sglang"));
    const text = result.status === "SUCCESS" ? result.files[0]!.text : "";
    expect(text).not.toContain("--mem-fraction-static");
    expect(text).toContain("#   TTFT and TPOT: not predicted\n");
    expect(text).toContain("#   the size of the KV cache is not predicted\n");
  });

  it("is said of a checkpoint that was not named", () => {
    expect(warningsOf("vllm", problemOf("vllm"), ONE_KIND, false)).toEqual([
      'the engine is told to load "llama3-70b", the model\'s name in the plan; give --checkpoint for another one.',
    ]);
  });

  it("is nothing where the model's repository is known, which is then loaded", () => {
    const planned = problemOf("vllm");
    const published = { ...planned, model: { ...planned.model, checkpoint: "owner/published" } };
    expect(
      launchSettings("vllm", published, ONE_KIND, { checkpoint: null, onlineFp8: false })
        .checkpoint,
    ).toBe("owner/published");
    expect(warningsOf("vllm", published, ONE_KIND, false)!.join()).not.toContain("--checkpoint");
  });

  it("is said of weights that a named checkpoint may not have", () => {
    const planned = problemOf("vllm");
    const architecture = { ...planned.model.architecture!, weightFormat: "fp8" as const };
    const fp8 = { ...planned, model: { ...planned.model, architecture } };
    expect(warningsOf("vllm", fp8)!.join()).toContain("the plan is for fp8 weights");
    const published = { ...fp8, model: { ...fp8.model, checkpoint: "owner/name" } };
    expect(warningsOf("vllm", published, ONE_KIND, false)).toEqual([]);
  });

  it("is said of SGLang: nobody measured it, and it sizes caches by the smallest GPU", () => {
    const uncalibrated = "predictions are those of vllm: SGLang is not calibrated.";
    expect(warningsOf("sglang", problemOf("sglang"))).toEqual([uncalibrated]);
    expect(warningsOf("sglang", problemOf("sglang"), TWO_KINDS)).toEqual([
      uncalibrated,
      expect.stringContaining("by the least free memory of all"),
    ]);
  });

  it("is said of TensorRT-LLM where micro-batches do not divide the sequences", () => {
    const problem = problemOf("tensorrt-llm");
    expect(warningsOf("tensorrt-llm", problem)).toEqual([]);
    expect(warningsOf("tensorrt-llm", problem, { ...ONE_KIND, batch_size: 31 })).toEqual([
      "max_batch_size counts the sequences of one of the 2 micro-batches: the engine takes up to 32 sequences, 31 are planned.",
    ]);
  });
});

describe("the comment above the commands", () => {
  it("says what was planned and predicted, in the words of the engine's log", () => {
    const problem = problemOf("vllm");
    const result = exportPlacement(
      problem,
      evaluated(problem, TWO_KINDS, SERVING),
      request("vllm"),
    );
    const text = result.status === "SUCCESS" ? result.files[1]!.text : "";
    for (const line of [
      "# Planned: TP 4, PP 2, 80 layers as 50,30",
      "#   node 1: g5.24xlarge#0 (4 x NVIDIA A10G), GPUs 0,1,2,3; stage 1: layers 51-80",
      "#   TTFT 812.5 ms, 80 % interval 400 to 1,600",
      "#   TPOT 41.25 ms, 80 % interval 30 to 60",
      "#   GPU KV cache size: 643,232 tokens",
      "#   Maximum concurrency for 4,096 tokens per request: 157.04x",
      "# This is node 1: g5.24xlarge#0 (4 x NVIDIA A10G), GPUs 0,1,2,3.",
    ]) {
      expect(text.split("\n")).toContain(line);
    }
  });
});
