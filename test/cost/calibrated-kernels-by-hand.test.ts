/** The kernels of one layer, messages and all-reduces against figures worked out by hand, with rates of 1 and small models. */
import { describe, expect, it } from "vitest";
import { createCalibratedModel } from "../../src/cost/calibrated/calibrated-model.ts";
import { type Collectives, collectives } from "../../src/cost/calibrated/collectives.ts";
import { insideHop, outsideHop } from "../../src/cost/calibrated/hop.ts";
import {
  headKernels,
  type LayerKernels,
  layerKernels,
  type StepLoad,
} from "../../src/cost/calibrated/layer-time.ts";
import { type GroupContext, headWork, layerWork } from "../../src/cost/calibrated/layer-work.ts";
import type { CommonParameters, Parameters } from "../../src/cost/calibrated/parameters.ts";
import type { NextStage } from "../../src/cost/cost-model.ts";
import { tpGroup } from "../../src/cost/cost-model.ts";
import { gpuByName } from "../../src/hardware/gpu-specs.ts";
import type { Architecture, LayerArchitecture } from "../../src/model/architecture.ts";
import { tpLayout } from "../../src/model/layout.ts";
import type { OperatingPoint } from "../../src/workload/workload.ts";
import { defaultSettings, instanceOf, knowledgeOf, llama } from "../support/calibrated.ts";
import { expectClose } from "../support/close.ts";
import { attending } from "../support/models.ts";

const DENSE: LayerArchitecture = {
  ffnWidth: 16,
  ffnMatrices: 3,
  experts: 0,
  expertsPerToken: 0,
  sharedFfnWidth: 0,
  attention: { kind: "grouped-query", heads: 4, headDim: 2, kvHeads: 2, windowTokens: null },
};
/** 2 of 8 experts to a token, and shared ones. */
const EXPERTS: LayerArchitecture = {
  ...DENSE,
  ffnWidth: 4,
  experts: 8,
  expertsPerToken: 2,
  sharedFfnWidth: 16,
};

/** 4 heads of 2 elements: 64 parameters of queries and of outputs, 32 of keys and of values. */
const TINY: Architecture = {
  ...llama({ hidden: 8, heads: 4, headDim: 2, vocab: 100, kinds: [DENSE], layers: 4 }),
};

/** 3 sequences that decode with 100 tokens behind them, 20 tokens of prompts of 40. */
const LOAD: StepLoad = {
  decodeTokens: 3,
  contextTokens: 100,
  promptTokens: 20,
  promptLength: 40,
  logitSequences: 5,
};

const RATES = {
  attentionFlops: 1,
  ffnFlops: 1,
  headFlops: 1,
  prefillAttentionFlops: 1,
  attentionReadBytes: 1,
  ffnReadBytes: 1,
  headReadBytes: 1,
  kvReadBytes: 1,
  elementwiseBytes: 1,
};

const PARAMETERS = {
  common: {
    rampTokens: 2,
    // Prefill attention of prompts of 40 tokens reaches 40/(40 + 40), a half.
    attentionRampTokens: 40,
    elementwise: 1,
    quantizeActivations: 0,
    moeLayerUs: 3,
    moeCompute: 0.5,
    moeRead: 0.25,
  },
  engine: { layerUs: 7, groupedQueryExponent: 1 },
} as Parameters;

function kernels(
  kind: LayerArchitecture,
  changes: Partial<GroupContext> = {},
  load: Partial<StepLoad> = {},
): LayerKernels {
  const context: GroupContext = {
    architecture: TINY,
    layout: tpLayout(1),
    rates: RATES,
    collectives: null,
    parameters: PARAMETERS,
    ...changes,
  };
  return layerKernels(layerWork(context, kind), { ...LOAD, ...load });
}

