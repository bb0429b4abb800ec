import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createCalibratedModel } from "../../src/cost/calibrated/calibrated-model.ts";
import { gpuMemory } from "../../src/cost/calibrated/gpu-memory.ts";
import { GroupMemory, PointMemory } from "../../src/cost/calibrated/group-memory.ts";
import { LayerCounts } from "../../src/cost/calibrated/layer-counts.ts";
import type { ParameterValues } from "../../src/cost/calibrated/parameters.ts";
import { priorValues } from "../../src/cost/calibrated/priors.ts";
import { resolveParameters } from "../../src/cost/calibrated/resolve-parameters.ts";
import type { CostModel, MemoryBill, NextStage, StageShape } from "../../src/cost/cost-model.ts";
import { tpGroup } from "../../src/cost/cost-model.ts";
import type { EngineSettings } from "../../src/engines/engine-settings.ts";
import { ENGINE_TABLE, ENGINES } from "../../src/engines/engines.ts";
import { gpuByName } from "../../src/hardware/gpu-specs.ts";
import type { Architecture, LayerArchitecture } from "../../src/model/architecture.ts";
import type { Model } from "../../src/model/model.ts";
import type { OperatingPoint } from "../../src/workload/workload.ts";
import {
  arbitraryMixes,
  arbitrarySizes,
  expectAffineAtEnds,
  expectAffineInside,
} from "../support/affine.ts";
import {
  arbitraryArchitecture,
  arbitraryKnownInstance,
  arbitraryServingPoint,
  arbitrarySettings,
  arbitraryValues,
  defaultSettings,
  instanceOf,
  knowledgeOf,
  llama,
} from "../support/calibrated.ts";

/** Two ways of adding up one time differ by rounding; smooth maxima of powers lose a few digits more. */
const ROUNDING = 1e-11;

function expectAtMost(value: number, limit: number): void {
  expect(value).toBeLessThanOrEqual(limit * (1 + ROUNDING));
}

interface Case {
  readonly architecture: Architecture;
  readonly settings: EngineSettings;
  readonly values: ParameterValues;
  readonly model: CostModel;
  readonly shape: StageShape;
  readonly point: OperatingPoint;
}

/** A stage of any model on any known GPU under any engine, with parameters anywhere near their priors. */
const arbitraryCase: fc.Arbitrary<Case> = fc
  .record({
    architecture: arbitraryArchitecture,
    settings: arbitrarySettings,
    values: arbitraryValues,
    point: arbitraryServingPoint,
    instance: arbitraryKnownInstance,
    tp: fc.integer({ min: 1, max: 16 }),
    gBytesPerSecond: fc.double({ min: 1, max: 1800, noNaN: true }),
    pipelineStages: fc.integer({ min: 1, max: 8 }),
    next: fc.constantFrom<NextStage>("same_instance", "other_instance", "none"),
    ends: fc.tuple(fc.nat(10_000), fc.nat(10_000)),
  })
  .map(({ architecture, settings, values, point, ends, tp, gBytesPerSecond, ...rest }) => {
    const numLayers = architecture.kindOf.length;
    const [one, other] = ends.map((end) => 1 + (end % numLayers)) as [number, number];
    const startLayer = Math.min(one, other);
    return {
      architecture,
      settings,
      values,
      point,
      model: createCalibratedModel(architecture, settings, knowledgeOf(values)),
      shape: {
        ...rest,
        ...tpGroup(tp, tp === 1 ? Number.POSITIVE_INFINITY : gBytesPerSecond),
        startLayer,
        layers: Math.max(one, other) - startLayer + 1,
      },
    };
  });

/** Seconds in which a stage serves the tokens of one request per sequence of its batch, to a constant factor. */
function secondsPerRequest({ model, shape }: Case, point: OperatingPoint): number {
  const { phase, inputTokens, outputTokens } = point;
  const tokens = (phase === "decode" ? 0 : inputTokens) + (phase === "prefill" ? 0 : outputTokens);
  return tokens / model.stage(shape, point).tokensPerSecond;
}

const ITEMS = [
  "weightsGib",
  "kvCacheGib",
  "activationsGib",
  "runtimeGib",
  "reserveGib",
] as const satisfies readonly (keyof MemoryBill)[];

