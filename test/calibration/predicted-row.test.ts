import { describe, expect, it } from "vitest";
import { predictMeasurements } from "../../src/calibration/accuracy.ts";
import { predictRow } from "../../src/calibration/predict-row.ts";
import { predictRows } from "../../src/calibration/predicted-row.ts";
import { predictTarget } from "../../src/calibration/targets.ts";
import { priorValues } from "../../src/cost/calibrated/priors.ts";
import { measured, planOf, targetsOf } from "./rows.ts";

const VALUES = priorValues();

describe("predicted rows", () => {
  it("are the model's predictions of every figure", () => {
    const targets = targetsOf(measured(), measured({ kind: "offline_e2e" }));
    const { rows, refused } = predictRows(targets, () => VALUES, null);
    expect(refused).toEqual([]);
    expect(rows.map(({ row }) => row.target)).toEqual([
      "ttft_ms",
      "tpot_ms",
      "output_tokens_per_s",
    ]);
    for (const { row, predicted } of rows) expect(predicted).toBe(predictTarget(row, VALUES));
  });

  it("use the values and the interval of each row", () => {
    const targets = targetsOf(measured({ tp: 1 }), measured({ tp: 2 }));
    const slow = { ...VALUES, "read16.hopper": VALUES["read16.hopper"]! / 2 };
    const { rows } = predictRows(
      targets,
      ({ plan }) => (plan.tpDegree === 2 ? slow : VALUES),
      ({ target }) => ({
        low: target === "ttft_ms" ? 0.5 : 0.9,
        high: 2,
        confidence: "extrapolated",
        reasons: [],
      }),
    );
    expect(rows[1]!.predicted).toBe(predictTarget(targets[1]!, VALUES));
    expect(rows[3]!.predicted).toBe(predictTarget(targets[3]!, slow));
    expect(rows[3]!.predicted).not.toBe(predictTarget(targets[3]!, VALUES));
    expect(rows.map(({ spread }) => spread!.low)).toEqual([0.5, 0.9, 0.5, 0.9]);
  });

  it("are KV-limited when the cache holds fewer sequences than were asked for", () => {
    const limitOf = (changes: Parameters<typeof measured>[0]) =>
      predictRows(targetsOf(measured(changes)), () => VALUES, null).rows[0]!.limit;
    const offline = { kind: "offline_e2e", outputTokensPerS: 1000 } as const;
    const holds = predictRow(planOf(measured(offline)), VALUES).kvSequences;
    expect(holds).toBeGreaterThan(16);
    expect(limitOf({ ...offline, batchOrConcurrency: Math.floor(holds) })).toBe("requests");
    expect(limitOf({ ...offline, batchOrConcurrency: Math.ceil(holds) })).toBe("kv_cache");
    expect(limitOf({ ...offline, batchOrConcurrency: null })).toBe("kv_cache");
    // A run of few requests cannot fill the cache.
    const few = { batchOrConcurrency: null, note: "(10 requests)" };
    expect(limitOf({ ...offline, ...few })).toBe("requests");
    expect(limitOf({ kind: "decode", batchOrConcurrency: 1e6 })).toBe("step");
  });

  it("refuse what cannot be planned, with the reason", () => {
    const { rows, refused } = predictMeasurements(
      [measured({ inputLen: null }), measured()],
      () => VALUES,
      null,
    );
    expect(rows).toHaveLength(2);
    expect(refused.map(({ reason }) => reason)).toEqual(["input_len is empty"]);
  });

  it("refuse a figure that the physics give no finite number for", () => {
    const values = { ...VALUES, "httpMs.vllm": Number.POSITIVE_INFINITY };
    const { rows, refused } = predictRows(targetsOf(measured()), () => values, null);
    expect(rows.map(({ row }) => row.target)).toEqual(["tpot_ms"]);
    expect(refused.map(({ reason }) => reason)).toEqual([
      "the model predicts Infinity as its ttft_ms",
    ]);
  });
});
