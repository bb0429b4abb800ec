import { expect, it } from "vitest";
import { createPool } from "../../../src/hardware/pool.ts";
import { noFitReasons } from "../../../src/solver/explain/reasons.ts";
import { DEFAULT_REQUEST } from "../../../src/solver/request.ts";
import { FOUNDING_POOL, foundingProblem, RELAXED_RULES } from "../../support/founding.ts";

it("says that the most stages are what keeps a stage from being smaller", () => {
  const pool = createPool(
    FOUNDING_POOL.filter(({ instance }) => instance.name === "g5.4xlarge").map((each) => ({
      ...each,
      count: 20,
    })),
  );
  const point = { phase: "aggregated", batch: 32, inputTokens: 2048, outputTokens: 512 } as const;
  const reasons = (maxPipelineStages: number, minLayersPerStage: number): string[] => {
    const rules = { ...RELAXED_RULES, maxPipelineStages, minLayersPerStage };
    return noFitReasons(foundingProblem({ pool, rules }), DEFAULT_REQUEST, [point]);
  };
  expect(reasons(2, 1)).toEqual([
    "At batch 32 no GPU of the pool can hold a stage of an allowed size (40 to 80 layers; max_pipeline_stages 2 allows none below 80 / 2, rounded up) at any allowed TP degree.",
  ]);
  // Then the other rule is what says it.
  expect(reasons(2, 50)).toEqual([expect.stringContaining("(50 to 80 layers) at any")]);
});
