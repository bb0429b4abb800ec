/** Terms of the calibrated model against figures worked out by hand from the formulas, with small round constants. */
import { describe, expect, it } from "vitest";
import { createCalibratedModel } from "../../src/cost/calibrated/calibrated-model.ts";
import {
  type BatchSteps,
  continuousSteps,
  decodeLoad,
  requestsBefore,
  type ServingTerms,
  type StageStepSeconds,
  servedLengths,
  stageServing,
} from "../../src/cost/calibrated/composition.ts";
import type { Parameters } from "../../src/cost/calibrated/parameters.ts";
import { effectiveRates, type Rates } from "../../src/cost/calibrated/rates.ts";
import { tpGroup } from "../../src/cost/cost-model.ts";
import type { EngineSettings } from "../../src/engines/engine-settings.ts";
import type { Engine } from "../../src/engines/engines.ts";
import type { GpuSpec } from "../../src/hardware/gpu-specs.ts";
import { gpuByName } from "../../src/hardware/gpu-specs.ts";
import type { WeightFormat } from "../../src/model/architecture.ts";
import {
  defaultSettings,
  inFormat,
  instanceOf,
  knowledgeOf,
  llama,
} from "../support/calibrated.ts";
import { expectClose } from "../support/close.ts";

describe("the steps that serve a batch", () => {
  it("see tokens by the moments of the lengths: E[s] + E[o²]/(2·E[o]) behind, prompts of E[s²]/E[s]", () => {
    expect(servedLengths(1000, 100)).toEqual({
      inputTokens: 1000,
      outputTokens: 100,
      contextTokens: 1050,
      promptLength: 1000,
    });
    expect(servedLengths(1000, 100, 3e6, 40_000)).toMatchObject({
      contextTokens: 1200,
      promptLength: 3000,
    });
    expect(servedLengths(1000, 0).contextTokens).toBe(1000);
  });

  it("carry long prompts in chunks", () => {
    // 8 prompts of 1000 tokens in chunks of 500: 16 steps of the 100, each with all 8 sequences decoding.
    const steps = continuousSteps(servedLengths(1000, 100), 8, 500);
    expect(steps).toMatchObject({ promptTokens: 500, promptSteps: 16, decodeSteps: 84 });
    expect(steps.decode).toMatchObject({ decodeTokens: 8, promptTokens: 0, logitSequences: 8 });
    expect(steps.mixed).toMatchObject({
      decodeTokens: 8,
      promptTokens: 500,
      // Half a prompt ends in each.
      logitSequences: 8.5,
    });
  });

  it("carry several short prompts at once: batch / output tokens of them, as far as a chunk holds them", () => {
    // 80 / 20 = 4 prompts of 100 tokens a step.
    expect(continuousSteps(servedLengths(100, 20), 80, 1000)).toMatchObject({
      promptTokens: 400,
      promptSteps: 20,
      decodeSteps: 0,
    });
    expect(continuousSteps(servedLengths(100, 20), 80, 250)).toMatchObject({
      promptTokens: 250,
      promptSteps: 32,
      // Prompts take all steps: 20 · 250 / 100 sequences decode beside them.
      mixed: { decodeTokens: 50 },
    });
  });
});

