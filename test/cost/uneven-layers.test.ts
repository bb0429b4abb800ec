import { describe, expect, test } from "vitest";
import type { StageShape } from "../../src/cost/cost-model.ts";
import { tpGroup } from "../../src/cost/cost-model.ts";
import { createReferenceModel } from "../../src/cost/reference/reference-model.ts";
import type { OperatingPoint } from "../../src/workload/workload.ts";
import { expectClose } from "../support/close.ts";
import { entry } from "../support/founding.ts";
import { restated } from "../support/models.ts";
import { TOY_MODEL } from "../support/toy.ts";

/**
 * Nine toy layers, then three wide ones with 8 KV heads (K = 1024) and F = 8192 that look back 512 tokens at most: weights
 * (2·1024² + 2·1024·1024 + 3·1024·8192)·2 = 58,720,256 bytes read, 2 GiB stored.
 */
const TOY_KIND = { weightGib: 0.5, dHidden: 4096, numKvHeads: 2, attentionWindowTokens: null };
const UNEVEN = restated(TOY_MODEL, {
  layers: {
    kinds: [TOY_KIND, { weightGib: 2, dHidden: 8192, numKvHeads: 8, attentionWindowTokens: 512 }],
    kindOf: [0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1],
    embeddingGib: 1,
    lmHeadGib: 0.5,
  },
});

const model = createReferenceModel(UNEVEN.architecture, {
  realWorldEfficiency: 1,
  microBatchSize: 8,
  interferenceFactor: 1,
});
const { instance } = entry("x", "NVIDIA A100", 4, 16, 1, 1, 1, 1);

function shape(startLayer: number, layers: number, tp = 1): StageShape {
  return {
    instance,
    ...tpGroup(tp, 1000),
    startLayer,
    layers,
    pipelineStages: 1,
    next: "none",
  };
}

describe("layers that are not alike", () => {
  // One sequence with 1024 tokens of cache. A toy layer moves 31,459,328 bytes; a wide one 58,720,256 + 2·512·1024·2
  // (the window) + 2048 = 60,819,456; the LM head (1024·32,000 + 32,000)·2 = 65,600,000. B(1) = 0.5.
  const decode: OperatingPoint = { phase: "decode", batch: 1, inputTokens: 1024, outputTokens: 0 };

  test.each([
    ["two toy layers", 1, 2, 2 * 31_459_328],
    ["two toy layers and a wide one", 8, 3, 2 * 31_459_328 + 60_819_456],
    ["the last wide ones and the LM head", 11, 2, 2 * 60_819_456 + 65_600_000],
  ])("take their time one after the other: %s", (_, startLayer, layers, bytes) => {
    const { tokensPerSecond } = model.stage(shape(startLayer, layers), decode);
    expectClose(tokensPerSecond, (0.5 * 2039e9 * 0.65) / bytes);
  });

  // 32 prompts of 2048 tokens: cache of a toy layer 1/16 GiB, of a wide one 2·32·512·1024·2/1024³ = 1/16 GiB.
  const prefill: OperatingPoint = {
    phase: "prefill",
    batch: 32,
    inputTokens: 2048,
    outputTokens: 0,
  };

  test.each([
    ["two toy layers and the embedding", 1, 2, 1, 2 * 0.5 + 1, 0.125],
    ["two toy layers", 2, 2, 1, 2 * 0.5, 0.125],
    ["a toy layer and a wide one", 9, 2, 1, 0.5 + 2, 0.125],
    ["the last wide layer and the LM head", 12, 1, 1, 2 + 0.5, 0.0625],
    ["all layers and both ends on two GPUs", 1, 12, 2, (9 * 0.5 + 3 * 2 + 1 + 0.5) / 2, 0.375],
  ])("take the memory of their kind: %s", (_, startLayer, layers, tp, weights, cache) => {
    const bill = model.memory(shape(startLayer, layers, tp), prefill);
    expectClose(bill.weightsGib, weights);
    expectClose(bill.kvCacheGib, cache);
  });

  test.each([
    // 16 GiB, activations 0.790625. From layer 1: 1 + 9·0.5625 + 3·2.0625 + 0.5 = 12.75. Half of 16 is reached by
    // 0.790625 + 1 + 9·0.5625 = 6.853125, and one wide layer more: 8.915625.
    [1, 10, 12],
    // 3·2.0625 + 0.5 + 0.790625 = 7.478125 never reaches 8: as many as fit are asked for.
    [10, 3, 3],
  ])("from layer %i on may be %i to %i in one stage", (startLayer, smallest, largest) => {
    expect(model.segmentRange(shape(startLayer, 1), prefill, 0.5)).toEqual({
      smallest,
      largest,
      fits: true,
    });
  });

  test("that are all of one kind, without ends, are layers that are alike", () => {
    const layers = {
      kinds: [TOY_KIND],
      kindOf: Array.from({ length: 12 }, () => 0),
      embeddingGib: 0,
      lmHeadGib: 0,
    };
    const factors = { realWorldEfficiency: 1, microBatchSize: 8, interferenceFactor: 1 };
    const planned = createReferenceModel(restated(TOY_MODEL, { layers }).architecture, factors);
    const plain = createReferenceModel(TOY_MODEL.architecture, factors);
    for (const point of [decode, prefill]) {
      expect(planned.stage(shape(3, 5), point)).toEqual(plain.stage(shape(3, 5), point));
      expect(planned.memory(shape(3, 5), point)).toEqual(plain.memory(shape(3, 5), point));
      for (const utilization of [0, 0.3, 0.5]) {
        expect(planned.segmentRange(shape(1, 1), point, utilization)).toEqual(
          plain.segmentRange(shape(1, 1), point, utilization),
        );
      }
    }
  });
});
