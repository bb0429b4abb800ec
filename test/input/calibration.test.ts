import { describe, expect, it } from "vitest";
import {
  CALIBRATED_PARAMETERS,
  type CalibratedParameter,
  type Calibration,
  type Multiplier,
} from "../../src/calibration/calibration-file.ts";
import {
  calibrationText,
  parseCalibration,
} from "../../src/input/measurements/parse-calibration.ts";

const MULTIPLIERS = Object.fromEntries(
  CALIBRATED_PARAMETERS.map((name, i) => [
    name,
    { multiplier: 1 + i / 10, log_sd: 0.1, shipped: 2 ** i, figures: i },
  ]),
) as Record<CalibratedParameter, Multiplier>;

const CALIBRATION: Calibration = {
  engine: "vllm",
  gpus: ["L40S"],
  multipliers: MULTIPLIERS,
  rows: 3,
  figures: 6,
  errors: {
    before: { macro_mean: 0.3, macro_median: 0.2 },
    after: { macro_mean: 0.1, macro_median: 0.1 },
    left_out: { what: "row", folds: 3, macro_mean: 0.15, macro_median: 0.12 },
  },
  sources: ["a.json", "b.csv"],
};

/** The file with a change to its JSON. */
function changed(change: (root: Record<string, unknown>) => void): string {
  const root = JSON.parse(calibrationText(CALIBRATION)) as Record<string, unknown>;
  change(root);
  return JSON.stringify(root);
}

const multiplier = (root: Record<string, unknown>): Record<string, unknown> =>
  (root.multipliers as Record<string, Record<string, unknown>>).stepMs!;

describe("a calibration file", () => {
  it("reads back as it was written", () => {
    expect(parseCalibration(calibrationText(CALIBRATION), "c.json")).toEqual(CALIBRATION);
    const one = { ...CALIBRATION, errors: { ...CALIBRATION.errors, left_out: null } };
    expect(parseCalibration(calibrationText(one), "c.json")).toEqual(one);
  });

  it("says what it is first", () => {
    expect(calibrationText(CALIBRATION)).toMatch(
      /^\{\n {2}"format": "llm-placement calibration 1",\n {2}"engine": "vllm",\n/,
    );
  });

  it.each<[string, (root: Record<string, unknown>) => void, string]>([
    [
      "another format",
      (root) => {
        root.format = "llm-placement calibration 2";
      },
      'c.json: format: it is "llm-placement calibration 2". Give a file that llm-placement calibrate of this version wrote.',
    ],
    [
      "no format",
      (root) => {
        delete root.format;
      },
      "c.json: format: it is missing. Give a file that llm-placement calibrate of this version wrote.",
    ],
    [
      "an unknown engine",
      (root) => {
        root.engine = "vlm";
      },
      'c.json: engine: "vlm" is not a supported engine. Did you mean "vllm"?',
    ],
    [
      "an unknown field",
      (root) => {
        multiplier(root).multiplyer = 1;
      },
      'c.json: multipliers.stepMs.multiplyer: unknown field "multiplyer". Did you mean "multiplier"?',
    ],
    [
      "a parameter that is not there",
      (root) => {
        delete (root.multipliers as Record<string, unknown>).stepMs;
      },
      "c.json: multipliers.stepMs: it is missing. Give a JSON object.",
    ],
    [
      "a factor of nothing",
      (root) => {
        multiplier(root).multiplier = 0;
      },
      "c.json: multipliers.stepMs.multiplier: 0 is not above 0. Give a number above 0 and up to 1000000.",
    ],
    [
      "a number in quotes",
      (root) => {
        multiplier(root).log_sd = "0.1";
      },
      'c.json: multipliers.stepMs.log_sd: it is "0.1". Give a number.',
    ],
    [
      "a list that is none",
      (root) => {
        root.gpus = "L40S";
      },
      'c.json: gpus: it is "L40S". Give an array of strings.',
    ],
    [
      "an unknown way to leave out",
      (root) => {
        (root.errors as { left_out: Record<string, unknown> }).left_out.what = "gpu";
      },
      'c.json: errors.left_out.what: it is "gpu". Give "config_group" or "row".',
    ],
  ])("with %s is refused", (_, change, message) => {
    expect(() => parseCalibration(changed(change), "c.json")).toThrow(message);
  });

  it("that is no JSON is refused with line and column", () => {
    expect(() => parseCalibration('{\n  "engine": vllm }', "c.json")).toThrow(
      'c.json:2, column 13: invalid JSON: expected a value, found "vllm". Correct the JSON.',
    );
  });
});
