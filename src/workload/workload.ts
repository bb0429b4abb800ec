/** prefill: input tokens only; decode: output tokens only; aggregated: one engine does both. */
export const PHASES = ["prefill", "decode", "aggregated"] as const;
export type Phase = (typeof PHASES)[number];

/** One way of running the engine: what is served, at which batch. */
export interface OperatingPoint {
  readonly phase: Phase;
  /** b: sequences in one forward pass. */
  readonly batch: number;
  /** s: input tokens of a sequence. */
  readonly inputTokens: number;
  /** o: output tokens of a sequence. */
  readonly outputTokens: number;
}

/** What is to be served; null where the problem's files and flags do not say. */
export interface Workload {
  readonly phase: Phase | null;
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  readonly minBatch: number | null;
  readonly maxBatch: number | null;
}

/** Limits an answer has to keep; null means none. Never relaxed. */
export interface Limits {
  readonly maxHourlyCostUsd: number | null;
  readonly maxCostPerMillionTokenUsd: number | null;
  readonly maxTotalCostUsd: number | null;
  readonly maxTotalRuntimeHours: number | null;
  /** End-to-end tokens/s, input and output together. */
  readonly minTokensPerSecond: number | null;
}

export const NO_LIMITS: Limits = {
  maxHourlyCostUsd: null,
  maxCostPerMillionTokenUsd: null,
  maxTotalCostUsd: null,
  maxTotalRuntimeHours: null,
  minTokensPerSecond: null,
};

/**
 * The batch sizes a search tries: the smallest, doubled while not above the largest, and the largest.
 * Source: the seed's rule.
 */
export function batchSizes(minBatch: number, maxBatch: number): number[] {
  const sizes: number[] = [];
  for (let batch = minBatch; batch < maxBatch; batch *= 2) sizes.push(batch);
  sizes.push(maxBatch);
  return sizes;
}
