import { describe, expect, test } from "vitest";
import type { StageEstimate } from "../../src/cost/cost-model.ts";
import { tpGroup } from "../../src/cost/cost-model.ts";
import { createReferenceModel } from "../../src/cost/reference/reference-model.ts";
import type { Model } from "../../src/model/model.ts";
import type { OperatingPoint } from "../../src/workload/workload.ts";
import { expectClose } from "../support/close.ts";
import { entry } from "../support/founding.ts";
import { restated } from "../support/models.ts";
import { TOY_MODEL } from "../support/toy.ts";

interface StageChoice {
  readonly gpuModel?: string;
  readonly tp?: number;
  readonly layers?: number;
  readonly gBytesPerSecond?: number;
  readonly model?: Model;
}

/** Four toy layers on an A100 whose group bandwidth costs nothing, with whatever a test changes. */
function estimate(point: OperatingPoint, choice: StageChoice = {}): StageEstimate {
  const model = createReferenceModel((choice.model ?? TOY_MODEL).architecture, {
    realWorldEfficiency: 0.3,
    microBatchSize: 8,
    interferenceFactor: 0.75,
  });
  const tp = choice.tp ?? 1;
  return model.stage(
    {
      instance: entry("x", choice.gpuModel ?? "NVIDIA A100", tp, 80, 1, 1, 1, 1).instance,
      ...tpGroup(tp, choice.gBytesPerSecond),
      layers: choice.layers ?? 4,
      startLayer: 1,
      pipelineStages: 1,
      next: "none",
    },
    point,
  );
}

function decode(batch: number, inputTokens: number, outputTokens: number): OperatingPoint {
  return { phase: "decode", batch, inputTokens, outputTokens };
}

function prefill(batch: number, inputTokens: number, outputTokens = 0): OperatingPoint {
  return { phase: "prefill", batch, inputTokens, outputTokens };
}

describe("the regime", () => {
  test("of decode is compute when the batch is large", () => {
    // b = 512, c = 16: FLOPs 512·(30,408,704 + 4096·16) = 15,602,810,880;
    // bytes 30,408,704 + 1024·512·16 + 2048·512 = 39,845,888; 391.6 FLOPs a byte > 312·10¹²/2039·10⁹ = 153.0.
    // 512 · 312·10¹² · 0.65 / (4 · 15,602,810,880)
    const { tokensPerSecond, limitedBy } = estimate(decode(512, 16, 0));
    expectClose(tokensPerSecond, 1663700.2268145161);
    expect(limitedBy).toBe("compute");
  });

  test("is decided by the input alone, where the averaged cache would make it memory", () => {
    // b = 512, s = 128, o = 257: the averaged cache is c = 128 + 128 = 256.
    // At c = 128: 15,837,691,904 FLOPs / 98,566,144 bytes = 160.7 > 153.0: compute.
    // At c = 256: 16,106,127,360 FLOPs / 165,675,008 bytes = 97.2 < 153.0: memory, which would be 1,023,961 tokens/s.
    // 512 · 312·10¹² · 0.65 / (4 · 16,106,127,360)
    const { tokensPerSecond, limitedBy } = estimate(decode(512, 128, 257));
    expectClose(tokensPerSecond, 1611709.5947265625);
    expect(limitedBy).toBe("compute");
  });

  test("is decided by the input alone, where the averaged cache would make it compute", () => {
    // One KV head of width 8, one byte an element, T4: 65·10¹²/320·10⁹ = 203.1 FLOPs a byte.
    // Weights 2·1024² + 2·1024·8 + 3·1024·4096 = 14,696,448 bytes. b = 96, s = 1024, o = 4097: averaged c = 3072.
    // At c = 1024: 96·(29,392,896 + 4096·1024) = 3,224,371,200 FLOPs
    //   / (14,696,448 + 2·96·1024·8 + 96·1024 = 16,367,616 bytes) = 197.0: memory.
    // At c = 3072: 4,029,677,568 / 19,513,344 = 206.5: compute, which would be 147,109 tokens/s.
    // 96 · 320·10⁹ · 0.38 / (4 · 19,513,344)
    const model = restated(TOY_MODEL, {
      numAttentionHeads: 128,
      numKvHeads: 1,
      bytesPerElement: 1,
    });
    const { tokensPerSecond, limitedBy } = estimate(decode(96, 1024, 4097), {
      model,
      gpuModel: "Tesla T4",
    });
    expectClose(tokensPerSecond, 149559.19395465995);
    expect(limitedBy).toBe("memory_bandwidth");
  });
});

