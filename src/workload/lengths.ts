import { InputError } from "../errors.ts";

/** How long sequences are, in tokens. */
export type LengthDistribution =
  | { readonly kind: "fixed"; readonly tokens: number }
  /** Lognormal, by its mean and its 95th percentile. */
  | { readonly kind: "lognormal"; readonly meanTokens: number; readonly p95Tokens: number }
  /** Lengths with weights, which need not add up to 1. */
  | { readonly kind: "histogram"; readonly bins: readonly LengthBin[] };

/** One length of a histogram. */
export interface LengthBin {
  /** A whole number from 0. */
  readonly tokens: number;
  /** How often it occurs, from 0. */
  readonly weight: number;
}

/** What a cost model needs of a distribution of lengths. */
export interface LengthMoments {
  readonly meanTokens: number;
  /** E[x²], tokens². */
  readonly meanSquareTokens: number;
  /** The length that 95 % of the sequences do not exceed. */
  readonly p95Tokens: number;
  /** The length that 99 % of the sequences do not exceed. */
  readonly p99Tokens: number;
}

/** z: 95th percentile of the standard normal distribution. Source: tables of the normal distribution. */
const Z95 = 1.6448536269514722;

/** z: 99th percentile of the standard normal distribution. Source: tables of the normal distribution. */
const Z99 = 2.3263478740408408;

/** exp(z²/2): no lognormal distribution has a larger p95/mean. */
export const MOST_P95_OVER_MEAN: number = Math.exp(Z95 ** 2 / 2);

/**
 * Mean, mean square and 95th percentile of a distribution.
 * @param where the flag or key that gives the distribution, for the error
 * @throws InputError when no lognormal distribution has the mean and the 95th percentile given, and for an empty histogram
 */
export function lengthMoments(distribution: LengthDistribution, where: string): LengthMoments {
  switch (distribution.kind) {
    case "fixed":
      return fixed(distribution.tokens);
    case "lognormal":
      return lognormal(distribution.meanTokens, distribution.p95Tokens, where);
    case "histogram":
      return histogram(distribution.bins, where);
  }
}

/**
 * Moments around a mean of whole tokens: the mean rounded, the rest scaled with it, so that the coefficient of variation
 * stays: E[x²]' = E[x²] · (m'/m)².
 */
export function wholeMean(moments: LengthMoments): LengthMoments {
  const mean = Math.round(moments.meanTokens);
  if (mean === moments.meanTokens) return moments;
  return {
    meanTokens: mean,
    meanSquareTokens: moments.meanSquareTokens * (mean / moments.meanTokens) ** 2,
    p95Tokens: moments.p95Tokens,
    p99Tokens: moments.p99Tokens,
  };
}

/** Whether all lengths are the same. */
export function isFixedLength({ meanTokens, meanSquareTokens }: LengthMoments): boolean {
  return meanSquareTokens <= meanTokens ** 2 * (1 + 1e-12);
}

function fixed(tokens: number): LengthMoments {
  return {
    meanTokens: tokens,
    meanSquareTokens: tokens ** 2,
    p95Tokens: tokens,
    p99Tokens: tokens,
  };
}

/**
 * ln x ~ N(μ, σ²): mean = exp(μ + σ²/2), p95 = exp(μ + z·σ), so r = ln(p95/mean) = z·σ − σ²/2 and σ = z − √(z² − 2r): of the
 * two roots the one without a heavier tail than the other. E[x²] = mean² · exp(σ²). It exists for 0 ≤ r ≤ z²/2.
 */
function lognormal(meanTokens: number, p95Tokens: number, where: string): LengthMoments {
  const ratio = p95Tokens / meanTokens;
  if (ratio < 1) {
    throw new InputError(
      where,
      `a 95th percentile of ${p95Tokens} tokens is below the mean of ${meanTokens}.`,
      "Give one from the mean on, or a histogram.",
    );
  }
  if (ratio > MOST_P95_OVER_MEAN) {
    throw new InputError(
      where,
      `no lognormal distribution with a mean of ${meanTokens} tokens has a 95th percentile of ${p95Tokens}: the most is ${MOST_P95_OVER_MEAN.toFixed(3)} times the mean.`,
      `Give one up to ${Math.floor(MOST_P95_OVER_MEAN * meanTokens)}, or a histogram.`,
    );
  }
  const sigma = Z95 - Math.sqrt(Math.max(Z95 ** 2 - 2 * Math.log(ratio), 0));
  return {
    meanTokens,
    meanSquareTokens: meanTokens ** 2 * Math.exp(sigma ** 2),
    p95Tokens,
    p99Tokens: meanTokens * Math.exp(Z99 * sigma - sigma ** 2 / 2),
  };
}

/** Σ w·x / Σ w, Σ w·x² / Σ w, and the smallest lengths up to which 95 % and 99 % of the weight lie. */
function histogram(bins: readonly LengthBin[], where: string): LengthMoments {
  const rising = [...bins].sort((a, b) => a.tokens - b.tokens);
  let weight = 0;
  let sum = 0;
  let squares = 0;
  for (const bin of rising) {
    weight += bin.weight;
    sum += bin.weight * bin.tokens;
    squares += bin.weight * bin.tokens ** 2;
  }
  if (!(weight > 0)) {
    throw new InputError(where, "no length has a weight above 0.", "Give at least one that has.");
  }
  const percentile = (share: number): number => {
    let below = 0;
    return rising.find((bin) => {
      below += bin.weight;
      // Rounding of the sums must not push the percentile one length up.
      return below >= share * weight * (1 - 1e-12);
    })!.tokens;
  };
  return {
    meanTokens: sum / weight,
    meanSquareTokens: squares / weight,
    p95Tokens: percentile(0.95),
    p99Tokens: percentile(0.99),
  };
}
