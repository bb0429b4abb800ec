/** Plans by rising cost, beside a list of all of them. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CheapestPlans, type Plan } from "../../../src/solver/plans/cheapest-plans.ts";
import { CostToGo } from "../../../src/solver/plans/cost-to-go.ts";
import { arbitraryQuestion, everyPlan } from "./plans.ts";

const keyOf = ({ instances }: Plan): string =>
  instances
    .map(({ candidate, pattern }) => `${candidate}:${pattern.stages}:${pattern.holds}`)
    .sort()
    .join(" ");

describe("the cheapest plans", () => {
  it("are all plans, each once, by rising cost", () => {
    fc.assert(
      fc.property(arbitraryQuestion, (question) => {
        const plans = new CheapestPlans(question, Number.POSITIVE_INFINITY);
        const listed: Plan[] = [];
        for (;;) {
          const { bound } = plans;
          const plan = plans.next();
          if (plan === "too_many") throw new Error(plan);
          if (plan === null) break;
          expect(plan.cost).toBeGreaterThanOrEqual(bound);
          listed.push(plan);
        }
        expect(plans.bound).toBe(Number.POSITIVE_INFINITY);
        const costs = listed.map(({ cost }) => cost);
        expect(costs).toEqual([...costs].sort((a, b) => a - b));
        const all = everyPlan(question);
        expect(listed.map(keyOf).sort()).toEqual(all.map(keyOf).sort());
        const costByKey = new Map(all.map((plan) => [keyOf(plan), plan.cost]));
        for (const plan of listed) expect(plan.cost).toBe(costByKey.get(keyOf(plan)));
      }),
      { numRuns: 500 },
    );
  });

  it("end where there is more to look at than is allowed", () => {
    const pattern = { counts: [1], stages: 1, gpus: 1, holds: [1], partition: null };
    const one = { copies: 9, patterns: [pattern], cost: 1, uses: [] };
    const question = {
      classes: [0, 1, 2].map((candidate) => ({ ...one, candidate })),
      need: { stages: 5, totals: [5], mostInstances: Number.POSITIVE_INFINITY },
      limits: [],
      allows: () => true,
    };
    expect(new CheapestPlans(question, 3).next()).toBe("too_many");
    // Straight to the first plan: an instance more, or none of the class any more, at each step.
    expect(new CheapestPlans(question, 11).next()).toMatchObject({ cost: 5 });
  });
});

describe("what the rest of a plan costs at least", () => {
  it("is what the cheapest plan costs where one demand is all there is", () => {
    fc.assert(
      fc.property(arbitraryQuestion, ({ classes, need, ...rest }) => {
        const one = { ...need, totals: need.totals.slice(0, 1) };
        const free = { ...rest, classes, need: one, limits: [], allows: () => true };
        const toGo = new CostToGo(
          classes,
          classes.map(({ cost }) => cost),
          one,
        );
        const least = Math.min(...everyPlan(free).map(({ cost }) => cost));
        expect(toGo.from(0, one.mostInstances, one.stages, one.totals)).toBe(least);
      }),
      { numRuns: 500 },
    );
  });
});
