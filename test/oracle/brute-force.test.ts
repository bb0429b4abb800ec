/** The brute force itself, against calling `evaluate` on every placement of tiny problems and on random ones of others. */
import { describe, expect, it } from "vitest";
import { deriveMatrix } from "../../src/hardware/network.ts";
import { createPool } from "../../src/hardware/pool.ts";
import { evaluate } from "../../src/placement/evaluate.ts";
import type { Problem } from "../../src/placement/problem.ts";
import type { SolveRequest } from "../../src/solver/request.ts";
import { requestedPoints } from "../../src/solver/search/operating-points.ts";
import { entry, foundingProblem } from "../support/founding.ts";
import { bruteForce, type Outcome, placementOf, slowestAllowed } from "./brute-force.ts";
import { metricsOf } from "./check-solution.ts";
import { requestRules, visitPlacements } from "./exhaustive.ts";
import { drawLatencyLimits } from "./random-limits.ts";
import { drawPlacement } from "./random-placement.ts";
import {
  drawProblem,
  drawTinyMessageProblem,
  drawTinyProblem,
  drawTinyServingProblem,
} from "./random-problem.ts";
import { oracleSeeds } from "./seeds.ts";

function nameOf(outcome: Omit<Outcome, "point" | "tokensPerSecond" | "seats">, batch: number) {
  const { stages, microUsdPerHour, instances, gpus, crossings, isUniform } = outcome;
  return JSON.stringify({ batch, stages, microUsdPerHour, instances, gpus, crossings, isUniform });
}

/** The highest rates that evaluating every placement finds within the limits, by what outcomes are told apart by. */
function bestByName(problem: Problem, request: SolveRequest): Map<string, number> {
  const best = new Map<string, number>();
  visitPlacements(problem, request, requestedPoints(problem), (metrics, point) => {
    if (!metrics.meets_cost_threshold) return;
    const name = nameOf(
      {
        stages: metrics.num_pipeline_stages,
        microUsdPerHour: Math.round(metrics.cost_per_hour * 1e6),
        instances: metrics.num_instances,
        gpus: metrics.num_gpus_rented,
        crossings: metrics.links.filter((link) => link.crosses_instances).length,
        isUniform: new Set(metrics.stages.map((stage) => stage.tp_degree)).size === 1,
      },
      point.batch,
    );
    best.set(name, Math.max(best.get(name) ?? 0, metrics.throughput_tokens_per_sec));
  });
  return best;
}

function namedOf(outcomes: readonly Outcome[]): Map<string, number> {
  return new Map(
    outcomes.map((outcome) => [nameOf(outcome, outcome.point.batch), outcome.tokensPerSecond]),
  );
}

describe("brute force", { timeout: 60_000 }, () => {
  const seeds = oracleSeeds(40);
  for (const seed of seeds) {
    it(`finds what evaluating every placement finds, on tiny problem ${seed}`, () => {
      const { problem, request, outcomes } = drawTinyProblem(seed);
      expect(namedOf(outcomes)).toEqual(bestByName(problem, request));
    });

    it(`does so within limits on latencies, on tiny serving problem ${seed}`, () => {
      const { problem, request, outcomes, prng } = drawTinyServingProblem(seed);
      expect(namedOf(outcomes)).toEqual(bestByName(problem, request));
      if (outcomes.length === 0) return;
      const limits = drawLatencyLimits(prng, problem, request, outcomes);
      const limited = { ...problem, limits };
      const within = bruteForce(limited, request, requestedPoints(limited));
      expect(namedOf(within)).toEqual(bestByName(limited, request));
    });
  }

  for (const seed of seeds) {
    it(`does so where it matters what stages send to, on tiny problem ${seed}`, () => {
      const { problem, request, outcomes, prng } = drawTinyMessageProblem(seed);
      expect(namedOf(outcomes)).toEqual(bestByName(problem, request));
      if (outcomes.length === 0 || !problem.costModel.predictsLatency) return;
      const limits = drawLatencyLimits(prng, problem, request, outcomes);
      const limited = { ...problem, limits };
      const within = bruteForce(limited, request, requestedPoints(limited));
      expect(namedOf(within)).toEqual(bestByName(limited, request));
    });
  }

  let accepted = 0;
  for (const seed of seeds) {
    it(`names placements that do what it says, and none does better, on problem ${seed}`, () => {
      const { problem, request, outcomes, prng } = drawProblem(seed);
      for (const outcome of outcomes) {
        const metrics = metricsOf(problem, placementOf(problem, outcome));
        expect(metrics).toMatchObject({
          throughput_tokens_per_sec: outcome.tokensPerSecond,
          cost_per_hour: outcome.microUsdPerHour / 1e6,
          num_instances: outcome.instances,
          num_pipeline_stages: outcome.stages,
        });
      }
      const best = new Map<string, number>();
      for (const { point, microUsdPerHour, instances, stages, tokensPerSecond } of outcomes) {
        const name = `${point.batch} ${microUsdPerHour} ${instances} ${stages}`;
        best.set(name, Math.max(best.get(name) ?? 0, tokensPerSecond));
      }
      const isWanted = requestRules(problem, request);
      for (let i = 0; i < 300; i++) {
        const placement = drawPlacement(prng, problem, request);
        const evaluation = evaluate(problem, placement);
        if (evaluation.status !== "SUCCESS") continue;
        const { metrics } = evaluation;
        if (!isWanted(metrics, placement)) continue;
        accepted++;
        const name = `${placement.batch_size} ${Math.round(metrics.cost_per_hour * 1e6)} ${metrics.num_instances} ${metrics.num_pipeline_stages}`;
        expect(metrics.throughput_tokens_per_sec).toBeLessThanOrEqual(best.get(name) ?? 0);
      }
    });
  }

  it("was held against many random placements", () => {
    expect(accepted).toBeGreaterThan(10 * seeds.length);
  });

  it("counts off the slowest links between instances", () => {
    // Shares per GPU: a 1 GB/s, b 2 GB/s, c 4 GB/s. Pairs: a-b 4, a-c 1 at 1 GB/s; b-b 4, b-c 4 at 2 GB/s.
    const pool = createPool([
      entry("a", "A100", 1, 80, 600, 8, 1, 1),
      entry("b", "A100", 2, 80, 600, 32, 1, 2),
      entry("c", "A100", 1, 80, 600, 32, 1, 1),
    ]);
    const derived = foundingProblem({ pool });
    const quantiles = [0, 0.3, 0.38, 0.39, 0.5, 1];
    const cutoffs = quantiles.map((quantile) => slowestAllowed(derived, quantile));
    expect(cutoffs).toEqual([1, 1, 1, 2, 2, 2]);
    const listed = { ...derived, network: deriveMatrix(pool) };
    expect(quantiles.map((quantile) => slowestAllowed(listed, quantile))).toEqual(cutoffs);
    expect(slowestAllowed(derived, null)).toBe(0);
  });
});
