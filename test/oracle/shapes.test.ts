/**
 * Solves of models whose heads, widths and groups of weights forbid TP degrees, against the brute force, which shares models out itself.
 *
 * ORACLE_PROBLEMS and ORACLE_FIRST choose the problems, see seeds.ts.
 */
import { describe, expect, it } from "vitest";
import type { Model } from "../../src/model/model.ts";
import { evaluate } from "../../src/placement/evaluate.ts";
import type { Placement } from "../../src/placement/placement.ts";
import type { Problem } from "../../src/placement/problem.ts";
import { forbiddenTp } from "../../src/placement/tp-shape.ts";
import { bestEvenSplits } from "../../src/solver/even-splits/even-splits.ts";
import { requestedPoints } from "../../src/solver/search/operating-points.ts";
import type { Solution } from "../../src/solver/solution.ts";
import { attending } from "../support/models.ts";
import { bruteForce, TooManyError } from "./brute-force.ts";
import { expectBest } from "./check-solution.ts";
import { solve } from "./counted-solve.ts";
import { FLAVOURS, type Flavour, TINY } from "./flavours.ts";
import { createPrng, type Prng } from "./prng.ts";
import { drawUnseen } from "./random-problem.ts";
import { oracleSeeds } from "./seeds.ts";
import { canShareOut } from "./shape-rule.ts";

/** The model with other heads, widths and groups, of which some share out to 2, 3, 4 or 8 GPUs and some do not. */
function withShape(prng: Prng, model: Model): Model {
  const numAttentionHeads = prng.pick([6, 8, 12, 14, 24, 28, 32]);
  const kvHeads = [1, 2, 4, 6, 8, numAttentionHeads].filter((n) => numAttentionHeads % n === 0);
  const numKvHeads = prng.pick(kvHeads);
  const dHidden = prng.pick([768, 1536, 1792, 2304, 3072, 12_288]);
  const kinds = model.architecture.kinds.map((kind) =>
    attending({ ...kind, ffnWidth: dHidden }, { heads: numAttentionHeads, kvHeads: numKvHeads }),
  );
  const architecture = { ...model.architecture, kinds };
  if (prng.chance(0.4)) return { ...model, architecture };
  const experts = prng.chance(0.5)
    ? { experts: 8, expertsPerToken: 2, sharedFfnWidth: prng.pick([0, 768, 1024]) }
    : {};
  return {
    ...model,
    architecture: { ...architecture, kinds: kinds.map((kind) => ({ ...kind, ...experts })) },
    weightGroups: {
      inputs: prng.pick([32, 64, 128]),
      outputs: 1,
      parts: ["dense", "experts", "shared"],
    },
  };
}

/** A problem with a made-up shape that can be enumerated, and of which the shape forbids a degree that is asked for. */
function drawShaped(seed: number, flavour: Flavour) {
  const prng = createPrng(seed * 49_979_687 + 13);
  for (let attempt = 0; attempt < 1000; attempt++) {
    const drawn = drawUnseen(prng, flavour);
    const { anyShape: _, ...rules } = drawn.problem.rules;
    const problem: Problem = {
      ...drawn.problem,
      model: withShape(prng, drawn.problem.model),
      rules,
    };
    const request = { ...drawn.request, frontier: prng.chance(0.3) };
    if (request.tpDegrees.every((degree) => canShareOut(problem.model, degree))) continue;
    try {
      const outcomes = bruteForce(problem, request, requestedPoints(problem), 60_000);
      if (outcomes.length > 0 || seed % 5 === 0) return { problem, request, outcomes };
    } catch (error) {
      if (!(error instanceof TooManyError)) throw error;
    }
  }
  throw new Error(`seed ${seed}: no problem has a shape that forbids a degree`);
}

function placementsOf(solution: Solution): Placement[] {
  return [
    ...("placement" in solution ? [solution.placement] : []),
    ...(solution.frontier ?? []).map(({ placement }) => placement),
  ];
}

describe("models that forbid TP degrees", { timeout: 60_000 }, () => {
  const seeds = oracleSeeds(40);
  const counts = { answers: 0, lost: 0 };
  for (const seed of seeds) {
    it(`have the best answer of those that start, on problem ${seed}`, async () => {
      const flavour = seed % 3 === 0 ? TINY : FLAVOURS[seed % FLAVOURS.length]!;
      const { problem, request, outcomes } = drawShaped(seed, flavour);
      for (const degree of request.tpDegrees) {
        expect(forbiddenTp(problem, degree) === null, `TP ${degree}`).toBe(
          canShareOut(problem.model, degree),
        );
      }
      const solution = await solve(problem, request);
      expectBest(problem, request, solution, outcomes);
      for (const { stages } of placementsOf(solution)) {
        counts.answers++;
        for (const { tp_degree } of stages) {
          expect(canShareOut(problem.model, tp_degree), `TP ${tp_degree}`).toBe(true);
        }
      }
      for (const family of bestEvenSplits(problem, request)) {
        if (family.status !== "best") continue;
        expect(canShareOut(problem.model, family.choice.tpDegree)).toBe(true);
      }
      // What any shape allows, the rule alone refuses.
      const any = { ...problem, rules: { ...problem.rules, anyShape: true } };
      for (const placement of placementsOf(await solve(any, request))) {
        const { stages } = placement;
        if (stages.every(({ tp_degree }) => canShareOut(problem.model, tp_degree))) continue;
        counts.lost++;
        const evaluation = evaluate(problem, placement);
        if (evaluation.status !== "INFEASIBLE") throw new Error("a forbidden degree passes");
        expect(new Set(evaluation.violations.map(({ rule }) => rule))).toEqual(
          new Set(["tp_shape"]),
        );
      }
    });
  }

  it("had answers, and answers that the rule took away", () => {
    expect(counts.answers).toBeGreaterThan(seeds.length / 2);
    expect(counts.lost).toBeGreaterThan(seeds.length / 8);
  });
});
