import fc from "fast-check";
import { expect, test } from "vitest";
import { runFingerprint, stableText } from "../../src/files/fingerprint.ts";
import { createGrid } from "../../src/sweep/grid.ts";
import { foundingProblem } from "../support/founding.ts";

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
