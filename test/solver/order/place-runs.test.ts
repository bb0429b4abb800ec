import { expect, it } from "vitest";
import { createPool } from "../../../src/hardware/pool.ts";
import { placeRuns } from "../../../src/solver/order/place-runs.ts";
import type { CandidatesAtRate } from "../../../src/solver/stages/candidates-at-rate.ts";
import { TOY_POOL } from "../../support/toy.ts";

/** The toy pool's "quad", of which an instance has four GPUs, with so many stages on an instance at most. */
function quads(maxStagesPerInstance: number): CandidatesAtRate {
  return {
    instanceClass: {
      position: 0,
      type: createPool(TOY_POOL).types[0]!,
      instances: [0, 1],
      microUsdPerHour: 4_000_000,
      kinds: [{ gpus: 2, gBytesPerSecond: 64 }],
      partitions: null,
      groupsOf: () => [],
    },
    options: [],
    patterns: null,
    solo: false,
    neighbours: true,
    maxStagesPerInstance,
  };
}

function instancesOf(atRate: CandidatesAtRate, instances: number): string[] | undefined {
  const placed = placeRuns(
    [0, 6].map((before) => ({ atRate, groupGpus: 2, before, stays: false })),
    [{ atRate, instances, patterns: null, stages: [] }],
    12,
    { phase: "prefill", batch: 1, inputTokens: 8, outputTokens: 0 },
  );
  return placed?.stages.map(({ gpu_type }) => gpu_type);
}

it("two runs share an instance that has GPUs for both", () => {
  expect(instancesOf(quads(2), 1)).toEqual(["quad#0", "quad#0"]);
});

it("two runs do not share an instance that may hold one stage, as the nodes of a launcher do", () => {
  expect(instancesOf(quads(1), 2)).toEqual(["quad#0", "quad#1"]);
  expect(instancesOf(quads(1), 1)).toBeUndefined();
});