describe("the kernels of a layer", () => {
  it("multiply every parameter with every token, and read it once", () => {
    const { linearCompute, linearMemory, ffnCompute, ffnMemory } = kernels(DENSE);
    // 192 parameters of attention, 3 · 8 · 16 of the feed-forward network; 23 tokens and a ramp of 2; 2 bytes.
    expectClose(linearCompute, 2 * 192 * 25);
    expectClose(linearMemory, 192 * 2);
    expectClose(ffnCompute, 2 * 384 * 25);
    expectClose(ffnMemory, 384 * 2);
  });

  it("read the KV cache of decoding sequences, once for each query head that shares none", () => {
    // 3 sequences · 100 tokens · 2 · 2 heads · 2 elements · 2 bytes, twice as two query heads share each.
    expectClose(kernels(DENSE).kvMemory, 3 * 100 * 8 * 2 * 2);
    expectClose(kernels(attending(DENSE, { windowTokens: 10 })).kvMemory, 3 * 10 * 8 * 2 * 2);
    expectClose(kernels(attending(DENSE, { windowTokens: 1000 })).kvMemory, 3 * 100 * 8 * 2 * 2);
    expect(kernels(DENSE).kvCompute).toBe(0);
  });

  it("attend to half of a prompt on average, or to its window", () => {
    // 4 · heads · width · 20 prompt tokens · 40/2 of context, at half of the rate.
    expectClose(kernels(DENSE).prefillAttention, (4 * 4 * 2 * 20 * 20) / 0.5);
    expectClose(
      kernels(attending(DENSE, { windowTokens: 5 })).prefillAttention,
      (4 * 4 * 2 * 20 * 5) / 0.5,
    );
    expect(kernels(DENSE, {}, { promptTokens: 0 }).prefillAttention).toBe(0);
  });

  it("use the experts that tokens pick, and read those that any token picks: E·(1 − (1 − k/E)^M)", () => {
    const { ffnCompute, ffnMemory, gaps } = kernels(EXPERTS);
    const distinct = 8 * (1 - 0.75 ** 23);
    // 3 · 8 · 4 parameters an expert, 3 · 8 · 16 of the shared ones; half of the rate and a quarter of the bandwidth for experts.
    expectClose(ffnCompute, (2 * 96 * (23 * 2 + distinct * 2)) / 0.5 + 2 * 384 * (23 + 2));
    expectClose(ffnMemory, (96 * distinct * 2) / 0.25 + 384 * 2);
    expectClose(gaps, 10e-6);
    expectClose(kernels(DENSE).gaps, 7e-6);
  });

  it("are divided among the GPUs of a group, which then reduce twice what every token has", () => {
    const exchanged: Collectives = {
      allReduceSeconds: (bytes) => bytes,
      bytesPerSecond: 1,
      latencySeconds: 1,
    };
    const {
      linearCompute,
      ffnMemory,
      collectives: reduces,
    } = kernels(DENSE, {
      layout: tpLayout(2),
      collectives: exchanged,
    });
    expectClose(linearCompute, 2 * 96 * 25);
    expectClose(ffnMemory, 192 * 2);
    // Two all-reduces of 23 tokens · 8 elements · 2 bytes.
    expectClose(reduces, 2 * 23 * 8 * 2);
    expect(kernels(DENSE).collectives).toBe(0);
  });

  it("of the LM head are those of 16-bit weights, and of the sequences that need logits", () => {
    const context = {
      architecture: TINY,
      layout: tpLayout(1),
      rates: RATES,
      collectives: null,
      parameters: PARAMETERS,
    };
    expect(headKernels(headWork(context, false), 5)).toEqual({
      compute: 2 * 800 * (5 + 2),
      memory: 800 * 2,
      sampling: 12 * 100 * 5,
      gather: 0,
    });
  });
});

describe("an all-reduce", () => {
  const common = {
    collectiveFactor: 1,
    pciePeerSlope: 1,
    pcieHostSlope: 2,
  } as CommonParameters;

  it("takes a latency, a passage and 2(n − 1)/n of its bytes at the bandwidth", () => {
    // NVLink 4: 2.27 us and 0.3 for each GPU from the third on, 4.01 us · √MB, 326.9 GB/s · (2/n)^−0.15.
    const { allReduceSeconds } = collectives("nvl4", "peer", 4, 8, 900, common);
    const bandwidth = 326.9e9 * 0.5 ** -0.15;
    expectClose(allReduceSeconds(4e6), 2.87e-6 + 4.01e-6 * 2 + (1.5 * 4e6) / bandwidth);
    // No faster than the pairs of the instance.
    const capped = collectives("nvl4", "peer", 2, 8, 100, common);
    expectClose(capped.allReduceSeconds(4e6), 2.27e-6 + 4.01e-6 * 2 + 4e6 / 100e9);
  });

  it("through a host bridge shares it with up to four busy GPUs", () => {
    const perByte = (gpus: number, busy: number, host: "peer" | "host_bridge"): number => {
      const { allReduceSeconds } = collectives("pcie4", host, gpus, busy, 32, common);
      return (allReduceSeconds(4e12) - allReduceSeconds(1e12) - 1.15e-6 * 1e3) / 3e12;
    };
    const nearly = (value: number, expected: number): void =>
      expect(value / expected).toBeCloseTo(1, 6);
    nearly(perByte(2, 2, "host_bridge"), 1 / 17.9e9);
    // Two of four: (2/4)² of the bandwidth; of eight no less, as four share a bridge.
    nearly(perByte(2, 4, "host_bridge"), 1 / (17.9e9 / 4));
    nearly(perByte(2, 8, "host_bridge"), 1 / (17.9e9 / 4));
    nearly(perByte(8, 8, "host_bridge"), 1.75 / (17.9e9 / 16));
    nearly(perByte(2, 8, "peer"), 1 / 17.9e9);
  });
});

