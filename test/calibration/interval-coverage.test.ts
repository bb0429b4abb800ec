import { describe, expect, it } from "vitest";
import { intervalCoverage } from "../../src/calibration/interval-coverage.ts";
import type { PredictedRow } from "../../src/calibration/predicted-row.ts";
import { throughputRow } from "./rows.ts";

/** 100 predicted, `perSecond` measured, the interval from 80 to 125 unless said. */
function row(configGroup: string, perSecond: number, low = 0.8, high = 1.25): PredictedRow {
  return {
    ...throughputRow({ configGroup }, perSecond, 100),
    spread: { low, high, confidence: "same_gpu_class", reasons: [] },
  };
}

describe("interval coverage", () => {
  it("is the share of figures inside, mean over groups", () => {
    // Group a: 1 of 3 inside; group b: its only one.
    const coverage = intervalCoverage([row("a", 100), row("a", 79), row("a", 126), row("b", 125)]);
    expect(coverage!.overall).toMatchObject({ groups: 2, rows: 4 });
    expect(coverage!.overall.coverage).toBeCloseTo((1 / 3 + 1) / 2, 12);
  });

  it("counts the ends as inside", () => {
    expect(intervalCoverage([row("a", 50, 0.5, 1)])!.overall.coverage).toBe(1);
    expect(intervalCoverage([row("a", 200, 1, 2)])!.overall.coverage).toBe(1);
  });

  it("says how wide the intervals are, and divides by confidence first", () => {
    const wide = row("b", 100, 0.5, 2);
    const extrapolated: PredictedRow = {
      ...wide,
      spread: { ...wide.spread!, confidence: "extrapolated" },
    };
    const { overall, tables } = intervalCoverage([row("a", 100, 0.8, 1.2), extrapolated])!;
    expect(overall.median_width).toBeCloseTo((1.5 + 4) / 2, 12);
    expect(tables[0]!.by).toBe("confidence");
    expect(tables[0]!.lines.map(({ name }) => name)).toEqual(["extrapolated", "same_gpu_class"]);
  });

  it("is null without intervals", () => {
    expect(intervalCoverage([throughputRow({}, 100, 100)])).toBeNull();
  });
});
