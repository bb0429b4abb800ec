import { describe, expect, it } from "vitest";
import type { Engine } from "../../src/engines/engines.ts";
import { exportPlacement } from "../../src/export/export.ts";
import { type LaunchChoices, launchSettings } from "../../src/export/settings.ts";
import type { ExportForm } from "../../src/export/targets.ts";
import { evaluate } from "../../src/placement/evaluate.ts";
import type { Problem } from "../../src/placement/problem.ts";
import { calibratedProblem, defaultSettings, LLAMA_70B } from "../support/calibrated.ts";
import { foundingProblem, RELAXED_RULES } from "../support/founding.ts";
import { restated } from "../support/models.ts";
import {
  aggregated,
  evaluated,
  launchProblem,
  ONE_KIND,
  problemOf,
  request,
  SERVING,
  TWO_KINDS,
} from "./launches.ts";

const CHOICES: LaunchChoices = {
  checkpoint: "owner/name",
  onlineFp8: false,
  maxSequences: null,
  burstHeadroom: null,
  expertParallel: false,
  trustRemoteCode: false,
};

/** Fits into memory as the calibrated model counts it. */
const TWO_STAGES = aggregated([
  { gpu_type: "g6e.48xlarge#0", tp_degree: 8, start_layer: 1, end_layer: 40 },
  { gpu_type: "g6e.48xlarge#1", tp_degree: 8, start_layer: 41, end_layer: 80 },
]);

/** The founding problem under the reference model, which has no engine. */
const REFERENCE = foundingProblem({ rules: RELAXED_RULES });

function withLengthLimit(tokens: number | null, workload: Partial<Problem["workload"]> = {}) {
  const problem = launchProblem();
  return {
    ...problem,
    engine: { ...problem.engine!, maxModelLenTokens: tokens },
    workload: { ...problem.workload, ...workload },
  };
}

const SPREAD = {
  inputLengths: { meanTokens: 2048, meanSquareTokens: 5e6, p95Tokens: 4000, p99Tokens: 6000.5 },
};

