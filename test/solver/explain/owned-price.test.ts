/** Owned machines cost nothing at any price: a price that rises is one of rented machines alone. */
import { afterAll, describe, expect, it } from "vitest";
import { createPool } from "../../../src/hardware/pool.ts";
import { createInlineHighs } from "../../../src/milp/highs-inline.ts";
import { DEFAULT_REQUEST } from "../../../src/solver/request.ts";
import { rentedInstances } from "../../../src/solver/search/rental-rules.ts";
import type { PriceRise } from "../../../src/solver/solution.ts";
import { solve } from "../../../src/solver/solve.ts";
import { entry } from "../../support/founding.ts";
import { restated } from "../../support/models.ts";
import { placement, stage, TOY_MODEL, TOY_RULES, toyProblem } from "../../support/toy.ts";

const backend = createInlineHighs();
afterAll(() => backend.dispose());

/** "a" and "b" serve alike; one of "a" is owned. Layers of 30 GiB, machines of 40: a layer to each. */
const pool = createPool([
  { ...entry("a", "NVIDIA A100", 1, 40, 600, 400, 2, 3), ownedCount: 1 },
  entry("b", "NVIDIA A100", 1, 40, 600, 400, 5, 2),
]);

async function risesOf(numLayers: number): Promise<readonly PriceRise[]> {
  const problem = toyProblem({
    model: restated(TOY_MODEL, { numLayers, layerWeightGib: 30 }),
    pool,
    rules: { ...TOY_RULES, maxPipelineStages: numLayers },
    workload: { phase: "prefill", inputTokens: 512, outputTokens: 0, minBatch: 8, maxBatch: 8 },
  });
  const request = { ...DEFAULT_REQUEST, objective: "cost", explain: true } as const;
  const solution = await solve(problem, request, backend);
  if (!("placement" in solution)) throw new Error(solution.status);
  expect(solution.metrics.cost_per_hour).toBe((numLayers - 1) * 2);
  return solution.explanation!.price_rises;
}

describe("the price of a type of which some are owned", () => {
  it("changes nothing where the answer rents none", async () => {
    expect(await risesOf(1)).toEqual([]);
  });

  it("changes the answer where another type is cheaper than those that are rented", async () => {
    // One owned and two rented: from 5 dollars on, b takes the place of the two, as each of them is dearer.
    const rises = await risesOf(3);
    expect(rises).toMatchObject([{ instance_type: "a", price_usd_per_hour: 2 }]);
    expect(rises[0]!.changes_above_usd_per_hour).toBeCloseTo(5, 9);
  });
});

it("rented machines of a type are those above the owned ones, each once", () => {
  const stages = [
    stage("a#0", 1, 1, 2),
    stage("a#1", 1, 3, 4),
    stage("a#1", 1, 5, 6),
    stage("a#3", 1, 7, 8),
    stage("b#0", 1, 9, 12),
  ];
  const [a, b] = pool.types;
  expect(rentedInstances(a!, placement(stages))).toBe(2);
  expect(rentedInstances(b!, placement(stages))).toBe(1);
});
