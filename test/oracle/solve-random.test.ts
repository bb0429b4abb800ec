/**
 * The solver against plain enumeration, on random problems: derived networks and explicit matrices, layers that are alike
 * and that are not (invariants 1 to 4 and 6).
 *
 * The standard run takes the first 120 problems; ORACLE_PROBLEMS=500 npx vitest run test/oracle takes 500, and see seeds.ts
 * for drawing a single one again.
 */
import { describe, it } from "vitest";
import type { Problem } from "../../src/placement/problem.ts";
import type { SolveRequest } from "../../src/solver/request.ts";
import { expectBest } from "./check-solution.ts";
import { solve } from "./counted-solve.ts";
import { drawLimits } from "./random-limits.ts";
import { type Drawn, drawProblem } from "./random-problem.ts";
import { oracleSeeds } from "./seeds.ts";

const OBJECTIVES: readonly Pick<SolveRequest, "objective" | "weight">[] = [
  { objective: "throughput", weight: null },
  { objective: "cost", weight: null },
  { objective: "weighted", weight: null },
  { objective: "weighted", weight: 0 },
  { objective: "weighted", weight: 0.3 },
  { objective: "weighted", weight: 0.8 },
  { objective: "weighted", weight: 1 },
  { objective: "cost-per-token", weight: null },
];

async function check(
  drawn: Drawn,
  problem: Problem,
  choices: Partial<SolveRequest>,
): Promise<void> {
  const request: SolveRequest = { ...drawn.request, ...choices };
  expectBest(problem, request, await solve(problem, request), drawn.outcomes);
}

describe("solve agrees with the brute force", { timeout: 60_000 }, () => {
  for (const seed of oracleSeeds(120)) {
    it(`on problem ${seed}`, async () => {
      const drawn = drawProblem(seed);
      const { problem, prng } = drawn;
      await check(drawn, problem, { objective: "cost-per-token", frontier: true });
      for (const choice of prng.shuffle(OBJECTIVES).slice(0, 2)) {
        await check(drawn, problem, choice);
      }
      if (drawn.outcomes.length === 0) return;
      const limited = { ...problem, limits: drawLimits(prng, problem, drawn.outcomes) };
      await check(drawn, limited, { ...prng.pick(OBJECTIVES), frontier: prng.chance(0.4) });
    });
  }
});