describe("a stage under the calibrated model", () => {
  test("the items of a time bill are times and add up to that of the stage", () => {
    fc.assert(
      fc.property(arbitraryCase, ({ model, shape, point }) => {
        const items = Object.values(model.timeBill!(shape, point)) as number[];
        for (const seconds of items) expect(seconds).toBeGreaterThanOrEqual(0);
        const all = items.reduce((sum, seconds) => sum + seconds, 0);
        expect(all * model.stage(shape, point).tokensPerSecond).toBeCloseTo(1, 9);
      }),
    );
  });

  test("axiom 9: its time is a sum over its layers wherever the model says so, under all engines", () => {
    fc.assert(
      fc.property(
        arbitraryCase,
        arbitraryMixes,
        arbitrarySizes,
        ({ architecture, settings, values, model, shape, point }, mixes, sizes) => {
          if (!model.affineInLayers) return;
          const create = (reordered: Model): CostModel =>
            createCalibratedModel(reordered.architecture, settings, knowledgeOf(values));
          const served = { name: "test", architecture, allowedCuts: null };
          expectAffineInside(create, served, shape, point, mixes);
          expectAffineAtEnds(create, served, shape, point, sizes);
        },
      ),
    );
  });

  test("it is a sum but where launching kernels of several kinds of layers is seen", () => {
    const isAffine = (engine: EngineSettings["engine"], kinds: Architecture["kinds"]) =>
      createCalibratedModel(llama({ kinds }), defaultSettings(engine), knowledgeOf())
        .affineInLayers;
    const [dense] = llama().kinds as [LayerArchitecture];
    const wide = { ...dense, ffnWidth: 2 * dense.ffnWidth };
    for (const engine of ENGINES) {
      expect(isAffine(engine, [dense])).toBe(true);
      expect(isAffine(engine, [dense, wide])).toBe(engine !== "vllm-eager");
    }
  });

  test("decoding a few sequences reads memory, a long prompt computes", () => {
    const model = createCalibratedModel(llama(), defaultSettings("vllm"), knowledgeOf());
    const shape = {
      instance: instanceOf(gpuByName("H100-SXM5-80GB")!),
      ...tpGroup(1),
      startLayer: 1,
      layers: 32,
      pipelineStages: 1,
      next: "none" as const,
    };
    const bill = (phase: "prefill" | "decode") =>
      model.timeBill!(shape, { phase, batch: 1, inputTokens: 8192, outputTokens: 256 });
    const decode = bill("decode");
    expect(decode.memorySeconds).toBeGreaterThan(10 * decode.computeSeconds);
    const prefill = bill("prefill");
    expect(prefill.computeSeconds).toBeGreaterThan(3 * prefill.memorySeconds);
    expect(prefill.linksSeconds).toBe(0);
  });

  test("has positive finite rate, latencies and memory", () => {
    fc.assert(
      fc.property(arbitraryCase, ({ model, shape, point }) => {
        const { tokensPerSecond, ttftSeconds, tpotSeconds } = model.stage(shape, point);
        expect(tokensPerSecond).toBeGreaterThan(0);
        expect(tokensPerSecond).toBeLessThan(Number.POSITIVE_INFINITY);
        for (const seconds of [ttftSeconds, tpotSeconds]) {
          expect(seconds).toBeGreaterThanOrEqual(0);
          expect(seconds).toBeLessThan(Number.POSITIVE_INFINITY);
        }
        if (point.phase !== "decode") expect(ttftSeconds).toBeGreaterThan(0);
        if (point.phase !== "prefill") expect(tpotSeconds).toBeGreaterThan(0);

        const bill = model.memory(shape, point);
        for (const item of [...ITEMS, "embeddingGib", "lmHeadGib"] as const) {
          expect(bill[item]).toBeGreaterThanOrEqual(0);
        }
        expect(bill.weightsGib).toBeGreaterThan(0);
        expect(bill.kvCacheGib).toBeGreaterThan(0);
        expect(bill.totalGib).toBeLessThan(Number.POSITIVE_INFINITY);
        expect(bill.kvCapacityTokens).toBeGreaterThanOrEqual(0);
        expect(Number.isSafeInteger(bill.kvCapacityTokens)).toBe(true);
      }),
    );
  });

  test("is not slower with fewer layers, nor are its latencies longer", () => {
    fc.assert(
      fc.property(arbitraryCase, ({ architecture, settings, values, shape, point }) => {
        fc.pre(shape.layers > 1);
        // The queue is apart: it depends on the share of steps with prompts, which may rise while all steps shrink.
        const knowledge = knowledgeOf({ ...values, queueWeight: 0 });
        const model = createCalibratedModel(architecture, settings, knowledge);
        const all = model.stage(shape, point);
        for (const fewer of [
          { ...shape, layers: shape.layers - 1 },
          { ...shape, layers: shape.layers - 1, startLayer: shape.startLayer + 1 },
        ]) {
          const part = model.stage(fewer, point);
          expectAtMost(all.tokensPerSecond, part.tokensPerSecond);
          expectAtMost(part.ttftSeconds!, all.ttftSeconds!);
          if (point.phase !== "decode") expectAtMost(part.tpotSeconds!, all.tpotSeconds!);
        }
      }),
    );
  });

  test("is not sped up by longer inputs or outputs, however they spread", () => {
    // E[s²] grows with the square of the mean where the shape of the distribution stays.
    const longer = (point: OperatingPoint, key: "input" | "output", factor: number) => {
      const [tokens, square] = [`${key}Tokens`, `${key}MeanSquareTokens`] as const;
      const more = Math.ceil(point[tokens] * factor);
      const grown = more / point[tokens];
      return {
        ...point,
        [tokens]: more,
        ...(point[square] !== undefined && { [square]: point[square] * grown ** 2 }),
      };
    };
    fc.assert(
      fc.property(
        arbitraryCase,
        fc.constantFrom("input" as const, "output" as const),
        fc.double({ min: 1, max: 10, noNaN: true }),
        (one, key, factor) => {
          const more = longer(one.point, key, factor);
          expectAtMost(secondsPerRequest(one, one.point), secondsPerRequest(one, more));
          expectAtMost(
            one.model.memory(one.shape, one.point).kvCacheGib,
            one.model.memory(one.shape, more).kvCacheGib,
          );
        },
      ),
    );
  });

  test("is not sped up by lengths that spread more around the same means", () => {
    // A sliding window sees less of long sequences, so a spread may spare work there.
    const withoutWindows = arbitraryCase.filter(({ architecture }) =>
      architecture.kinds.every(({ attention }) => attention.windowTokens === null),
    );
    fc.assert(
      fc.property(withoutWindows, fc.double({ min: 1, max: 4, noNaN: true }), (one, factor) => {
        const { point } = one;
        const withSquares = (share: number): OperatingPoint => ({
          ...point,
          inputMeanSquareTokens: share * point.inputTokens ** 2,
          outputMeanSquareTokens: share * point.outputTokens ** 2,
        });
        expectAtMost(
          secondsPerRequest(one, withSquares(1)),
          secondsPerRequest(one, withSquares(factor)),
        );
        // Lengths without a spread are those whose mean square is the square of their mean.
        const { inputMeanSquareTokens: _, outputMeanSquareTokens: __, ...fixed } = withSquares(1);
        expect(one.model.stage(one.shape, fixed)).toEqual(
          one.model.stage(one.shape, withSquares(1)),
        );
      }),
    );
  });

  test("takes no less KV cache for more sequences, in proportion from where they outweigh the longest request", () => {
    fc.assert(
      fc.property(
        arbitraryCase,
        fc.integer({ min: 2, max: 4 }),
        ({ model, shape, point }, times) => {
          const few = model.memory(shape, point);
          const more = model.memory(shape, { ...point, batch: times * point.batch });
          expectAtMost(few.kvCacheGib, more.kvCacheGib);
          expectAtMost(more.kvCacheGib, times * few.kvCacheGib);
          expectAtMost(few.totalGib, more.totalGib);
          // So many sequences of one token outweigh any single request of these lengths.
          const many = { ...point, batch: 40_000 };
          const kv = model.memory(shape, many).kvCacheGib;
          const manyMore = model.memory(shape, { ...many, batch: times * many.batch }).kvCacheGib;
          expect(Math.abs(manyMore / (times * kv) - 1)).toBeLessThan(1e-12);
        },
      ),
    );
  });

  test("never takes more weights, KV cache or activations of a GPU in a larger TP group", () => {
    // What the runtime takes outside is apart: a group has buffers of its own, which one GPU has not.
    fc.assert(
      fc.property(arbitraryCase, ({ model, shape, point }) => {
        const small = model.memory(shape, point);
        const large = model.memory({ ...shape, ...tpGroup(shape.layout.tp + 1) }, point);
        for (const item of ["weightsGib", "kvCacheGib", "activationsGib"] as const) {
          expectAtMost(large[item], small[item]);
        }
      }),
    );
  });

  test("has a memory bill whose items add up", () => {
    fc.assert(
      fc.property(arbitraryCase, ({ model, shape, point }) => {
        const bill = model.memory(shape, point);
        const sum = ITEMS.reduce((total, item) => total + bill[item], 0);
        expect(Math.abs(sum - bill.totalGib)).toBeLessThanOrEqual(1e-12 * bill.totalGib);
        expectAtMost(bill.embeddingGib + bill.lmHeadGib, bill.weightsGib);
        if (shape.startLayer > 1) expect(bill.embeddingGib).toBe(0);
        expect(bill.capacityGib).toBe(shape.instance.gpuMemoryGib);
      }),
    );
  });

  test("fits exactly as long as its KV cache holds the batch", () => {
    fc.assert(
      fc.property(arbitraryCase, ({ architecture, settings, model, shape, point }) => {
        const { instance, layout, startLayer, layers } = shape;
        const values = resolveParameters(priorValues(), gpuByName(instance.gpuModel)!, "vllm");
        const memory = gpuMemory(architecture, gpuByName(instance.gpuModel)!, layout, {
          traits: ENGINE_TABLE[settings.engine],
          utilization: settings.gpuMemoryUtilization,
          maxBatchedTokens: settings.maxBatchedTokens,
        });
        // Only the share of paged output counts here, which the model has from other values.
        const common = { ...values.common, pagedOutputShare: 1 };
        const group = new GroupMemory(
          architecture,
          layout.tp,
          memory,
          new PointMemory(point, settings, common),
        );
        const content = new LayerCounts(architecture).content(startLayer, layers);
        const bill = group.bill(content);
        const held = group.kvSequences(content);
        // Where the batch fills the cache to the last byte, rounding decides.
        fc.pre(Math.abs(held / point.batch - 1) > 1e-9);
        expect(bill.totalGib <= bill.capacityGib).toBe(held >= point.batch);
        expect(model.memory(shape, point).capacityGib).toBe(bill.capacityGib);
      }),
    );
  });

  test("may hold exactly the numbers of layers whose bills fit", () => {
    // Doubles are drawn by their bits and come out near 0 mostly.
    const share = fc.integer({ min: 0, max: 1000 }).map((permille) => permille / 1000);
    // Loads so small that most models fit somewhere and few fit whole.
    const small = fc.record({
      batch: fc.integer({ min: 1, max: 32 }),
      inputTokens: fc.integer({ min: 1, max: 4096 }),
      outputTokens: fc.integer({ min: 1, max: 512 }),
    });
    let parts = 0;
    let raised = 0;
    fc.assert(
      fc.property(arbitraryCase, small, share, (one, lengths, utilization) => {
        const { architecture, model, shape } = one;
        const point: OperatingPoint = { phase: one.point.phase, ...lengths };
        const { startLayer } = shape;
        const range = model.segmentRange(shape, point, utilization);
        const most = architecture.kindOf.length - startLayer + 1;
        const bills = Array.from({ length: most }, (_, i) =>
          model.memory({ ...shape, layers: i + 1 }, point),
        );
        // At the edge rounding decides.
        const isEdge = ({ totalGib, capacityGib }: MemoryBill): boolean =>
          [1, utilization].some((part) => Math.abs(totalGib / capacityGib - part) < 1e-9);
        fc.pre(!bills.some(isEdge));
        const fitting = bills.filter(({ totalGib, capacityGib }) => totalGib <= capacityGib).length;
        expect(range.fits).toBe(fitting > 0);
        expect(range.largest).toBe(Math.max(1, fitting));
        if (!range.fits) return;
        const least = bills.findIndex(
          ({ totalGib, capacityGib }) => totalGib >= utilization * capacityGib,
        );
        expect(range.smallest).toBe(least < 0 ? range.largest : Math.min(least + 1, range.largest));
        if (range.largest < most) parts++;
        if (range.smallest > 1 && range.smallest < range.largest) raised++;
      }),
      { numRuns: 400 },
    );
    expect(parts).toBeGreaterThan(20);
    expect(raised).toBeGreaterThan(20);
  });

  test("is the same wherever it stands between the ends, if its layers are alike", () => {
    fc.assert(
      fc.property(arbitraryCase, fc.nat(98), (one, to) => {
        const { architecture, settings, shape, point } = one;
        const alike = { ...architecture, kindOf: new Array<number>(100).fill(0) };
        const model = createCalibratedModel(alike, settings, knowledgeOf());
        const layers = 1 + (shape.layers % 90);
        const room = 98 - layers;
        const [here, there] = [shape.startLayer % room, to % room].map((at) => ({
          ...shape,
          layers,
          startLayer: 2 + at,
        })) as [StageShape, StageShape];
        expect(model.stage(there, point)).toEqual(model.stage(here, point));
        expect(model.memory(there, point)).toEqual(model.memory(here, point));
      }),
    );
  });
});
