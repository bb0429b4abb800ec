/**
 * The solver against plain enumeration where groups of GPUs differ: explicit matrices with percentiles, rules on nodes, few
 * instances allowed, prices that nearly tie. What explains an answer is held against enumeration as well.
 *
 * ORACLE_PROBLEMS and ORACLE_FIRST choose the problems, see seeds.ts:
 * ORACLE_PROBLEMS=3000 npx vitest run test/oracle/matrix.test.ts
 */
import { describe, expect, it } from "vitest";
import type { Problem } from "../../src/placement/problem.ts";
import type { SolveRequest } from "../../src/solver/request.ts";
import { expectBest } from "./check-solution.ts";
import { solve } from "./counted-solve.ts";
import { expectExplained } from "./explained.ts";
import { drawMatrixProblem, drawNearLimits } from "./matrix-problem.ts";
import type { Drawn } from "./random-problem.ts";
import { oracleSeeds } from "./seeds.ts";

const OBJECTIVES: readonly Pick<SolveRequest, "objective" | "weight">[] = [
  { objective: "throughput", weight: null },
  { objective: "cost", weight: null },
  { objective: "cost-per-token", weight: null },
  { objective: "weighted", weight: 0 },
  { objective: "weighted", weight: 0.3 },
  { objective: "weighted", weight: 0.8 },
];

const counts = { matrices: 0, percentiles: 0, nodes: 0 };

async function check(
  { outcomes, ...drawn }: Drawn,
  problem: Problem,
  choices: Partial<SolveRequest>,
): Promise<void> {
  const request = { ...drawn.request, ...choices };
  expectBest(problem, request, await solve(problem, request), outcomes);
}

describe("solve agrees with the brute force", { timeout: 120_000 }, () => {
  const seeds = oracleSeeds(160);
  for (const seed of seeds) {
    it(`on matrix problem ${seed}`, async () => {
      const drawn = drawMatrixProblem(seed);
      const { problem, request, outcomes, prng } = drawn;
      counts.matrices += Number(problem.network.kind === "matrix");
      counts.percentiles += Number(request.bandwidthPercentile !== null);
      counts.nodes += Number(request.nodeRules !== null);
      await check(drawn, problem, { objective: "cost-per-token", frontier: true });
      await check(drawn, problem, prng.pick(OBJECTIVES));
      if (outcomes.length === 0) return;
      const limited = { ...problem, limits: drawNearLimits(prng, problem, outcomes) };
      await check(drawn, limited, { ...prng.pick(OBJECTIVES), frontier: prng.chance(0.3) });
      if (!prng.chance(0.25)) return;
      const asked = { ...request, ...prng.pick(OBJECTIVES.slice(0, 3)), explain: true };
      const answer = await solve(limited, asked);
      if (answer.status === "optimal") expectExplained(limited, asked, answer);
    });
  }

  it.skipIf(seeds.length < 20)("had matrices, percentiles and rules on nodes", () => {
    expect(counts.matrices).toBeGreaterThan(seeds.length / 2);
    expect(counts.percentiles).toBeGreaterThan(seeds.length / 4);
    expect(counts.nodes).toBeGreaterThan(seeds.length / 5);
  });
});
