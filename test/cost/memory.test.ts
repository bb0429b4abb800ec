import { describe, expect, test } from "vitest";
import type { MemoryBill, SegmentRange } from "../../src/cost/cost-model.ts";
import { tpGroup } from "../../src/cost/cost-model.ts";
import { createReferenceModel } from "../../src/cost/reference/reference-model.ts";
import type { OperatingPoint } from "../../src/workload/workload.ts";
import { expectClose } from "../support/close.ts";
import { entry } from "../support/founding.ts";
import { TOY_MODEL } from "../support/toy.ts";

const model = createReferenceModel(TOY_MODEL.architecture, {
  realWorldEfficiency: 0.3,
  microBatchSize: 8,
  interferenceFactor: 0.75,
});

const PREFILL: OperatingPoint = {
  phase: "prefill",
  batch: 32,
  inputTokens: 2048,
  outputTokens: 512,
};
const DECODE: OperatingPoint = { ...PREFILL, phase: "decode" };
const AGGREGATED: OperatingPoint = { ...PREFILL, phase: "aggregated" };

function gpusOf(gpuMemoryGib: number) {
  return entry("x", "NVIDIA A100", 16, gpuMemoryGib, 1, 1, 1, 1).instance;
}

function bill(point: OperatingPoint, tp: number, layers: number): MemoryBill {
  return model.memory(
    {
      instance: gpusOf(80),
      ...tpGroup(tp, 1),
      startLayer: 1,
      layers,
      pipelineStages: 1,
    },
    point,
  );
}

function range(gpuMemoryGib: number, minUtilization: number, point = PREFILL): SegmentRange {
  return model.segmentRange(
    { instance: gpusOf(gpuMemoryGib), ...tpGroup(1), startLayer: 1, pipelineStages: 1 },
    point,
    minUtilization,
  );
}

/** KV cache of a layer for 2048 tokens of 32 sequences: 2·32·2048·256·2/1024³ = 1/16 GiB. */
describe("the bill of three layers", () => {
  test("in prefill holds weights, the cache of the input and all activations", () => {
    const { weightsGib, kvCacheGib, activationsGib, totalGib, capacityGib } = bill(PREFILL, 1, 3);
    expect(weightsGib).toBe(1.5);
    expect(kvCacheGib).toBe(0.1875);
    // b·q = 65,536; (1024 + 2·256)·2 + 4·1024·2 = 11,264 bytes a token: 0.6875 GiB · 1.15
    expectClose(activationsGib, 0.790625);
    expectClose(totalGib, 1.5 + 0.1875 + 0.790625);
    expect(capacityGib).toBe(80);
  });

  test("in aggregated serving also holds the cache of the output", () => {
    // 2560 tokens instead of 2048: 5/64 GiB a layer.
    const { weightsGib, kvCacheGib, activationsGib } = bill(AGGREGATED, 1, 3);
    expect([weightsGib, kvCacheGib]).toEqual([1.5, 0.234375]);
    expectClose(activationsGib, 0.790625);
  });

  test("in decode holds the same cache and the activations of one token a sequence", () => {
    const { weightsGib, kvCacheGib, activationsGib } = bill(DECODE, 1, 3);
    expect([weightsGib, kvCacheGib]).toEqual([1.5, 0.234375]);
    // 32 · 11,264 · 1.15 / 1024³
    expectClose(activationsGib, (32 * 11_264 * 1.15) / 1024 ** 3);
  });

  test("without output has the cache of the input alone", () => {
    expect(bill({ ...DECODE, outputTokens: 0 }, 1, 3).kvCacheGib).toBe(0.1875);
  });

  test.each([
    // Weights 1.5/t and cache 0.1875/t; activations 0.790625/t until the residual stream, b·q·D·e = 1/8 GiB on every GPU,
    // is the larger part: (5·1024 + 2·256)/t < 1024 from t = 6 on, 0.125 · 1.15.
    [2, 0.3953125],
    [4, 0.19765625],
    [5, 0.158125],
    [6, 0.14375],
    [8, 0.14375],
    [16, 0.14375],
  ])("is shared by the GPUs of TP %i, but for the residual stream", (tp, activations) => {
    const { weightsGib, kvCacheGib, activationsGib } = bill(PREFILL, tp, 3);
    expectClose(weightsGib, 1.5 / tp);
    expectClose(kvCacheGib, 0.1875 / tp);
    expectClose(activationsGib, activations);
  });
});

/** One layer takes 0.5625 GiB, the activations of a stage 0.790625 GiB. */
describe("the largest segment", () => {
  test("fills the memory to the brim", () => {
    // 3 · 0.5625 + 0.790625 = 2.478125
    expect(range(2.478125, 0).largest).toBe(3);
    expect(range(2.478124, 0).largest).toBe(2);
  });

  test("fills it to the last bit, whatever the quotient is rounded to", () => {
    // With 7 prompts of 3837 tokens, (capacity − activations) / a layer comes out just below 7 for exactly 7 layers.
    for (const point of [PREFILL, { ...PREFILL, batch: 7, inputTokens: 3837 }]) {
      const layer = 0.5 + (2 * point.batch * point.inputTokens * 256 * 2) / 1024 ** 3;
      for (let layers = 1; layers <= 12; layers++) {
        const exact = layers * layer + bill(point, 1, layers).activationsGib;
        expect(range(exact, 0, point)).toMatchObject({ largest: layers, fits: true });
      }
    }
  });

  test("has no more layers than the model", () => {
    expect(range(80, 0)).toEqual({ smallest: 1, largest: 12, fits: true });
  });

  test("is one layer that does not fit when none does", () => {
    // One layer: 0.5625 + 0.790625 = 1.353125
    expect(range(1.353125, 0)).toEqual({ smallest: 1, largest: 1, fits: true });
    expect(range(1.353124, 0)).toEqual({ smallest: 1, largest: 1, fits: false });
    expect(range(0.5, 0.9)).toEqual({ smallest: 1, largest: 1, fits: false });
  });

  test("is smaller with the cache of the output", () => {
    // (8 − 0.790625)/0.5625 = 12.8 in prefill, /0.578125 = 12.5 in aggregated; with 7 GiB 11.04 and 10.7
    expect(range(7, 0, PREFILL).largest).toBe(11);
    expect(range(7, 0, AGGREGATED).largest).toBe(10);
  });
});

describe("the smallest segment", () => {
  test.each([
    // ceil((u·GiB − 0.790625)/0.5625)
    [8, 0.5, 6], // 3.209375/0.5625 = 5.7
    [4, 0.5, 3], // 1.209375/0.5625 = 2.15
    [2, 0.5, 1], // 0.209375/0.5625 = 0.4
    [80, 0.05, 6], // 3.209375/0.5625 = 5.7
  ])("on %f GiB of which %f must be used has %i layers", (gpuMemoryGib, utilization, smallest) => {
    expect(range(gpuMemoryGib, utilization).smallest).toBe(smallest);
  });

  test("is one layer when the activations alone use enough", () => {
    // 4 · 0.1 = 0.4 < 0.790625
    expect(range(4, 0.1).smallest).toBe(1);
    expect(range(4, 0).smallest).toBe(1);
  });

  test("is never more than the largest", () => {
    // Wanted: ceil((2.3 − 0.790625)/0.5625) = 3 layers, but 2 fit; on 80 GiB 141, but the model has 12.
    expect(range(2.3, 1)).toEqual({ smallest: 2, largest: 2, fits: true });
    expect(range(80, 1)).toEqual({ smallest: 12, largest: 12, fits: true });
  });
});