describe("the latencies of a stage", () => {
  // 8 requests of 1000 + 100 tokens, 500 prompt tokens a step: 16 steps with prompts, 84 that only decode.
  const lengths = servedLengths(1000, 100);
  const load = decodeLoad(lengths, 8);
  const steps: BatchSteps = {
    decode: load,
    mixed: load,
    decodeSteps: 84,
    promptSteps: 16,
    promptTokens: 500,
  };
  /** Nothing but the steps themselves. */
  const bare: ServingTerms = {
    bubble: 1,
    running: 8,
    requestsBefore: 0,
    queueWeight: 0,
    interference: 1,
  };
  const bareSeconds: StageStepSeconds = { decode: 0.01, mixed: 0.05, decodeHop: 0, promptHop: 0 };
  const serving = (terms: Partial<ServingTerms>, seconds: Partial<StageStepSeconds> = {}) =>
    stageServing(steps, lengths, { ...bare, ...terms }, { ...bareSeconds, ...seconds });

  it("are a prompt's own two steps and half of the step under way, where nobody else waits", () => {
    const { cycleSeconds, ttftSeconds, tpotSeconds } = serving({});
    // 84 · 10 ms + 16 · 50 ms
    expectClose(cycleSeconds, 1.64);
    // 2 · 50 ms + 10 ms / 2
    expectClose(ttftSeconds, 0.105);
    // 10 ms + (1640 − 100 · 10 − 50) ms / 100
    expectClose(tpotSeconds, 0.0159);
  });

  it("have the queue for steps with prompts: q · ρ/(1 − ρ) · (B − 1)/B · M/2", () => {
    // ρ = 0.8/1.64, so ρ/(1 − ρ) = 0.8/0.84 = 20/21; 3 · 20/21 · 7/8 · 25 ms = 62.5 ms
    expectClose(serving({ queueWeight: 3 }).ttftSeconds, 0.105 + 0.0625);
    expectClose(serving({ queueWeight: 3, running: 1 }).ttftSeconds, 0.105);
  });

  it("have the prompts of the wave before it: w · (B − 1)^e / 2 · M · S/Mp", () => {
    // 0.5 · 7 / 2 · 50 ms · 2, and 0.5 · 7² / 2 · 50 ms · 2
    const ttft = (exponent: number): number =>
      serving({ requestsBefore: requestsBefore(0.5, exponent, 8) }).ttftSeconds;
    expectClose(ttft(1), 0.105 + 0.175);
    expectClose(ttft(2), 0.105 + 1.225);
  });

  it("have messages: one of a step's prompts before the first token, one of decoded tokens before each other", () => {
    const { cycleSeconds, ttftSeconds, tpotSeconds } = serving(
      {},
      { promptHop: 0.005, decodeHop: 0.001 },
    );
    // 84 · 11 ms + 16 · 55 ms
    expectClose(cycleSeconds, 1.804);
    expectClose(ttftSeconds, 0.11);
    // 11 ms + (1804 − 1100 − 55) ms / 100
    expectClose(tpotSeconds, 0.01749);
  });

  it("are as long as a closed loop keeps a request, where that is longer: TTFT ≥ β · c − O · TPOT", () => {
    // No prompt of others between two tokens: TPOT is 10 ms, and 1640 ms are left of which 1000 are decoding.
    expectClose(serving({ interference: 0 }).ttftSeconds, 0.64);
    // With a loss of a quarter: 2050 ms.
    expectClose(serving({ interference: 0, bubble: 1.25 }).ttftSeconds, 1.05);
  });

  it("share out half of what other prompts take, where interference is a half", () => {
    // 10 ms + 5.9 ms / 2
    expectClose(serving({ interference: 0.5 }).tpotSeconds, 0.01295);
  });

  it("are those of steps with prompts, where prompts take all steps", () => {
    const crowded = { ...steps, decodeSteps: 0, promptSteps: 101 };
    const { tpotSeconds } = stageServing(
      crowded,
      lengths,
      { ...bare, bubble: 1.2 },
      { ...bareSeconds, promptHop: 0.005 },
    );
    // 1.2 · 55 ms
    expectClose(tpotSeconds, 0.066);
  });
});

describe("the rates that a GPU reaches", () => {
  const gpu: GpuSpec = {
    name: "made-up",
    gpuClass: "hopper",
    tflops16: 1000,
    tflops8: 2000,
    tflops4: 4000,
    memoryGBytesPerSecond: 1000,
    usableMemoryGib: 80,
    // More power for its peak than the class's usual card: nothing is slowed down.
    tdpWatts: 1000,
    link: "nvl4",
  };
  const parameters = {
    gpu: {
      compute16: 0.5,
      compute8: 0.4,
      compute4: 0.3,
      read16: 0.7,
      read8: 0.6,
      read4: 0.35,
      attentionCompute: 0.2,
      attentionRead: 0.8,
    },
    type: { typeCompute: 1, typeRead: 1 },
    engine: { computeFactor: 1, readFactor: 1, attentionReadFactor: 1 },
    common: { powerExponent: 1, dequantize4: 0.9, dequantize8: 0.8, llamaCppRead4: 0.6 },
  } as Parameters;
  const ratesOf = (format: WeightFormat, changes: Partial<GpuSpec> = {}): Rates =>
    effectiveRates({ ...gpu, ...changes }, inFormat(llama(), format), "vllm", parameters);

  it.each<readonly [WeightFormat, number, number, number, number]>([
    // format, attention TFLOP/s and GB/s, feed-forward TFLOP/s and GB/s
    ["16bit", 500, 700, 500, 700],
    ["fp8", 800, 600, 800, 600],
    ["nvfp4", 1200, 350, 1200, 350],
    ["int4", 450, 350, 450, 350],
    // Only the experts are stored in 4 bits; they are multiplied at the rate of FP8.
    ["mxfp4", 500, 700, 800, 350],
  ])("with weights in %s", (format, attentionTflops, attentionRead, ffnTflops, ffnRead) => {
    const rates = ratesOf(format);
    expectClose(rates.attentionFlops, attentionTflops * 1e12);
    expectClose(rates.attentionReadBytes, attentionRead * 1e9);
    expectClose(rates.ffnFlops, ffnTflops * 1e12);
    expectClose(rates.ffnReadBytes, ffnRead * 1e9);
    expectClose(rates.headFlops, 500e12);
    expectClose(rates.headReadBytes, 700e9);
    expectClose(rates.prefillAttentionFlops, 200e12);
    expectClose(rates.kvReadBytes, 800e9);
    expectClose(rates.elementwiseBytes, 630e9);
  });

  it("without units for a format: weights are converted and multiplied in 16 bit", () => {
    const old = { tflops8: 0, tflops4: 0 };
    expectClose(ratesOf("fp8", old).ffnFlops, 400e12);
    expectClose(ratesOf("nvfp4", old).ffnFlops, 450e12);
    expectClose(ratesOf("mxfp4", old).ffnFlops, 450e12);
  });

  it("with half of the class's power for its peak: half of the matrix rate, all of the bandwidth", () => {
    // The class's usual card has 700 W for 989.4 TFLOP/s.
    const weak = ratesOf("16bit", { tdpWatts: ((700 / 989.4) * 1000) / 2 });
    expectClose(weak.attentionFlops, 250e12);
    expectClose(weak.attentionReadBytes, 700e9);
  });
});

