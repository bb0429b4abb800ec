import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decisionRegret } from "../../src/calibration/decision-regret.ts";
import { decisionSets } from "../../src/calibration/decision-sets.ts";
import type { PredictedRow } from "../../src/calibration/predicted-row.ts";
import { measured, predictedAs, throughputRow } from "./rows.ts";

/** A deployment of TP GPUs at a batch with measured and predicted output tokens/s per GPU. */
function option(tp: number, batch: number | null, score: number, predicted: number): PredictedRow {
  return throughputRow({ tp, batchOrConcurrency: batch }, score * tp, predicted * tp);
}

function summary(rows: readonly PredictedRow[], batch: "fixed_batch" | "free_batch") {
  const found = decisionRegret(rows).find((each) => each.batch === batch)!;
  return (chooser: string, which: "all" | "non_trivial" = "all") =>
    found[which].find((each) => each.chooser === chooser)!;
}

describe("decision sets", () => {
  it("hold one batch when it is given, and every batch when it is free", () => {
    const rows = [option(1, 8, 100, 1), option(2, 8, 90, 1), option(1, 16, 120, 1)];
    const fixed = decisionSets(rows, "fixed_batch");
    expect(fixed.map(({ options }) => options.map(({ gpus }) => gpus))).toEqual([[1, 2]]);
    const free = decisionSets(rows, "free_batch");
    expect(free.map(({ options }) => options.map(({ batch }) => batch))).toEqual([[8, 8, 16]]);
  });

  it.each([
    ["source", { source: "other" }],
    ["engine", { engine: "vllm 0.11" }],
    ["model", { modelId: "other" }],
    ["weight format", { weightBytesPerParam: 1 }],
    ["GPU", { gpu: "H200-SXM-141GB" }],
    ["input length", { inputLen: 2048 }],
    ["output length", { outputLen: 128 }],
  ])("do not mix rows of another %s", (_, change) => {
    const other = throughputRow({ tp: 1, batchOrConcurrency: 8, ...change }, 100, 100);
    expect(decisionSets([option(2, 8, 100, 100), other], "free_batch")).toEqual([]);
  });

  it("take rows that repeat an option as one with their mean, which alone is no set", () => {
    expect(decisionSets([option(1, 8, 100, 1), option(1, 8, 140, 1)], "free_batch")).toEqual([]);
    const [set] = decisionSets(
      [option(1, 8, 100, 1), option(1, 8, 140, 3), option(2, 8, 50, 1)],
      "fixed_batch",
    );
    expect(set!.options[0]).toMatchObject({ gpus: 1, score: 120, predictedScore: 2 });
  });

  it("count a figure once that has both latencies", () => {
    const rows = [
      predictedAs(measured({ tp: 1 }), { ttftSeconds: 1, tpotSeconds: 1, requestsPerSecond: 1 }),
      predictedAs(measured({ tp: 2 }), { ttftSeconds: 1, tpotSeconds: 1, requestsPerSecond: 1 }),
    ];
    const [set] = decisionSets(rows.flat(), "fixed_batch");
    expect(set!.options.map(({ score }) => score)).toEqual([1600, 800]);
    expect(set!.options[0]!.predictedScore).toBe(256);
  });

  it("score decode rows by batch / TPOT and prefill rows by prompt tokens", () => {
    const decode = (tp: number) =>
      predictedAs(measured({ kind: "decode", tp, batchOrConcurrency: 32, tpotMs: 16 }), {
        tpotSeconds: 0.02,
      });
    const [set] = decisionSets([...decode(1), ...decode(4)], "fixed_batch");
    expect(set!.options[1]).toMatchObject({ gpus: 4, score: 500, predictedScore: 400 });
    const prefill = (tp: number) =>
      predictedAs(measured({ kind: "prefill", tp, batchOrConcurrency: 2, ttftMs: 512 }), {
        ttftSeconds: 1.024,
      });
    const [prompts] = decisionSets([...prefill(1), ...prefill(2)], "fixed_batch");
    expect(prompts!.options[0]).toMatchObject({ score: 4000, predictedScore: 2000 });
  });
});

