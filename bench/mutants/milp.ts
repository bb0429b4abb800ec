/** Faults in what is believed of a solver. */
import { type Mutant, mutantsOf } from "./mutant.ts";

export const MILP_MUTANTS: readonly Mutant[] = [
  ...mutantsOf(
    "src/milp/check.ts",
    ["test/milp/check.test.ts"],
    [
      {
        name: "fractions of whole columns pass",
        find: "if (Math.abs(whole - value) > INTEGRALITY_TOLERANCE)",
        replace: "if (Math.abs(whole - value) > 1)",
      },
      {
        name: "rows may be missed from above",
        find: "activity > row.upper + rowTolerance",
        replace: "activity > 2 * row.upper + 1 + rowTolerance",
      },
      {
        name: "the solver's objective is believed",
        find: "if (dispute !== null) return fail(dispute);",
        replace:
          "if (dispute === null) return { ok: true, solution: { values: rounded, objective } };",
      },
      {
        name: "values are not rounded",
        find: "const clamped = column.integer ? whole :",
        replace: "const clamped = column.integer ? value :",
      },
    ],
  ),
  ...mutantsOf(
    "src/milp/tolerance.ts",
    ["test/milp/check.test.ts", "test/milp/large-prices.test.ts", "test/milp/faults.test.ts"],
    [
      {
        name: "a budget of whole numbers may be overdrawn",
        find: "return whole ? FEASIBILITY_TOLERANCE :",
        replace: "return whole && bound === 0 ? FEASIBILITY_TOLERANCE :",
      },
      {
        name: "whole objectives are compared as loosely as others",
        find: "hasWholeObjective(model) ? Math.min(tolerance, 0.5) : tolerance",
        replace: "hasWholeObjective(model) ? Math.max(tolerance, 0.5) : tolerance",
      },
    ],
  ),
  ...mutantsOf(
    "src/milp/presolve.ts",
    ["test/milp/presolve.test.ts"],
    [
      {
        name: "rows within reach are called out of reach",
        find: "least += Math.min(atLower, atUpper);",
        replace: "least += Math.max(atLower, atUpper);",
      },
      {
        name: "bounds of whole columns are rounded outwards",
        find: "Math.ceil(column.lower - FEASIBILITY_TOLERANCE)",
        replace: "Math.floor(column.lower - FEASIBILITY_TOLERANCE)",
      },
    ],
  ),
  ...mutantsOf(
    "src/milp/highs-verdict.ts",
    ["test/milp/verdict.test.ts"],
    [
      {
        name: "an optimum outside the gap is believed",
        find: "solution.objective - answer.bound <= absoluteGap + tolerance",
        replace: "answer.bound - solution.objective <= absoluteGap + tolerance",
      },
      {
        name: "infeasible is believed although a solution is known",
        find: '  return best === null\n    ? { status: "infeasible" }',
        replace: '  return best !== undefined\n    ? { status: "infeasible" }',
      },
      {
        name: "a worse solution at the limit takes the place of a better one",
        find: "best === null || check.solution.objective < best.objective",
        replace: "best === null || check.solution.objective > best.objective",
      },
    ],
  ),
  ...mutantsOf(
    "src/milp/highs-policy.ts",
    ["test/milp/faults.test.ts"],
    [
      {
        name: "an optimum above the known bound needs no second run",
        find: "return outcome.objective - knownBound <= room;",
        replace: "return outcome.objective - knownBound <= room + 1;",
      },
      {
        name: "an optimum at the known bound is confirmed all the same",
        find: "!claimsProof(answer) || attempts.attainsKnownBound(answer)",
        replace: "!claimsProof(answer)",
      },
    ],
  ),
  ...mutantsOf(
    "src/milp/relaxation.ts",
    ["test/milp/relaxation.test.ts"],
    [
      {
        name: "duals are taken on the wrong side",
        find: "dual * (dual > 0 ? lower : upper)",
        replace: "dual * (dual > 0 ? upper : lower)",
      },
      {
        name: "duals that prove less are believed",
        find: "Math.abs(objective - bound) <= objectiveTolerance(objective)",
        replace: "bound - objective <= objectiveTolerance(objective)",
      },
    ],
  ),
  ...mutantsOf(
    "src/milp/outcome.ts",
    ["test/milp/verdict.test.ts"],
    [
      {
        name: "a bound above the best known solution is reported",
        find: "bound: Math.min(bound, best.objective)",
        replace: "bound",
      },
    ],
  ),
];