describe("the cache that decode reads", () => {
  test.each([
    // 0.5 · 2039·10⁹ · 0.65 / (4 · (30,410,752 + 1024·c))
    ["the input alone without output, c = 1024", 0, 5266.124883532159],
    ["the input alone with one token of output, c = 1024 + 0/2", 1, 5266.124883532159],
    ["half a token longer with two, c = 1024.5", 2, 5266.039178838799],
    ["one token longer with three, c = 1025", 3, 5265.953476935032],
    ["255.5 tokens longer with 512, c = 1279.5", 512, 5222.690296888871],
  ])("is %s", (_, outputTokens, expected) => {
    expectClose(estimate(decode(1, 1024, outputTokens)).tokensPerSecond, expected);
  });

  test("has no part in prefill", () => {
    expect(estimate(prefill(4, 1024, 4000))).toEqual(estimate(prefill(4, 1024, 0)));
  });
});

test.each([
  // Bytes of a layer, b = 1, c = 1024: 31,457,280/t + 2048 (activations are not divided).
  // 0.5 · 2039·10⁹ · 0.65 · (1 − x) / (4 · bytes)
  [1, 0, 5266.124883532159],
  [2, 0.05, 10004.985954841897],
  [3, 0.25, 11847.238479194128],
  [4, 0.1, 18954.347800662264],
  [5, 0.25, 19742.827286675274],
  [6, 0.25, 23689.850937896572],
  [7, 0.25, 27636.360887855262],
  [8, 0.15, 35793.338201742255],
  [16, 0.2, 67340.64044614985],
  [32, 0.25, 126132.44958826013],
])("TP %i loses %f of the speed to its overhead", (tp, overhead, expected) => {
  const { tokensPerSecond } = estimate(decode(1, 1024, 0), { tp });
  expectClose(tokensPerSecond, expected);
  const bytes = 31_457_280 / tp + 2048;
  expectClose(tokensPerSecond, (0.5 * 2039e9 * 0.65 * (1 - overhead)) / (4 * bytes));
});

describe("collectives", () => {
  test.each([
    // n·2·m·D·e/(bw·10⁹)·(t − 1)/t with n = 4, m = 32,768, bw = 64: 0.008388608·(t − 1)/t seconds, beside
    // 4·32,768·34,603,008/(312·10¹²·0.65)/t/(1 − x) = 0.0223643…/t/(1 − x) seconds of compute.
    [2, 2052489.527253686],
    [3, 2109694.5750362184],
    [4, 2620649.8246697397],
    [8, 3082914.408938885],
  ])("of TP %i add to the time of a prefill", (tp, expected) => {
    const { tokensPerSecond } = estimate(prefill(32, 1024), { tp, gBytesPerSecond: 64 });
    expectClose(tokensPerSecond, expected);
    const compute =
      (4 * 32_768 * 34_603_008) / (312e12 * 0.65) / tp / { 2: 0.95, 3: 0.75, 4: 0.9, 8: 0.85 }[tp]!;
    const collectives = (0.008388608 * (tp - 1)) / tp;
    expectClose(tokensPerSecond, 32_768 / (compute + collectives));
  });

  test.each([
    // b = 1: 4·2·1·2048/10⁹·(t − 1)/t = 16.384 µs · (t − 1)/t.
    [2, 8595.927064335327],
    [8, 17664.67370424104],
  ])("of TP %i add to the time of a decode", (tp, expected) => {
    const choice = { tp, gBytesPerSecond: 1 };
    expectClose(estimate(decode(1, 1024, 0), choice).tokensPerSecond, expected);
  });

  test("are none for one GPU, however slow the bandwidth", () => {
    expect(estimate(decode(1, 1024, 0), { gBytesPerSecond: 0.001 })).toEqual(
      estimate(decode(1, 1024, 0)),
    );
  });

  test("are named when they take most of the time", () => {
    const limits = [0.001, 1000].map(
      (gBytesPerSecond) =>
        // Of one sequence alone nothing takes more than what so small a batch loses.
        estimate(decode(2, 1024, 0), { tp: 2, gBytesPerSecond }).limitedBy,
    );
    expect(limits).toEqual(["collectives", "memory_bandwidth"]);
  });
});

