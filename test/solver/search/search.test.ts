/** The search over made-up cases, against looking at all of them. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Metrics } from "../../../src/placement/evaluation.ts";
import type { BlockBound } from "../../../src/solver/search/block-bound.ts";
import type { Candidate, CostScale } from "../../../src/solver/search/goal.ts";
import { Pace } from "../../../src/solver/search/pace.ts";
import { type CaseResult, type SearchedSpace, search } from "../../../src/solver/search/search.ts";
import { type Objective, SingleGoal } from "../../../src/solver/search/single-goal.ts";
import type { Block } from "../../../src/solver/search/space.ts";
import type { Subproblem } from "../../../src/solver/search/subproblems.ts";

/** What cases of one subproblem cost, by level; never falling. Infinity: there is no placement. */
interface Made {
  /** Lowest costs. */
  readonly costs: readonly number[];
  /** What a bound, and a rough bound, leave of each. */
  readonly shares: readonly (readonly [bound: number, rough: number])[];
  /** tokens/s of each level. */
  readonly rates: readonly number[];
  /** Whether there is a bound on all of them before the levels are listed. */
  readonly hasBlockBound: boolean;
}

/** Bounds never fall with the level either, as the costs do not. */
function boundOf({ costs, shares }: Made, level: number, which: 0 | 1): number {
  let bound = 0;
  for (let at = 0; at <= level; at++) {
    // Where there is no placement a bound may know, or not.
    const cost = costs[at] === Number.POSITIVE_INFINITY ? 60 : costs[at]!;
    bound = Math.max(bound, Math.floor(cost * shares[at]![which]));
  }
  return bound;
}

const scale: CostScale = {
  perInstance: () => 1,
  perLink: 0,
  absoluteGap: 0.5,
  priceUnits: (cost) => cost,
  gpus: () => 1,
  mostGpus: 1,
};

const OBJECTIVES: Readonly<Record<string, Objective>> = {
  "cost per token": { key: (cost, rate) => [cost / rate, 0] },
  cost: { key: (cost, rate) => [cost, -rate] },
  throughput: { key: (cost, rate) => [-rate, cost] },
};

/** The rate of the first level that is not slower, as a bound without tables has it: by rates, not by levels. */
function blockBound(made: Made): BlockBound {
  return {
    mostTokensPerSecond: made.rates.at(-1)!,
    leastTokensPerSecond: made.rates[0]!,
    cost: (rate) => {
      const level = made.rates.findIndex((own) => own >= rate);
      return level < 0 ? Number.POSITIVE_INFINITY : boundOf(made, level, 1);
    },
  };
}

async function searched(all: readonly Made[], objective: Objective) {
  const goal = new SingleGoal(objective, scale, () => true, 0);
  const subproblems = all.map(
    (made, index) =>
      ({
        stageTables: {
          roughBound: (level: number) => boundOf(made, level, 1),
          bound: (level: number) => boundOf(made, level, 0),
        },
        levels: Float64Array.from(made.rates),
        stages: index + 1,
        point: { batch: 1 },
        tokensPerSecond: (level: number) => made.rates[level]!,
        classes: [],
      }) as unknown as Subproblem,
  );
  const asked = new Set<string>();
  const solveCase = async (
    subproblem: number,
    level: number,
    leastCost: number,
  ): Promise<CaseResult> => {
    const { costs, rates } = all[subproblem]!;
    const cost = costs[level]!;
    // No case is solved twice, and what is said to be proven of it is true.
    expect(asked.has(`${subproblem} ${level}`)).toBe(false);
    asked.add(`${subproblem} ${level}`);
    expect(leastCost).toBeLessThanOrEqual(cost);
    if (cost === Number.POSITIVE_INFINITY) return { status: "infeasible" };
    const candidate = {
      cost,
      priceUnits: cost,
      tokensPerSecond: rates[level]!,
      instances: 1,
      gpus: 1,
      stages: subproblem + 1,
      batch: 1,
      nameRank: 0,
      metrics: { meets_cost_threshold: true } as Metrics,
      origin: { subproblem, level },
    };
    goal.submit(candidate as unknown as Candidate);
    return { status: "optimal", cost, leastCost: cost, level };
  };
  const blocks = all.map((made, position) => ({
    position,
    size: 1,
    parts: null,
    setting: { pipelineStages: position + 1, point: { batch: 1 } },
    site: { classes: [] },
    tokensPerSecond: (rate: number) => rate,
    bound: made.hasBlockBound ? blockBound(made) : null,
  }));
  const opened: number[] = [];
  const space: SearchedSpace = {
    subproblems,
    blocks: () => blocks.values() as Generator<Block>,
    open: async ({ position }) => {
      opened.push(position);
      return [position];
    },
  };
  const result = await search(space, goal, solveCase, {
    shouldStop: () => false,
    pace: new Pace(),
  });
  expect(new Set(opened).size).toBe(opened.length);
  expect(result.blocks).toBe(all.length);
  expect(result.blocks - result.blocksExcluded).toBe(opened.length);
  return { goal, result, asked, opened };
}

