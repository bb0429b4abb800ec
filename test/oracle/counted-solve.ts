import { appendFileSync } from "node:fs";
import { afterAll, inject } from "vitest";
import { createInlineHighs } from "../../src/milp/highs-inline.ts";
import type { MilpBackend } from "../../src/milp/model.ts";
import type { Problem } from "../../src/placement/problem.ts";
import type { SolveRequest } from "../../src/solver/request.ts";
import type { Solution } from "../../src/solver/solution.ts";
import { type SolveOptions, solve as solveUncounted } from "../../src/solver/solve.ts";
import { TableCache } from "../../src/solver/stages/table-cache.ts";
import { expectAlike } from "../support/alike.ts";
import { everyCase } from "../support/every-case.ts";

const highs = createInlineHighs();

/** Whether the last MILP had a row of a cut over stages that have no order. */
let hasCut = false;

/** HiGHS for the problems of one test file. */
export const backend: MilpBackend = {
  name: highs.name,
  solve: (model, options) => {
    hasCut = model.rows.some(({ name }) => /^cut\d+$/.test(name));
    return highs.solve(model, options);
  },
  dispose: () => highs.dispose(),
};

/** How many cases of this test file each formulation has decided; the cover relaxation with cuts counts apart. */
export const reached: Map<string, number> = new Map();

function count(name: string): void {
  const told = hasCut && name.startsWith("cover") ? name.replace("cover", "cover with cuts") : name;
  reached.set(told, (reached.get(told) ?? 0) + 1);
}

/** `solve`, counting what decides its cases: once as always, and once by MILPs only, which has to come to the same. */
export async function solve(
  problem: Problem,
  request: SolveRequest,
  options: SolveOptions = {},
): Promise<Solution> {
  const { tables = new TableCache() } = options;
  const shared = { ...options, tables };
  const counted = { ...shared, onFormulation: count };
  const solution = await solveUncounted(problem, request, backend, counted);
  const byMilps = await solveByMilps(problem, { ...request, explain: false }, shared);
  if (request.gap === 0) expectAlike(solution, byMilps);
  return solution;
}

/** `solve` by MILPs only, counting what decides its cases. */
export function solveByMilps(
  problem: Problem,
  request: SolveRequest,
  options: SolveOptions = {},
): Promise<Solution> {
  const counted = { ...options, onFormulation: count };
  return solveUncounted(problem, request, everyCase(backend), counted);
}

afterAll(async () => {
  await backend.dispose();
  appendFileSync(inject("formulationCounts"), `${JSON.stringify([...reached])}\n`);
});
