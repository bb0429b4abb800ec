/**
 * Properties of the solver on the oracle's random problems (invariants 5 and 8), a second back end, and an allowed gap.
 *
 * The standard run takes 40 problems; ORACLE_PROBLEMS and ORACLE_FIRST choose others, see seeds.ts.
 */
import { afterAll, describe, expect, it } from "vitest";
import { createInlineHighs } from "../../src/milp/highs-inline.ts";
import { createJslp } from "../../src/milp/jslp.ts";
import type { Problem } from "../../src/placement/problem.ts";
import type { SolveRequest } from "../../src/solver/request.ts";
import type { Solution } from "../../src/solver/solution.ts";
import { solve } from "../../src/solver/solve.ts";
import { bestOf } from "./best-outcome.ts";
import { expectAnswer, expectBest, expectHonest, isMaximised } from "./check-solution.ts";
import { loosen } from "./loosen.ts";
import type { Prng } from "./prng.ts";
import { drawLimits } from "./random-limits.ts";
import { drawProblem } from "./random-problem.ts";
import { reorderPool } from "./reorder-pool.ts";
import { oracleSeeds } from "./seeds.ts";

/** Other problems than those of the comparison with the brute force. */
const SEED_OFFSET = 100_000;

const highs = createInlineHighs();
afterAll(() => highs.dispose());

function drawChoice(prng: Prng): Pick<SolveRequest, "objective" | "weight"> {
  const objective = prng.pick(["cost-per-token", "throughput", "cost", "weighted"] as const);
  return { objective, weight: objective === "weighted" ? prng.pick([0, 0.2, 0.7, 1]) : null };
}

const seeds = oracleSeeds(40).map((seed) => seed + SEED_OFFSET);

describe("an allowed gap", { timeout: 60_000 }, () => {
  for (const seed of seeds) {
    it(`bounds the true optimum and is kept, on problem ${seed}`, async () => {
      const { problem, outcomes, prng, ...drawn } = drawProblem(seed);
      const gap = prng.pick([0.005, 0.05, 0.2, 0.6]);
      const request = { ...drawn.request, ...drawChoice(prng), gap };
      const best = bestOf(outcomes, request.objective, request.weight ?? 0, problem.weights);
      const solution = await solve(problem, request, highs);
      if (best === null) {
        expect(solution.status).toBe("infeasible");
        return;
      }
      const answer = expectAnswer(solution);
      expectHonest(problem, answer, request.weight ?? 0);
      const { value } = answer.objective;
      const rounding = 1e-9 * best.size;
      const [low, high] = isMaximised(request) ? [value, answer.bound] : [answer.bound, value];
      expect(low).toBeLessThanOrEqual(best.value + rounding);
      expect(high).toBeGreaterThanOrEqual(best.value - rounding);
      expect(high - low).toBeLessThanOrEqual(gap * Math.abs(value) + rounding);
      const relative = value === answer.bound ? 0 : (high - low) / Math.abs(value);
      expect(answer.gap).toBeCloseTo(relative, 9);
    });
  }
});

describe("the order of the pool", { timeout: 60_000 }, () => {
  for (const seed of seeds) {
    it(`changes nothing, on problem ${seed}`, async () => {
      const { problem, outcomes, prng, ...drawn } = drawProblem(seed);
      const request = { ...drawn.request, ...drawChoice(prng), frontier: true };
      const limited =
        outcomes.length > 0 && prng.chance(0.5)
          ? { ...problem, limits: drawLimits(prng, problem, outcomes) }
          : problem;
      const { types } = limited.pool;
      const reversed = reorderPool(limited, [...types].reverse());
      const shuffled = reorderPool(limited, prng.shuffle(types));
      const { run: _, ...first } = await solve(limited, request, highs);
      for (const other of [reversed, shuffled]) {
        const { run: __, ...second } = await solve(other, request, highs);
        expect(JSON.stringify(second)).toBe(JSON.stringify(first));
      }
    });
  }
});

describe("a looser problem", { timeout: 60_000 }, () => {
  for (const seed of seeds) {
    it(`has no worse answer, on problem ${seed}`, async () => {
      const { problem, outcomes, prng, ...drawn } = drawProblem(seed);
      // A threshold on links between instances is a share of all links, so it moves with the pool.
      const request = { ...drawn.request, ...drawChoice(prng), bandwidthPercentile: null };
      const tight =
        outcomes.length > 0 ? { ...problem, limits: drawLimits(prng, problem, outcomes) } : problem;
      const before = await solve(tight, request, highs);
      for (let i = 0; i < 2; i++) {
        const loose = loosen(prng, tight, request);
        const after = await solve(loose.problem, loose.request, highs);
        if (before.status === "infeasible") {
          expect(["optimal", "infeasible"]).toContain(after.status);
          continue;
        }
        const sign = isMaximised(request) ? -1 : 1;
        const [tightValue, looseValue] = [before, after].map(
          (solution) => sign * expectAnswer(solution).objective.value,
        ) as [number, number];
        expect(looseValue, loose.what).toBeLessThanOrEqual(
          tightValue + 1e-9 * Math.abs(tightValue),
        );
      }
    });
  }
});

describe("javascript-lp-solver as the back end", { timeout: 120_000 }, () => {
  let agreed = 0;
  for (const seed of seeds) {
    it(`agrees where it does not give up, on problem ${seed}`, async () => {
      const { problem, outcomes, prng, ...drawn } = drawProblem(seed);
      const request = { ...drawn.request, ...drawChoice(prng) };
      const solution = await solveWithJslp({ ...problem, timeLimitSeconds: 10 }, request);
      if (solution === null) return;
      expectBest(problem, request, solution, outcomes);
      agreed++;
    });
  }

  it("seldom gives up", () => {
    expect(agreed).toBeGreaterThanOrEqual(seeds.length / 2);
  });
});

/** Null when the back end says that the model is not for it, or has not ended in time. */
async function solveWithJslp(problem: Problem, request: SolveRequest): Promise<Solution | null> {
  const jslp = createJslp();
  try {
    const solution = await solve(problem, request, jslp);
    const isProven = solution.status === "optimal" || solution.status === "infeasible";
    return isProven ? solution : null;
  } catch (error) {
    if (error instanceof Error && error.message.includes("MILP solver jslp failed")) return null;
    throw error;
  } finally {
    await jslp.dispose();
  }
}
