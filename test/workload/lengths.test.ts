import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "../../src/errors.ts";
import {
  isFixedLength,
  type LengthBin,
  lengthMoments,
  MOST_P95_OVER_MEAN,
  wholeMean,
} from "../../src/workload/lengths.ts";

/** Mean, mean square and 95th percentile of a lognormal distribution by numerical integration over the normal variable. */
function integrated(mu: number, sigma: number) {
  const steps = 20_000;
  let mass = 0;
  let mean = 0;
  let square = 0;
  let p95 = 0;
  for (let k = 0; k < steps; k++) {
    const z = -10 + (20 * (k + 0.5)) / steps;
    const weight = (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * (20 / steps);
    const length = Math.exp(mu + sigma * z);
    mass += weight;
    if (mass < 0.95) p95 = length;
    mean += weight * length;
    square += weight * length ** 2;
  }
  return { mean, square, p95 };
}

const lognormal = (meanTokens: number, p95Tokens: number) =>
  lengthMoments({ kind: "lognormal", meanTokens, p95Tokens }, "--input-length-p95");

describe("a fixed length", () => {
  it("has no spread", () => {
    const moments = lengthMoments({ kind: "fixed", tokens: 7 }, "x");
    expect(moments).toEqual({
      meanTokens: 7,
      meanSquareTokens: 49,
      p95Tokens: 7,
      p99Tokens: 7,
    });
    expect(isFixedLength(moments)).toBe(true);
  });
});

describe("a lognormal distribution by its mean and its 95th percentile", () => {
  it.each([
    [6, 0.3],
    [7, 0.8],
    [5, 1.2],
    [4, 1.4],
  ])("has the mean square of the one with mu %d and sigma %d", (mu, sigma) => {
    const { mean, square, p95 } = integrated(mu, sigma);
    const moments = lognormal(mean, p95);
    expect(moments.meanTokens).toBe(mean);
    // The percentile of the sum is that of the nearest step.
    expect(moments.meanSquareTokens / square).toBeCloseTo(1, 1);
    expect(isFixedLength(moments)).toBe(false);
  });

  it("has the exact mean square where sigma is 1", () => {
    const p95 = 100 * Math.exp(1.6448536269514722 - 0.5);
    expect(lognormal(100, p95).meanSquareTokens).toBeCloseTo(1e4 * Math.E, 5);
  });

  it("is one length where the two are the same", () => {
    expect(isFixedLength(lognormal(100, 100))).toBe(true);
  });

  it("exists up to exp(z²/2) times the mean", () => {
    expect(MOST_P95_OVER_MEAN).toBeCloseTo(3.8682, 3);
    expect(lognormal(1000, 3868).meanSquareTokens).toBeGreaterThan(1e6);
    expect(() => lognormal(1000, 3869)).toThrow(
      new InputError(
        "--input-length-p95",
        "no lognormal distribution with a mean of 1000 tokens has a 95th percentile of 3869: the most is 3.868 times the mean.",
        "Give one up to 3868, or a histogram.",
      ),
    );
  });

  it("is refused below the mean", () => {
    expect(() => lognormal(1000, 999)).toThrow(
      "--input-length-p95: a 95th percentile of 999 tokens is below the mean of 1000. Give one from the mean on, or a histogram.",
    );
  });

  it("spreads more the higher the percentile (property)", () => {
    const ratio = fc.double({ min: 1, max: MOST_P95_OVER_MEAN - 1e-9, noNaN: true });
    fc.assert(
      fc.property(ratio, ratio, (a, b) => {
        const [low, high] = a < b ? [a, b] : [b, a];
        const spread = (r: number) => lognormal(1000, 1000 * r).meanSquareTokens;
        expect(spread(low)).toBeGreaterThanOrEqual(1e6);
        expect(spread(high)).toBeGreaterThanOrEqual(spread(low) * (1 - 1e-12));
      }),
    );
  });
});

describe("a histogram", () => {
  const moments = (bins: readonly LengthBin[]) =>
    lengthMoments({ kind: "histogram", bins }, "lengths.csv");

  it("has the moments of its bins", () => {
    const bins = [
      { tokens: 300, weight: 1 },
      { tokens: 100, weight: 3 },
    ];
    expect(moments(bins)).toEqual({
      meanTokens: 150,
      meanSquareTokens: 30_000,
      p95Tokens: 300,
      p99Tokens: 300,
    });
  });

  it("takes the smallest length that 95 % do not exceed", () => {
    const hundred = Array.from({ length: 100 }, (_, k) => ({ tokens: k + 1, weight: 0.01 }));
    expect(moments(hundred).p95Tokens).toBe(95);
    expect(moments([...hundred, { tokens: 1000, weight: 0.01 }]).p95Tokens).toBe(96);
  });

  it("without any weight is refused", () => {
    expect(() => moments([{ tokens: 5, weight: 0 }])).toThrow(
      "lengths.csv: no length has a weight above 0.",
    );
  });

  it("does not depend on the order or the unit of its weights, and spreads around its mean (property)", () => {
    const bins = fc.uniqueArray(
      fc.record({
        tokens: fc.integer({ min: 1, max: 10_000 }),
        weight: fc.integer({ min: 1, max: 1000 }),
      }),
      { minLength: 1, maxLength: 20, selector: ({ tokens }) => tokens },
    );
    fc.assert(
      fc.property(bins, fc.integer({ min: 2, max: 7 }), (drawn, factor) => {
        const one = moments(drawn);
        const other = moments(
          [...drawn].reverse().map(({ tokens, weight }) => ({ tokens, weight: weight * factor })),
        );
        expect(other.meanTokens).toBeCloseTo(one.meanTokens, 9);
        expect(other.meanSquareTokens / one.meanSquareTokens).toBeCloseTo(1, 12);
        expect(other.p95Tokens).toBe(one.p95Tokens);
        expect(one.meanSquareTokens).toBeGreaterThanOrEqual(one.meanTokens ** 2 * (1 - 1e-12));
      }),
    );
  });
});

describe("the 99th percentile", () => {
  it("of a lognormal distribution lies 2.326 standard deviations of the logarithm above its median", () => {
    const { p95Tokens, p99Tokens } = lengthMoments(
      { kind: "lognormal", meanTokens: 1000, p95Tokens: 3000 },
      "x",
    );
    // p95 = exp(μ + 1.645·σ), mean = exp(μ + σ²/2): both known, μ and σ follow by bisection.
    let [low, high] = [0, 1.6448536];
    for (let i = 0; i < 60; i++) {
      const sigma = (low + high) / 2;
      if (1000 * Math.exp(1.6448536 * sigma - sigma ** 2 / 2) < 3000) low = sigma;
      else high = sigma;
    }
    expect(p99Tokens / (1000 * Math.exp(2.3263479 * low - low ** 2 / 2))).toBeCloseTo(1, 5);
    expect(p99Tokens).toBeGreaterThan(p95Tokens);
  });

  it("of a histogram is the shortest length that 99 % do not exceed", () => {
    const bins = [
      { tokens: 10, weight: 98 },
      { tokens: 20, weight: 1 },
      { tokens: 1000, weight: 1 },
    ];
    expect(lengthMoments({ kind: "histogram", bins }, "x").p99Tokens).toBe(20);
  });
});

describe("a mean in whole tokens", () => {
  it("keeps the coefficient of variation", () => {
    const whole = wholeMean({ meanTokens: 1.5, meanSquareTokens: 2.5, p95Tokens: 2, p99Tokens: 3 });
    expect(whole.meanTokens).toBe(2);
    expect(whole.meanSquareTokens / 4).toBeCloseTo(2.5 / 2.25, 12);
    expect(whole.p95Tokens).toBe(2);
  });

  it("changes nothing that is whole already", () => {
    const moments = { meanTokens: 3, meanSquareTokens: 10, p95Tokens: 5, p99Tokens: 6 };
    expect(wholeMean(moments)).toBe(moments);
  });
});