describe("the KV cache of sequences in flight", () => {
  const kvCacheGib = (engine: Engine, changes: Partial<EngineSettings> = {}): number =>
    createCalibratedModel(
      llama(),
      { ...defaultSettings(engine), ...changes },
      knowledgeOf({ ...knowledgeOf().values, pagedOutputShare: 0.25 }),
    ).memory(
      {
        instance: instanceOf(gpuByName("H100-SXM5-80GB")!),
        ...tpGroup(1),
        startLayer: 1,
        layers: 16,
        pipelineStages: 2,
      },
      { phase: "aggregated", batch: 10, inputTokens: 1000, outputTokens: 400 },
    ).kvCacheGib;
  /** 16 layers · 2 · 8 heads · 128 elements · 2 bytes for each token. */
  const gib = (tokens: number): number => (tokens * 16 * 2048 * 2) / 1024 ** 3;

  it("grows with their outputs where blocks are taken one by one", () => {
    expectClose(kvCacheGib("vllm"), gib(10 * 1100));
  });

  it("is reserved for all of their tokens, or for the longest request, by TensorRT-LLM", () => {
    expectClose(kvCacheGib("tensorrt-llm"), gib(10 * 1400));
    expectClose(kvCacheGib("tensorrt-llm", { maxModelLenTokens: 5000 }), gib(10 * 5000));
  });

  it("is at least that of one request as long as the engine is to take", () => {
    expectClose(kvCacheGib("vllm", { maxModelLenTokens: 10_999 }), gib(11_000));
    expectClose(kvCacheGib("vllm", { maxModelLenTokens: 20_000 }), gib(20_000));
  });
});

describe("activations of a stage with the LM head", () => {
  const architecture = llama();
  const model = createCalibratedModel(architecture, defaultSettings("vllm"), knowledgeOf());
  const activations = (batch: number, startLayer: number, layers: number): number =>
    model.memory(
      {
        instance: instanceOf(gpuByName("H100-SXM5-80GB")!),
        ...tpGroup(1),
        startLayer,
        layers,
        pipelineStages: 2,
      },
      { phase: "aggregated", batch, inputTokens: 100, outputTokens: 100 },
    ).activationsGib;

  it("are the sampler's buffers: 38.8 bytes for each sequence of a step and entry of the vocabulary", () => {
    const bytes = (sequences: number): number => (sequences * 128_256 * 38.8) / 1024 ** 3;
    // At least 256 sequences, the concurrency where it is more, 1024 at most.
    expectClose(activations(1, 17, 16), bytes(256));
    expectClose(activations(300, 17, 16), bytes(300));
    expectClose(activations(1024, 17, 16), bytes(1024));
    expectClose(activations(4096, 17, 16), bytes(1024));
    expect(bytes(1024)).toBeCloseTo(4.75, 2);
  });

  it("are those of a forward pass where no LM head is", () => {
    const tokens = defaultSettings("vllm").maxBatchedTokens;
    // 2 bytes · tokens · (3 · 14336 + 4 · 4096 + 32 · 128 + 2 · 8 · 128)
    expectClose(activations(300, 1, 16), (2 * tokens * 65_536) / 1024 ** 3);
  });
});
