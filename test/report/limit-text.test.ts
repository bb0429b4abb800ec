import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { figureDown, figureUp, usdUp } from "../../src/report/format.ts";
import { enoughText, limitText } from "../../src/report/limit-text.ts";

/** The number in a text such as "$1,234.50/h". */
const numberIn = (text: string): number => Number(text.replace(/[$,]/g, "").replace(/[/ ].*/, ""));

describe("values that a user may copy", () => {
  const positive = fc.double({ min: 1e-6, max: 1e12, noNaN: true });

  it("are never on the side that does not help", () => {
    fc.assert(
      fc.property(positive, (value) => {
        expect(numberIn(usdUp(value))).toBeGreaterThanOrEqual(value * (1 - 1e-9));
        expect(numberIn(figureUp(value))).toBeGreaterThanOrEqual(value * (1 - 1e-9));
        expect(numberIn(figureDown(value))).toBeLessThanOrEqual(value * (1 + 1e-9));
      }),
    );
  });

  it("are as close as the digits that are shown allow", () => {
    fc.assert(
      fc.property(positive, (value) => {
        for (const text of [usdUp(value), figureUp(value), figureDown(value)]) {
          expect(Math.abs(numberIn(text) / value - 1)).toBeLessThanOrEqual(1.1e-3);
        }
      }),
    );
  });

  it("stay what they are when all digits are shown", () => {
    expect(usdUp(11.34)).toBe("$11.34");
    expect(usdUp(9.39992613)).toBe("$9.40");
    expect(usdUp(27.38001)).toBe("$27.3801");
    expect(figureDown(208.17)).toBe("208.1");
    expect(figureUp(0)).toBe("0");
    expect(usdUp(0)).toBe("$0.00");
  });
});

describe("limits in words", () => {
  it("have their unit", () => {
    expect(limitText("max_hourly_cost", 30)).toBe("$30.00/h");
    expect(limitText("max_cost_per_million_token", 9.4)).toBe("$9.40/M tokens");
    expect(limitText("max_total_cost", 1e6)).toBe("$1,000,000.00");
    expect(limitText("max_total_runtime_hours", 12.5)).toBe("12.50 h");
    expect(limitText("min-throughput", 1200)).toBe("1,200.0 tokens/s");
    expect(limitText("count of g5.12xlarge", 1)).toBe("1 instance");
    expect(limitText("min_memory_utilization", 0.5)).toBe("50 %");
    expect(limitText("unheard of", 0.5)).toBe("0.5");
  });

  it("help when they are said to be enough", () => {
    expect(enoughText("max_total_runtime_hours", 1.33401)).toBe("1.335 h");
    expect(enoughText("min-throughput", 208.19)).toBe("208.1 tokens/s");
    expect(enoughText("max_total_cost", 9.39991)).toBe("$9.40");
  });
});
