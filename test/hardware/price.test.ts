import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { microUsdToUsd, usdToMicroUsd } from "../../src/hardware/price.ts";

describe("a price in micro-dollars", () => {
  test.each([
    [0, 0],
    [0.000001, 1],
    [1.62, 1_620_000],
    [3.42, 3_420_000],
    [40.96, 40_960_000],
    // 1.005 · 10⁶ and 4.35 · 10⁶ are not whole in floating point.
    [1.005, 1_005_000],
    [4.35, 4_350_000],
    [98.3215, 98_321_500],
  ])("of %f dollars is %i", (usd, microUsd) => {
    expect(usdToMicroUsd(usd)).toBe(microUsd);
    expect(microUsdToUsd(microUsd)).toBe(usd);
  });

  test("is rounded to the nearest", () => {
    expect(usdToMicroUsd(0.0000014)).toBe(1);
    expect(usdToMicroUsd(0.0000016)).toBe(2);
  });

  test("adds up exactly where dollars do not", () => {
    const dollars = 2 * 6.85 + 3.42 + 3.42 + 3.42 + 3.42;
    expect(dollars).not.toBe(27.38);
    const micro = 2 * usdToMicroUsd(6.85) + 4 * usdToMicroUsd(3.42);
    expect(micro).toBe(usdToMicroUsd(27.38));
    expect(microUsdToUsd(micro)).toBe(27.38);
  });

  test("comes back from dollars as it was", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 ** 12 }), (microUsd) => {
        expect(usdToMicroUsd(microUsdToUsd(microUsd))).toBe(microUsd);
      }),
    );
  });
});