test.each([
  // Bytes of four layers: 4·(30,408,704 + (1024·1024 + 2048)·b). b · 2039·10⁹ · 0.65 / bytes · B(b)
  [1, 0.5, 5266.124883532159],
  [2, 0.65, 13249.442816771922],
  [3, 0.65, 19251.997492534098],
  [4, 0.8, 30634.014423076922],
  [7, 0.8, 49135.03859008081],
  [8, 0.9, 61463.613256516466],
  [15, 0.9, 96886.37257997217],
  [16, 0.95, 106659.67677882111],
  [31, 0.95, 154941.12130944422],
  [32, 1, 165594.5636354913],
  [33, 1, 168012.5350464762],
  [64, 1, 217162.26667365772],
])("batch %i reaches %f of the throughput", (batch, efficiency, expected) => {
  const { tokensPerSecond } = estimate(decode(batch, 1024, 0));
  expectClose(tokensPerSecond, expected);
  const bytes = 4 * (30_408_704 + 1_050_624 * batch);
  expectClose(tokensPerSecond, ((batch * 2039e9 * 0.65) / bytes) * efficiency);
});

describe("aggregated serving", () => {
  const point: OperatingPoint = {
    phase: "aggregated",
    batch: 32,
    inputTokens: 2048,
    outputTokens: 512,
  };

  test.each([
    // P: 65,536 tokens at c = 2048. TP 1: 312·10¹²·0.65/(4·38,797,312) = 1,306,791.6
    // Q: c = 2048 + 255.5. TP 1: 32·2039·10⁹·0.65/(4·105,955,328) = 100,068.6
    // (2048 + 512)/(2048/P + 512/Q) · 0.75
    [1, 1306791.5632918074, 100068.58739562394, 287266.5565508524],
    [2, 1884111.3300319952, 185501.09807097155, 499080.33037003444],
  ])("at TP %i is prefill and decode in turn, slowed by interference", (tp, p, q, both) => {
    const choice = { tp, gBytesPerSecond: 64 };
    expectClose(estimate({ ...point, phase: "prefill" }, choice).tokensPerSecond, p);
    expectClose(estimate({ ...point, phase: "decode" }, choice).tokensPerSecond, q);
    expectClose(estimate(point, choice).tokensPerSecond, both);
    expectClose(both, ((2048 + 512) / (2048 / p + 512 / q)) * 0.75);
  });

  test("is limited by what takes most of a sequence's time", () => {
    // 512/100,068.6 = 5.1 ms of decode against 2048/1,306,791.6 = 1.6 ms of prefill.
    expect(estimate(point).limitedBy).toBe("memory_bandwidth");
    expect(estimate({ ...point, outputTokens: 8 }).limitedBy).toBe("compute");
  });
});

test("the reference model predicts no latencies", () => {
  expect(estimate(prefill(1, 1024))).toMatchObject({ ttftSeconds: null, tpotSeconds: null });
});

test("layers take their time one after the other", () => {
  const one = estimate(prefill(32, 1024), { layers: 1 }).tokensPerSecond;
  const three = estimate(prefill(32, 1024), { layers: 3 }).tokensPerSecond;
  expectClose(one, 3 * three);
});