describe("the longest request", () => {
  it("is the limit that the plan has", () => {
    expect(launchSettings("vllm", launchProblem(), ONE_KIND, CHOICES).longest.tokens).toBe(4096);
  });

  it("is that of the placement where all requests are alike", () => {
    const settings = launchSettings("vllm", withLengthLimit(null), ONE_KIND, CHOICES);
    expect(settings.longest.tokens).toBe(2048 + 512);
  });

  it("is the 99th percentiles together where lengths are spread", () => {
    const { longest } = launchSettings("vllm", withLengthLimit(null, SPREAD), ONE_KIND, CHOICES);
    expect(longest).toEqual({
      tokens: 6001 + 512,
      from: "99th percentiles of the lengths, 6,001 input and 512 output tokens",
      note: null,
    });
    const settings = launchSettings("vllm", withLengthLimit(8192, SPREAD), ONE_KIND, CHOICES);
    expect(settings.longest.tokens).toBe(8192);
  });

  it("is no longer than the model is made for, and says what is refused", () => {
    const problem = withLengthLimit(null, SPREAD);
    const short = { ...problem, model: { ...problem.model, maxContextTokens: 4096 } };
    const { longest } = launchSettings("vllm", short, ONE_KIND, CHOICES);
    expect(longest.tokens).toBe(4096);
    expect(longest.note).toContain(
      "requests of more than 4,096 tokens are rejected: the model's maximum (max_position_embeddings)",
    );
    expect(longest.note).toContain("add up to 6,513; give --max-model-len 6513");
  });

  /** A plan of the calibrated model, whose KV cache is predicted. */
  const planned = (
    batch_size: number,
    { maxContextTokens, ...changes }: Partial<Problem["workload"]> & { maxContextTokens?: number },
    engine: Engine = "vllm",
  ) => {
    const problem = calibratedProblem(LLAMA_70B, defaultSettings(engine), {
      workload: {
        phase: "aggregated",
        inputTokens: 2048,
        outputTokens: 512,
        minBatch: 1,
        maxBatch: 1024,
        ...changes,
      },
    });
    const made = maxContextTokens === undefined ? {} : { maxContextTokens };
    const limited = { ...problem, model: { ...problem.model, ...made } };
    const { placement, metrics } = evaluated(limited, { ...TWO_STAGES, batch_size });
    const form = engine === "tensorrt-llm" ? "tensorrt-llm" : "vllm";
    return { problem: limited, metrics, ...launchSettings(form, limited, placement, CHOICES) };
  };

  it("is what the model is made for, where the KV cache of the plan holds it", () => {
    const { longest } = planned(32, { maxContextTokens: 131_072 });
    expect(longest).toEqual({
      tokens: 131_072,
      from: "the model's maximum (max_position_embeddings)",
      note: null,
    });
    expect(planned(32, { ...SPREAD, maxContextTokens: 131_072 }).longest).toEqual(longest);
  });

  it.each([1, 600])("is what the KV cache holds although memory is off, batch %i", (batch) => {
    const { problem, metrics, longest, sequences } = planned(batch, {
      maxContextTokens: 10_000_000,
    });
    expect(longest).toMatchObject({
      from: "a longer one may not fit into the KV cache of the plan",
      note: null,
    });
    expect(longest.tokens).toBeLessThanOrEqual(0.96 * sequences.kvCacheTokens!);
    expect(longest.tokens).toBeGreaterThan(0.9 * sequences.kvCacheTokens!);
    expect(sequences.kvCacheTokens).toBeLessThanOrEqual(metrics.kv_cache_tokens!);
    const engine = { ...problem.engine!, maxModelLenTokens: longest.tokens };
    const started = calibratedProblem(LLAMA_70B, engine);
    expect(evaluate(started, { ...TWO_STAGES, batch_size: batch }).status).toBe("SUCCESS");
  });

  it("is a request of the plan where the engine keeps KV cache for a whole one from its start on", () => {
    const { longest } = planned(32, { maxContextTokens: 131_072 }, "tensorrt-llm");
    expect(longest.tokens).toBe(2560);
    expect(longest.from).toContain("a request of the plan");
  });

  it("is a request of the plan where context or KV cache is not known", () => {
    expect(planned(32, {}).longest.tokens).toBe(2560);
    const model = { ...REFERENCE.model, maxContextTokens: 131_072 };
    const { longest } = launchSettings("vllm", { ...REFERENCE, model }, ONE_KIND, CHOICES);
    expect(longest.tokens).toBe(2560);
  });

  it("is less than the 99th percentiles where the KV cache may not hold them, and says so", () => {
    const inputLengths = { ...SPREAD.inputLengths, p99Tokens: 1e7 };
    const { longest, metrics } = planned(1, { inputLengths });
    expect(longest.tokens).toBeLessThanOrEqual(0.96 * metrics.kv_cache_tokens!);
    expect(longest.note).toMatch(
      /^requests of more than [\d,]+ tokens are rejected: a longer one may not fit into the KV cache of the plan\. The 99th percentiles of the lengths add up to 10,000,512; give --max-model-len 10000512 to plan for them\.$/,
    );
  });

  it("is not shorter than a request of the placement", () => {
    expect(() => launchSettings("vllm", withLengthLimit(2559), ONE_KIND, CHOICES)).toThrow(
      "--max-model-len: 2559 tokens are fewer than the 2560 of a request in the placement.",
    );
  });
});

describe("sequences at once", () => {
  const sequencesOf = (choices: Partial<LaunchChoices>, batch_size = 64) =>
    launchSettings("vllm", launchProblem(), { ...ONE_KIND, batch_size }, { ...CHOICES, ...choices })
      .sequences;

  it("are the planned ones and three standard deviations of independent arrivals", () => {
    expect(sequencesOf({})).toMatchObject({ most: 64 + 24, planned: 64, note: null });
    expect(sequencesOf({}, 1)).toMatchObject({ most: 4, planned: 1 });
  });

  it("are as many as a share more, or exactly as many", () => {
    expect(sequencesOf({ burstHeadroom: 0.25 }).most).toBe(80);
    expect(sequencesOf({ burstHeadroom: 0 }).most).toBe(64);
    expect(sequencesOf({ burstHeadroom: 0.1 }, 10).most).toBe(11);
    expect(sequencesOf({ maxSequences: 100 })).toMatchObject({ most: 100, note: null });
    expect(sequencesOf({ maxSequences: 10 }).note).toContain("fewer than the 64 of the plan");
  });

  it("are no more than tokens of a step", () => {
    const few = launchProblem();
    const problem = { ...few, engine: { ...few.engine!, maxBatchedTokens: 70 } };
    const { sequences } = launchSettings("vllm", problem, { ...ONE_KIND, batch_size: 64 }, CHOICES);
    expect(sequences.most).toBe(70);
    expect(sequences.note).toContain("there is room for 6 sequences of bursts, not 24");
    expect(() => sequencesOf({ maxSequences: 8193 })).toThrow(
      "--max-num-seqs: 8193 sequences are more than the 8192 tokens of a step",
    );
  });

  it("leave the planned ones their KV cache: buffers grow with them", () => {
    const problem = calibratedProblem(LLAMA_70B, defaultSettings("vllm"));
    const batchOf = (batch_size: number) => ({ ...TWO_STAGES, batch_size });
    let most = 256;
    while (evaluate(problem, batchOf(most + 1)).status === "SUCCESS") most++;
    const { placement } = evaluated(problem, batchOf(most));
    const { sequences } = launchSettings("vllm", problem, placement, CHOICES);
    expect(sequences.most).toBeLessThan(most + 3 * Math.sqrt(most));
    expect(sequences.most).toBeGreaterThanOrEqual(most);
    expect(sequences.note).toContain("buffers for more take KV cache of the planned ones");
    expect(sequences.kvCacheTokens).toBeGreaterThan(0);
  });
});

