import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isTie, type TieMetrics } from "../../src/compare/tie.ts";

/** A plan of a cost per million tokens, at $3.60 an hour or another price, its throughput sure to a share either way. */
function plan(usdPerMillion: number, share: number | null, cost_per_hour = 3.6): TieMetrics {
  const throughput_tokens_per_sec = (cost_per_hour / 3600 / usdPerMillion) * 1e6;
  return {
    dollar_per_million_token: usdPerMillion,
    cost_per_hour,
    throughput_tokens_per_sec,
    uncertainty:
      share === null
        ? null
        : {
            throughput_tokens_per_sec: {
              low: throughput_tokens_per_sec * (1 - share),
              high: throughput_tokens_per_sec * (1 + share),
            },
            ttft_ms: null,
            tpot_ms: null,
          },
  };
}

describe("a tie", () => {
  it("is a difference below the error of the two predictions together", () => {
    expect(isTie(plan(1, 0.1), plan(1.05, 0.1))).toBe(true);
    expect(isTie(plan(1, 0.1), plan(1.5, 0.1))).toBe(false);
    expect(isTie(plan(1, 0.001), plan(1.05, 0.001))).toBe(false);
    // 1 up to 1.111 and 1.2 down to 1.091: the intervals overlap, and √(0.111² + 0.109²) is 0.156 < 0.2.
    expect(isTie(plan(1, 0.1), plan(1.2, 0.1))).toBe(false);
  });

  it("needs a cost model that says how sure it is, and two costs that differ", () => {
    expect(isTie(plan(1, null), plan(1.01, null))).toBe(false);
    expect(isTie(plan(1, 0.1), plan(1, 0.1))).toBe(false);
  });

  it("is none where one prediction stands for both and only the price differs: that is sure", () => {
    expect(isTie(plan(1, 0.1, 3.6), plan(1.05, 0.1, 3.6 * 1.05))).toBe(false);
    expect(isTie(plan(1, 0.1, 3.6), plan(1.05, 0.1, 3.6 * 1.04))).toBe(true);
  });

  it("is the same from either side, and no wider than intervals that touch", () => {
    const price = fc.double({ min: 0.1, max: 10, noNaN: true });
    const share = fc.double({ min: 0.001, max: 0.5, noNaN: true });
    fc.assert(
      fc.property(price, price, share, share, (x, y, p, q) => {
        const [a, b] = [plan(x, p), plan(y, q)];
        expect(isTie(a, b)).toBe(isTie(b, a));
        const [dear, cheap] = x > y ? [x / (1 + p), y / (1 - q)] : [y / (1 + q), x / (1 - p)];
        if (isTie(a, b)) expect(dear).toBeLessThanOrEqual(cheap * (1 + 1e-9));
      }),
    );
  });

  it("of throughputs looks at them alone", () => {
    const fast = plan(1, 0.1, 3.78);
    expect(fast.throughput_tokens_per_sec).toBeCloseTo(1050, 6);
    expect(isTie(plan(5, 0.1, 18), fast, "throughput")).toBe(true);
    expect(isTie(plan(5, 0.1, 18), fast)).toBe(false);
  });
});
