import { describe, expect, it } from "vitest";
import type { PredictedRow } from "../../src/calibration/predicted-row.ts";
import { safetyMargins } from "../../src/calibration/safety-margin.ts";
import { measured, predictedAs } from "./rows.ts";

/** A closed loop at a batch; TPOT in ms, measured and predicted; throughput grows with the batch. */
function loop(batch: number, tpotMs: number, predictedMs: number): PredictedRow[] {
  return predictedAs(measured({ batchOrConcurrency: batch, tpotMs, ttftMs: null }), {
    tpotSeconds: predictedMs / 1000,
    requestsPerSecond: batch,
  });
}

function tpot(rows: readonly PredictedRow[], margin: number) {
  return safetyMargins(rows).find((each) => each.latency === "tpot" && each.margin === margin);
}

describe("the safety margin", () => {
  // Targets on the quartiles of 10, 20, 30: 15, 20, 25 ms.
  const rows = [...loop(1, 10, 10), ...loop(8, 20, 19), ...loop(64, 30, 24)];

  it("chooses the most tokens/s among plans predicted to meet a target, and sees whether they do", () => {
    // Without a margin: 15 → batch 1 (met), 20 → batch 8 (met), 25 → batch 64 (30 ms: missed).
    expect(tpot(rows, 0)).toEqual({
      latency: "tpot",
      margin: 0,
      targets: 3,
      chosen: 3,
      met_share: 2 / 3,
    });
  });

  it("leaves plans out that are predicted within a tenth of the target", () => {
    // 15 → batch 1 (11 ms), 20 → batch 1 (8 would be 20.9), 25 → batch 8 (64 would be 26.4).
    expect(tpot(rows, 0.1)).toMatchObject({ chosen: 3, met_share: 1 });
  });

  it("chooses nothing when no plan is predicted to meet the target", () => {
    const slow = [...loop(1, 10, 100), ...loop(8, 20, 200)];
    expect(tpot(slow, 0.1)).toMatchObject({ targets: 3, chosen: 0, met_share: null });
  });

  it("sets no target where a set has fewer than two latencies", () => {
    const only = [...loop(1, 10, 10), ...loop(8, 20, 20)];
    expect(safetyMargins(only).filter(({ latency }) => latency === "ttft")).toEqual([
      { latency: "ttft", margin: 0.1, targets: 0, chosen: 0, met_share: null },
      { latency: "ttft", margin: 0, targets: 0, chosen: 0, met_share: null },
    ]);
  });
});
