/** Pools whose types are at several sites: a pipeline stays inside one, whatever it costs. */
import { describe, expect, it } from "vitest";
import { createPool, type PoolEntry } from "../../src/hardware/pool.ts";
import { evaluate } from "../../src/placement/evaluate.ts";
import type { Problem } from "../../src/placement/problem.ts";
import { OBJECTIVES, type SolveRequest } from "../../src/solver/request.ts";
import { requestedPoints } from "../../src/solver/search/operating-points.ts";
import { bruteForce, placementOf, TooManyError } from "./brute-force.ts";
import { expectBest } from "./check-solution.ts";
import { solve } from "./counted-solve.ts";
import type { Prng } from "./prng.ts";
import { drawLimits } from "./random-limits.ts";
import { drawProblem } from "./random-problem.ts";
import { oracleSeeds } from "./seeds.ts";

const MOST_ORDERINGS = 100_000;
const SITES = ["cloud/east", "cloud/west"] as const;

/** The problem with its types at two sites; one of them, now and then, also at the other site at another price. */
function atSites(prng: Prng, problem: Problem): Problem {
  const entries = problem.pool.types.map(
    ({ position, firstGpu, ...entry }): PoolEntry => ({
      ...entry,
      instance: {
        ...entry.instance,
        site: prng.pick(SITES),
        ...(prng.chance(0.25) && { isScattered: true as const }),
      },
    }),
  );
  const twin = prng.pick(entries);
  const { name, site } = twin.instance;
  const elsewhere: PoolEntry = {
    ...twin,
    instance: {
      ...twin.instance,
      name: `${name}@other`,
      typeName: name,
      site: SITES.find((one) => one !== site)!,
    },
    price: {
      ...twin.price,
      microUsdPerHour: Math.round(twin.price.microUsdPerHour * prng.pick([0.5, 1, 1, 1.5])),
    },
  };
  return { ...problem, pool: createPool(prng.chance(0.6) ? [...entries, elsewhere] : entries) };
}

/** What the oracle's problem is at sites, as far as it can be listed. */
function listed(seed: number) {
  const drawn = drawProblem(seed);
  if (drawn.problem.network.kind === "matrix") return null;
  const problem = atSites(drawn.prng, drawn.problem);
  try {
    const points = requestedPoints(problem);
    const outcomes = bruteForce(problem, drawn.request, points, MOST_ORDERINGS);
    return { ...drawn, problem, outcomes };
  } catch (error) {
    if (error instanceof TooManyError) return null;
    throw error;
  }
}

const seeds = oracleSeeds(60);
const problems = seeds.map((seed) => ({ seed, drawn: listed(seed) }));

it("most of the problems can be listed", () => {
  const kept = problems.filter(({ drawn }) => drawn !== null);
  expect(kept.length).toBeGreaterThan(seeds.length / 2);
});

describe("solve agrees with the brute force", { timeout: 60_000 }, () => {
  for (const { seed, drawn } of problems) {
    it.skipIf(drawn === null)(`at two sites, problem ${seed}`, async () => {
      const { problem, prng, outcomes, request } = drawn!;
      const check = async (changed: Problem, choices: Partial<SolveRequest>): Promise<void> => {
        const asked = { ...request, ...choices };
        expectBest(changed, asked, await solve(changed, asked), outcomes);
      };
      for (const outcome of outcomes.slice(0, 5)) {
        expect(evaluate(problem, placementOf(problem, outcome)).status).toBe("SUCCESS");
      }
      await check(problem, { objective: "cost-per-token", weight: null, frontier: true });
      await check(problem, { objective: prng.pick(OBJECTIVES.slice(0, 3)), weight: null });
      if (outcomes.length === 0) return;
      const limits = drawLimits(prng, problem, outcomes);
      await check({ ...problem, limits }, { objective: "cost-per-token", weight: null });
    });
  }
});
