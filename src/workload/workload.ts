import { InputError } from "../errors.ts";

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

/**
 * Checks that an operating point can be computed.
 * @throws InputError for counts that are not positive integers, and for aggregated serving without output.
 */
export function checkPoint(point: OperatingPoint): void {
  const { batch, inputTokens, outputTokens, phase } = point;
  if (!PHASES.includes(phase)) {
    throw new InputError(
      "workload_phase",
      `"${phase}" is not a phase.`,
      `Give one of ${PHASES.join(", ")}.`,
    );
  }
  if (!Number.isSafeInteger(batch) || batch < 1) {
    throw new InputError("batch_size", `${batch} is not a batch size.`, "Give an integer from 1.");
  }
  if (!Number.isSafeInteger(inputTokens) || inputTokens < 1) {
    throw new InputError(
      "sequence_length",
      `${inputTokens} is not a number of input tokens.`,
      "Give an integer from 1.",
    );
  }
  if (!Number.isSafeInteger(outputTokens) || outputTokens < 0) {
    throw new InputError(
      "output_length",
      `${outputTokens} is not a number of output tokens.`,
      "Give an integer from 0.",
    );
  }
  if (phase === "aggregated" && outputTokens === 0) {
    throw new InputError(
      "output_length",
      "aggregated serving with 0 output tokens is undefined.",
      "Give an output length from 1, or use the prefill phase.",
    );
  }
}

/** What a user should know about a point that is legal but probably not meant. */
export function pointWarnings(point: OperatingPoint): string[] {
  return point.phase === "decode" && point.outputTokens === 0
    ? [
        "decode with output_length 0: attention is computed over the input only, as if nothing had been produced yet.",
      ]
    : [];
}
