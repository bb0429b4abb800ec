import { describe, expect, test } from "vitest";
import { tpGroup } from "../../src/cost/cost-model.ts";
import { createReferenceModel } from "../../src/cost/reference/reference-model.ts";
import { type OperatingPoint, PHASES } from "../../src/workload/workload.ts";
import { expectClose } from "../support/close.ts";
import { TOY_MODEL } from "../support/toy.ts";

function modelWith(microBatchSize: number) {
  return createReferenceModel(TOY_MODEL.architecture, {
    realWorldEfficiency: 0.3,
    microBatchSize,
    interferenceFactor: 0.8,
  });
}

const POINT: OperatingPoint = {
  phase: "prefill",
  batch: 32,
  inputTokens: 1024,
  outputTokens: 64,
};

const end = tpGroup;

describe("a link", () => {
  const { link } = modelWith(8);
  const one = end(1, Number.POSITIVE_INFINITY);

  test.each([
    ["the pair between two single GPUs", one, one, 5, 5],
    ["the pair when both groups are faster", end(2, 100), end(4, 100), 49, 49],
    ["the source group: 32·1/2", end(2, 32), end(8, 600), 100, 16],
    ["the target group: 32·7/8", end(2, 600), end(8, 32), 100, 28],
    ["the slower of two groups: 60·2/3 against 32·7/8", end(3, 60), end(8, 32), 100, 28],
    ["the pair, for a group of one has no bandwidth of its own", end(1, 1), end(1, 1), 7, 7],
  ])("is as fast as %s", (_, source, target, pair, gBytesPerSecond) => {
    const estimate = link(source, target, pair, POINT);
    expect(estimate.gBytesPerSecond).toBe(gBytesPerSecond);
    // E · 1024³ / (D·e) = E · 1024³ / 2048 = E · 524,288: GB of 1024³ bytes here, a quirk of the reference model.
    expect(estimate.tokensPerSecond).toBe(gBytesPerSecond * 524_288);
  });

  test("carries the same tokens in every phase, at every batch and length", () => {
    for (const phase of PHASES) {
      const point = { phase, batch: 3, inputTokens: 77, outputTokens: 5 };
      expect(link(end(2, 32), one, 9, point)).toEqual(link(end(2, 32), one, 9, POINT));
    }
  });
});

describe("the pipeline efficiency", () => {
  test.each([
    // M = max(1, floor(b / micro-batch)); max(0.5, 0.9·M/(M + S − 1))
    [1, 8, 1, 1], // one stage: no pipeline, no loss
    [32, 8, 1, 1],
    [32, 8, 2, 0.72], // M = 4: 3.6/5
    [32, 8, 3, 0.6], // 3.6/6
    [32, 8, 4, 3.6 / 7], // 0.514
    [32, 8, 5, 0.5], // 3.6/8 = 0.45
    [64, 8, 2, 0.8], // M = 8: 7.2/9
    [64, 8, 8, 0.5], // 7.2/15 = 0.48
    [15, 8, 2, 0.5], // M = 1: 0.9/2 = 0.45
    [16, 8, 2, 0.6], // M = 2: 1.8/3
    [4, 8, 2, 0.5], // b below the micro-batch: M = 1
    [32, 1, 2, 28.8 / 33], // M = 32
    [256, 1, 11, 0.9 * (256 / 266)],
  ])("of batch %i in micro-batches of %i on %i stages", (batch, micro, stages, expected) => {
    expectClose(modelWith(micro).pipelineEfficiency({ ...POINT, batch }, stages), expected);
  });
});
