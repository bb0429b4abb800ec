/** Answers of two builds, as bench/whole-commands.ts compares them. */
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { answerDifference, firstDifference } from "../../bench/answers.ts";

const ANSWER = {
  status: "optimal",
  placement: { stages: [{ layers: 40 }, { layers: 40 }] },
  metrics: null,
  run: { total_seconds: 1 },
};
const printed = (changes: object): string => JSON.stringify({ ...ANSWER, ...changes });

describe("two answers", () => {
  it("are the same whatever the run took", () => {
    expect(answerDifference(printed({}), printed({ run: { total_seconds: 9 } }))).toBeNull();
  });

  it("differ at a place that is named, with both values", () => {
    const other = { placement: { stages: [{ layers: 40 }, { layers: 41 }] } };
    expect(answerDifference(printed({}), printed(other))).toBe(
      "placement.stages[1].layers is 41, was 40",
    );
    const shorter = { placement: { stages: [{ layers: 40 }] } };
    expect(answerDifference(printed({}), printed(shorter))).toBe(
      'placement.stages[1] is absent, was {"layers":40}',
    );
    expect(answerDifference(printed({}), printed({ metrics: {} }))).toBe("metrics is {}, was null");
    expect(answerDifference("[1]", '{"0":1}')).toBe('the whole is {"0":1}, was [1]');
  });

  it("differ by the run inside of something else", () => {
    const inside = (run: number): string => JSON.stringify({ cases: [{ run }] });
    expect(answerDifference(inside(1), inside(2))).toBe("cases[0].run is 2, was 1");
  });
});

describe("any two JSON values", () => {
  const text = fc.json({ maxDepth: 4 });

  it("differ exactly where Node says so", () => {
    fc.assert(
      fc.property(text, text, (one, other) => {
        const [a, b] = [one, other].map((value): unknown => JSON.parse(value));
        expect(firstDifference(a, b) === null).toBe(isDeepStrictEqual(a, b));
        expect(firstDifference(a, JSON.parse(one))).toBeNull();
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it("differ whatever single value of them is another one", () => {
    fc.assert(
      fc.property(
        fc.array(fc.dictionary(fc.string(), fc.integer(), { minKeys: 1 }), { minLength: 1 }),
        fc.nat(),
        fc.nat(),
        (rows, row, field) => {
          const changed = structuredClone(rows);
          const target = changed[row % rows.length]!;
          const keys = Object.keys(target);
          const key = keys[field % keys.length]!;
          target[key]! += 1;
          expect(firstDifference(rows, changed)).toContain(`[${row % rows.length}].${key} is `);
        },
      ),
      { seed: 2 },
    );
  });
});
