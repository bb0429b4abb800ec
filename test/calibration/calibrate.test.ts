import { describe, expect, it } from "vitest";
import { calibrate } from "../../src/calibration/calibrate.ts";
import {
  applyCalibration,
  CALIBRATED_PARAMETERS,
  type Calibration,
  calibrationHelps,
} from "../../src/calibration/calibration-file.ts";
import type { Measurement } from "../../src/calibration/measurement.ts";
import { predictTarget, type TargetRow } from "../../src/calibration/targets.ts";
import type { ParameterValues } from "../../src/cost/calibrated/parameters.ts";
import { priorValues } from "../../src/cost/calibrated/priors.ts";
import { measured, targetsOf } from "./rows.ts";

const SHIPPED = priorValues();

/** A ladder of closed loops on one deployment. */
function ladder(tp: number, batches: readonly number[]): Measurement[] {
  return batches.map((batchOrConcurrency) =>
    measured({ tp, batchOrConcurrency, configGroup: `tp${tp}` }),
  );
}

/** Figures as a host would show them whose parameters are these. */
function measuredWith(rows: readonly Measurement[], values: ParameterValues): TargetRow[] {
  return targetsOf(...rows).map((row) => ({ ...row, measured: predictTarget(row, values) }));
}

const LADDERS = [1, 2, 4].flatMap((tp) => ladder(tp, [1, 8, 32]));

describe("a calibration", () => {
  it("finds a host that reads slower, and predicts rows it has not seen better", () => {
    const slow = {
      ...SHIPPED,
      "readFactor.vllm": SHIPPED["readFactor.vllm"]! * 0.75,
      "attentionReadFactor.vllm": SHIPPED["attentionReadFactor.vllm"]! * 0.75,
    };
    const calibration = calibrate(measuredWith(LADDERS, slow), "vllm", ["a.csv"], SHIPPED);
    expect(calibration.multipliers.readFactor.multiplier).toBeGreaterThan(0.7);
    expect(calibration.multipliers.readFactor.multiplier).toBeLessThan(0.85);
    const { before, after, left_out } = calibration.errors;
    expect(after.macro_mean).toBeLessThan(before.macro_mean / 3);
    expect(left_out).toMatchObject({ what: "config_group", folds: 3 });
    expect(left_out!.macro_mean).toBeLessThan(before.macro_mean);
    expect(calibrationHelps(calibration)).toBe(true);
    expect(calibration).toMatchObject({
      engine: "vllm",
      gpus: ["H100-SXM5-80GB"],
      rows: 9,
      figures: 18,
      sources: ["a.csv"],
    });
  });

  it("leaves the factors at 1 when the shipped parameters are right", () => {
    const calibration = calibrate(measuredWith(LADDERS, SHIPPED), "vllm", [], SHIPPED);
    for (const parameter of CALIBRATED_PARAMETERS) {
      expect(calibration.multipliers[parameter].multiplier).toBeCloseTo(1, 6);
    }
    expect(calibrationHelps(calibration)).toBe(false);
  });

  it("moves little for one row, and less than for many", () => {
    const slow = { ...SHIPPED, "httpMs.vllm": SHIPPED["httpMs.vllm"]! * 3 };
    const one = measuredWith(ladder(1, [8]), slow);
    const few = calibrate(one, "vllm", [], SHIPPED).multipliers.httpMs.multiplier;
    const many = calibrate(measuredWith(LADDERS, slow), "vllm", [], SHIPPED).multipliers.httpMs;
    expect(few).toBeGreaterThan(1);
    expect(few).toBeLessThan(many.multiplier);
    expect(many.multiplier).toBeLessThan(3);
    expect(many.log_sd).toBeLessThan(0.2);
  });

  it("leaves what no row says anything of at 1, with the prior's width", () => {
    const single = measuredWith(ladder(1, [1, 8]), SHIPPED);
    const { collectiveFactor } = calibrate(single, "vllm", [], SHIPPED).multipliers;
    expect(collectiveFactor.multiplier).toBeCloseTo(1, 12);
    expect(collectiveFactor.log_sd).toBeCloseTo(0.2, 12);
    expect(collectiveFactor.figures).toBe(0);
  });

  it("leaves rows out one by one where all are of one group, both latencies together", () => {
    const calibration = calibrate(
      measuredWith(ladder(2, [1, 8, 32, 64]), SHIPPED),
      "vllm",
      [],
      SHIPPED,
    );
    expect(calibration.errors.left_out).toMatchObject({ what: "row", folds: 4 });
  });

  it("cannot tell from one row whether it helps", () => {
    const calibration = calibrate(measuredWith(ladder(1, [8]), SHIPPED), "vllm", [], SHIPPED);
    expect(calibration.errors.left_out).toBeNull();
    expect(calibrationHelps(calibration)).toBe(false);
  });

  it("does not help where the groups contradict each other", () => {
    const rows = [...ladder(1, [8]), ...ladder(2, [8])];
    const contrary = measuredWith(rows, SHIPPED).map((row) => ({
      ...row,
      measured: row.measured * (row.plan.tpDegree === 1 ? 1.4 : 1 / 1.4),
    }));
    const calibration = calibrate(contrary, "vllm", [], SHIPPED);
    const { before, after, left_out } = calibration.errors;
    expect(after.macro_mean).toBeLessThan(before.macro_mean);
    expect(left_out!.macro_mean).toBeGreaterThan(before.macro_mean);
    expect(calibrationHelps(calibration)).toBe(false);
  });

  it("is the same for the same rows", () => {
    const rows = measuredWith(LADDERS, { ...SHIPPED, collectiveFactor: 2 });
    expect(calibrate(rows, "vllm", [], SHIPPED)).toEqual(calibrate(rows, "vllm", [], SHIPPED));
  });
});

describe("applying a calibration", () => {
  const calibration: Calibration = calibrate(
    measuredWith(LADDERS, { ...SHIPPED, collectiveFactor: 1.5 }),
    "vllm",
    [],
    SHIPPED,
  );

  it("multiplies the parameters of its engine and the collectives, nothing else", () => {
    const values = applyCalibration(SHIPPED, calibration, "c.json");
    const { stepMs, collectiveFactor } = calibration.multipliers;
    expect(values["stepMs.vllm"]).toBe(SHIPPED["stepMs.vllm"]! * stepMs.multiplier);
    expect(values.collectiveFactor).toBe(SHIPPED.collectiveFactor! * collectiveFactor.multiplier);
    expect(collectiveFactor.multiplier).toBeGreaterThan(1.01);
    const changed = Object.keys(SHIPPED).filter((name) => values[name] !== SHIPPED[name]);
    for (const name of changed) expect(name).toMatch(/\.vllm$|^collectiveFactor$/);
    expect(Object.keys(values)).toEqual(Object.keys(SHIPPED));
  });

  it("refuses a calibration of other shipped values", () => {
    const newer = { ...SHIPPED, "stepMs.vllm": 2.5 };
    expect(() => applyCalibration(newer, calibration, "c.json")).toThrow(
      `c.json: multipliers.stepMs.shipped: it is ${SHIPPED["stepMs.vllm"]}, but stepMs.vllm of this version is 2.5: the calibration is from another version. Run calibrate again on the same measurements.`,
    );
  });
});