describe("decision regret", () => {
  // Per GPU: TP 1 makes 80, TP 2 100, TP 4 60. The model likes TP 1 best.
  const rows = [option(1, 8, 80, 100), option(2, 8, 100, 90), option(4, 8, 60, 30)];

  it("is what the model's choice loses of the measured best", () => {
    const model = summary(rows, "fixed_batch")("model");
    expect(model.sets).toBe(1);
    expect(model.mean_regret).toBeCloseTo(0.2, 12);
    expect(model.max_regret).toBeCloseTo(0.2, 12);
    expect(model.top1_share).toBe(0);
    expect(model.pairwise_agreement).toBeCloseTo(2 / 3, 12);
  });

  it("sets naive choices beside it, and keeps apart the sets in which they fail", () => {
    const fewest = summary(rows, "fixed_batch");
    expect(fewest("fewest GPUs").mean_regret).toBeCloseTo(0.2, 12);
    expect(fewest("model", "non_trivial").sets).toBe(1);
    const trivial = [option(1, 8, 99, 100), option(2, 8, 100, 90)];
    expect(summary(trivial, "fixed_batch")("model", "non_trivial")).toEqual({
      chooser: "model",
      sets: 0,
      mean_regret: null,
      p90_regret: null,
      max_regret: null,
      top1_share: null,
      pairwise_agreement: null,
    });
  });

  it("takes the mean where a rule does not decide, and maximum load as the largest batch", () => {
    // Per GPU: TP 1 at 8 and 32 makes 40 and 60, TP 2 at maximum load 50.
    const ladder = [option(1, 8, 40, 1), option(1, 32, 60, 2), option(2, null, 50, 3)];
    const of = summary(ladder, "free_batch");
    expect(of("fewest GPUs").mean_regret).toBeCloseTo(1 - 50 / 60, 12);
    expect(of("fewest GPUs").top1_share).toBe(0.5);
    expect(of("largest batch").mean_regret).toBeCloseTo(1 - 50 / 60, 12);
    expect(of("fewest GPUs, then largest batch").mean_regret).toBe(0);
    expect(of("model").mean_regret).toBeCloseTo(1 - 50 / 60, 12);
  });

  it("counts a predicted tie half, and pairs that are equal as measured not at all", () => {
    const tied = [option(1, 8, 100, 5), option(2, 8, 90, 5), option(4, 8, 90, 1)];
    // Pairs that differ: TP 1 over TP 2 (a tie), TP 1 over TP 4 (right).
    expect(summary(tied, "fixed_batch")("model").pairwise_agreement).toBe(0.75);
  });

  it("lies in [0, 1), is 0 for a perfect model, and does not depend on the order of the rows", () => {
    const score = fc.double({ min: 1, max: 1e3, noNaN: true });
    const random = fc.uniqueArray(
      fc.record({
        tp: fc.constantFrom(1, 2, 4),
        batch: fc.constantFrom(1, 8, 64, null),
        score,
        predicted: score,
      }),
      { selector: ({ tp, batch }) => `${tp} ${batch}`, minLength: 2, maxLength: 8 },
    );
    fc.assert(
      fc.property(
        random.chain((list) =>
          fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
        ),
        ([list, shuffled]) => {
          const rowsOf = (options: typeof list) =>
            options.map((each) => option(each.tp, each.batch, each.score, each.predicted));
          const found = decisionRegret(rowsOf(list));
          expect(decisionRegret(rowsOf(shuffled))).toEqual(found);
          const perfect = decisionRegret(
            list.map((each) => option(each.tp, each.batch, each.score, each.score)),
          );
          for (const { all, non_trivial } of found) {
            for (const { mean_regret, max_regret } of [...all, ...non_trivial]) {
              if (mean_regret === null) continue;
              expect(mean_regret).toBeGreaterThanOrEqual(0);
              expect(max_regret).toBeLessThan(1);
            }
          }
          for (const { all } of perfect) {
            if (all[0]!.sets > 0) expect(all[0]).toMatchObject({ max_regret: 0, top1_share: 1 });
          }
        },
      ),
      { numRuns: 50 },
    );
  });
});
