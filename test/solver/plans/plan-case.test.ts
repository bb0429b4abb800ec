/** Cases that plans decide, beside what MILPs say of the same cases. */
import { afterAll, describe, expect, it } from "vitest";
import { createInlineHighs } from "../../../src/milp/highs-inline.ts";
import type { MilpBackend } from "../../../src/milp/model.ts";
import type { Problem } from "../../../src/placement/problem.ts";
import { DEFAULT_REQUEST, type SolveRequest } from "../../../src/solver/request.ts";
import type { Solution } from "../../../src/solver/solution.ts";
import { solve } from "../../../src/solver/solve.ts";
import { expectAlike } from "../../support/alike.ts";
import { everyCase } from "../../support/every-case.ts";
import { foundingProblem, RELAXED_RULES } from "../../support/founding.ts";

const backend = createInlineHighs();
afterAll(() => backend.dispose());

/** What decided the cases of a solve. */
async function solved(
  problem: Problem,
  request: SolveRequest,
  solver: MilpBackend,
): Promise<{ readonly solution: Solution; readonly names: readonly string[] }> {
  const names: string[] = [];
  const solution = await solve(problem, request, solver, {
    onFormulation: (name) => names.push(name),
  });
  return { solution, names };
}

const RULES: readonly (readonly [string, Partial<SolveRequest>])[] = [
  ["no rules", {}],
  ["few instances", { maxInstances: 2 }],
  ["one type", { maxInstanceTypes: 1 }],
  ["no idle GPUs", { noIdleGpus: true }],
  ["few stages on a type", { maxStagesByType: new Map([["g5.12xlarge", 1]]) }],
  ["few GPUs in use", { mostGpusInUse: 12 }],
  ["one TP degree", { uniformTp: true }],
  ["few rented instances of a type", { maxRentedByType: new Map([["g5.12xlarge", 1]]) }],
  ["links that cost", { objective: "weighted", weight: 0.5 }],
];

describe("plans decide as MILPs do", { timeout: 60_000 }, () => {
  for (const [sizes, rules] of [
    ["quantised sizes", {}],
    ["free sizes", { rules: RELAXED_RULES }],
  ] as const) {
    for (const [name, request] of RULES) {
      it(`with ${name} (${sizes})`, async () => {
        const problem = foundingProblem(rules);
        const asked = { ...DEFAULT_REQUEST, frontier: true, ...request };
        const plans = await solved(problem, asked, backend);
        const milps = await solved(problem, asked, everyCase(backend));
        expectAlike(plans.solution, milps.solution);
        expect(new Set(plans.names)).toEqual(new Set(["plans"]));
        expect(milps.names).not.toContain("plans");
        expect(milps.names.length).toBeGreaterThan(0);
        expect(plans.solution.run.milps_solved).toBe(0);
        expect(milps.solution.run.milps_solved).toBeGreaterThan(0);
      });
    }
  }
});

it("a solver that fails is not missed where plans decide", async () => {
  const failing: MilpBackend = {
    name: "failing",
    solve: async () => ({ status: "failed", reason: "it always does" }),
    dispose: async () => undefined,
  };
  const problem = foundingProblem();
  const { status } = await solve(problem, DEFAULT_REQUEST, failing);
  expect(status).toBe("optimal");
  await expect(solve(problem, DEFAULT_REQUEST, everyCase(failing))).rejects.toThrow(
    "it always does",
  );
});
