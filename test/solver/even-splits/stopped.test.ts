import { expect, it } from "vitest";
import { evaluate } from "../../../src/placement/evaluate.ts";
import { EvenSplits } from "../../../src/solver/even-splits/even-splits.ts";
import { DEFAULT_REQUEST } from "../../../src/solver/request.ts";
import { Pace } from "../../../src/solver/search/pace.ts";
import { foundingProblem, RELAXED_RULES } from "../../support/founding.ts";

const workload = { ...foundingProblem().workload, minBatch: 8, maxBatch: 48 };

/** What is told of a search that is stopped when it asks for the nth time. */
async function stoppedAt(nth: number) {
  // A problem of its own: what is found is remembered.
  const problem = foundingProblem({ workload, rules: RELAXED_RULES });
  const splits = EvenSplits.of(problem, DEFAULT_REQUEST);
  const told: number[] = [];
  const shares: number[] = [];
  let asked = 0;
  await splits.search(new Pace(), {
    onSplit: (placement) => {
      const evaluation = evaluate(problem, placement);
      if (evaluation.status !== "SUCCESS") throw new Error(evaluation.error);
      told.push(evaluation.metrics.dollar_per_million_token);
    },
    onShare: (share) => shares.push(share),
    shouldStop: () => ++asked >= nth,
  });
  return { splits, told, shares, asked };
}

it("a search that nothing stops comes to all types, and tells better and better splits", async () => {
  const { splits, told, shares } = await stoppedAt(Number.POSITIVE_INFINITY);
  expect(splits.missing).toBe(0);
  expect(shares.at(-1)).toBe(1);
  expect(shares).toEqual([...shares].sort((a, b) => a - b));
  expect(told).toEqual([...told].sort((a, b) => b - a));
  const [best] = splits.families();
  expect(best?.status === "best" && best.evaluation.metrics.dollar_per_million_token).toBe(
    told.at(-1),
  );
});

it("a search that is stopped at any point leaves what it came to, and the best split so far", async () => {
  const whole = await stoppedAt(Number.POSITIVE_INFINITY);
  const families = whole.splits.families();
  for (let nth = 1; nth <= whole.asked; nth += 3) {
    const { splits, told, shares, asked } = await stoppedAt(nth);
    expect(asked).toBe(nth);
    expect(splits.missing).toBe(splits.types.length - shares.length);
    expect(splits.missing).toBeGreaterThan(0);
    const names = new Set(
      splits.types.slice(0, shares.length).map(({ instance }) => instance.name),
    );
    expect(splits.families()).toEqual(families.filter(({ family }) => names.has(family)));
    // Of the type that it was at only what was found so far is known, which may be better than all before.
    const [best] = splits.families();
    if (best?.status !== "best") continue;
    expect(told.at(-1)).toBeLessThanOrEqual(best.evaluation.metrics.dollar_per_million_token);
  }
});

it("a stopped search goes on where it was stopped", async () => {
  const { splits } = await stoppedAt(20);
  expect(splits.missing).toBeGreaterThan(0);
  await splits.search(new Pace());
  expect(splits.missing).toBe(0);
  const whole = await stoppedAt(Number.POSITIVE_INFINITY);
  expect(splits.families()).toEqual(whole.splits.families());
});
