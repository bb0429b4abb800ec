import { expect, it } from "vitest";
import { PLAIN } from "../../src/report/colours.ts";
import { renderEvenSplits } from "../../src/report/terminal-even-splits.ts";
import type { FamilyBest } from "../../src/solver/even-splits/even-splits.ts";
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

it("says on how many instances the stages of a split stand where some share one", () => {
  const best = (family: string, ppStages: number, instances: number): FamilyBest => ({
    family,
    status: "best",
    choice: {
      tpDegree: 2,
      ppStages,
      instances,
      point: { phase: "aggregated", batch: 32, inputTokens: 2048, outputTokens: 512 },
    },
    evaluation: success(problem, placement),
  });
  const apart = renderEvenSplits(problem, [best("a", 3, 3)], answer, PLAIN);
  expect(apart).toContain("TP 2 × PP 3, batch 32");
  expect(apart).not.toContain("the stages share");
  const together = renderEvenSplits(problem, [best("a", 4, 2)], answer, PLAIN);
  expect(together).toContain("TP 2 × PP 4 on 2, batch 32");
  expect(together).toContain("on N: the stages share N instances");
});

it("says where a limit has cut the search for splits short, and by how much", () => {
  const whole = renderEvenSplits(problem, [none("a", "too small")], answer, PLAIN);
  expect(whole).not.toContain("Not whole");
  const cut = renderEvenSplits(problem, [none("a", "too small")], answer, PLAIN, 3);
  expect(cut).toContain("Not whole: the search stopped before 3 of 4 instance types were split.");
});
