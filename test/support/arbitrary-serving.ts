import fc from "fast-check";
import type { InstanceType } from "../../src/hardware/instance.ts";
import { layerCount, type Model } from "../../src/model/model.ts";
import { type OperatingPoint, PHASES } from "../../src/workload/workload.ts";
import { entry } from "./founding.ts";
import { restated, statedModel } from "./models.ts";

/** Transformers of all sizes whose layers are alike, with and without grouped-query attention. */
export const arbitraryUniformModel: fc.Arbitrary<Model> = fc
  .record({
    numLayers: fc.integer({ min: 1, max: 100 }),
    numKvHeads: fc.constantFrom(1, 2, 8),
    queriesPerKvHead: fc.constantFrom(1, 4, 128),
    headWidth: fc.constantFrom(8, 64, 128),
    dHidden: fc.integer({ min: 16, max: 30_000 }),
    bytesPerElement: fc.constantFrom(0.5, 1, 2, 4),
    layerWeightGib: fc.double({ min: 0.01, max: 4, noNaN: true }),
  })
  .map(({ queriesPerKvHead, headWidth, ...dimensions }) => {
    const numAttentionHeads = dimensions.numKvHeads * queriesPerKvHead;
    return statedModel("arbitrary", {
      vocabSize: 32_000,
      ...dimensions,
      numAttentionHeads,
      dModel: numAttentionHeads * headWidth,
    });
  });

/** Transformers with up to three kinds of layers, with or without weights at the ends. */
const arbitraryUnevenModel: fc.Arbitrary<Model> = fc
  .record({
    model: arbitraryUniformModel,
    kinds: fc.array(
      fc.record({
        weightGib: fc.double({ min: 0.01, max: 4, noNaN: true }),
        dHidden: fc.integer({ min: 16, max: 30_000 }),
        numKvHeads: fc.constantFrom(1, 2, 8),
        attentionWindowTokens: fc.option(fc.integer({ min: 1, max: 8192 })),
      }),
      { minLength: 1, maxLength: 3 },
    ),
    picks: fc.array(fc.nat(2), { minLength: 100, maxLength: 100 }),
    embeddingGib: fc.constantFrom(0, 0.5, 2),
    lmHeadGib: fc.constantFrom(0, 0.5, 2),
  })
  .map(({ model, kinds, picks, embeddingGib, lmHeadGib }) =>
    restated(model, {
      layers: {
        kinds,
        kindOf: picks.slice(0, layerCount(model)).map((pick) => pick % kinds.length),
        embeddingGib,
        lmHeadGib,
      },
    }),
  );

export const arbitraryModel: fc.Arbitrary<Model> = fc.oneof(
  arbitraryUniformModel,
  arbitraryUnevenModel,
);

export const arbitraryPoint: fc.Arbitrary<OperatingPoint> = fc.record({
  phase: fc.constantFrom(...PHASES),
  batch: fc.integer({ min: 1, max: 1024 }),
  inputTokens: fc.integer({ min: 1, max: 10_000 }),
  outputTokens: fc.integer({ min: 1, max: 10_000 }),
});

/** Instances of 16 GPUs, known to the reference table and not. */
export const arbitraryInstance: fc.Arbitrary<InstanceType> = fc
  .tuple(
    fc.constantFrom("NVIDIA H100", "NVIDIA A10G", "Tesla T4", "NVIDIA L40S", "NVIDIA B300"),
    fc.double({ min: 1, max: 200, noNaN: true }),
  )
  .map(
    ([gpuModel, gpuMemoryGib]) => entry("x", gpuModel, 16, gpuMemoryGib, 32, 100, 1, 1).instance,
  );

/** Bandwidths from a slow network to the fastest switch, GB/s. */
export const arbitraryBandwidth: fc.Arbitrary<number> = fc.double({
  min: 0.001,
  max: 2000,
  noNaN: true,
});
