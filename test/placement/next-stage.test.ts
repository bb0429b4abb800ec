/** What a stage is charged for its message follows where the next stage stands, under the calibrated model. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createPool } from "../../src/hardware/pool.ts";
import { evaluate } from "../../src/placement/evaluate.ts";
import type { Metrics } from "../../src/placement/evaluation.ts";
import type { Placement } from "../../src/placement/placement.ts";
import type { Problem } from "../../src/placement/problem.ts";
import { timeShares } from "../../src/placement/time-shares.ts";
import { calibratedProblem, defaultSettings, LLAMA_70B } from "../support/calibrated.ts";

const BASE = calibratedProblem(LLAMA_70B, defaultSettings("vllm"));
const TYPE = "g6e.48xlarge";

function problemWith(network: { gbits?: number; insideGBytes?: number }): Problem {
  const types = BASE.pool.types.map((type) => ({
    ...type,
    instance: {
      ...type.instance,
      externalGbitsPerSecond: network.gbits ?? type.instance.externalGbitsPerSecond,
      insideGBytesPerSecond: network.insideGBytes ?? type.instance.insideGBytesPerSecond,
    },
  }));
  return { ...BASE, pool: createPool(types) };
}

/** Stages of equal size on these instances of the type, one after the other. */
function placementOn(instances: readonly number[], batch = 16, tpDegree = 2): Placement {
  const size = 80 / instances.length;
  return {
    batch_size: batch,
    sequence_length: 2048,
    output_length: 256,
    workload_phase: "aggregated",
    stages: instances.map((index, i) => ({
      gpu_type: `${TYPE}#${index}`,
      tp_degree: tpDegree,
      start_layer: i * size + 1,
      end_layer: (i + 1) * size,
    })),
  };
}

function metricsOf(problem: Problem, placement: Placement): Metrics {
  const evaluation = evaluate(problem, placement);
  if (evaluation.status !== "SUCCESS") throw new Error(evaluation.error);
  return evaluation.metrics;
}

function linkShares(problem: Problem, placement: Placement): number[] {
  const evaluation = evaluate(problem, placement);
  if (evaluation.status !== "SUCCESS") throw new Error(evaluation.error);
  return timeShares(problem, evaluation.placement, evaluation.metrics)!.map(({ links }) => links);
}

describe("the message to the next stage", () => {
  it("owes nothing to the network when all stages stand on one instance", () => {
    fc.assert(
      fc.property(
        fc.constantFrom([0, 0], [0, 0, 0, 0]),
        fc.constantFrom(1, 8, 16),
        fc.double({ min: 0.5, max: 3200, noNaN: true }),
        (instances, batch, gbits) => {
          const placement = placementOn(instances, batch);
          const [here, there] = [problemWith({ gbits: 10 }), problemWith({ gbits })].map(
            (problem) => metricsOf(problem, placement),
          );
          expect(there).toEqual(here);
        },
      ),
    );
  });

  it("owes nothing to the inside bandwidth when no two neighbours share an instance", () => {
    const placement = placementOn([0, 1, 0, 1], 8, 1);
    const rates = [8, 64, 900].map(
      (insideGBytes) =>
        metricsOf(problemWith({ insideGBytes }), placement).throughput_tokens_per_sec,
    );
    expect(new Set(rates).size).toBe(1);
  });

  it("takes longer over a slower network, and over a slower link inside", () => {
    const between = (gbits: number) => metricsOf(problemWith({ gbits }), placementOn([0, 1]));
    expect(between(10).throughput_tokens_per_sec).toBeLessThan(
      between(400).throughput_tokens_per_sec,
    );
    expect(between(10).ttft_ms).toBeGreaterThan(between(400).ttft_ms!);
    const inside = (insideGBytes: number) =>
      metricsOf(problemWith({ insideGBytes }), placementOn([0, 0, 0, 0], 8, 1));
    // PCIe carries 12 GB/s of a message at most; an instance may carry less.
    expect(inside(4).ttft_ms).toBeGreaterThan(inside(12).ttft_ms!);
    expect(inside(64).ttft_ms).toBe(inside(12).ttft_ms);
  });

  it("is charged to each stage by its own neighbour, and the last sends none", () => {
    const shares = linkShares(problemWith({ gbits: 100 }), placementOn([0, 0, 1, 1]));
    const [inside, outside, third, last] = shares as [number, number, number, number];
    expect(inside).toBeGreaterThan(0);
    expect(outside).toBeGreaterThan(inside);
    expect(third).toBe(inside);
    expect(last).toBe(0);
    expect(linkShares(BASE, placementOn([0], 8, 4))).toEqual([0]);
  });

  it("does not depend on the matrix that pairs of GPUs are read from", () => {
    const size = BASE.pool.gpuCount;
    const matrix = (gBytes: number): Problem => ({
      ...BASE,
      network: {
        kind: "matrix",
        gpuCount: size,
        gBytesPerSecond: new Float64Array(size * size).fill(gBytes),
      },
    });
    // TP 1, so that groups do not depend on it either.
    const rates = [100, 1000].map(
      (gBytes) =>
        metricsOf(matrix(gBytes), placementOn([0, 1, 0, 1], 8, 1)).throughput_tokens_per_sec,
    );
    expect(rates[0]).toBe(rates[1]);
    expect(rates[0]).toBe(
      metricsOf(BASE, placementOn([0, 1, 0, 1], 8, 1)).throughput_tokens_per_sec,
    );
  });
});
