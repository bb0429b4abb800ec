import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createCalibratedModel } from "../../src/cost/calibrated/calibrated-model.ts";
import { resolveParameters } from "../../src/cost/calibrated/resolve-parameters.ts";
import { SHIPPED } from "../../src/cost/calibrated/shipped.ts";
import type { CostModel, StageShape } from "../../src/cost/cost-model.ts";
import { tpGroup } from "../../src/cost/cost-model.ts";
import { createReferenceModel } from "../../src/cost/reference/reference-model.ts";
import { type GpuSpec, gpuByName } from "../../src/hardware/gpu-specs.ts";
import type { InstanceType } from "../../src/hardware/instance.ts";
import type { OperatingPoint } from "../../src/workload/workload.ts";
import {
  arbitraryGpu,
  arbitraryKnownInstance,
  arbitraryServingPoint,
  defaultSettings,
  instanceOf,
  knowledgeOf,
  llama,
} from "../support/calibrated.ts";
import { TOY_MODEL } from "../support/toy.ts";

const COST_MODELS: readonly [string, () => CostModel][] = [
  ["calibrated", () => createCalibratedModel(llama(), defaultSettings("vllm"), knowledgeOf())],
  [
    "reference",
    () =>
      createReferenceModel(TOY_MODEL.architecture, {
        realWorldEfficiency: 0.5,
        microBatchSize: 4,
        interferenceFactor: 0.75,
      }),
  ],
];

/** Instances of one name: of GPUs of the table, or of GPUs that a table of the user's own gives one name as well. */
const arbitraryNamesake: fc.Arbitrary<InstanceType> = fc
  .record({ instance: arbitraryKnownInstance, own: fc.option(arbitraryGpu) })
  .map(({ instance, own }) => ({
    ...instance,
    name: "namesake",
    ...(own && { gpuModel: "own card", gpu: { ...own, name: "own-card" } }),
  }));

/** All that a cost model says of a stage on an instance type. */
function answers(model: CostModel, instance: InstanceType, point: OperatingPoint): unknown {
  const shape: StageShape = {
    instance,
    ...tpGroup(1),
    startLayer: 1,
    layers: 4,
    pipelineStages: 2,
    next: "other_instance",
  };
  const stage = model.stage(shape, point);
  return {
    stage: { ...stage, limitedBy: stage.limitedBy },
    timeBill: model.timeBill?.(shape, point),
    memory: model.memory(shape, point),
    longestRequest: model.longestRequestTokens?.(shape, point),
    range: model.segmentRange(shape, point, 0),
    uncertainty: model.uncertainty([shape], point),
    warnings: model.hardwareWarnings([instance]),
  };
}

describe.each(COST_MODELS)("what the %s model remembers", (_, create) => {
  test("belongs to the hardware: types of one name give in either order what each gives alone", () => {
    fc.assert(
      fc.property(
        arbitraryNamesake,
        arbitraryNamesake,
        arbitraryServingPoint,
        (one, other, point) => {
          const alone = [one, other].map((instance) => answers(create(), instance, point));
          for (const order of [
            [0, 1, 0],
            [1, 0, 1],
          ]) {
            const model = create();
            for (const i of order) {
              expect(answers(model, [one, other][i]!, point)).toEqual(alone[i]);
            }
          }
        },
      ),
    );
  });
});

test("two cards of one name in a pipeline are two GPUs to the uncertainty", () => {
  const point = { phase: "aggregated", batch: 8, inputTokens: 512, outputTokens: 128 } as const;
  const shapes = ["H100-SXM5-80GB", "L4"].map((name, i): StageShape => {
    const instance = instanceOf(gpuByName(name)!, 1, {
      gpu: { ...gpuByName(name)!, name: "own-card" },
    });
    return {
      instance,
      ...tpGroup(1),
      startLayer: 1 + 16 * i,
      layers: 16,
      pipelineStages: 2,
      next: i === 0 ? "other_instance" : "none",
    };
  });
  const { reasons } = COST_MODELS[0]![1]().uncertainty(shapes, point)!;
  expect(reasons).toContain("no pipeline over different GPUs was measured");
});

describe("a card that a user's own table calls by the name of a measured GPU", () => {
  const measured = gpuByName("L40S")!;
  const factorsOf = (gpu: GpuSpec) => resolveParameters(SHIPPED.values, gpu, "vllm").type;
  const model = createCalibratedModel(llama(), defaultSettings("vllm"), SHIPPED);
  const uncertaintyOf = (gpu: GpuSpec) =>
    model.uncertainty(
      [
        {
          instance: instanceOf(measured, 1, { gpu }),
          ...tpGroup(1),
          startLayer: 1,
          layers: 32,
          pipelineStages: 1,
          next: "none",
        },
      ],
      { phase: "aggregated", batch: 8, inputTokens: 512, outputTokens: 128 },
    )!;
  const isNotThatOne = "L40S was not measured with these figures";

  test.each([
    { gpuClass: "hopper" },
    { tflops16: 358 },
    { tflops8: 600 },
    { tflops4: 1400 },
    { memoryGBytesPerSecond: 900 },
    { tdpWatts: 300 },
  ] as const)("is like its class where its speed is another: %o", (figure) => {
    const own = { ...measured, ...figure };
    expect(factorsOf(own)).toEqual({ typeCompute: 1, typeRead: 1 });
    const { confidence, reasons } = uncertaintyOf(own);
    expect(confidence).toBe("same_gpu_class");
    expect(reasons.join()).toContain(isNotThatOne);
  });

  test("is the measured one where its memory or its link is corrected, or a figure is rounded", () => {
    const own: GpuSpec = { ...measured, usableMemoryGib: 44, link: "pcie5", tflops8: 730 };
    for (const gpu of [measured, own]) {
      expect(factorsOf(gpu)).toEqual({ typeCompute: 1.08, typeRead: 1.0145 });
      expect(uncertaintyOf(gpu).reasons.join()).not.toContain(isNotThatOne);
    }
  });
});