describe("a message to the next stage", () => {
  const common = { hopInsideUs: 15, hopOutsideUs: 60, ethernetShare: 0.5 } as CommonParameters;

  it("inside is at most as fast as NVLink or PCIe carry one, and as the instance itself", () => {
    const hop = insideHop({ link: "nvl4" }, 900, common);
    expectClose(hop.latencySeconds, 15e-6);
    expectClose(hop.bytesPerSecond, 150e9);
    expect(insideHop({ link: "pcie4" }, 32, common).bytesPerSecond).toBe(12e9);
    expect(insideHop({ link: "nvl4" }, 40, common).bytesPerSecond).toBe(40e9);
    expect(insideHop({ link: "pcie4" }, 8, common).bytesPerSecond).toBe(8e9);
  });

  it("outside has half of the bandwidth", () => {
    const hop = outsideHop(10, common);
    expectClose(hop.latencySeconds, 60e-6);
    expectClose(hop.bytesPerSecond, 5e9);
  });

  it("outside leaves over the share of the stage's GPUs, with the tokens of its micro-batch", () => {
    const model = createCalibratedModel(llama(), defaultSettings("vllm"), knowledgeOf());
    const point: OperatingPoint = {
      phase: "aggregated",
      batch: 16,
      inputTokens: 1000,
      outputTokens: 100,
    };
    const cycleSeconds = (next: NextStage): number => {
      const { tokensPerSecond } = model.stage(
        {
          instance: instanceOf(gpuByName("H100-SXM5-80GB")!),
          ...tpGroup(2, 900),
          startLayer: 1,
          layers: 16,
          pipelineStages: 2,
          next,
        },
        point,
      );
      // 8 requests of 1100 tokens.
      return 8800 / tokensPerSecond;
    };
    // 8 prompts of 1000 tokens, each in one step beside 8 decoding sequences; 92 steps only decode.
    const messages = (latency: number, bytesPerSecond: number): number =>
      100 * latency + (2 * 4096 * (92 * 8 + 8 * 1008)) / bytesPerSecond;
    const alone = cycleSeconds("none");
    // 400 Gbit/s are 6.25 GB/s for each of 8 GPUs; two of them, half of it reached.
    const outside = cycleSeconds("other_instance") - alone;
    expect(outside / messages(60e-6, 6.25e9)).toBeCloseTo(1, 9);
    const inside = cycleSeconds("same_instance") - alone;
    expect(inside / messages(15e-6, 150e9)).toBeCloseTo(1, 9);
  });
});

it("one model tells groups of other bandwidths and pipelines of other lengths apart", () => {
  const model = createCalibratedModel(llama(), defaultSettings("vllm"), knowledgeOf());
  const tokensPerSecond = (gBytesPerSecond: number, pipelineStages: number): number =>
    model.stage(
      {
        instance: instanceOf(gpuByName("H100-SXM5-80GB")!),
        ...tpGroup(2, gBytesPerSecond),
        startLayer: 1,
        layers: 8,
        pipelineStages,
        next: "none",
      },
      { phase: "aggregated", batch: 64, inputTokens: 1000, outputTokens: 100 },
    ).tokensPerSecond;
  const fast = tokensPerSecond(900, 4);
  expect(tokensPerSecond(10, 4)).toBeLessThan(0.9 * fast);
  expect(tokensPerSecond(900, 2)).not.toBe(fast);
  expect(tokensPerSecond(900, 4)).toBe(fast);
});

describe("a pipeline that only decodes", () => {
  const model = createCalibratedModel(llama(), defaultSettings("vllm"), knowledgeOf());
  const estimate = (batch: number, pipelineStages: number) =>
    model.stage(
      {
        instance: instanceOf(gpuByName("H100-SXM5-80GB")!),
        ...tpGroup(1),
        startLayer: 1,
        layers: 32,
        pipelineStages,
        next: "none",
      },
      { phase: "decode", batch, inputTokens: 1000, outputTokens: 100 },
    );

  it("serves a token of each sequence in a TPOT, and no prompts", () => {
    const { tokensPerSecond, tpotSeconds, ttftSeconds } = estimate(16, 1);
    expectClose(tokensPerSecond * tpotSeconds!, 16);
    expect(ttftSeconds).toBe(0);
  });

  it("runs micro-batches of the batch over its stages, of one sequence at least", () => {
    // The same 16 sequences in a step, half of the CPU time of it.
    const [whole, half] = [estimate(16, 1), estimate(32, 2)];
    expect(half.tokensPerSecond).toBeGreaterThan(whole.tokensPerSecond);
    expect(half.tokensPerSecond).toBeLessThan(1.5 * whole.tokensPerSecond);
    const frame = model.latencyFrame(
      { phase: "decode", batch: 2, inputTokens: 1000, outputTokens: 100 },
      4,
    )!;
    expect(frame).toEqual({ ttftSeconds: null, tpotSeconds: 0, microBatches: 2 });
  });

  it("loses (S − 1)/S of the engine's share of a cycle", () => {
    const loss = knowledgeOf().values["pipelineLoss.vllm"]!;
    const point: OperatingPoint = {
      phase: "decode",
      batch: 8,
      inputTokens: 1000,
      outputTokens: 100,
    };
    expect(loss).toBeGreaterThan(0);
    expectClose(model.pipelineEfficiency(point, 1), 1);
    expectClose(model.pipelineEfficiency(point, 4), 1 / (1 + loss * 0.75));
  });
});
