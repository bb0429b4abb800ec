/**
 * The solver against plain enumeration on random problems of cost models to which it matters where the next stage stands: several
 * stages on one instance, several instances, layers alike and unlike, with and without limits on latencies, explicit matrices.
 *
 * ORACLE_PROBLEMS and ORACLE_FIRST choose the problems, see seeds.ts.
 */
import { describe, expect, it } from "vitest";
import type { SolveRequest } from "../../src/solver/request.ts";
import { requestedPoints } from "../../src/solver/search/operating-points.ts";
import { bruteForce } from "./brute-force.ts";
import { expectBest } from "./check-solution.ts";
import { solve } from "./counted-solve.ts";
import { drawLatencyLimits } from "./random-limits.ts";
import { type Drawn, drawMessageProblem } from "./random-problem.ts";
import { oracleSeeds } from "./seeds.ts";

const OBJECTIVES: readonly Pick<SolveRequest, "objective" | "weight">[] = [
  { objective: "throughput", weight: null },
  { objective: "cost", weight: null },
  { objective: "weighted", weight: 0.3 },
  { objective: "weighted", weight: 0 },
  { objective: "cost-per-token", weight: null },
  { objective: "cost-per-token", weight: null },
];

/** A problem without limits on latencies, then with limits drawn around those that occur. */
async function expectOptimal({ problem, prng, outcomes, ...drawn }: Drawn): Promise<boolean> {
  const free: SolveRequest = { ...drawn.request, ...prng.pick(OBJECTIVES), frontier: true };
  const solution = await solve(problem, free);
  expectBest(problem, free, solution, outcomes);
  if (outcomes.length > 0 && problem.costModel.predictsLatency) {
    const limits = drawLatencyLimits(prng, problem, drawn.request, outcomes);
    const limited = { ...problem, limits };
    const within = bruteForce(limited, drawn.request, requestedPoints(limited));
    for (const choice of prng.shuffle(OBJECTIVES).slice(0, 2)) {
      const request = { ...drawn.request, ...choice, frontier: prng.chance(0.6) };
      expectBest(limited, request, await solve(limited, request), within);
    }
  }
  if (!("placement" in solution)) return false;
  const { num_pipeline_stages, num_instances } = solution.metrics;
  return num_pipeline_stages > num_instances;
}

describe("where it matters what stages send to, solve agrees with the brute force", {
  timeout: 120_000,
}, () => {
  const seeds = oracleSeeds(40);
  let shared = 0;
  for (const seed of seeds) {
    it(`on problem ${seed}`, async () => {
      if (await expectOptimal(drawMessageProblem(seed))) shared++;
    });
  }

  it("had answers with several stages on an instance", () => {
    expect(shared).toBeGreaterThan(seeds.length / 10);
  });
});