describe("a checkpoint", () => {
  it.each([
    ["-rf", /^--checkpoint: "-rf" starts with "-"/],
    ["--help", /starts with "-"/],
    ["owner/na\nme", /control characters or line breaks/],
  ])("%j is refused", (checkpoint, words) => {
    expect(() =>
      launchSettings("vllm", launchProblem(), ONE_KIND, { ...CHOICES, checkpoint }),
    ).toThrow(words);
  });

  it("that is the model's name is held to the same", () => {
    const problem = launchProblem();
    const named = { ...problem, model: { ...problem.model, name: "--trust-me/now" } };
    expect(() => launchSettings("vllm", named, ONE_KIND, { ...CHOICES, checkpoint: null })).toThrow(
      'starts with "-"',
    );
  });
});

describe("what a model needs", () => {
  it("is leave to run its own code, where its config.json names some or the user says so", () => {
    const problem = launchProblem();
    const own = { ...problem, model: { ...problem.model, hasOwnCode: true as const } };
    expect(launchSettings("vllm", problem, ONE_KIND, CHOICES).trustRemoteCode).toBe(false);
    expect(launchSettings("vllm", own, ONE_KIND, CHOICES).trustRemoteCode).toBe(true);
    const asked = { ...CHOICES, trustRemoteCode: true };
    expect(launchSettings("vllm", problem, ONE_KIND, asked).trustRemoteCode).toBe(true);
    expect(warningsOf("vllm", own)!.join()).toContain("contains its own code");
  });

  it("is no expert parallelism without experts", () => {
    const asked = { ...CHOICES, expertParallel: true };
    expect(() => launchSettings("vllm", launchProblem(), ONE_KIND, asked)).toThrow(
      "--expert-parallel: llama3-70b has no experts.",
    );
  });
});

