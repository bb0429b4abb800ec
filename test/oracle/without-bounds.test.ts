/**
 * A search that drops blocks by bounds before their stages are tabulated, against the same search without these bounds, which tabulates
 * everything: the same answer, whole, but for what was done to prove it. Problems of the calibrated cost model, as large as enumeration
 * cannot have them.
 *
 * ORACLE_PROBLEMS and ORACLE_FIRST choose the problems, see seeds.ts:
 * ORACLE_PROBLEMS=500 npx vitest run test/oracle/without-bounds.test.ts
 */
import { describe, expect, it } from "vitest";
import { InputError } from "../../src/errors.ts";
import { startableRequest } from "../../src/export/deployable.ts";
import { launcherOf } from "../../src/export/startable.ts";
import type { Placement } from "../../src/placement/placement.ts";
import type { Problem } from "../../src/placement/problem.ts";
import { OBJECTIVES, type SolveRequest } from "../../src/solver/request.ts";
import type { Solution } from "../../src/solver/solution.ts";
import { drawLargerProblem } from "./calibrated-problem.ts";
import { solve } from "./counted-solve.ts";
import { oracleSeeds } from "./seeds.ts";

const counts = { excluded: 0, blocks: 0, answered: 0, several: 0, infeasible: 0, cases: 0, all: 0 };

/** The problem with a cost model that tells of stages only one by one. */
function withoutBounds(problem: Problem): Problem {
  const { lines: _, ...costModel } = problem.costModel;
  return { ...problem, costModel };
}

/** What the rules on ties decide: of placements that are equal by all of them either may be found. */
function decided(solution: Solution): unknown {
  const { status, objective, bound, gap, frontier, frontier_complete } = {
    frontier: undefined,
    frontier_complete: undefined,
    objective: null,
    bound: null,
    gap: null,
    ...solution,
  };
  return {
    status,
    objective,
    bound,
    gap,
    frontier: frontier?.map(({ placement, ...point }) => ({ ...point, on: machinesOf(placement) })),
    frontier_complete,
    ...("placement" in solution && {
      on: machinesOf(solution.placement),
      batch: solution.placement.batch_size,
      usdPerHour: solution.metrics.cost_per_hour,
      tokensPerSecond: solution.metrics.throughput_tokens_per_sec,
    }),
  };
}

function machinesOf({ stages }: Placement): unknown {
  return {
    stages: stages.length,
    names: [...new Set(stages.map(({ gpu_type }) => gpu_type))].sort(),
  };
}

async function check(problem: Problem, request: SolveRequest): Promise<void> {
  const quick = await solve(problem, request);
  const slow = await solve(withoutBounds(problem), request);
  expect(decided(quick)).toEqual(decided(slow));
  // Where no machine is within the budget there is nothing to tabulate.
  if (slow.run.cases > 0) expect(slow.run.blocks_excluded).toBe(0);
  counts.blocks += quick.run.blocks;
  counts.excluded += quick.run.blocks_excluded;
  counts.cases += quick.run.cases;
  counts.all += slow.run.cases;
  counts.infeasible += Number(quick.status === "infeasible");
  if (quick.status !== "optimal") return;
  counts.answered++;
  counts.several += Number(quick.metrics.num_pipeline_stages > 1);
}

function launched(problem: Problem, request: SolveRequest): SolveRequest {
  const form = launcherOf(problem);
  if (form === null) return request;
  try {
    return startableRequest(form, problem, request);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return request;
  }
}

describe("bounds without tables change no answer", { timeout: 120_000 }, () => {
  const seeds = oracleSeeds(24);
  for (const seed of seeds) {
    it(`on problem ${seed}`, async () => {
      const { problem, request, prng } = drawLargerProblem(seed);
      const asked = prng.chance(0.7) ? launched(problem, request) : request;
      const objective = prng.pick(OBJECTIVES);
      await check(problem, {
        ...asked,
        objective,
        weight: objective === "weighted" ? prng.pick([0, 0.3, 0.7, 1]) : null,
        frontier: prng.chance(0.3),
      });
    });
  }

  it.skipIf(seeds.length < 16)("where they exclude most blocks", () => {
    expect(counts.excluded).toBeGreaterThan(counts.blocks / 2);
    expect(counts.cases).toBeLessThan(counts.all / 2);
    expect(counts.answered).toBeGreaterThan(seeds.length / 2);
    expect(counts.several).toBeGreaterThan(seeds.length / 8);
    expect(counts.infeasible).toBeGreaterThan(0);
  });
});
