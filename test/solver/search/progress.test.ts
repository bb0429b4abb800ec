import { describe, expect, it } from "vitest";
import { type ProblemOptions, readProblem } from "../../../src/files/read-problem.ts";
import { createInlineHighs } from "../../../src/milp/highs-inline.ts";
import { DEFAULT_REQUEST, type SolveRequest } from "../../../src/solver/request.ts";
import { type SolveProgress, solve } from "../../../src/solver/solve.ts";
import { scratchDirectory, TINY, writeFiles } from "../../cli/harness.ts";
import { everyCase } from "../../support/every-case.ts";

const UNLIKE_LAYERS = { configDir: "examples/unlike-layers", maxLoad: true } as const;

/** Everything a solve tells of itself. */
async function told(
  options: ProblemOptions,
  request: Partial<SolveRequest> = {},
): Promise<SolveProgress[]> {
  const states: SolveProgress[] = [];
  const problem = readProblem(options);
  const solution = await solve(problem, { ...DEFAULT_REQUEST, ...request }, createInlineHighs(), {
    onProgress: (state) => states.push(state),
  });
  expect(solution.status).toBe("optimal");
  return states;
}

describe("the formulations of a solve", () => {
  it.each([
    { name: "plans", backend: createInlineHighs() },
    { name: "cover", backend: everyCase(createInlineHighs()) },
  ])("are named once for each case that is decided: $name", async ({ name, backend }) => {
    const names: string[] = [];
    const onFormulation = (told: string): void => {
      names.push(told);
    };
    const solution = await solve(readProblem(UNLIKE_LAYERS), DEFAULT_REQUEST, backend, {
      onFormulation,
    });
    expect(names.length).toBeGreaterThanOrEqual(solution.run.cases_solved);
    expect(names).toContain(name);
  });
});

describe("the progress of a solve", () => {
  it("has a bound that rises to the best, which falls, and ends with no case open", async () => {
    const all = await told(UNLIKE_LAYERS);
    const states = all.filter(({ phase }) => phase === "answer");
    const bounds = states.map(({ bound }) => bound!);
    const values = states.map(({ bestValue }) => bestValue!);
    expect(new Set(bounds).size).toBeGreaterThan(5);
    expect(bounds).toEqual([...bounds].sort((a, b) => a - b));
    expect(values).toEqual([...values].sort((a, b) => b - a));
    expect(states.at(-1)).toMatchObject({ phase: "answer", casesOpen: 0, bound: values.at(-1) });
    const milps = states.map(({ milpsSolved }) => milpsSolved);
    expect(milps).toEqual([...milps].sort((a, b) => a - b));
  });

  it("says from the start which share of the even splits and then of the blocks is done", async () => {
    const all = await told(UNLIKE_LAYERS);
    for (const wanted of ["even splits", "bounds"] as const) {
      const shares = all.filter(({ phase }) => phase === wanted).map(({ share }) => share!);
      expect(shares.length).toBeGreaterThan(0);
      expect(shares).toEqual([...shares].sort((a, b) => a - b));
      expect(Math.min(...shares)).toBeGreaterThanOrEqual(0);
      expect(Math.max(...shares)).toBeLessThanOrEqual(1);
    }
    expect(all[0]).toMatchObject({ phase: "even splits", casesTotal: 0, bound: null });
  });

  it("says what is looked for: the answer, the frontier, the explanation", async () => {
    const states = await told(
      {
        configDir: writeFiles(scratchDirectory(), TINY),
        phase: "aggregated",
        inputTokens: 128,
        outputTokens: 32,
        minBatch: 4,
        maxBatch: 8,
      },
      { frontier: true, explain: true },
    );
    const phases = [...new Set(states.map(({ phase }) => phase))];
    expect(phases).toEqual(["even splits", "bounds", "answer", "frontier", "explanation"]);
    const questions = states
      .filter(({ phase }) => phase === "explanation")
      .map((state) => state.questions);
    expect(questions).toEqual(questions.map((_, index) => index + 1));
  });
});