describe("--online-fp8", () => {
  const online = { ...CHOICES, onlineFp8: true };

  it("needs weights that were planned as FP8", () => {
    expect(() => launchSettings("vllm", launchProblem(), ONE_KIND, online)).toThrow(
      "--online-fp8: the plan has 16bit weights.",
    );
    expect(() => launchSettings("vllm", REFERENCE, ONE_KIND, online)).toThrow(
      "--online-fp8: the plan has 16-bit weights.",
    );
    const { model } = REFERENCE;
    const fp8 = { ...REFERENCE, model: restated(model, { bytesPerElement: 1 }) };
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
      'the cost model "reference" has no engine: the memory share 0.92 and 8192 tokens a step are defaults, not planned.',
    ]);
    expect(warningsOf("tensorrt-llm", REFERENCE)![0]).toContain("the memory share 0.9 and");
    const result = exportPlacement(REFERENCE, evaluated(REFERENCE, ONE_KIND), request("sglang"));
    const text = result.status === "SUCCESS" ? result.files[0]!.text : "";
    expect(text).not.toContain("--mem-fraction-static");
    expect(text).toContain("#   TTFT and TPOT: not predicted\n");
    expect(text).toContain("#   the size of the KV cache is not predicted\n");
  });

  it("is said of a checkpoint that was not named, where the model is named like a repository", () => {
    const planned = problemOf("vllm");
    const named = { ...planned, model: { ...planned.model, name: "owner/model" } };
    expect(warningsOf("vllm", named, ONE_KIND, false)).toEqual([
      'the engine will load "owner/model", the model name in the plan; give --checkpoint for another one.',
    ]);
  });

  it("is no script that cannot start: without a known checkpoint one has to be given", () => {
    const planned = problemOf("vllm");
    expect(() => warningsOf("vllm", planned, ONE_KIND, false)).toThrow(
      /^--checkpoint: no repository with 16bit weights of llama3-70b is known\. Give --checkpoint OWNER\/NAME, a Hugging Face repository with 16bit weights of the model, or --checkpoint \.\/DIRECTORY with such weights on each node\.$/,
    );
    const architecture = { ...planned.model.architecture!, weightFormat: "fp8" as const };
    const model = { ...planned.model, architecture, checkpoint16Bit: "owner/base" };
    const fp8 = { ...planned, model };
    expect(() => warningsOf("vllm", fp8, ONE_KIND, false)).toThrow(
      /no repository with fp8 weights of llama3-70b .* or --online-fp8 alone, .* make FP8 of owner\/base while/,
    );
    const online = { ...CHOICES, checkpoint: null, onlineFp8: true };
    expect(launchSettings("vllm", fp8, ONE_KIND, online).checkpoint).toBe("owner/base");
    const unknown = { ...planned, model: { ...planned.model, architecture } };
    expect(() => launchSettings("vllm", unknown, ONE_KIND, online)).toThrow(
      "--checkpoint: no repository with 16-bit weights of llama3-70b is known.",
    );
  });

  it("is nothing where the model's repository is known, which is then loaded", () => {
    const planned = problemOf("vllm");
    const published = { ...planned, model: { ...planned.model, checkpoint: "owner/published" } };
    expect(
      launchSettings("vllm", published, ONE_KIND, { ...CHOICES, checkpoint: null }).checkpoint,
    ).toBe("owner/published");
    expect(warningsOf("vllm", published, ONE_KIND, false)!.join()).not.toContain("--checkpoint");
  });

  it("is that another publisher made the weights, of engines that load their layout", () => {
    const planned = problemOf("vllm");
    const architecture = { ...planned.model.architecture!, weightFormat: "fp8" as const };
    const names = { checkpoint16Bit: "owner/base", quantisedCheckpoint: "other/base-FP8" };
    const fp8 = { ...planned, model: { ...planned.model, architecture, ...names } };
    const settings = { ...CHOICES, checkpoint: null };
    expect(launchSettings("sglang", fp8, ONE_KIND, settings).checkpoint).toBe("other/base-FP8");
    expect(warningsOf("vllm", fp8, ONE_KIND, false)).toEqual([
      'the engine will load "other/base-FP8", fp8 weights that another publisher made of owner/base; give --checkpoint for another one.',
    ]);
    const online = { ...settings, onlineFp8: true };
    expect(launchSettings("vllm", fp8, ONE_KIND, online).checkpoint).toBe("owner/base");
    expect(() => launchSettings("tensorrt-llm", fp8, ONE_KIND, settings)).toThrow(
      "no repository with fp8 weights of llama3-70b is known.",
    );
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
    const sizeOf = (placement: typeof ONE_KIND): string | undefined => {
      const planned = problemOf("sglang");
      const files = exportPlacement(
        planned,
        evaluated(planned, placement, SERVING),
        request("sglang"),
      );
      if (files.status !== "SUCCESS") throw new Error(files.status);
      return /max_total_num_tokens=.*/.exec(files.files[0]!.text)?.[0];
    };
    // Of unlike GPUs it is said to be smaller than predicted: it is not the prediction.
    expect(sizeOf(ONE_KIND)).toMatch(/^max_total_num_tokens=\d+$/);
    expect(sizeOf(TWO_KINDS)).toMatch(/^max_total_num_tokens=N, with N below \d+: the GPUs differ/);
  });

  it("is said of TensorRT-LLM where micro-batches do not divide the sequences, and bursts have no room", () => {
    const problem = problemOf("tensorrt-llm");
    const warned = (batch_size: number, burstHeadroom: number | null) => {
      const evaluation = evaluated(problem, { ...ONE_KIND, batch_size });
      const result = exportPlacement(
        problem,
        evaluation,
        request("tensorrt-llm", { burstHeadroom }),
      );
      return result.status === "SUCCESS" ? result.warnings : null;
    };
    expect(warned(31, null)).toEqual([]);
    expect(warned(32, 0)).toEqual([]);
    expect(warned(31, 0)).toEqual([
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
