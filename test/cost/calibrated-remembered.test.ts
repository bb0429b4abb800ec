/** What the calibrated model remembers is bounded, and changes no answer. */
import { describe, expect, test } from "vitest";
import { createCalibratedModel } from "../../src/cost/calibrated/calibrated-model.ts";
import { LayerCounts } from "../../src/cost/calibrated/layer-counts.ts";
import { type CostModel, type StageShape, tpGroup } from "../../src/cost/cost-model.ts";
import { gpuByName } from "../../src/hardware/gpu-specs.ts";
import type { OperatingPoint } from "../../src/workload/workload.ts";
import {
  defaultSettings,
  instanceOf,
  knowledgeOf,
  LLAMA_70B,
  llama,
} from "../support/calibrated.ts";

/** More than are remembered of anything. */
const MANY = 60_000;

const POINT: OperatingPoint = {
  phase: "aggregated",
  batch: 64,
  inputTokens: 1000,
  outputTokens: 100,
};

const SHAPE: StageShape = {
  instance: instanceOf(gpuByName("H100-SXM5-80GB")!),
  ...tpGroup(2, 900),
  startLayer: 1,
  layers: 40,
  pipelineStages: 2,
  next: "other_instance",
};

function newModel(): CostModel {
  return createCalibratedModel(LLAMA_70B, defaultSettings("vllm"), knowledgeOf());
}

/** All that a model says of a stage. */
function answers(model: CostModel, shape = SHAPE, point = POINT): string {
  return JSON.stringify([
    model.stage(shape, point),
    model.memory(shape, point),
    model.segmentRange(shape, point, 0.5),
  ]);
}

describe("a model that was asked about more than it remembers says the same as a new one", () => {
  const expected = answers(newModel());

  test("after as many operating points", () => {
    const model = newModel();
    for (let i = 1; i <= MANY; i++) {
      const point = { ...POINT, inputTokens: i };
      model.memory(SHAPE, point);
      if (i % 2 === 0) model.stage(SHAPE, point);
    }
    expect(answers(model)).toBe(expected);
    expect(answers(model, SHAPE, { ...POINT })).toBe(expected);
  });

  test("after as many pipelines at one point", () => {
    const model = newModel();
    for (let pipelineStages = 1; pipelineStages <= MANY; pipelineStages++) {
      model.stage({ ...SHAPE, pipelineStages }, POINT);
    }
    expect(answers(model)).toBe(expected);
  });

  test("after as many bandwidths of its groups", () => {
    const model = newModel();
    for (let i = 1; i <= MANY; i++) model.memory({ ...SHAPE, ...tpGroup(2, i / 100) }, POINT);
    expect(answers(model)).toBe(expected);
    expect(answers(model, { ...SHAPE, ...tpGroup(2, 10) })).toBe(
      answers(newModel(), { ...SHAPE, ...tpGroup(2, 10) }),
    );
  });

  test("after as many runs of layers", () => {
    const layers = 300;
    const counts = new LayerCounts(llama({ layers }));
    for (const round of [1, 2]) {
      for (let start = 1; start <= layers; start++) {
        for (let size = 1; size <= layers - start + 1; size++) {
          const { layersOfKind, hasEmbedding, hasHead } = counts.content(start, size);
          if (layersOfKind[0] !== size) expect([round, start, size]).toBe(layersOfKind[0]);
          if (hasEmbedding !== (start === 1)) expect([start, size]).toBe(hasEmbedding);
          if (hasHead !== (start + size - 1 === layers)) expect([start, size]).toBe(hasHead);
        }
      }
    }
  });
});

test("an estimate says in JSON what limits its stage, which it finds when it is asked", () => {
  const estimate = newModel().stage(SHAPE, POINT);
  expect(Object.keys(JSON.parse(JSON.stringify(estimate)))).toEqual([
    "tokensPerSecond",
    "limitedBy",
    "ttftSeconds",
    "tpotSeconds",
  ]);
  expect(JSON.parse(JSON.stringify(estimate)).limitedBy).toBe(estimate.limitedBy);
});
