import { expect, it } from "vitest";
import { PLAIN } from "../../src/report/paint.ts";
import { renderEvenSplits } from "../../src/report/terminal-even-splits.ts";
import type { FamilyBest } from "../../src/solver/even-splits.ts";
import type { Answer } from "../../src/solver/solution.ts";
import { success } from "../support/answers.ts";
import { foundingProblem } from "../support/founding.ts";

const problem = foundingProblem();
const { placement, metrics } = success(problem, {
  batch_size: 32,
  sequence_length: 2048,
  output_length: 512,
  workload_phase: "aggregated",
  stages: [{ gpu_type: "p4de.24xlarge#0", tp_degree: 8, start_layer: 1, end_layer: 80 }],
});
const answer = { placement, metrics } as Answer;
const none = (family: string, cause: string): FamilyBest => ({
  family,
  status: cause === "over budget" ? "over_limits" : "infeasible",
  cause,
  reason: `because ${family}`,
});

it("types without an even split are counted by what keeps them out, the most first", () => {
  const families = [
    none("x", "over budget"),
    none("y", "over budget"),
    ...["a", "b", "c", "d", "e"].map((name) => none(name, "too small")),
    none("z", "too slow"),
  ];
  const text = renderEvenSplits(problem, families, answer, PLAIN);
  expect(text.slice(text.indexOf("No even split:"))).toBe(
    [
      "No even split:",
      "  - 5 too small: a, b, c and 2 more; a because a",
      "  - 2 over budget: x, y",
      "  - z: because z",
    ].join("\n"),
  );
});
