import { describe, expect, it } from "vitest";
import {
  bestSummary,
  type CaseResult,
  requireNeverWorse,
  runnerSummary,
  savingOver,
  savingOverBest,
} from "../../src/bench/compare.ts";
import { scorePlacement } from "../../src/bench/score.ts";
import { InternalError } from "../../src/errors.ts";
import { evenSplit } from "../../src/placement/even-split.ts";
import { DEFAULT_REQUEST, type ObjectiveName } from "../../src/solver/request.ts";
import type { Answer, NoAnswer, Solution } from "../../src/solver/solution.ts";
import { foundingProblem } from "../support/founding.ts";

const problem = foundingProblem();
const split = evenSplit(
  problem,
  { family: "p4de.24xlarge", tpDegree: 8, ppStages: 1 },
  { phase: "aggregated", batch: 32, inputTokens: 2048, outputTokens: 512 },
);
if (split.status !== "placement") throw new Error(split.error);
const requestFor = (objective: ObjectiveName) => ({ ...DEFAULT_REQUEST, objective, weight: 0.5 });
const caseOf = (objective: ObjectiveName) => ({
  name: "the-case",
  problem,
  request: requestFor(objective),
});

/** A heuristic's answer with another value. */
const valued = (objective: ObjectiveName, value: number) => {
  const scored = scorePlacement(
    problem,
    { ...requestFor(objective), weight: 0.5 },
    split.placement,
  )!;
  return { heuristic: "any", best: { ...scored, value } };
};

const EFFORT = {
  blocks: 1,
  blocks_excluded: 0,
  cases: 1,
  cases_solved: 1,
  cases_bounded: 0,
  milps_solved: 1,
  backend: "none",
  total_seconds: 0,
};

const answer = (
  name: ObjectiveName,
  value: number,
  status: Answer["status"] = "optimal",
): Answer => ({
  status,
  objective: { name, value, unit: "" },
  bound: value,
  gap: 0,
  placement: split.placement,
  metrics: scorePlacement(problem, DEFAULT_REQUEST, split.placement)!.metrics,
  warnings: [],
  run: EFFORT,
});

const noAnswer = (status: NoAnswer["status"]): NoAnswer => ({
  status,
  explanation: { sentences: [], conflict: [], relaxations: [], joint_relaxations: [] },
  warnings: [],
  run: EFFORT,
});

describe("an answer called optimal", () => {
  const check = (objective: ObjectiveName, optimum: number, heuristic: number) => () =>
    requireNeverWorse(caseOf(objective), answer(objective, optimum), [
      valued(objective, heuristic),
    ]);

  it("may be as good as a heuristic's or better", () => {
    expect(check("cost-per-token", 9, 9)).not.toThrow();
    expect(check("cost-per-token", 9, 10)).not.toThrow();
    expect(check("cost", 9, 10)).not.toThrow();
    expect(check("throughput", 9, 8)).not.toThrow();
    expect(check("weighted", -9, -10)).not.toThrow();
    expect(check("cost-per-token", 9, 9 * (1 - 1e-12))).not.toThrow();
  });

  it("must not be worse: that is a defect, which names the case and the heuristic", () => {
    for (const [objective, optimum, heuristic] of [
      ["cost-per-token", 9, 8.999],
      ["cost", 9, 8.999],
      ["throughput", 9, 9.001],
      ["weighted", -9, -8.999],
    ] as const) {
      expect(check(objective, optimum, heuristic)).toThrow(InternalError);
      expect(check(objective, optimum, heuristic)).toThrow(/the-case: any found/);
    }
  });

  it("must be there when a heuristic finds something", () => {
    const against = (solution: Solution) => () =>
      requireNeverWorse(caseOf("cost-per-token"), solution, [valued("cost-per-token", 9)]);
    expect(against(noAnswer("infeasible"))).toThrow(/the-case: called infeasible, but any found/);
    // What a limit cut short claims nothing.
    expect(against(noAnswer("no_solution"))).not.toThrow();
    expect(against(answer("cost-per-token", 10, "feasible"))).not.toThrow();
    expect(() =>
      requireNeverWorse(caseOf("cost-per-token"), noAnswer("infeasible"), [
        { heuristic: "any", best: null },
      ]),
    ).not.toThrow();
  });
});

describe("a saving", () => {
  it("is a share of the heuristic's cost, or of the optimum's throughput", () => {
    expect(savingOver(requestFor("cost-per-token"), 8, 10)).toBeCloseTo(0.2, 12);
    expect(savingOver(requestFor("cost"), 10, 10)).toBe(0);
    expect(savingOver(requestFor("throughput"), 10, 8)).toBeCloseTo(0.2, 12);
    expect(savingOver(requestFor("weighted"), -1, -2)).toBeNull();
  });

  const results = [
    [0.1, 0.3],
    [null, 0.5],
    [0, 0.2],
    [null, null],
  ].map(
    ([a, b]): CaseResult => ({
      benchCase: { name: "any", note: "", problem, request: DEFAULT_REQUEST },
      solution: answer("cost-per-token", 1),
      heuristics: [
        { heuristic: "a", best: null, saving: a!, isOptimum: a === 0 },
        { heuristic: "b", best: null, saving: b!, isOptimum: b === 0 },
      ],
      solveSeconds: 0,
      heuristicsSeconds: 0,
    }),
  );

  it("is summed up by its middle and its largest, over each heuristic and over the best one", () => {
    expect(runnerSummary(results, "a")).toEqual({ count: 2, median: 0.05, max: 0.1 });
    expect(runnerSummary(results, "b")).toEqual({ count: 3, median: 0.3, max: 0.5 });
    expect(results.map(savingOverBest)).toEqual([0.1, 0.5, 0, null]);
    expect(bestSummary(results)).toEqual({ count: 3, median: 0.1, max: 0.5 });
    expect(runnerSummary(results, "c")).toEqual({ count: 0, median: null, max: null });
  });
});
