/** Lower bounds where a stage that leaves its instance holds less than one whose next stage stands there as well. */
import { expect, it } from "vitest";
import type { Held } from "../../../src/solver/bounds/demand.ts";
import { coverBound } from "../../../src/solver/bounds/knapsack-bound.ts";
import type {
  CandidatesAtRate,
  OptionAtRate,
} from "../../../src/solver/stages/candidates-at-rate.ts";

const option = (groupGpus: number): OptionAtRate => ({ groupGpus }) as OptionAtRate;

/** Bounds by stages for instances of two GPUs at a cost of 7, of which there are two. */
function boundsFor(
  layers: number,
  held: ReadonlyMap<OptionAtRate, Held>,
  patterns: readonly (readonly number[])[] | null,
): number[] {
  const candidates = {
    instanceClass: { position: 0, instances: [0, 1], type: { instance: { gpuCount: 2 } } },
    options: [...held.keys()],
    patterns: patterns?.map((counts, partition) => ({ counts, partition })) ?? null,
    solo: false,
    maxStagesPerInstance: 4,
  } as unknown as CandidatesAtRate;
  const demand = { total: layers, holds: (one: OptionAtRate) => held.get(one)! };
  return [...coverBound([candidates], 4, demand, () => 7)];
}

const NONE = Number.POSITIVE_INFINITY;

it("alike GPUs: one stage of an instance at least leaves", () => {
  const held = new Map([[option(1), { any: 4, leaving: 1 }]]);
  // One instance: 1 layer with one stage, 4 + 1 with two. Two instances: 2, 6 and 10 with two, three and four.
  expect(boundsFor(1, held, null)).toEqual([NONE, 7, 7, 14, 14]);
  expect(boundsFor(5, held, null)).toEqual([NONE, NONE, 7, 14, 14]);
  expect(boundsFor(6, held, null)).toEqual([NONE, NONE, NONE, 14, 14]);
  expect(boundsFor(10, held, null)).toEqual([NONE, NONE, NONE, NONE, 14]);
  expect(boundsFor(11, held, null)).toEqual([NONE, NONE, NONE, NONE, NONE]);
});

it("listed groups: the one that loses least by leaving leaves", () => {
  const held = new Map([
    [option(1), { any: 5, leaving: 5 }],
    [option(1), { any: 4, leaving: 1 }],
  ]);
  // One stage holds 5, two hold 9; nothing is lost as the first group may leave.
  expect(boundsFor(5, held, [[1, 1]]).slice(0, 3)).toEqual([NONE, 7, 7]);
  expect(boundsFor(9, held, [[1, 1]]).slice(0, 3)).toEqual([NONE, NONE, 7]);
  // Of two groups of the second kind one holds 1, two hold 5.
  expect(boundsFor(2, held, [[0, 2]]).slice(0, 3)).toEqual([NONE, NONE, 7]);
  expect(boundsFor(5, held, [[0, 2]]).slice(0, 3)).toEqual([NONE, NONE, 7]);
  expect(boundsFor(6, held, [[0, 2]]).slice(0, 3)).toEqual([NONE, NONE, NONE]);
});
