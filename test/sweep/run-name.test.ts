import fc from "fast-check";
import { expect, test } from "vitest";
import { type NamedRun, parseRunName, runName } from "../../src/sweep/run-name.ts";

const RUN: NamedRun = {
  family: "g5.12xlarge",
  ppStages: 2,
  tpDegree: 4,
  inputTokens: 2048,
  outputTokens: 512,
  minBatch: 32,
  maxBatch: 64,
};

test("a name is that of the founding sweep", () => {
  expect(runName(RUN)).toBe("eval_family-g5.12xlarge-pp2-tp4-in2048-out512-bs32_64");
});

const count = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
const family = fc.oneof(
  fc.string({ minLength: 1, unit: "grapheme" }),
  fc.stringMatching(/^[a-z0-9]+([-._%/][a-zA-Z0-9]+){0,4}$/),
  // Families that look like (parts of) a run's name.
  fc.constantFrom(
    "-pp1-tp2",
    "x-pp1-tp1-in1-out1-bs1_1",
    "eval_family-a-pp1-tp1-in1-out1-bs1_1",
    "%2F",
    "a\nb",
    "a\u2028b",
  ),
);
const run = fc.record({
  family,
  ppStages: count,
  tpDegree: count,
  inputTokens: count,
  outputTokens: count,
  minBatch: count,
  maxBatch: count,
});

test("every run is read back from its name", () => {
  fc.assert(
    fc.property(run, (value) => {
      expect(parseRunName(runName(value))).toEqual(value);
    }),
  );
});

test("two runs never share a name", () => {
  fc.assert(
    fc.property(run, run, (a, b) => {
      if (runName(a) === runName(b)) expect(a).toEqual(b);
    }),
  );
});

test("no name holds a character that a file name cannot", () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, unit: "binary-ascii" }), (text) => {
      expect(runName({ ...RUN, family: text })).not.toMatch(/[/\\:*?"<>|\p{Cc}]/u);
    }),
  );
});

test.each([
  "g5.12xlarge",
  "eval_family--pp1-tp1-in1-out1-bs1_1",
  "eval_family-a-pp01-tp1-in1-out1-bs1_1",
  "eval_family-a-pp1-tp1-in1-out1-bs1",
  "eval_family-a-pp1-tp1-in1-out1-bs1_1.tmp",
  ".eval_family-a-pp1-tp1-in1-out1-bs1_1",
  "eval_family-a-tp1-pp1-in1-out1-bs1_1",
  "eval_family-a%41-pp1-tp1-in1-out1-bs1_1",
  "eval_family-a-pp1-tp1-in1-out1-bs1_99999999999999999999",
])("%s is not a run's name", (name) => {
  expect(parseRunName(name)).toBeNull();
});
