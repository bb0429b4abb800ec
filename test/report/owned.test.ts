import { describe, expect, it } from "vitest";
import { createPool } from "../../src/hardware/pool.ts";
import { evaluate } from "../../src/placement/evaluate.ts";
import type { Success } from "../../src/placement/evaluation.ts";
import type { Problem } from "../../src/placement/problem.ts";
import { PLAIN } from "../../src/report/colours.ts";
import { renderEvaluation } from "../../src/report/terminal-evaluation.ts";
import { renderSolution } from "../../src/report/terminal-solution.ts";
import { bestEvenSplits } from "../../src/solver/even-splits/even-splits.ts";
import { FOUNDING_POOL, foundingProblem, RELAXED_RULES } from "../support/founding.ts";
import { answerOf, REQUEST, splitOf } from "./placements.ts";

/** The founding problem with instances of some types owned. */
function owning(owned: Readonly<Record<string, number>>): Problem {
  const entries = FOUNDING_POOL.map((entry) => {
    const ownedCount = owned[entry.instance.name];
    return ownedCount === undefined ? entry : { ...entry, ownedCount };
  });
  return foundingProblem({ pool: createPool(entries), rules: RELAXED_RULES });
}

const reportOf = (problem: Problem, success: Success): string =>
  renderSolution(problem, REQUEST, answerOf(success), [], PLAIN);
const oneLine = (text: string): string => text.replaceAll("\n", " ");

describe("instances that are owned", () => {
  it("are told apart from rented ones of their type, in the headline, the stages and the cost", () => {
    const problem = owning({ "g5.12xlarge": 1 });
    const text = reportOf(problem, splitOf("g5.12xlarge", 4, 2, problem));
    expect(oneLine(text)).toMatch(
      /^Rent 1 × g5\.12xlarge of AWS and use 1 × g5\.12xlarge \(owned\): 2 stages of 40 layers, TP 4, batch 32\./,
    );
    expect(text).toMatch(/^ +0 {2}g5\.12xlarge#0 \(owned\) /m);
    expect(text).toMatch(/^ +1 {2}g5\.12xlarge#1 {2}/m);
    expect(text).toContain(
      "$5.67 per hour ($4,139 per month) for 2 instances, 1 of them owned; 8 of 8",
    );
  });

  it("that stay idle are named above the tables, with what keeps them out", () => {
    const problem = owning({ "g5.4xlarge": 1, "p4de.24xlarge": 1, "g6e.4xlarge": 1 });
    const success = splitOf("g5.12xlarge", 4, 2, problem);
    const splits = bestEvenSplits(problem, REQUEST);
    const [above] = renderSolution(problem, REQUEST, answerOf(success), splits, PLAIN).split(
      "  Model",
    );
    const words = oneLine(above!);
    expect(words).toMatch(/Owned but not used: g5\.4xlarge: needs at least [\d.]+ GiB/);
    expect(words).toContain("Owned but not used: p4de.24xlarge: it could serve, but would not");
    expect(words).not.toContain("owned: g5.12xlarge");
  });

  it("are used, not rented, when all are", () => {
    const problem = owning({ "g5.12xlarge": 2 });
    const success = splitOf("g5.12xlarge", 4, 2, problem);
    const text = reportOf(problem, success);
    expect(text).toMatch(/^Use 2 × g5\.12xlarge \(owned\): 2 stages/);
    expect(text).toContain("$0.00 per hour for 2 owned instances; 8 of 8 GPUs used");
    expect(renderEvaluation(problem, success, PLAIN)).toMatch(
      /^2 × g5\.12xlarge \(owned\): 2 stages of 40 layers, TP 4\. \$0\.00 per million tokens/,
    );
  });

  it("stand behind the rented ones of a mixed placement, types by name", () => {
    const problem = owning({ "g5.4xlarge": 4, "p3dn.24xlarge": 1 });
    const mixed = evaluate(problem, {
      ...splitOf("g5.12xlarge", 4, 2).placement,
      stages: [
        { gpu_type: "p3dn.24xlarge#0", tp_degree: 8, start_layer: 1, end_layer: 40 },
        { gpu_type: "p3dn.24xlarge#1", tp_degree: 8, start_layer: 41, end_layer: 70 },
        { gpu_type: "g5.4xlarge#0", tp_degree: 1, start_layer: 71, end_layer: 75 },
        { gpu_type: "g6e.4xlarge#0", tp_degree: 1, start_layer: 76, end_layer: 80 },
      ],
    });
    if (mixed.status !== "SUCCESS") throw new Error(mixed.error);
    expect(oneLine(reportOf(problem, mixed))).toContain(
      "Rent 1 × g6e.4xlarge + 1 × p3dn.24xlarge of AWS and use 1 × g5.4xlarge + 1 × p3dn.24xlarge (owned): 4 stages",
    );
    expect(oneLine(renderEvaluation(problem, mixed, PLAIN))).toContain(
      "1 × g6e.4xlarge + 1 × p3dn.24xlarge + 1 × g5.4xlarge (owned) + 1 × p3dn.24xlarge (owned): 4 stages",
    );
  });

  it("are those of a type whose price is 0, too", () => {
    const free = FOUNDING_POOL.map((entry) =>
      entry.instance.name === "p4de.24xlarge"
        ? { ...entry, price: { ...entry.price, microUsdPerHour: 0, kind: "owned" as const } }
        : entry,
    );
    const problem = foundingProblem({ pool: createPool(free) });
    const text = reportOf(problem, splitOf("p4de.24xlarge", 8, 1, problem));
    expect(text).toMatch(/^Use 1 × p4de\.24xlarge \(owned\):/);
    expect(text).toContain("p4de.24xlarge#0 (owned)");
  });

  it("make other splits dearer without a share of nothing", () => {
    const problem = owning({ "p4de.24xlarge": 1 });
    const answer = answerOf(splitOf("p4de.24xlarge", 8, 1, problem));
    const splits = bestEvenSplits(problem, REQUEST);
    const text = renderSolution(problem, REQUEST, answer, splits, PLAIN);
    expect(text).toMatch(/^ {2}p4de\.24xlarge .* \$0\.00 +the same$/m);
    expect(text).toMatch(/^ {2}g6e\.24xlarge .* \$\d+\.\d+ +more$/m);
    expect(text).not.toMatch(/NaN|Infinity/);
  });
});
