/** Ties that random problems seldom reach: equal machines at different prices, equal prices on fewer machines. */
import { describe, expect, it } from "vitest";
import { createPool, type PoolEntry } from "../../src/hardware/pool.ts";
import { DEFAULT_REQUEST, type SolveRequest } from "../../src/solver/request.ts";
import { entry, foundingProblem, RELAXED_RULES } from "../support/founding.ts";
import { expectAnswer } from "./check-solution.ts";
import { solve } from "./counted-solve.ts";

/** With 32 GiB, TP 8 holds the model in one stage and TP 4 needs two. */
const a100 = (name: string, gpus: number, usdPerHour: number, count = 1): PoolEntry =>
  entry(name, "NVIDIA A100", gpus, 32, 600, 400, usdPerHour, count);

async function instancesOf(
  entries: readonly PoolEntry[],
  maxPipelineStages: number,
  choices: Partial<SolveRequest>,
): Promise<string[]> {
  const base = foundingProblem();
  const problem = foundingProblem({
    pool: createPool(entries),
    rules: { ...RELAXED_RULES, maxPipelineStages },
    weights: { ...base.weights, crossInstancePenalty: 0 },
  });
  const request = { ...DEFAULT_REQUEST, ...choices };
  const answer = expectAnswer(await solve(problem, request));
  return [...new Set(answer.placement.stages.map((stage) => stage.gpu_type))].sort();
}

const SPEED_ONLY = [
  { objective: "throughput" },
  { objective: "weighted", weight: 0 },
] as const satisfies readonly Partial<SolveRequest>[];

describe("ties of throughput", { timeout: 60_000 }, () => {
  it.each(SPEED_ONLY)("are decided by the price: %o", async (choices) => {
    for (const [dear, cheap] of [
      ["a", "b"],
      ["b", "a"],
    ] as const) {
      const entries = [a100(dear, 8, 80), a100(cheap, 8, 40)];
      expect(await instancesOf(entries, 1, choices)).toEqual([`${cheap}#0`]);
    }
  });

  it.each([
    ...SPEED_ONLY,
    { objective: "weighted", weight: 0.5 } as const,
    { objective: "cost-per-token" } as const,
  ])("at one price are decided by fewer instances: %o", async (choices) => {
    // Two stages at TP 4 on one machine of 8 GPUs, or on two of 4 at half the price each.
    for (const [large, small] of [
      ["a", "b"],
      ["b", "a"],
    ] as const) {
      const entries = [a100(large, 8, 40), a100(small, 4, 20, 2)];
      const only = { ...choices, tpDegrees: [4] };
      expect(await instancesOf(entries, 2, only)).toEqual([`${large}#0`]);
    }
  });

  it("of price, throughput and instances are decided by names", async () => {
    const entries = [a100("b", 8, 40), a100("c", 8, 40), a100("a", 8, 40)];
    expect(await instancesOf(entries, 1, {})).toEqual(["a#0"]);
  });
});
