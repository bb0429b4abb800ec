/** Bounds of cases whose layers are not alike. */
import { expect, it } from "vitest";
import { createPool } from "../../../src/hardware/pool.ts";
import { evaluate } from "../../../src/placement/evaluate.ts";
import { instanceClasses } from "../../../src/solver/instances/instance-classes.ts";
import { DEFAULT_REQUEST } from "../../../src/solver/request.ts";
import { priceUnits } from "../../../src/solver/search/costs.ts";
import { priceScale } from "../../../src/solver/search/objectives.ts";
import { maxStagesOf } from "../../../src/solver/search/subproblems.ts";
import { TableCache } from "../../../src/solver/stages/table-cache.ts";
import { allSubproblems } from "../../support/all-subproblems.ts";
import { entry } from "../../support/founding.ts";
import { restated } from "../../support/models.ts";
import { placement, stage, TOY_MODEL, toyProblem } from "../../support/toy.ts";

const POINT = { phase: "prefill", batch: 4, inputTokens: 16, outputTokens: 0 } as const;

/**
 * Layers of 20, 10 and 20 GiB on a GPU of 36 and one of 24: two layers there, one here. With the model's memory as 3, the layers
 * weigh 1.2, 0.6 and 1.2, and the stages 1.8 and 1.2: in steps of a quarter 7.2 and 4.8 of 12.
 */
const kind = { dHidden: 4096, numKvHeads: 2, attentionWindowTokens: null };
const model = restated(TOY_MODEL, {
  numLayers: 3,
  layers: {
    kinds: [
      { ...kind, weightGib: 20 },
      { ...kind, weightGib: 10 },
    ],
    kindOf: [0, 1, 0],
    embeddingGib: 0,
    lmHeadGib: 0,
  },
});
const problem = toyProblem({
  model,
  pool: createPool([
    entry("large", "NVIDIA A100", 1, 36, 64, 64, 3, 1),
    entry("small", "NVIDIA A100", 1, 24, 64, 64, 1, 1),
  ]),
});

it("a bound counts what a stage holds of a weight as no less than it is", async () => {
  const classes = instanceClasses(problem, DEFAULT_REQUEST);
  const scale = priceScale(priceUnits(classes), classes, maxStagesOf(problem));
  const list = await allSubproblems(
    { problem, request: DEFAULT_REQUEST, points: [POINT] },
    { classes, minOutsideGBytesPerSecond: 0, scale, tables: new TableCache() },
  );
  const { stageTables } = list.find(({ stages }) => stages === 2)!;
  const only = placement([stage("large#0", 1, 1, 2), stage("small#0", 1, 3, 3)], {
    batch_size: POINT.batch,
    sequence_length: POINT.inputTokens,
  });
  expect(evaluate(problem, only).status).toBe("SUCCESS");
  const [, memory] = stageTables.layerWeights.bounds;
  const rounded = [...memory!].map((weight) => Number(weight.toFixed(3)));
  expect(rounded).toEqual([0, 1.2, 1.8, 3]);
  expect(stageTables.bound(0, 2)).toBe(scale.perInstance(0) + scale.perInstance(1));
});
