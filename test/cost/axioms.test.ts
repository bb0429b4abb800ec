import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { CostModel, LinkEnd, NextStage, StageShape } from "../../src/cost/cost-model.ts";
import { tpGroup } from "../../src/cost/cost-model.ts";
import { createReferenceModel } from "../../src/cost/reference/reference-model.ts";
import { areLayersAlike, layerCount, type Model } from "../../src/model/model.ts";
import { alikeKind, outlineOf } from "../../src/model/outline.ts";
import type { OperatingPoint } from "../../src/workload/workload.ts";
import {
  arbitraryMixes,
  arbitrarySizes,
  expectAffineAtEnds,
  expectAffineInside,
  expectWithinLines,
} from "../support/affine.ts";
import {
  arbitraryBandwidth,
  arbitraryInstance,
  arbitraryModel,
  arbitraryPoint,
  arbitraryUniformModel,
} from "../support/arbitrary-serving.ts";
import { calibratedModelOf } from "../support/calibrated.ts";
import { restated, statedModel } from "../support/models.ts";

/** Every cost model there is; each has to keep the axioms that the exact search relies on. */
const COST_MODELS: readonly [
  name: string,
  create: (model: Model) => CostModel,
  /** Whether it counts embedding and LM head without being told; then problems always come with a layer plan. */
  hasEnds: boolean,
][] = [
  [
    "reference",
    (model) =>
      createReferenceModel(model.architecture, {
        realWorldEfficiency: 0.3,
        microBatchSize: 8,
        interferenceFactor: 0.8,
      }),
    false,
  ],
  ["calibrated", calibratedModelOf, true],
];

/** Where two regimes meet, two ways of computing one time differ by rounding. */
const ROUNDING = 1e-12;

function expectAtMost(value: number, limit: number): void {
  expect(value).toBeLessThanOrEqual(limit * (1 + ROUNDING));
}

/** Below 0.1 GB/s between the GPUs of a TP group; the slowest network for sale has 10 Gbit/s, 1.25 GB/s. */
function isSlowerThanAnyNetwork({ group }: StageShape): boolean {
  return group.gpus > 1 && group.gBytesPerSecond < 0.1;
}

interface Case {
  readonly model: Model;
  readonly shape: StageShape;
  readonly point: OperatingPoint;
}

const arbitraryNext = fc.constantFrom<NextStage>("same_instance", "other_instance", "none");

const arbitraryTpGroup = fc
  .tuple(fc.integer({ min: 1, max: 16 }), arbitraryBandwidth)
  .map(([gpus, gBytesPerSecond]) => tpGroup(gpus, gBytesPerSecond));

/** A stage inside a model. */
function arbitraryCaseOf(models: fc.Arbitrary<Model>): fc.Arbitrary<Case> {
  return fc
    .record({
      model: models,
      point: arbitraryPoint,
      ends: fc.tuple(fc.nat(10_000), fc.nat(10_000)),
      instance: arbitraryInstance,
      placed: arbitraryTpGroup,
      pipelineStages: fc.integer({ min: 1, max: 16 }),
      next: arbitraryNext,
    })
    .map(({ model, point, ends, placed, ...rest }) => {
      const [one, other] = ends.map((end) => 1 + (end % layerCount(model))) as [number, number];
      const startLayer = Math.min(one, other);
      const layers = Math.max(one, other) - startLayer + 1;
      return { model, point, shape: { ...rest, ...placed, startLayer, layers } };
    });
}

const arbitraryCase = arbitraryCaseOf(arbitraryModel);

const factor = fc.double({ min: 1, max: 100, noNaN: true });

