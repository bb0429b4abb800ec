/** Which of two equal placements is the answer. */
import { expect, it } from "vitest";
import { compareAll } from "../../../src/solver/search/compare.ts";
import type { Candidate } from "../../../src/solver/search/goal.ts";
import { keyBeforeNames, tiedPoint, tieKey } from "../../../src/solver/search/ties.ts";

const candidate = {
  batch: 8,
  tokensPerSecond: 100,
  gpus: 4,
  stages: 2,
  instances: 2,
  nameRank: 3,
} as Candidate;

it("the lower latency, then fewer GPUs, stages, the smaller batch, fewer instances, and the first by name", () => {
  const worse: readonly (readonly [Partial<Candidate>, Partial<Candidate>])[] = [
    [{ tokensPerSecond: 99 }, { gpus: 1 }],
    [{ gpus: 5 }, { stages: 1 }],
    // The same latency at twice the batch.
    [{ stages: 3 }, { batch: 4, tokensPerSecond: 50 }],
    [{ batch: 16, tokensPerSecond: 200 }, { instances: 1 }],
    [{ instances: 3 }, { nameRank: 0 }],
    [{ nameRank: 4 }, {}],
  ];
  for (const [by, though] of worse) {
    const other = { ...candidate, ...though, ...by };
    expect(compareAll(tieKey(candidate), tieKey(other)), JSON.stringify(by)).toBe(-1);
    expect(compareAll(tieKey(other), tieKey(candidate)), JSON.stringify(by)).toBe(1);
  }
  expect(keyBeforeNames(candidate)).toEqual([0.08, 4, 2, 8]);
});

it("an optimistic point has at least as many instances as its GPUs need", () => {
  const scale = {
    perInstance: () => 1,
    perLink: 0,
    absoluteGap: 0.5,
    priceUnits: (cost: number) => cost,
    gpus: () => 9,
    mostGpus: 4,
  };
  const optimistic = { cost: 1, tokensPerSecond: 100, stages: 2, batch: 8, nameRank: 1 };
  expect(tiedPoint(optimistic, scale)).toEqual([0.08, 9, 2, 8, 3, 1]);
});
