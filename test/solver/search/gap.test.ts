/** What an allowed gap lets a search give up, and what is then still proven. */
import { afterAll, describe, expect, it } from "vitest";
import { createInlineHighs } from "../../../src/milp/highs-inline.ts";
import type { Metrics } from "../../../src/placement/evaluation.ts";
import { DEFAULT_REQUEST } from "../../../src/solver/request.ts";
import type { Candidate, CostScale, OptimisticPoint } from "../../../src/solver/search/goal.ts";
import { SingleGoal } from "../../../src/solver/search/single-goal.ts";
import type { Answer } from "../../../src/solver/solution.ts";
import { solve } from "../../../src/solver/solve.ts";
import { toyProblem } from "../../support/toy.ts";

const backend = createInlineHighs();
afterAll(() => backend.dispose());

const scale: CostScale = {
  perInstance: () => 1,
  perLink: 0,
  absoluteGap: 0.5,
  priceUnits: (cost) => cost,
  gpus: () => 1,
  mostGpus: 1,
};

/** A goal to which the cost is all that counts, and that has found a placement of 100. */
function goalAt100(gap: number): SingleGoal {
  const goal = new SingleGoal({ key: (cost) => [cost, 0] }, scale, () => true, gap);
  goal.submit({
    cost: 100,
    tokensPerSecond: 1,
    priceUnits: 100,
    batch: 1,
    origin: { subproblem: 0, level: 0 },
    metrics: { meets_cost_threshold: true } as Metrics,
  } as unknown as Candidate);
  return goal;
}

const at = (cost: number): OptimisticPoint => ({
  cost,
  tokensPerSecond: 1,
  stages: 1,
  batch: 1,
  nameRank: 0,
});

describe("a range whose optimistic point is within the gap of the best", () => {
  it("is given up, and is then what is proven", () => {
    const goal = goalAt100(0.1);
    expect(goal.mayImprove(at(89))).toBe(true);
    expect(goal.bound(Number.POSITIVE_INFINITY)).toBe(100);
    expect(goal.mayImprove(at(95))).toBe(false);
    expect(goal.mayImprove(at(92))).toBe(false);
    expect(goal.mayImprove(at(97))).toBe(false);
    expect(goal.bound(Number.POSITIVE_INFINITY)).toBe(92);
    expect(goal.isProven(Number.POSITIVE_INFINITY)).toBe(true);
    // What is still open may be better than all that was given up.
    expect(goal.bound(85)).toBe(85);
    expect(goal.isProven(85)).toBe(false);
    expect(goal.isProven(91)).toBe(true);
  });

  it("is looked at where no gap is allowed", () => {
    const goal = goalAt100(0);
    expect(goal.mayImprove(at(99.999))).toBe(true);
    expect(goal.mayImprove(at(101))).toBe(false);
    expect(goal.bound(Number.POSITIVE_INFINITY)).toBe(100);
    expect(goal.isProven(99.999)).toBe(false);
    expect(goal.isProven(100)).toBe(true);
  });
});

it("a placement over its limits is no answer, however good it is", () => {
  const goal = goalAt100(0);
  const over = { ...goal.best!, cost: 50, metrics: { meets_cost_threshold: false } as Metrics };
  goal.submit(over);
  expect(goal.best!.cost).toBe(100);
  goal.submit({ ...over, metrics: { meets_cost_threshold: true } as Metrics });
  expect(goal.best!.cost).toBe(50);
  // What costs more is none either.
  goal.submit({ ...goal.best!, cost: 60 });
  expect(goal.best!.cost).toBe(50);
});

it("a solve within a wide gap decides fewer cases, and tells the gap that it proved", async () => {
  const base = toyProblem();
  const problem = { ...base, workload: { ...base.workload, minBatch: 1, maxBatch: 16 } };
  const answerWithin = async (gap: number): Promise<Answer> => {
    const request = { ...DEFAULT_REQUEST, objective: "throughput", gap } as const;
    const solution = await solve(problem, request, backend);
    if (!("placement" in solution)) throw new Error(solution.status);
    expect(solution.status).toBe("optimal");
    return solution;
  };
  const exact = await answerWithin(0);
  const loose = await answerWithin(0.9);
  expect(exact.gap).toBe(0);
  expect(exact.bound).toBe(exact.objective.value);
  expect(loose.run.cases_solved).toBeLessThan(exact.run.cases_solved);
  expect(loose.gap).toBeGreaterThan(0);
  expect(loose.gap).toBeLessThanOrEqual(0.9);
  // Throughput is made large: the bound is above the true optimum.
  expect(loose.bound).toBeGreaterThanOrEqual(exact.objective.value);
  expect(loose.objective.value).toBeLessThanOrEqual(exact.objective.value);
});
