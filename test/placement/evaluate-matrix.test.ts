import { describe, expect, test } from "vitest";
import type { MatrixNetwork } from "../../src/hardware/network.ts";
import { createPool } from "../../src/hardware/pool.ts";
import { metrics, rates } from "../support/answers.ts";
import { expectAllClose, expectClose } from "../support/close.ts";
import { placement, stage, TOY_POOL, toyProblem } from "../support/toy.ts";

describe("an explicit matrix, slower one way than the other", () => {
  /** GPUs 0 and 1 are duo#0, 2 and 3 are duo#1. */
  const matrix: MatrixNetwork = {
    kind: "matrix",
    gpuCount: 4,
    gBytesPerSecond: Float64Array.from(
      [
        [1000, 9, 0.5, 0.25],
        [8, 1000, 0.125, 0.75],
        [0.625, 0.375, 1000, 6],
        [0.875, 0.0625, 7, 1000],
      ].flat(),
    ),
  };
  const pool = createPool([TOY_POOL[1]]);
  const problem = toyProblem({ pool, network: matrix });

  test("links lowest GPUs from source to target, and holds groups to their slower way", () => {
    // Groups: 8 and 6 GB/s. Link: GPU 0 to GPU 2 = 0.5 < 8/2 and 6/2, though the ids are listed the other way round.
    const found = metrics(
      problem,
      placement([stage("duo#0", 2, 1, 6, [1, 0]), stage("duo#1", 2, 7, 12, [1, 0])]),
    );
    expectAllClose(rates(found.stages), [486276.045762403, 389340.6143813711]);
    expect(found.links[0]!.bandwidth_gb_per_sec).toBe(0.5);
    expect(found.raw_throughput_tokens_per_sec).toBe(262_144);
    expectClose(found.throughput_tokens_per_sec, 104_857.6);
  });

  test("links back at the other way's bandwidth", () => {
    // GPU 2 to GPU 0: 0.625 · 524,288
    const found = metrics(problem, placement([stage("duo#1", 2, 1, 6), stage("duo#0", 2, 7, 12)]));
    expectAllClose(rates(found.stages), [389340.6143813711, 486276.045762403]);
    expect(found.raw_throughput_tokens_per_sec).toBe(327_680);
  });

  test.each([
    ["GPU 1 to GPU 2", "duo#0", 1, "duo#1", 0, 0.125],
    ["GPU 2 to GPU 1", "duo#1", 0, "duo#0", 1, 0.375],
    ["GPU 3 to GPU 1", "duo#1", 1, "duo#0", 1, 0.0625],
    ["GPU 1 to GPU 0 of one instance", "duo#0", 1, "duo#0", 0, 8],
  ])("links %s", (_, source, sourceGpu, target, targetGpu, bandwidth) => {
    const found = metrics(
      problem,
      placement([stage(source, 1, 1, 6, [sourceGpu]), stage(target, 1, 7, 12, [targetGpu])]),
    );
    expect(found.links[0]!.bandwidth_gb_per_sec).toBe(bandwidth);
    expectClose(
      found.raw_throughput_tokens_per_sec,
      // 362·10¹²·0.58/(6·34,603,008) when the link is faster
      Math.min(bandwidth * 524_288, 1011280.0983467489),
    );
  });

  test("slows a group down by its slow way", () => {
    const gBytesPerSecond = matrix.gBytesPerSecond.slice();
    gBytesPerSecond[4] = 0.01;
    const found = metrics(
      toyProblem({ pool, network: { ...matrix, gBytesPerSecond } }),
      placement([stage("duo#0", 2, 1, 6), stage("duo#1", 2, 7, 12)]),
    );
    // Collectives of the first stage: 6·2·32,768·2048/(0.01·10⁹)/2 = 40.3 s for 32,768 tokens. Link: 0.01/2 GB/s.
    expectAllClose(rates(found.stages), [813.4575520742503, 389340.6143813711]);
    expectClose(found.links[0]!.bandwidth_gb_per_sec, 0.005);
    expect(found.bottleneck).toEqual({ kind: "stage", index: 0, limited_by: "collectives" });
  });
});