/** The best keys of all cases; null where nothing has a placement. */
function bestKey(all: readonly Made[], { key }: Objective): readonly [number, number] | null {
  const keys = all.flatMap(({ costs, rates }) =>
    costs.flatMap((cost, level) =>
      cost === Number.POSITIVE_INFINITY ? [] : [key(cost, rates[level]!, cost, 1)],
    ),
  );
  keys.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  return keys[0] ?? null;
}

const made: fc.Arbitrary<Made> = fc.integer({ min: 1, max: 9 }).chain((levels) =>
  fc
    .record({
      steps: fc.array(fc.nat(6), { minLength: levels, maxLength: levels }),
      first: fc.integer({ min: 1, max: 20 }),
      infeasibleFrom: fc.nat(levels + 3),
      shares: fc.array(
        fc
          .tuple(fc.constantFrom(0, 0.5, 0.9, 1), fc.constantFrom(0, 0.5, 1))
          .map(([bound, part]): [number, number] => [bound, bound * part]),
        { minLength: levels, maxLength: levels },
      ),
      hasBlockBound: fc.boolean(),
      rateSteps: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: levels, maxLength: levels }),
    })
    .map(({ steps, first, infeasibleFrom, shares, rateSteps, hasBlockBound }) => {
      let cost = first;
      let rate = 0;
      return {
        costs: steps.map((step, level) => {
          cost += step;
          return level >= infeasibleFrom ? Number.POSITIVE_INFINITY : cost;
        }),
        shares,
        hasBlockBound,
        rates: rateSteps.map((step) => {
          rate += step;
          return rate;
        }),
      };
    }),
);

describe("a best-first search over levels", () => {
  it.each(Object.keys(OBJECTIVES))("finds the best of all cases: %s", async (name) => {
    const objective = OBJECTIVES[name]!;
    await fc.assert(
      fc.asyncProperty(fc.array(made, { minLength: 1, maxLength: 4 }), async (all) => {
        const { goal, result, asked, opened } = await searched(all, objective);
        const { best } = goal;
        const found =
          best && objective.key(best.cost, best.tokensPerSecond, best.priceUnits, best.batch);
        expect(found).toEqual(bestKey(all, objective));
        expect(result).toMatchObject({
          complete: true,
          cases: opened.reduce((sum, block) => sum + all[block]!.costs.length, 0),
          casesSolved: asked.size,
          openKey: Number.POSITIVE_INFINITY,
        });
      }),
      { seed: 11, numRuns: 200 },
    );
  });

  it("solves one case where a bound is met and all levels cost the same", async () => {
    const flat: Made = {
      costs: [5, 5, 5, 5],
      shares: Array.from({ length: 4 }, () => [1, 1] as const),
      rates: [1, 2, 3, 4],
      hasBlockBound: false,
    };
    const { goal, asked } = await searched([flat], OBJECTIVES.cost!);
    expect(goal.best!.tokensPerSecond).toBe(4);
    expect([...asked]).toEqual(["0 3"]);
  });
});
