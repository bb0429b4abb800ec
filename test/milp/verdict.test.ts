/** What is believed of a report of HiGHS, and what is told where a limit struck. */
import { describe, expect, it } from "vitest";
import type { CheckedSolution } from "../../src/milp/check.ts";
import type { HighsAnswer } from "../../src/milp/highs-job.ts";
import { type Evidence, judgeReport } from "../../src/milp/highs-verdict.ts";
import type { MilpModel, MilpOutcome } from "../../src/milp/model.ts";
import { limitOutcome } from "../../src/milp/outcome.ts";

/** The smallest whole x from 3 to 10. */
const MODEL: MilpModel = {
  columns: [{ name: "x", cost: 1, lower: 0, upper: 10, integer: true }],
  rows: [
    {
      name: "least",
      lower: 3,
      upper: Number.POSITIVE_INFINITY,
      terms: [{ column: 0, coefficient: 1 }],
    },
  ],
};

const at = (x: number): CheckedSolution => ({ values: Float64Array.of(x), objective: x });

/** What comes of an answer with x, a bound and the best solution known before. */
function judged(
  end: HighsAnswer["end"],
  x: number | null,
  bound: number,
  best: number | null,
  absoluteGap = 0,
): MilpOutcome {
  const answer = {
    end,
    values: x === null ? null : Float64Array.of(x),
    objective: x ?? Number.NaN,
    bound,
    modelStatus: 0,
  } as unknown as HighsAnswer;
  const evidence: Evidence = {
    model: MODEL,
    absoluteGap,
    best: best === null ? null : at(best),
    lastBound: Number.NEGATIVE_INFINITY,
  };
  return judgeReport({ kind: "answer", answer }, evidence);
}

describe("an answer that is called optimal", () => {
  it("is so within the gap", () => {
    expect(judged("optimal", 3, 3, null)).toMatchObject({
      status: "optimal",
      objective: 3,
      bound: 3,
    });
    expect(judged("optimal", 5, 3, null)).toMatchObject({ status: "failed" });
    expect(judged("optimal", 5, 3, null, 2)).toMatchObject({
      status: "optimal",
      objective: 5,
      bound: 3,
    });
  });

  it("breaks no row, and is no worse than what is known", () => {
    expect(judged("optimal", 2, 2, null)).toMatchObject({ status: "failed" });
    expect(judged("optimal", null, 3, null)).toMatchObject({ status: "failed" });
    expect(judged("optimal", 5, 5, 4)).toMatchObject({ status: "failed" });
    // Within the gap the better one is returned.
    expect(judged("optimal", 5, 3, 4, 2)).toMatchObject({ status: "optimal", objective: 4 });
  });
});

describe("an answer at a limit", () => {
  it("is the better of what was found and what was known", () => {
    expect(judged("limit", 5, 3, 7)).toMatchObject({ status: "feasible", objective: 5, bound: 3 });
    expect(judged("limit", 7, 3, 5)).toMatchObject({ status: "feasible", objective: 5, bound: 3 });
    expect(judged("limit", null, 3, 5)).toMatchObject({ status: "feasible", objective: 5 });
    expect(judged("limit", null, 3, null)).toEqual({ status: "no_solution", bound: 3 });
  });

  it("has no bound above its objective, but for rounding", () => {
    expect(limitOutcome(MODEL, at(4), 4 + 1e-7)).toMatchObject({ objective: 4, bound: 4 });
    expect(limitOutcome(MODEL, at(4), 3.5)).toMatchObject({ objective: 4, bound: 3.5 });
    expect(limitOutcome(MODEL, at(4), 5)).toMatchObject({ status: "failed" });
    expect(limitOutcome(MODEL, null, Number.NEGATIVE_INFINITY)).toEqual({
      status: "no_solution",
      bound: null,
    });
  });
});

it("nothing is infeasible of which a solution is known", () => {
  expect(judged("infeasible", null, 0, null)).toEqual({ status: "infeasible" });
  expect(judged("infeasible", null, 0, 4)).toMatchObject({ status: "failed" });
});
