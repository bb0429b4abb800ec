import { describe, expect, test } from "vitest";
import { InputError } from "../../src/errors.ts";
import {
  batchSizes,
  checkPoint,
  type OperatingPoint,
  pointKey,
  pointWarnings,
} from "../../src/workload/workload.ts";

test.each([
  [32, 32, [32]],
  [1, 1, [1]],
  [8, 64, [8, 16, 32, 64]],
  [8, 60, [8, 16, 32, 60]],
  [8, 65, [8, 16, 32, 64, 65]],
  [3, 20, [3, 6, 12, 20]],
  [31, 32, [31, 32]],
])("batches from %i to %i are tried at %j", (minBatch, maxBatch, sizes) => {
  expect(batchSizes(minBatch, maxBatch)).toEqual(sizes);
});

test("points that differ in anything have keys of their own", () => {
  const point: OperatingPoint = {
    phase: "aggregated",
    batch: 4,
    inputTokens: 100,
    outputTokens: 20,
    inputMeanSquareTokens: 20_000,
    outputMeanSquareTokens: 800,
  };
  const others: readonly Partial<OperatingPoint>[] = [
    { phase: "decode" },
    { batch: 5 },
    { inputTokens: 101 },
    { outputTokens: 21 },
    { inputMeanSquareTokens: 20_001 },
    { outputMeanSquareTokens: 801 },
  ];
  const keys = [{}, ...others].map((changes) => pointKey({ ...point, ...changes }));
  expect(new Set(keys).size).toBe(keys.length);
  expect(pointKey({ ...point })).toBe(keys[0]);
});

describe("an operating point", () => {
  const point: OperatingPoint = { phase: "aggregated", batch: 1, inputTokens: 1, outputTokens: 1 };

  test("of one sequence, one token in and one out is fine", () => {
    expect(() => checkPoint(point)).not.toThrow();
  });

  test.each<[Partial<OperatingPoint>, string]>([
    [{ batch: 0 }, "batch_size: 0 "],
    [{ batch: -1 }, "batch_size: -1 "],
    [{ batch: 1.5 }, "batch_size: 1.5 "],
    [{ batch: Number.NaN }, "batch_size: NaN "],
    [{ inputTokens: 0 }, "sequence_length: 0 "],
    [{ inputTokens: 0.5 }, "sequence_length: 0.5 "],
    [{ outputTokens: -1 }, "output_length: -1 "],
    [{ outputTokens: Number.POSITIVE_INFINITY }, "output_length: Infinity "],
    [{ inputMeanSquareTokens: 0.5 }, "sequence_length: a mean square of 0.5 tokens² belongs to no"],
    [{ outputTokens: 2, outputMeanSquareTokens: 3 }, "output_length: a mean square of 3 tokens²"],
    [{ outputTokens: 0 }, "output_length: aggregated serving with 0 output tokens"],
  ])("with %j is refused", (change, message) => {
    const check = () => checkPoint({ ...point, ...change });
    expect(check).toThrow(InputError);
    expect(check).toThrow(message);
  });

  test("whose lengths spread is fine", () => {
    expect(() =>
      checkPoint({ ...point, inputTokens: 3, inputMeanSquareTokens: 9, outputMeanSquareTokens: 4 }),
    ).not.toThrow();
  });

  test.each(["prefill", "decode"] as const)("of %s may have no output", (phase) => {
    expect(() => checkPoint({ ...point, phase, outputTokens: 0 })).not.toThrow();
  });

  test("that decodes nothing is warned of, and nothing else", () => {
    expect(pointWarnings({ ...point, phase: "decode", outputTokens: 0 })).toHaveLength(1);
    expect(pointWarnings({ ...point, phase: "decode" })).toEqual([]);
    expect(pointWarnings({ ...point, phase: "prefill", outputTokens: 0 })).toEqual([]);
  });
});
