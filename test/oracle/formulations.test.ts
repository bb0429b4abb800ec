/**
 * Each formulation of the search decides many cases of problems that are compared with enumeration: problems for each
 * that come to it, and none of their cases is decided by plans. Names are those that `onFormulation` is called with; see
 * counted-solve.ts.
 *
 * ORACLE_PROBLEMS and ORACLE_FIRST choose the problems, see seeds.ts.
 */
import { beforeAll, describe, expect, it } from "vitest";
import type { MilpModel } from "../../src/milp/model.ts";
import type { Problem } from "../../src/placement/problem.ts";
import { instanceClasses } from "../../src/solver/instances/instance-classes.ts";
import type { SolveRequest } from "../../src/solver/request.ts";
import { priceUnits, unitsToUsd } from "../../src/solver/search/costs.ts";
import { searchObjective } from "../../src/solver/search/objectives.ts";
import { requestedPoints } from "../../src/solver/search/operating-points.ts";
import { maxStagesOf } from "../../src/solver/search/subproblems.ts";
import type { Solution } from "../../src/solver/solution.ts";
import { answerModel } from "../../src/solver/solve.ts";
import { bruteForce, type Outcome } from "./brute-force.ts";
import { expectBest } from "./check-solution.ts";
import { backend, reached, solveByMilps } from "./counted-solve.ts";
import { flavourNamed } from "./flavours.ts";
import { drawSingleLinksProblem } from "./matrix-problem.ts";
import { drawLatencyLimits } from "./random-limits.ts";
import { type Drawn, drawFlavoured } from "./random-problem.ts";
import { oracleSeeds } from "./seeds.ts";

type Draw = (seed: number) => Drawn;

const ofFlavour =
  (name: string): Draw =>
  (seed) =>
    drawFlavoured(seed, flavourNamed(name));

/** What reaches a formulation, and why. */
const AIMS: Readonly<Record<string, Draw>> = {
  // Layers alike, and a stage does not care for what it sends to.
  "free-cover": ofFlavour("plain"),
  // Layers differ at the ends only, so that most counts of stages have an order.
  cover: ofFlavour("messages, ends"),
  // Links of a matrix forbid the first order, and another one is found.
  "cover, arranged": ofFlavour("messages, matrix"),
  // Both ends and a limit on latencies: counts that cover the layers and have no order.
  "cover with cuts": ofFlavour("messages, served, ends"),
  // Layers alike, and a bandwidth of its own for each link: few orders have links that are fast enough.
  slots: drawSingleLinksProblem,
  // Neighbours are forbidden, or links bind or are paid for, and layers keep their places.
  "linked-starts": ofFlavour("uneven, slow links"),
};

/** So many cases of the problems that `npm run test:long` takes; of fewer problems as many fewer. */
const LEAST_CASES = 50;
const PROBLEMS = 24;
const MODELS = 80;

const seeds = oracleSeeds(PROBLEMS);
const least = Math.floor((LEAST_CASES * seeds.length) / PROBLEMS);

/** Answers whose MILP, as `--export-model` writes it, is that of the starts formulation. */
let startsModels = 0;

async function check(
  problem: Problem,
  request: SolveRequest,
  outcomes: readonly Outcome[],
): Promise<Solution> {
  const solution = await solveByMilps(problem, request);
  expectBest(problem, request, solution, outcomes);
  return solution;
}

/** The price that a search cost stands for, USD per hour: costs count GPUs behind it. */
function usdPerHour(problem: Problem, request: SolveRequest, cost: number): number {
  const classes = instanceClasses(problem, request);
  const units = priceUnits(classes);
  const { scale } = searchObjective(problem, request, units, classes, maxStagesOf(problem));
  return unitsToUsd(units, scale.priceUnits(Math.round(cost)));
}

/** Rows on starts, and no columns of single GPU groups. */
function isOfStarts({ columns }: MilpModel): boolean {
  return (
    columns.some(({ name }) => /^s\.a\d+$/.test(name)) &&
    !columns.some(({ name }) => /\.u\d+\./.test(name))
  );
}

describe.each(Object.entries(AIMS))("%s decides cases", { timeout: 120_000 }, (name, draw) => {
  // Problems that are drawn for other formulations reach this one as well.
  let before = 0;
  beforeAll(() => {
    before = reached.get(name) ?? 0;
  });

  for (const seed of seeds) {
    it(`as the brute force does, on problem ${seed}`, async () => {
      const { problem, prng, outcomes, ...drawn } = draw(seed);
      const request: SolveRequest = { ...drawn.request, frontier: true };
      await check(problem, request, outcomes);
      await check(problem, { ...request, objective: "weighted", weight: 0.3 }, outcomes);
      if (outcomes.length === 0 || !problem.costModel.predictsLatency) return;
      const limits = drawLatencyLimits(prng, problem, request, outcomes);
      const limited = { ...problem, limits };
      const within = bruteForce(limited, request, requestedPoints(limited));
      await check(limited, request, within);
    });
  }

  it.skipIf(seeds.length < PROBLEMS / 4)(`at least ${least} of them`, () => {
    expect((reached.get(name) ?? 0) - before).toBeGreaterThanOrEqual(least);
  });
});

/**
 * The search itself hardly ever comes to the starts formulation: an order that is not found among 20,000 states, or 60 cuts. It is what
 * is exported of an answer.
 */
describe("starts is the MILP of answers", { timeout: 120_000 }, () => {
  const each = oracleSeeds(MODELS);
  // Of 7032 the slowest stage is a rounding error below the level that its rate counts as.
  for (const seed of new Set([...each, 7032])) {
    it(`whose optimum is the answer's cost, on problem ${seed}`, async () => {
      const { problem, outcomes, ...drawn } = drawFlavoured(seed, flavourNamed("uneven"));
      const request: SolveRequest = { ...drawn.request, objective: "cost" };
      const solution = await check(problem, request, outcomes);
      if (solution.status !== "optimal") return;
      const milp = await answerModel(problem, request, solution, backend);
      if (!isOfStarts(milp)) return;
      const outcome = await backend.solve(milp, {});
      if (outcome.status !== "optimal") throw new Error(`the answer's MILP is ${outcome.status}`);
      expect(usdPerHour(problem, request, outcome.objective)).toBeCloseTo(
        solution.metrics.cost_per_hour,
        9,
      );
      startsModels++;
    });
  }

  it.skipIf(each.length < MODELS / 4)("of many answers", () => {
    expect(startsModels).toBeGreaterThanOrEqual(Math.floor((LEAST_CASES * each.length) / MODELS));
  });
});
