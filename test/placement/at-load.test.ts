import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { aimedAtRate, evaluateAtMaxLoad, evaluateAtRate } from "../../src/placement/at-load.ts";
import { evaluate } from "../../src/placement/evaluate.ts";
import type { Placement } from "../../src/placement/placement.ts";
import { CONCURRENCY_LEVELS } from "../../src/workload/load.ts";
import { success } from "../support/answers.ts";
import { foundingProblem, RELAXED_RULES } from "../support/founding.ts";

const problem = foundingProblem({ rules: RELAXED_RULES });

const placement: Placement = {
  batch_size: 1,
  sequence_length: 2048,
  output_length: 512,
  workload_phase: "aggregated",
  stages: [{ gpu_type: "g6e.24xlarge#0", tp_degree: 4, start_layer: 1, end_layer: 80 }],
};
const at =
  (base: Placement = placement) =>
  (sequences: number): Placement => ({ ...base, batch_size: sequences });
const fits = (sequences: number): boolean =>
  evaluate(problem, at()(sequences)).status === "SUCCESS";
const requestsPerSecond = (sequences: number): number =>
  success(problem, at()(sequences)).metrics.throughput_tokens_per_sec / 2560;

/** The most sequences that fit, found one by one. */
const most = (): number => {
  let sequences = 1;
  while (fits(sequences + 1)) sequences++;
  return sequences;
};

describe("a placement at maximum load", () => {
  it("runs at the largest level that fits", () => {
    const evaluation = evaluateAtMaxLoad(problem, at());
    const expected = CONCURRENCY_LEVELS.filter(fits).at(-1)!;
    expect(evaluation).toEqual(evaluate(problem, at()(expected)));
    expect(expected).toBeGreaterThan(16);
    expect(expected).toBeLessThan(1024);
  });

  it("that fits no level is answered at one sequence", () => {
    const tooLarge = {
      ...placement,
      stages: [{ ...placement.stages[0]!, gpu_type: "g5.4xlarge#0", tp_degree: 1 }],
    };
    expect(evaluateAtMaxLoad(problem, at(tooLarge))).toEqual(evaluate(problem, at(tooLarge)(1)));
  });
});

describe("a placement at a rate of requests", () => {
  it("runs with the fewest sequences that serve it (property)", () => {
    const top = requestsPerSecond(most());
    fc.assert(
      fc.property(fc.double({ min: 1e-3, max: 1, noNaN: true }), (share) => {
        const rate = share * top;
        const evaluation = evaluateAtRate(problem, rate, at());
        if (evaluation.status !== "SUCCESS") throw new Error(evaluation.error);
        const { batch_size } = evaluation.placement;
        expect(requestsPerSecond(batch_size)).toBeGreaterThanOrEqual(rate * (1 - 1e-9));
        if (batch_size > 1) expect(requestsPerSecond(batch_size - 1)).toBeLessThan(rate);
        expect(evaluation.metrics.meets_cost_threshold).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it("is found between the last level that fits and the next one", () => {
    const sequences = most();
    expect(CONCURRENCY_LEVELS).not.toContain(sequences);
    const evaluation = evaluateAtRate(problem, requestsPerSecond(sequences), at());
    expect(evaluation).toMatchObject({
      status: "SUCCESS",
      placement: { batch_size: sequences },
    });
  });

  it("that it never serves is infeasible, and says how far it gets", () => {
    const sequences = most();
    const top = requestsPerSecond(sequences);
    const evaluation = evaluateAtRate(problem, top * 1.01, at());
    expect(evaluation).toMatchObject({
      status: "INFEASIBLE",
      violations: [],
      placement: { batch_size: sequences },
      error: `The placement serves at most ${Number(top.toPrecision(4))} requests per second, with ${sequences} sequences in flight; ${top * 1.01} are requested.`,
    });
  });

  it("that breaks rules at every level says which", () => {
    const gap = { ...placement, stages: [{ ...placement.stages[0]!, start_layer: 2 }] };
    const evaluation = evaluateAtRate(problem, 1e-3, at(gap));
    expect(evaluation).toMatchObject({ status: "INFEASIBLE", violations: [{ rule: "gap" }] });
  });

  it("asks for the throughput of the placement's own lengths", () => {
    expect(aimedAtRate(problem, 2, placement).limits.minTokensPerSecond).toBe(5120);
    const aimed = aimedAtRate(problem, 2, { ...placement, sequence_length: 1488 });
    expect(aimed.limits.minTokensPerSecond).toBe(4000);
    expect(aimedAtRate(aimed, 2, { ...placement, sequence_length: 1488 })).toBe(aimed);
  });
});
