import fc from "fast-check";
import { expect, test } from "vitest";
import { runFingerprint, stableText } from "../../src/files/fingerprint.ts";
import { createPool } from "../../src/hardware/pool.ts";
import { layerPlanOf } from "../../src/model/outline.ts";
import type { Problem } from "../../src/placement/problem.ts";
import { createGrid } from "../../src/sweep/grid.ts";
import { FOUNDING_POOL, foundingProblem, LLAMA3_70B } from "../support/founding.ts";
import { restated } from "../support/models.ts";

test("runs of one sweep have different fingerprints, the same ones each time", () => {
  const problem = foundingProblem();
  const { runs } = createGrid(problem, {
    phases: ["prefill", "decode"],
    batches: [
      { minBatch: 8, maxBatch: 8 },
      { minBatch: 8, maxBatch: 16 },
    ],
  });
  const prints = runs.map((run) => runFingerprint(problem, run));
  expect(new Set(prints).size).toBe(runs.length);
  expect(runs.map((run) => runFingerprint(foundingProblem(), run))).toEqual(prints);
});

test("layers that differ and instances that are owned are another problem", () => {
  const plain = foundingProblem();
  const { runs } = createGrid(plain, { families: ["g5.12xlarge"], ppStages: [2] });
  const [kind] = layerPlanOf(LLAMA3_70B.architecture).kinds;
  const layers = {
    kinds: [kind!],
    kindOf: LLAMA3_70B.architecture.kindOf,
    embeddingGib: 0,
    lmHeadGib: 0,
  };
  const described = (allowedCuts: readonly number[] | null): Problem =>
    foundingProblem({ model: { ...restated(LLAMA3_70B, { layers }), allowedCuts } });
  const owning = foundingProblem({
    pool: createPool(FOUNDING_POOL.map((each) => ({ ...each, ownedCount: 1 }))),
  });
  const problems = [plain, described(null), described([40]), owning];
  const prints = problems.map((problem) => runFingerprint(problem, runs[0]!));
  expect(new Set(prints).size).toBe(problems.length);
});

test("the order of keys does not show in stable text", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (object) => {
      const reversed = Object.fromEntries(Object.entries(object).reverse());
      expect(stableText({ object: reversed })).toBe(stableText({ object }));
    }),
  );
});

test("stable text tells apart what JSON does not", () => {
  const texts = [null, Number.NaN, Infinity, -Infinity, "Infinity", [], {}, 0, ""].map((value) =>
    stableText({ value }),
  );
  expect(new Set(texts).size).toBe(texts.length);
});
