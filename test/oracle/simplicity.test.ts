/** Simple answers against plain enumeration: the simplest placement within a percentage of the optimum, and the best of these. */
import { describe, expect, it } from "vitest";
import { meetsLatencyLimits } from "../../src/placement/limits.ts";
import { complexityOf } from "../../src/solver/explain/simplicity.ts";
import type { SolveRequest } from "../../src/solver/request.ts";
import { isMaximised, objectiveValue } from "../../src/solver/search/objectives.ts";
import { requestedPoints } from "../../src/solver/search/operating-points.ts";
import { solve } from "./counted-solve.ts";
import { visitPlacements } from "./exhaustive.ts";
import { drawTinyProblem, drawTinyServingProblem } from "./random-problem.ts";
import { oracleSeeds } from "./seeds.ts";

/** The figures of every placement that keeps the limits. */
function listed(seed: number, draw: typeof drawTinyProblem, request: Partial<SolveRequest>) {
  const drawn = draw(seed);
  const asked = { ...drawn.request, gap: 0, frontier: false, explain: false, ...request };
  const all: { value: number; tokensPerSecond: number; complexity: readonly number[] }[] = [];
  const { problem } = drawn;
  visitPlacements(problem, asked, requestedPoints(problem), (metrics, _, placement) => {
    if (!metrics.meets_cost_threshold) return;
    const { ttft_ms, tpot_ms } = metrics;
    const seconds = (ms: number | null): number | null => (ms === null ? null : ms / 1000);
    if (!meetsLatencyLimits(problem.limits, seconds(ttft_ms), seconds(tpot_ms))) return;
    const value = objectiveValue(problem, asked, metrics);
    const tokensPerSecond = metrics.throughput_tokens_per_sec;
    all.push({ value, tokensPerSecond, complexity: complexityOf(placement) });
  });
  return { problem, asked, all, prng: drawn.prng };
}

function compareLists(a: readonly number[], b: readonly number[]): number {
  for (const [i, x] of a.entries()) if (x !== b[i]) return x - b[i]!;
  return 0;
}

const simpler = { seen: 0 };

describe.each([
  ["reference", drawTinyProblem],
  ["serving", drawTinyServingProblem],
] as const)("the simplest placement of a %s problem", (_, draw) => {
  it.each(oracleSeeds(80))("is what enumeration finds, problem %i", async (seed) => {
    const objectives = ["cost-per-token", "throughput", "cost", "weighted"] as const;
    const objective = objectives[seed % 4]!;
    const weight = objective === "weighted" ? 0.5 : null;
    const preferSimplePercent = [1, 5, 20, 60][(seed >> 2) % 4]!;
    const { problem, asked, all } = listed(seed, draw, { objective, weight, preferSimplePercent });
    const solution = await solve(problem, asked);
    if (all.length === 0) return expect(solution.status).toBe("infeasible");
    if (solution.status !== "optimal") throw new Error(`problem ${seed}: ${solution.status}`);
    const sign = isMaximised(problem, asked) ? -1 : 1;
    const optimum = all.reduce((a, b) => (sign * b.value < sign * a.value ? b : a)).value;
    const room = Math.abs(optimum) * (preferSimplePercent / 100 + 1e-9);
    const within = all.filter(({ value }) => sign * (value - optimum) <= room);
    // Where a token costs nothing, the tokens decide.
    const isFree = objective === "cost-per-token" && optimum === 0;
    const most = Math.max(...within.map(({ tokensPerSecond }) => tokensPerSecond));
    const least = isFree ? most * (1 - preferSimplePercent / 100) * (1 - 1e-9) : 0;
    const near = within.filter(({ tokensPerSecond }) => tokensPerSecond >= least);
    const simplest = near.reduce((a, b) => (compareLists(b.complexity, a.complexity) < 0 ? b : a));
    const alike = near.filter((one) => compareLists(one.complexity, simplest.complexity) === 0);
    const best = alike.reduce((a, b) => (sign * b.value < sign * a.value ? b : a)).value;
    expect(complexityOf(solution.placement), `problem ${seed}`).toEqual(simplest.complexity);
    expect(Math.abs(solution.objective.value - best)).toBeLessThanOrEqual(1e-9 * Math.abs(best));
    expect(Math.abs(solution.bound - optimum)).toBeLessThanOrEqual(1e-9 * Math.abs(optimum));
    expect(solution.simplicity!.proven).toBe(true);
    if (Math.abs(best - optimum) > 1e-9 * Math.abs(optimum)) simpler.seen++;
  });
});

it("is often not the optimum", () => {
  expect(simpler.seen).toBeGreaterThan(0);
});
