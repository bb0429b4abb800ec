/**
 * The solver against plain enumeration on random problems of a cost model that predicts latencies and whose stages may depend
 * on their number: without limits on latencies, and with limits drawn around the latencies that occur.
 *
 * The standard run takes the first 120 problems; ORACLE_PROBLEMS and ORACLE_FIRST choose others, see seeds.ts.
 */
import { describe, expect, it } from "vitest";
import type { SolveRequest } from "../../src/solver/request.ts";
import { requestedPoints } from "../../src/solver/search/operating-points.ts";
import { bruteForce } from "./brute-force.ts";
import { expectBest } from "./check-solution.ts";
import { solve } from "./counted-solve.ts";
import { drawLatencyLimits, drawLimits } from "./random-limits.ts";
import { drawServingProblem } from "./random-problem.ts";
import { oracleSeeds } from "./seeds.ts";

const OBJECTIVES: readonly Pick<SolveRequest, "objective" | "weight">[] = [
  { objective: "throughput", weight: null },
  { objective: "cost", weight: null },
  { objective: "weighted", weight: 0 },
  { objective: "weighted", weight: 0.3 },
  { objective: "weighted", weight: 1 },
  { objective: "cost-per-token", weight: null },
  { objective: "cost-per-token", weight: null },
];

describe("solve agrees with the brute force", { timeout: 120_000 }, () => {
  const seeds = oracleSeeds(120);
  const counts = { infeasible: 0, met: 0 };
  for (const seed of seeds) {
    it(`on serving problem ${seed}`, async () => {
      const { problem, prng, outcomes, ...drawn } = drawServingProblem(seed);
      const free: SolveRequest = { ...drawn.request, ...prng.pick(OBJECTIVES), frontier: true };
      expectBest(problem, free, await solve(problem, free), outcomes);
      if (outcomes.length === 0) return;

      const limits = drawLatencyLimits(prng, problem, drawn.request, outcomes);
      const limited = { ...problem, limits };
      const within = bruteForce(limited, drawn.request, requestedPoints(limited));
      for (const choice of prng.shuffle(OBJECTIVES).slice(0, 2)) {
        const request = { ...drawn.request, ...choice, frontier: prng.chance(0.6) };
        const solution = await solve(limited, request);
        expectBest(limited, request, solution, within);
        if (solution.status === "infeasible") counts.infeasible++;
        else counts.met++;
      }
      if (within.length === 0) return;

      // Budgets beside the limits on latencies.
      const { maxTtftSeconds, maxTpotSeconds, latencySafetyMargin } = limits;
      const budgets = drawLimits(prng, limited, within);
      const both = {
        ...limited,
        limits: { ...budgets, maxTtftSeconds, maxTpotSeconds, latencySafetyMargin },
      };
      const request = { ...drawn.request, ...prng.pick(OBJECTIVES) };
      expectBest(both, request, await solve(both, request), within);
    });
  }

  it("had limits that were met and limits that were not", () => {
    expect(counts.met).toBeGreaterThan(seeds.length / 4);
    expect(counts.infeasible).toBeGreaterThan(seeds.length / 20);
  });
});
