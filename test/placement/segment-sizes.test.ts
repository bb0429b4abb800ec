import { describe, expect, test } from "vitest";
import {
  allowedSegmentSizes,
  isQuantisedSize,
  minPipelineSegment,
} from "../../src/placement/segment-sizes.ts";
import { LARGE_RULES, RELAXED_RULES } from "../support/founding.ts";
import { TOY_RULES } from "../support/toy.ts";

function quantised(numLayers: number): number[] {
  return Array.from({ length: numLayers + 2 }, (_, size) => size).filter((size) =>
    isQuantisedSize(size, numLayers),
  );
}

test.each([
  // Divisors, and the powers of two from 4
  [80, [1, 2, 4, 5, 8, 10, 16, 20, 32, 40, 64, 80]],
  [12, [1, 2, 3, 4, 6, 8, 12]],
  [7, [1, 4, 7]],
  [3, [1, 3]],
  [1, [1]],
  [61, [1, 4, 8, 16, 32, 61]],
])("%i layers are cut into quantised sizes", (numLayers, sizes) => {
  expect(quantised(numLayers)).toEqual(sizes);
});

test.each([
  [80, 8, 10],
  [80, 7, 12], // 11.4
  [80, 80, 1],
  [80, 100, 1],
  [12, 5, 3], // 2.4
])(
  "%i layers in at most %i stages leave at least %i to each",
  (numLayers, maxPipelineStages, least) => {
    expect(minPipelineSegment(numLayers, { ...TOY_RULES, maxPipelineStages })).toBe(least);
  },
);

describe("the sizes a stage may have", () => {
  test("under the founding rules", () => {
    expect(allowedSegmentSizes(80, LARGE_RULES)).toEqual([10, 16, 20, 32, 40, 64, 80]);
  });

  test("start at min_layers_per_stage when that is more", () => {
    expect(allowedSegmentSizes(80, { ...LARGE_RULES, minLayersPerStage: 17 })).toEqual([
      20, 32, 40, 64, 80,
    ]);
  });

  test("are all from ceil(80/16) without quantisation", () => {
    const sizes = allowedSegmentSizes(80, RELAXED_RULES);
    expect([sizes[0], sizes.at(-1), sizes.length]).toEqual([5, 80, 76]);
  });

  test("are none when min_layers_per_stage is more than the model has", () => {
    expect(allowedSegmentSizes(12, { ...TOY_RULES, minLayersPerStage: 13 })).toEqual([]);
  });
});