describe.each(COST_MODELS)("the %s model", (_, create, hasEnds) => {
  test("has positive finite rates and memory", () => {
    fc.assert(
      fc.property(arbitraryCase, ({ model, shape, point }) => {
        const { tokensPerSecond } = create(model).stage(shape, point);
        expect(tokensPerSecond).toBeGreaterThan(0);
        expect(tokensPerSecond).toBeLessThan(Number.POSITIVE_INFINITY);
        const { totalGib } = create(model).memory(shape, point);
        expect(totalGib).toBeGreaterThan(0);
        expect(totalGib).toBeLessThan(Number.POSITIVE_INFINITY);
      }),
    );
  });

  test("the items of a stage's time bill add up to the time of a token", () => {
    fc.assert(
      fc.property(arbitraryCase, ({ model, shape, point }) => {
        const costModel = create(model);
        const bill = costModel.timeBill!(shape, point);
        for (const seconds of Object.values(bill)) expect(seconds).toBeGreaterThanOrEqual(0);
        const all = Object.values(bill).reduce((sum, seconds) => sum + seconds, 0);
        expect(all * costModel.stage(shape, point).tokensPerSecond).toBeCloseTo(1, 9);
        expect(bill.collectivesSeconds === 0).toBe(shape.group.gpus === 1);
      }),
    );
  });

  test("axiom 1: its efficiency is a share that more stages never raise", () => {
    // It is given the point and the number of stages only, so it cannot depend on the rates.
    fc.assert(
      fc.property(
        arbitraryModel,
        arbitraryPoint,
        fc.integer({ min: 1, max: 99 }),
        (model, point, stages) => {
          const costModel = create(model);
          expect(costModel.pipelineEfficiency(point, 1)).toBe(1);
          const efficiency = costModel.pipelineEfficiency(point, stages);
          expect(efficiency).toBeGreaterThan(0);
          expect(efficiency).toBeLessThanOrEqual(1);
          expectAtMost(costModel.pipelineEfficiency(point, stages + 1), efficiency);
          expect(costModel.realWorldEfficiency).toBeGreaterThan(0);
          expect(costModel.realWorldEfficiency).toBeLessThanOrEqual(1);
        },
      ),
    );
  });

  test("axiom 2: a stage with the layers of another and more is not faster, nor is its memory smaller", () => {
    fc.assert(
      fc.property(arbitraryCase, ({ model, shape, point }) => {
        const costModel = create(model);
        const { startLayer, layers } = shape;
        const longer = { ...shape, layers: layers + 1 };
        const earlier = { ...shape, startLayer: startLayer - 1, layers: layers + 1 };
        for (const more of [
          ...(startLayer + layers <= layerCount(model) ? [longer] : []),
          ...(startLayer > 1 ? [earlier] : []),
        ]) {
          expectAtMost(
            costModel.stage(more, point).tokensPerSecond,
            costModel.stage(shape, point).tokensPerSecond,
          );
          expectAtMost(
            costModel.memory(shape, point).totalGib,
            costModel.memory(more, point).totalGib,
          );
        }
      }),
    );
  });

  test("axiom 3: more bandwidth never makes a stage or a link slower", () => {
    fc.assert(
      fc.property(
        arbitraryCase,
        arbitraryTpGroup,
        arbitraryBandwidth,
        factor,
        ({ model, shape, point }, target, pair, more) => {
          const costModel = create(model);
          const wider = {
            ...shape,
            group: { ...shape.group, gBytesPerSecond: shape.group.gBytesPerSecond * more },
          };
          expectAtMost(
            costModel.stage(shape, point).tokensPerSecond,
            costModel.stage(wider, point).tokensPerSecond,
          );
          const rate = (source: LinkEnd, end: LinkEnd, gBytesPerSecond: number): number =>
            costModel.link(source, end, gBytesPerSecond, point).tokensPerSecond;
          expectAtMost(rate(shape, target, pair), rate(wider, target, pair));
          expectAtMost(rate(shape, target, pair), rate(shape, target, pair * more));
          expectAtMost(rate(target, shape, pair), rate(target, wider, pair));
        },
      ),
    );
  });

  test("a link is as fast as the slowest of its source, its pair and its target", () => {
    // The search tabulates the three apart and never looks at pairs of stages.
    const free: LinkEnd = tpGroup(1);
    const unlimited = Number.POSITIVE_INFINITY;
    fc.assert(
      fc.property(
        arbitraryModel,
        arbitraryPoint,
        arbitraryTpGroup,
        arbitraryTpGroup,
        arbitraryBandwidth,
        (model, point, source, target, pair) => {
          const rate = (from: LinkEnd, to: LinkEnd, gBytesPerSecond: number): number =>
            create(model).link(from, to, gBytesPerSecond, point).tokensPerSecond;
          expect(rate(source, target, pair)).toBe(
            Math.min(
              rate(source, free, unlimited),
              rate(free, free, pair),
              rate(free, target, unlimited),
            ),
          );
        },
      ),
    );
  });

  test("more context never shortens the time of a sequence", () => {
    // Tokens/s may rise with the input (a prefill reads the weights once for more tokens), the time may not fall.
    const seconds = (costModel: CostModel, shape: StageShape, point: OperatingPoint): number => {
      const { phase, inputTokens, outputTokens } = point;
      const tokens =
        (phase === "decode" ? 0 : inputTokens) + (phase === "prefill" ? 0 : outputTokens);
      return tokens / costModel.stage(shape, point).tokensPerSecond;
    };
    fc.assert(
      fc.property(
        arbitraryCase,
        fc.integer({ min: 1, max: 5000 }),
        ({ model, shape, point }, more) => {
          const costModel = create(model);
          const now = seconds(costModel, shape, point);
          const longerInput = { ...point, inputTokens: point.inputTokens + more };
          const longerOutput = { ...point, outputTokens: point.outputTokens + more };
          expectAtMost(now, seconds(costModel, shape, longerInput));
          expectAtMost(now, seconds(costModel, shape, longerOutput));
        },
      ),
    );
  });

  test("more context never speeds up a decoding stage, nor frees memory", () => {
    fc.assert(
      fc.property(
        arbitraryCase,
        fc.integer({ min: 1, max: 5000 }),
        ({ model, shape, point }, more) => {
          const costModel = create(model);
          const decode: OperatingPoint = { ...point, phase: "decode" };
          for (const key of ["inputTokens", "outputTokens"] as const) {
            expectAtMost(
              costModel.stage(shape, { ...decode, [key]: decode[key] + more }).tokensPerSecond,
              costModel.stage(shape, decode).tokensPerSecond,
            );
            expectAtMost(
              costModel.memory(shape, point).totalGib,
              costModel.memory(shape, { ...point, [key]: point[key] + more }).totalGib,
            );
          }
        },
      ),
    );
  });

  test("a higher TP degree never raises the memory of a GPU", () => {
    fc.assert(
      fc.property(arbitraryCase, ({ model, shape, point }) => {
        const costModel = create(model);
        // Buffers of the runtime are apart: a group has some that one GPU has not.
        const held = (tp: number): number => {
          const bill = costModel.memory({ ...shape, ...tpGroup(tp) }, point);
          return bill.totalGib - bill.runtimeGib - bill.reserveGib;
        };
        expectAtMost(held(shape.layout.tp + 1), held(shape.layout.tp));
      }),
    );
  });

  test.skipIf(hasEnds)(
    "where layers are alike, the place of a stage changes neither its rate nor its memory",
    () => {
      // The count formulation tabulates a stage once for every place.
      fc.assert(
        fc.property(arbitraryCaseOf(arbitraryUniformModel), ({ model, shape, point }) => {
          const costModel = create(model);
          const atStart = { ...shape, startLayer: 1 };
          expect(costModel.stage(shape, point)).toEqual(costModel.stage(atStart, point));
          expect(costModel.memory(shape, point)).toEqual(costModel.memory(atStart, point));
          const rangeFrom = (startLayer: number) =>
            costModel.segmentRange({ ...shape, startLayer }, point, 0.5);
          expect(rangeFrom(shape.startLayer)).toEqual(rangeFrom(1));
        }),
      );
    },
  );

  test("the range of sizes is what the memory bill says of each size", () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(arbitraryCase, share, ({ model, shape, point }, utilization) => {
        const costModel = create(model);
        // Where layers are alike the range says nothing of where the model ends, so ask from its start.
        const startLayer = areLayersAlike(model) ? 1 : shape.startLayer;
        const most = layerCount(model) - startLayer + 1;
        const range = costModel.segmentRange({ ...shape, startLayer }, point, utilization);
        const needed = (layers: number): number =>
          costModel.memory({ ...shape, startLayer, layers }, point).totalGib;
        const capacity = costModel.memory(shape, point).capacityGib;
        expect(range.smallest).toBeGreaterThanOrEqual(1);
        expect(range.smallest).toBeLessThanOrEqual(range.largest);
        expect(range.largest).toBeLessThanOrEqual(most);
        if (!range.fits) {
          expect(range.largest).toBe(1);
          expect(needed(1)).toBeGreaterThan(capacity * (1 - ROUNDING));
          return;
        }
        expectAtMost(needed(range.largest), capacity);
        if (range.largest < most) {
          expect(needed(range.largest + 1)).toBeGreaterThan(capacity * (1 - ROUNDING));
        }
        if (range.smallest > 1) {
          expectAtMost(needed(range.smallest - 1), utilization * capacity);
        }
        if (range.smallest < range.largest) {
          expectAtMost(utilization * capacity, needed(range.smallest));
        }
      }),
    );
  });

  test("axiom 3: runs of the same kinds are alike unless they start or end the model", () => {
    // The search asks about the first of them only.
    fc.assert(
      fc.property(arbitraryCaseOf(arbitraryUniformModel), ({ model, shape, point }) => {
        const layers = {
          kinds: [alikeKind(outlineOf(model.architecture))],
          kindOf: model.architecture.kindOf,
          embeddingGib: 1,
          lmHeadGib: 1,
        };
        const costModel = create(restated(model, { layers }));
        const { startLayer } = shape;
        fc.pre(startLayer > 1 && startLayer + shape.layers - 1 < layerCount(model));
        const earlier = { ...shape, startLayer: 2 };
        expect(costModel.stage(shape, point)).toEqual(costModel.stage(earlier, point));
        expect(costModel.memory(shape, point)).toEqual(costModel.memory(earlier, point));
      }),
    );
  });

  test("axiom 6: latencies are predicted of everything or of nothing, and more layers never shorten them", () => {
    fc.assert(
      fc.property(arbitraryCase, ({ model, shape, point }) => {
        const costModel = create(model);
        const { ttftSeconds, tpotSeconds } = costModel.stage(shape, point);
        const frame = costModel.latencyFrame(point, shape.pipelineStages);
        if (!costModel.predictsLatency) {
          expect([ttftSeconds, tpotSeconds, frame]).toEqual([null, null, null]);
          return;
        }
        // Decode is handed its first tokens, prefill makes no later ones.
        const { phase } = point;
        if (frame!.ttftSeconds === null) expect(phase).toBe("decode");
        if (frame!.tpotSeconds === null) expect(phase).toBe("prefill");
        expect(frame!.ttftSeconds ?? 0).toBeGreaterThanOrEqual(0);
        expect(frame!.tpotSeconds ?? 0).toBeGreaterThanOrEqual(0);
        expect(frame!.microBatches).toBeGreaterThanOrEqual(1);
        expect(ttftSeconds).toBeGreaterThanOrEqual(0);
        expect(tpotSeconds).toBeGreaterThanOrEqual(0);
        if (shape.startLayer + shape.layers > layerCount(model)) return;
        if (isSlowerThanAnyNetwork(shape)) return;
        const longer = costModel.stage({ ...shape, layers: shape.layers + 1 }, point);
        expectAtMost(ttftSeconds!, longer.ttftSeconds!);
        expectAtMost(tpotSeconds!, longer.tpotSeconds!);
      }),
    );
  });

  // A known shortfall: the layer that ends the model brings the LM head, whose exchange over next to no bandwidth lowers the share of
  // steps that carry a prompt, and with it the queue, by more than the layer takes. The search reads every size from its table.
  (hasEnds ? test.fails : test.skip)(
    "axiom 6: the LM head never shortens the time to the first token either",
    () => {
      const model = statedModel("slow exchange", {
        vocabSize: 32_000,
        numLayers: 14,
        numKvHeads: 1,
        dHidden: 16,
        bytesPerElement: 0.5,
        layerWeightGib: 0.01,
        numAttentionHeads: 1,
        dModel: 64,
      });
      const shape: StageShape = {
        instance: {
          name: "x",
          provider: "AWS",
          gpuModel: "NVIDIA H100",
          gpuCount: 16,
          gpuMemoryGib: 1,
          insideGBytesPerSecond: 32,
          externalGbitsPerSecond: 100,
        },
        ...tpGroup(5, 0.001),
        pipelineStages: 2,
        next: "none",
        startLayer: 1,
        layers: 13,
      };
      const point: OperatingPoint = {
        phase: "aggregated",
        batch: 2,
        inputTokens: 38,
        outputTokens: 3,
      };
      const costModel = create(model);
      const { ttftSeconds } = costModel.stage(shape, point);
      expectAtMost(ttftSeconds!, costModel.stage({ ...shape, layers: 14 }, point).ttftSeconds!);
    },
  );

  test("axiom 8: what a stage sends to changes nothing of it unless the model says so", () => {
    fc.assert(
      fc.property(arbitraryCase, arbitraryNext, ({ model, shape, point }, next) => {
        const costModel = create(model);
        if (costModel.dependsOnNext) return;
        expect(costModel.stage({ ...shape, next }, point)).toEqual(costModel.stage(shape, point));
      }),
    );
  });

  test("a stage that sends nothing is not slower than one that does", () => {
    fc.assert(
      fc.property(arbitraryCase, ({ model, shape, point }) => {
        const costModel = create(model);
        expectAtMost(
          costModel.stage(shape, point).tokensPerSecond,
          costModel.stage({ ...shape, next: "none" }, point).tokensPerSecond,
        );
      }),
    );
  });

  test("more sequences never take less time, where the model says so", () => {
    fc.assert(
      fc.property(
        arbitraryCase,
        fc.integer({ min: 1, max: 1024 }),
        ({ model, shape, point }, more) => {
          const costModel = create(model);
          if (!costModel.sublinearInBatch) return;
          const perSequence = (batch: number): number =>
            costModel.stage(shape, { ...point, batch }).tokensPerSecond / batch;
          expectAtMost(perSequence(point.batch + more), perSequence(point.batch));
          const tpotSeconds = (batch: number): number =>
            costModel.stage(shape, { ...point, batch }).tpotSeconds!;
          expectAtMost(tpotSeconds(point.batch), tpotSeconds(point.batch + more));
        },
      ),
    );
  });

  test("axiom 7: the number of stages changes nothing of a stage unless the model says so", () => {
    fc.assert(
      fc.property(arbitraryCase, ({ model, shape, point }) => {
        const costModel = create(model);
        if (costModel.dependsOnStages) return;
        const alone = { ...shape, pipelineStages: 1 };
        expect(costModel.stage(shape, point)).toEqual(costModel.stage(alone, point));
        expect(costModel.memory(shape, point)).toEqual(costModel.memory(alone, point));
      }),
    );
  });

  test("memory changes with the number of stages unless the model says that it does not", () => {
    fc.assert(
      fc.property(arbitraryCase, ({ model, shape, point }) => {
        const costModel = create(model);
        if (!costModel.memoryIgnoresStages) return;
        const alone = { ...shape, pipelineStages: 1 };
        expect(costModel.memory(shape, point)).toEqual(costModel.memory(alone, point));
      }),
    );
  });

  test("axiom 9: the time of stages inside a model is a sum over their layers, TPOT and memory are convex in them", () => {
    fc.assert(
      fc.property(arbitraryCase, arbitraryMixes, ({ model, shape, point }, mixes) => {
        if (create(model).affineInLayers) {
          expectAffineInside(create, model, shape, point, mixes);
        }
      }),
    );
  });

  test("axiom 9: no stage is faster than the lines of its group say", () => {
    fc.assert(
      fc.property(arbitraryCase, arbitraryNext, ({ model, shape, point }, next) => {
        expectWithinLines(create(model), model, { ...shape, next }, point);
      }),
      { numRuns: 1000 },
    );
  });

  test("axiom 9: an end of the model adds the same time to every stage, and takes nothing away", () => {
    fc.assert(
      fc.property(arbitraryCase, arbitrarySizes, ({ model, shape, point }, sizes) => {
        if (create(model).affineInLayers) expectAffineAtEnds(create, model, shape, point, sizes);
      }),
    );
  });
});
