/** How many links between instances a case has at least where stages on one instance may not be neighbours. */
import { afterAll, describe, expect, it } from "vitest";
import { createPool } from "../../../src/hardware/pool.ts";
import { Builder } from "../../../src/milp/builder.ts";
import { createInlineHighs } from "../../../src/milp/highs-inline.ts";
import { CrossingRows } from "../../../src/solver/formulations/crossing-rows.ts";
import { DEFAULT_REQUEST } from "../../../src/solver/request.ts";
import { solve } from "../../../src/solver/solve.ts";
import type { CandidatesAtRate } from "../../../src/solver/stages/candidates-at-rate.ts";
import { metrics } from "../../support/answers.ts";
import { entry } from "../../support/founding.ts";
import { restated } from "../../support/models.ts";
import { placement, stage, TOY_MODEL, TOY_RULES, toyProblem } from "../../support/toy.ts";

const backend = createInlineHighs();
afterAll(() => backend.dispose());

/** The fewest runs of so many stages on one instance without neighbours, with others on so many instances that allow them. */
async function fewestRuns(separated: number, others: number): Promise<number> {
  const build = new Builder();
  const fixed = (name: string, value: number): number => {
    const column = build.column(name, 0, value);
    build.row(`${name}.fixed`, value, value, [{ column, coefficient: 1 }]);
    return column;
  };
  const rows = new CrossingRows(build, 1, true);
  const stages = fixed("stages", separated);
  const instance = fixed("instance", 1);
  const pattern = { kind: "patterns", patterns: [[separated]] } as const;
  const apart = { solo: false, neighbours: false } as CandidatesAtRate;
  rows.add(apart, pattern, 1, [stages], [instance]);
  const together = { solo: false, neighbours: true } as CandidatesAtRate;
  const levels = { kind: "levels", levels: [] } as const;
  rows.add(together, levels, others, [], [fixed("others", others)]);
  const terms = rows.finish();
  const { columns, rows: all } = build.model();
  const counted = columns.map((column, position) => ({
    ...column,
    cost: terms.reduce((sum, term) => sum + (term.column === position ? term.coefficient : 0), 0),
  }));
  const outcome = await backend.solve({ columns: counted, rows: all });
  if (outcome.status !== "optimal") throw new Error(outcome.status);
  return outcome.objective;
}

describe("stages on an instance that forbids neighbours", () => {
  it("are runs of their own, and those between them are runs as well: 2c − 1 at least", async () => {
    // c stages apart and one run of others: A B A B A.
    expect(await fewestRuns(3, 1)).toBe(5);
    expect(await fewestRuns(4, 2)).toBe(7);
    // Enough others: as many runs as there are stages apart and instances.
    expect(await fewestRuns(3, 2)).toBe(5);
    expect(await fewestRuns(3, 4)).toBe(7);
    expect(await fewestRuns(1, 1)).toBe(2);
  });
});

describe("a weighted answer with machines whose inside is slow", () => {
  // Five layers, one to a GPU. "slow" and "two" serve at full rate as slow two slow two slow: four links. "five" has none.
  const LINK = 1;
  const problemAt = (usdOfFive: number) =>
    toyProblem({
      model: restated(TOY_MODEL, { numLayers: 5, layerWeightGib: 30 }),
      pool: createPool([
        entry("slow", "NVIDIA A100", 3, 40, 0.1, 400, 3, 1),
        entry("two", "NVIDIA A100", 2, 40, 600, 400, 2, 1),
        entry("five", "NVIDIA A100", 5, 40, 600, 400, usdOfFive, 1),
      ]),
      rules: { ...TOY_RULES, maxPipelineStages: 5 },
      workload: { phase: "prefill", inputTokens: 512, outputTokens: 0, minBatch: 8, maxBatch: 8 },
      weights: {
        costWeight: 0.5,
        // Throughput is worth more than all links and prices.
        throughputNormalization: 100,
        costNormalization: 1,
        crossInstancePenalty: LINK,
      },
    });
  const alternating = placement(
    ["slow#0", "two#0", "slow#0", "two#0", "slow#0"].map((name, i) => stage(name, 1, i + 1, i + 1)),
    { batch_size: 8, sequence_length: 512 },
  );

  it.each([
    // The two cost 5 dollars and four links: a machine at 8.50 without any is better, one at 9.50 is not.
    [8.5, 8.5],
    [9.5, 5],
  ])("pays for four links where one machine costs %d", async (usdOfFive, usdOfAnswer) => {
    const problem = problemAt(usdOfFive);
    const request = { ...DEFAULT_REQUEST, objective: "weighted", tpDegrees: [1] } as const;
    const solution = await solve(problem, request, backend);
    if (!("placement" in solution)) throw new Error(solution.status);
    expect(solution.status).toBe("optimal");
    expect(solution.metrics.cost_per_hour).toBe(usdOfAnswer);
    const rate = metrics(problem, alternating).throughput_tokens_per_sec;
    expect(solution.metrics.throughput_tokens_per_sec).toBe(rate);
    expect(solution.objective.value).toBeCloseTo(rate / 100 - Math.min(usdOfFive, 5 + 4 * LINK), 6);
  });
});
