import { describe, expect, it } from "vitest";
import { InputError } from "../../src/errors.ts";
import { requestedPoints } from "../../src/solver/search/operating-points.ts";
import {
  CONCURRENCY_LEVELS,
  MOST_SEQUENCES,
  tokensPerSecondAtRate,
} from "../../src/workload/load.ts";
import type { Workload } from "../../src/workload/workload.ts";
import { foundingProblem } from "../support/founding.ts";

describe("the concurrency levels", () => {
  it("are whole numbers from 1 to the engine's cap, rising", () => {
    expect(CONCURRENCY_LEVELS[0]).toBe(1);
    expect(CONCURRENCY_LEVELS.at(-1)).toBe(MOST_SEQUENCES);
    for (const [k, level] of CONCURRENCY_LEVELS.entries()) {
      expect(Number.isInteger(level)).toBe(true);
      if (k > 0) expect(level).toBeGreaterThan(CONCURRENCY_LEVELS[k - 1]!);
    }
  });

  it("are eight an octave where there are as many whole numbers", () => {
    for (let from = 16; from < MOST_SEQUENCES; from *= 2) {
      const octave = CONCURRENCY_LEVELS.filter((level) => level >= from && level < 2 * from);
      expect(octave).toHaveLength(8);
    }
    expect(CONCURRENCY_LEVELS.slice(0, 8)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });
});

describe("the throughput that a rate of requests asks for", () => {
  const lengths = { inputTokens: 2000, outputTokens: 500 };

  it.each([
    ["aggregated", 5000],
    ["prefill", 4000],
    ["decode", 1000],
  ] as const)("counts the tokens of %s", (phase, tokensPerSecond) => {
    expect(tokensPerSecondAtRate(2, phase, lengths)).toBe(tokensPerSecond);
  });
});

describe("the points of a solve", () => {
  const base = foundingProblem().workload;
  const points = (changes: Partial<Workload>) =>
    requestedPoints(foundingProblem({ workload: { ...base, ...changes } }));
  const batches = (changes: Partial<Workload>) => points(changes).map(({ batch }) => batch);
  const open = { minBatch: null, maxBatch: null };

  it("are the batch sizes, unless the load decides", () => {
    expect(batches({ minBatch: 8, maxBatch: 20 })).toEqual([8, 16, 20]);
    expect(batches({ ...open, load: { kind: "concurrency", sequences: 48 } })).toEqual([48]);
    expect(batches({ ...open, load: { kind: "max" } })).toEqual(CONCURRENCY_LEVELS);
    const load = { kind: "request_rate", requestsPerSecond: 2 } as const;
    expect(batches({ ...open, load })).toEqual(CONCURRENCY_LEVELS);
  });

  it("carry how lengths spread", () => {
    const inputLengths = {
      meanTokens: 2048,
      meanSquareTokens: 5e6,
      p95Tokens: 4000,
      p99Tokens: 6000,
    };
    const [point] = points({ inputLengths });
    expect(point).toMatchObject({ inputTokens: 2048, inputMeanSquareTokens: 5e6 });
    expect(point).not.toHaveProperty("outputMeanSquareTokens");
    expect(points({})[0]).not.toHaveProperty("inputMeanSquareTokens");
  });

  it("need batch sizes where there is no load", () => {
    expect(() => points(open)).toThrow(InputError);
  });
});
