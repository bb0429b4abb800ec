import fc from "fast-check";
import type { Plan, PlanQuestion } from "../../../src/solver/plans/cheapest-plans.ts";
import type { PlanClass } from "../../../src/solver/plans/cost-to-go.ts";
import type { Pattern } from "../../../src/solver/plans/pattern.ts";

const DEMANDS = 2;
const LIMITS = 1;

const patternOf = (stages: number, holds: readonly number[]): Pattern => ({
  counts: [stages],
  stages,
  gpus: stages,
  holds,
  partition: null,
});

const arbitraryClass: fc.Arbitrary<Omit<PlanClass, "candidate">> = fc.record({
  copies: fc.integer({ min: 1, max: 3 }),
  patterns: fc
    .uniqueArray(
      fc.record({
        stages: fc.integer({ min: 1, max: 3 }),
        holds: fc.array(fc.integer({ min: 0, max: 5 }), {
          minLength: DEMANDS,
          maxLength: DEMANDS,
        }),
      }),
      { minLength: 1, maxLength: 3, selector: ({ stages, holds }) => `${stages} ${holds}` },
    )
    .map((list) => list.map(({ stages, holds }) => patternOf(stages, holds))),
  cost: fc.integer({ min: 0, max: 9 }),
  uses: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: LIMITS, maxLength: LIMITS }),
});

/** Questions about plans that are small enough to list them all. */
export const arbitraryQuestion: fc.Arbitrary<PlanQuestion> = fc.record({
  classes: fc
    .array(arbitraryClass, { minLength: 1, maxLength: 3 })
    .map((list) => list.map((one, candidate) => ({ ...one, candidate }))),
  need: fc.record({
    stages: fc.integer({ min: 1, max: 5 }),
    totals: fc.array(fc.integer({ min: 0, max: 9 }), { minLength: DEMANDS, maxLength: DEMANDS }),
    mostInstances: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.constant(Number.POSITIVE_INFINITY)),
  }),
  limits: fc.array(fc.integer({ min: 0, max: 9 }), { minLength: LIMITS, maxLength: LIMITS }),
  // A rule that plans break by having too much of something.
  allows: fc
    .integer({ min: 1, max: 6 })
    .map((most) =>
      Object.assign(
        (instances: Plan["instances"]) =>
          instances.filter(({ candidate }) => candidate === 0).length <= most,
        { toString: () => `at most ${most} of the first class` },
      ),
    ),
});

/** Every plan of a question, by trying all. */
export function everyPlan({ classes, need, limits, allows }: PlanQuestion): Plan[] {
  const found: Plan[] = [];
  const choices = classes.flatMap((one) =>
    one.patterns.map((pattern) => ({ one, instance: { candidate: one.candidate, pattern } })),
  );
  const extend = (first: number, chosen: readonly (typeof choices)[number][]): void => {
    const stages = chosen.reduce((sum, { instance }) => sum + instance.pattern.stages, 0);
    if (stages > need.stages) return;
    if (stages === need.stages && isPlan(chosen)) {
      const cost = chosen.reduce((sum, { one }) => sum + one.cost, 0);
      found.push({ cost, instances: chosen.map(({ instance }) => instance) });
    }
    for (let i = first; i < choices.length; i++) extend(i, [...chosen, choices[i]!]);
  };
  const isPlan = (chosen: readonly (typeof choices)[number][]): boolean =>
    chosen.length <= need.mostInstances &&
    classes.every((own) => chosen.filter(({ one }) => one === own).length <= own.copies) &&
    need.totals.every(
      (total, m) =>
        chosen.reduce((sum, { instance }) => sum + instance.pattern.holds[m]!, 0) >= total,
    ) &&
    limits.every((most, i) => chosen.reduce((sum, { one }) => sum + one.uses[i]!, 0) <= most) &&
    allows(chosen.map(({ instance }) => instance));
  extend(0, []);
  return found;
}
