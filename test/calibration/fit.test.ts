import { describe, expect, it } from "vitest";
import { FIT_OPTIONS, fitParameters } from "../../src/calibration/fit.ts";
import type { Measurement } from "../../src/calibration/measurement.ts";
import { predictTarget, type TargetRow } from "../../src/calibration/targets.ts";
import type { ParameterValues } from "../../src/cost/calibrated/parameters.ts";
import { PRIORS, type Prior, priorValues } from "../../src/cost/calibrated/priors.ts";
import { measured, targetsOf } from "./rows.ts";

/** What the rows below were made with, as factors on the priors. */
const TRUTH: Readonly<Record<string, number>> = {
  "read16.hopper": 0.85,
  "compute16.hopper": 1.15,
  "stepMs.vllm": 1.8,
  "sequenceUs.vllm": 0.5,
};

function truth(): ParameterValues {
  const values = { ...priorValues() };
  for (const [name, factor] of Object.entries(TRUTH)) values[name]! *= factor;
  return values;
}

/** Only the parameters named may move, and so far. */
function priorsWith(logSd: number, names: readonly string[] = Object.keys(TRUTH)): Prior[] {
  return PRIORS.map((prior) => ({ ...prior, logSd: names.includes(prior.name) ? logSd : 0 }));
}

/** Rows whose figures are what these parameters predict, times a factor. */
function made(values: ParameterValues, rows: readonly Measurement[], factor = 1): TargetRow[] {
  return targetsOf(...rows).map((row) => ({
    ...row,
    measured: factor * predictTarget(row, values),
  }));
}

/** Decode steps from one to 512 sequences, prompts, and servers under load: each parameter shows in some of them. */
const ROWS: readonly Measurement[] = [1, 2, 8, 32, 128, 512].flatMap((batchOrConcurrency) => [
  ...[1, 2, 4].map((tp) =>
    measured({ kind: "decode", configGroup: `decode ${tp}`, tp, batchOrConcurrency }),
  ),
  measured({ configGroup: "online", batchOrConcurrency }),
  measured({
    kind: "prefill",
    configGroup: "prefill",
    batchOrConcurrency,
    inputLen: 2048,
  }),
]);

describe("a fit", () => {
  it("finds the parameters that rows were made with", () => {
    const { values } = fitParameters(made(truth(), ROWS), FIT_OPTIONS, priorsWith(30));
    for (const [name, factor] of Object.entries(TRUTH)) {
      const found = values[name]! / priorValues()[name]!;
      expect(Math.abs(found / factor - 1), name).toBeLessThan(0.01);
    }
  });

  it("finds nothing to change in rows that the priors predict", () => {
    const { values } = fitParameters(made(priorValues(), ROWS));
    for (const [name, value] of Object.entries(priorValues())) {
      expect(Math.abs(values[name]! / value - 1), name).toBeLessThan(0.02);
    }
  });

  it("leaves alone what may not move, and what no row depends on", () => {
    const { values, logSd, rowsOf } = fitParameters(made(truth(), ROWS));
    const fixed = PRIORS.filter(({ logSd: sd }) => sd === 0);
    const foreign = PRIORS.filter(({ name }) => /\.(ada|A10G|rocm|llama\.cpp)$/.test(name));
    expect(fixed.length).toBeGreaterThan(20);
    for (const { name, value } of [...fixed, ...foreign]) {
      expect(values[name], name).toBe(value);
      expect(logSd[name], name).toBeUndefined();
      expect(rowsOf[name], name).toBeUndefined();
    }
  });

  it("stays at the prior where rows depend on a parameter but say nothing of it", () => {
    // No weights of 4 bit: the row's engine and GPU could have had some.
    const { values, rowsOf } = fitParameters(made(truth(), ROWS));
    expect(rowsOf["read4.hopper"]).toBe(0);
    expect(values["read4.hopper"]! / priorValues()["read4.hopper"]!).toBeCloseTo(1, 6);
    expect(rowsOf["read16.hopper"]).toBeGreaterThan(10);
  });

  it("moves less against a firmer prior", () => {
    const rows = made(truth(), ROWS.slice(0, 4));
    const moved = [0.02, 0.1, 3].map((logSd) => {
      const { values } = fitParameters(rows, FIT_OPTIONS, priorsWith(logSd, ["read16.hopper"]));
      return Math.abs(Math.log(values["read16.hopper"]! / priorValues()["read16.hopper"]!));
    });
    expect(moved[0]).toBeLessThan(moved[1]!);
    expect(moved[1]).toBeLessThan(moved[2]!);
  });

  it("knows a parameter better from more rows", () => {
    const sdOf = (rows: readonly Measurement[]): number =>
      fitParameters(made(truth(), rows), FIT_OPTIONS, priorsWith(1)).logSd["read16.hopper"]!;
    expect(sdOf(ROWS)).toBeLessThan(sdOf(ROWS.slice(0, 5)));
    expect(sdOf(ROWS.slice(0, 5))).toBeLessThan(1);
  });

  it("is pulled less than in proportion by a row that is far off", () => {
    const rows = made(truth(), ROWS);
    const pulled = (factor: number): number => {
      const outlier = made(truth(), [measured({ kind: "decode", configGroup: "odd" })], factor);
      const { values } = fitParameters(
        [...rows, ...outlier],
        FIT_OPTIONS,
        priorsWith(3, ["read16.hopper"]),
      );
      return Math.abs(Math.log(values["read16.hopper"]! / truth()["read16.hopper"]!));
    };
    const [near, far] = [pulled(1.1), pulled(100)];
    // ln 100 is 48 times ln 1.1.
    expect(far).toBeGreaterThan(near);
    expect(far).toBeLessThan(10 * near);
  });

  it("lets a group of many rows weigh as much as its share", () => {
    // 240 rows of one group say one thing, 12 of another group the contrary.
    const many = Array.from({ length: 240 }, (_, i) =>
      measured({ kind: "decode", configGroup: "many", batchOrConcurrency: 1 + (i % 8) }),
    );
    const few = many.slice(0, 12).map((row) => ({ ...row, configGroup: "few" }));
    const { values } = fitParameters(
      [...made(priorValues(), many, 1.25), ...made(priorValues(), few, 0.8)],
      FIT_OPTIONS,
      priorsWith(3, ["read16.hopper"]),
    );
    expect(values["read16.hopper"]! / priorValues()["read16.hopper"]!).toBeCloseTo(1, 1);
  });

  it("is the same every time", () => {
    const rows = made(truth(), ROWS);
    expect(JSON.stringify(fitParameters(rows))).toBe(JSON.stringify(fitParameters(rows)));
  });

  it("draws an engine that little is known of to the others", () => {
    // vLLM's steps take three times the prior's CPU time in many rows; TensorRT-LLM has one row that hardly tells.
    const slow = { ...priorValues() };
    slow["stepMs.vllm"]! *= 3;
    const rows = [
      ...made(slow, ROWS),
      ...made(priorValues(), [
        measured({ kind: "prefill", configGroup: "trt", engine: "trtllm", inputLen: 8192 }),
      ]),
    ];
    const { values } = fitParameters(rows);
    expect(values["stepMs.tensorrt-llm"]!).toBeGreaterThan(
      1.1 * priorValues()["stepMs.tensorrt-llm"]!,
    );
    expect(values["stepMs.vllm"]!).toBeGreaterThan(values["stepMs.tensorrt-llm"]!);
  });

  it("has the priors where there are no rows", () => {
    const { values } = fitParameters([]);
    for (const [name, value] of Object.entries(priorValues())) expect(values[name]).toBe(value);
  });
});
