import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Decomposition, decompose, netFactors } from "../../src/compare/factors.ts";
import { createPool } from "../../src/hardware/pool.ts";
import { evaluate } from "../../src/placement/evaluate.ts";
import { arbitraryPlacement } from "../support/arbitrary-placement.ts";
import { placement, stage, toyProblem } from "../support/toy.ts";
import { answerOf, repriced } from "./plans.ts";

const problem = toyProblem();

function product(factors: readonly { readonly cost_ratio: number }[]): number {
  return factors.reduce((all, { cost_ratio }) => all * cost_ratio, 1);
}

function valuesOf(decomposition: Decomposition): Record<string, [number, number, number]> {
  const { cost, price, throughput } = decomposition;
  return Object.fromEntries(
    [cost, price, throughput, ...price.factors, ...throughput.factors].map(
      ({ name, from, to, cost_ratio }) => [name, [from, to, cost_ratio]],
    ),
  );
}

describe("the causes of a difference in cost", () => {
  const price = fc.integer({ min: 1, max: 9 });
  const priced = fc
    .record({ quad: price, duo: price, mono: price, wide: price })
    .map((prices) => repriced(problem, prices));

  it("multiply to the ratio of the costs, whatever the placements and prices", () => {
    let compared = 0;
    fc.assert(
      fc.property(
        fc.record({ problem: priced, placement: arbitraryPlacement(problem) }),
        fc.record({ problem: priced, placement: arbitraryPlacement(problem) }),
        (a, b) => {
          const point = { ...a.placement, stages: b.placement.stages };
          const [from, to] = [evaluate(a.problem, a.placement), evaluate(b.problem, point)];
          if (from.status !== "SUCCESS" || to.status !== "SUCCESS") return;
          compared++;
          const { cost, price, throughput } = decompose(from, to)!;
          const ratio = to.metrics.dollar_per_million_token / from.metrics.dollar_per_million_token;
          const near = (value: number, expected: number): void =>
            expect(Math.abs(value / expected - 1)).toBeLessThan(1e-9);
          near(cost.cost_ratio, ratio);
          near(price.cost_ratio * throughput.cost_ratio, ratio);
          near(product(price.factors), price.cost_ratio);
          near(product(throughput.factors), throughput.cost_ratio);
          const net = netFactors({ cost, price, throughput });
          near(product(net), ratio);
          if (cost.share === null) return;
          const shares = [...price.factors, ...throughput.factors].map(({ share }) => share!);
          expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 5);
          expect(price.share! + throughput.share!).toBeCloseTo(1, 5);
        },
      ),
      { numRuns: 300, seed: 5 },
    );
    expect(compared).toBeGreaterThan(60);
  });

  it("are turned round by exchanging the plans, prices of the same types aside", () => {
    const a = answerOf(problem, placement([stage("quad#0", 4, 1, 12)]));
    const b = answerOf(
      problem,
      placement([stage("duo#0", 2, 1, 6), stage("duo#1", 2, 7, 12)], { batch_size: 8 }),
    );
    const [there, back] = [decompose(a, b)!, decompose(b, a)!].map((each) => [
      each.cost,
      each.price,
      each.throughput,
      ...each.throughput.factors,
    ]) as [Decomposition["cost"][], Decomposition["cost"][]];
    for (const [index, { cost_ratio }] of there.entries()) {
      expect(cost_ratio * back[index]!.cost_ratio).toBeCloseTo(1, 12);
    }
  });

  it("are each what they say", () => {
    // One stage on two of quad's four GPUs, then a stage on each of two duos at half the batch.
    const a = answerOf(problem, placement([stage("quad#0", 2, 1, 12)]));
    const b = answerOf(
      repriced(problem, { quad: 9 }),
      placement([stage("duo#0", 2, 1, 4), stage("duo#1", 2, 5, 12)], { batch_size: 16 }),
    );
    const { metrics } = b;
    const [first, second] = metrics.stages.map(({ throughput_tokens_per_sec }) =>
      Number(throughput_tokens_per_sec),
    ) as [number, number];
    const values = valuesOf(decompose(a, b)!);
    expect(values.cost_per_hour).toEqual([4, 4, 1]);
    expect(values.prices_of_same_types).toEqual([4, 4, 1]);
    expect(values.gpus_rented).toEqual([4, 4, 1]);
    expect(values.usd_per_gpu_hour).toEqual([1, 1, 1]);
    expect(values.gpus_used).toEqual([2, 4, 0.5]);
    expect(values.batch).toEqual([32, 16, 2]);
    expect(values.gpu_seconds_per_step![1]).toBeCloseTo(16 * (2 / first + 2 / second), 12);
    const raw = metrics.raw_throughput_tokens_per_sec;
    expect(values.busy_share![1]).toBeCloseTo((raw / first + raw / second) / 2, 12);
    expect(values.pipeline_efficiency![1]).toBe(metrics.pipeline_efficiency);
    expect(values.real_world_efficiency).toEqual([
      expect.closeTo(0.5, 12),
      expect.closeTo(0.5, 12),
      expect.closeTo(1, 12),
    ]);
  });

  it("tell different prices for the same types from other types", () => {
    const stages = [stage("quad#0", 4, 1, 6), stage("duo#0", 2, 7, 12)];
    const a = answerOf(problem, placement(stages));
    const dearer = answerOf(repriced(problem, { duo: 3 }), placement(stages));
    const values = valuesOf(decompose(a, dearer)!);
    expect(values.prices_of_same_types).toEqual([6, 7, 7 / 6]);
    expect(values.usd_per_gpu_hour).toEqual([1, 1, 1]);
    const onDuo = answerOf(repriced(problem, { duo: 3 }), placement([stage("duo#0", 2, 1, 12)]));
    const onQuad = answerOf(problem, placement([stage("quad#0", 4, 1, 12)]));
    const others = valuesOf(decompose(onQuad, onDuo)!);
    expect(others.prices_of_same_types).toEqual([3, 3, 1]);
    expect(others.usd_per_gpu_hour).toEqual([1, 1.5, 1.5]);
  });

  it("count a rise of prices for what is paid for, not for what is owned", () => {
    const owning = (duo: number) => {
      const { pool } = repriced(problem, { duo });
      const types = pool.types.map((type) =>
        type.instance.name === "duo" ? { ...type, ownedCount: 1 } : type,
      );
      const stages = [stage("duo#0", 2, 1, 6), stage("duo#1", 2, 7, 12)];
      return answerOf({ ...problem, pool: createPool(types) }, placement(stages));
    };
    const values = valuesOf(decompose(owning(2), owning(3))!);
    expect(values.prices_of_same_types).toEqual([2, 3, 1.5]);
    expect(values.usd_per_gpu_hour).toEqual([0.5, 0.5, 1]);
  });

  it("have no shares where the costs are the same, and do not exist where one is nothing", () => {
    const plan = answerOf(problem, placement([stage("quad#0", 4, 1, 12)]));
    const same = decompose(plan, plan)!;
    expect(same.cost).toMatchObject({ cost_ratio: 1, share: null });
    const free = answerOf(repriced(problem, { quad: 0 }), placement([stage("quad#0", 4, 1, 12)]));
    expect(decompose(plan, free)).toBeNull();
    expect(decompose(free, plan)).toBeNull();
  });
});
