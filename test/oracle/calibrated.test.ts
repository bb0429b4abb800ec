/**
 * The solver against enumeration on what users run: the calibrated cost model with the shipped constants, models of the library, machines
 * of the catalogue, any load, and what the engine's own launcher can start as well as all placements.
 *
 * ORACLE_PROBLEMS and ORACLE_FIRST choose the problems, see seeds.ts:
 * ORACLE_PROBLEMS=1000 npx vitest run test/oracle/calibrated.test.ts
 */
import { describe, expect, it } from "vitest";
import { InputError } from "../../src/errors.ts";
import { startableRequest } from "../../src/export/deployable.ts";
import { launcherOf } from "../../src/export/startable.ts";
import { EXPORT_FORMS } from "../../src/export/targets.ts";
import type { Problem } from "../../src/placement/problem.ts";
import type { SolveRequest } from "../../src/solver/request.ts";
import { requestedPoints } from "../../src/solver/search/operating-points.ts";
import type { Limits } from "../../src/workload/workload.ts";
import { bruteForce, type Outcome } from "./brute-force.ts";
import { drawCalibratedProblem, drawTinyCalibratedProblem } from "./calibrated-problem.ts";
import { expectBest } from "./check-solution.ts";
import { solve } from "./counted-solve.ts";
import { visitPlacements } from "./exhaustive.ts";
import { expectExplained } from "./explained.ts";
import { collected, exportable, type Judged, outcomeOf, restricted } from "./exportable.ts";
import { drawNearLimits } from "./matrix-problem.ts";
import type { Prng } from "./prng.ts";
import { drawLatencyLimits } from "./random-limits.ts";
import { oracleSeeds } from "./seeds.ts";

const OBJECTIVES: readonly Pick<SolveRequest, "objective" | "weight">[] = [
  { objective: "throughput", weight: null },
  { objective: "cost", weight: null },
  { objective: "weighted", weight: 0.3 },
  { objective: "cost-per-token", weight: null },
  { objective: "cost-per-token", weight: null },
];

const counts = { shared: 0, several: 0, infeasible: 0, atRate: 0 };

async function check(
  problem: Problem,
  request: SolveRequest,
  outcomes: readonly Outcome[],
): Promise<void> {
  const solution = await solve(problem, request);
  expectBest(problem, request, solution, outcomes);
  if (!("placement" in solution)) {
    counts.infeasible++;
    return;
  }
  const { num_pipeline_stages: stages, num_instances: instances } = solution.metrics;
  counts.several += Number(stages > 1);
  counts.shared += Number(stages > instances);
  counts.atRate += Number(problem.workload.load?.kind === "request_rate");
  if (request.explain && solution.status === "optimal") expectExplained(problem, request, solution);
}

/** The request that the command line makes of one; null where the engine has no launcher, or none that can use the pool. */
function asLaunched(problem: Problem, request: SolveRequest): SolveRequest | null {
  const form = launcherOf(problem);
  if (form === null) return null;
  try {
    return startableRequest(form, problem, request);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return null;
  }
}

/** The limits with others beside them; of two targets for the throughput the higher one counts. */
function within(problem: Problem, limits: Limits): Problem {
  const { minTokensPerSecond } = problem.limits;
  const most = Math.max(limits.minTokensPerSecond ?? 0, minTokensPerSecond ?? 0);
  return { ...problem, limits: { ...limits, minTokensPerSecond: most > 0 ? most : null } };
}

function drawChoice(prng: Prng, frontierChance: number): Partial<SolveRequest> {
  return { ...prng.pick(OBJECTIVES), frontier: prng.chance(frontierChance) };
}

describe("on the calibrated cost model solve agrees with the brute force", {
  timeout: 120_000,
}, () => {
  const seeds = oracleSeeds(64);
  for (const seed of seeds) {
    it(`on problem ${seed}`, async () => {
      const { problem, request, outcomes, prng } = drawCalibratedProblem(seed);
      const points = requestedPoints(problem);
      await check(problem, { ...request, ...drawChoice(prng, 0.4) }, outcomes);

      const launched = asLaunched(problem, request);
      const asked = launched ?? request;
      const startable = launched ? bruteForce(problem, launched, points) : outcomes;
      const choice = launched ? drawChoice(prng, 0.3) : {};
      await check(problem, { ...asked, ...choice }, startable);
      if (outcomes.length === 0) return;

      const limited = within(problem, drawNearLimits(prng, problem, outcomes));
      const explain = prng.chance(0.2) && problem.workload.load === undefined;
      const objective = prng.pick(OBJECTIVES.filter((one) => one.objective !== "weighted"));
      await check(limited, { ...request, ...objective, explain }, outcomes);

      // Prefill has no later tokens, decode no first one.
      if (problem.workload.phase !== "aggregated") return;
      const soon = within(problem, drawLatencyLimits(prng, problem, request, outcomes));
      const soonest = bruteForce(soon, asked, points);
      await check(soon, { ...asked, ...drawChoice(prng, 0.3) }, soonest);
    });
  }

  it.skipIf(seeds.length < 16)(
    "with answers of several stages, also on one instance, and at rates",
    () => {
      expect(counts.several).toBeGreaterThan(seeds.length / 2);
      expect(counts.shared).toBeGreaterThan(seeds.length / 10);
      expect(counts.atRate).toBeGreaterThan(seeds.length / 8);
      expect(counts.infeasible).toBeGreaterThan(seeds.length / 40);
    },
  );
});

describe("on the calibrated cost model solve agrees with evaluate, asked of every placement", {
  timeout: 120_000,
}, () => {
  const all = (problem: Problem, request: SolveRequest): Judged[] =>
    collected((visit) =>
      visitPlacements(problem, request, requestedPoints(problem), (metrics, point, placement) => {
        if (metrics.meets_cost_threshold) visit(metrics, point, placement);
      }),
    );
  for (const seed of oracleSeeds(20)) {
    it(`on tiny problem ${seed}`, async () => {
      const { problem, request, outcomes, prng } = drawTinyCalibratedProblem(seed);
      const placements = all(problem, request);
      await check(problem, { ...request, ...drawChoice(prng, 0.5) }, placements.map(outcomeOf));
      for (const form of prng.shuffle(EXPORT_FORMS).slice(0, 3)) {
        const asked = restricted(form, problem, request, placements);
        if (!asked) continue;
        const able = exportable(form, problem, placements).map(outcomeOf);
        await check(problem, { ...asked, ...drawChoice(prng, 0.3) }, able);
      }
      if (placements.length === 0 || problem.workload.phase !== "aggregated") return;
      const soon = within(problem, drawLatencyLimits(prng, problem, request, outcomes));
      const kept = all(soon, request).map(outcomeOf);
      await check(soon, { ...request, ...drawChoice(prng, 0.5) }, kept);
    });
  }
});
