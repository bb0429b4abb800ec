import { InputError } from "../errors.ts";
import type { LengthMoments } from "./lengths.ts";

/** prefill: input tokens only; decode: output tokens only; aggregated: one engine does both. */
export const PHASES = ["prefill", "decode", "aggregated"] as const;
export type Phase = (typeof PHASES)[number];

/** One way of running the engine: what is served, at which batch. */
export interface OperatingPoint {
  readonly phase: Phase;
  /** b: sequences in one forward pass. */
  readonly batch: number;
  /** s: input tokens of a sequence; the mean where lengths differ. */
  readonly inputTokens: number;
  /** o: output tokens of a sequence; the mean where lengths differ. */
  readonly outputTokens: number;
  /** E[s²], tokens²; absent: every sequence has `inputTokens`. A cost model that knows mean lengths only ignores it. */
  readonly inputMeanSquareTokens?: number;
  /** E[o²], tokens²; absent: every sequence has `outputTokens`. */
  readonly outputMeanSquareTokens?: number;
}

/** The same text for points that are the same. */
export function pointKey(point: OperatingPoint): string {
  const { phase, batch, inputTokens, outputTokens } = point;
  return `${phase} ${batch} ${inputTokens} ${outputTokens} ${point.inputMeanSquareTokens} ${point.outputMeanSquareTokens}`;
}

/** What decides how many sequences are in flight, when it is not a range of batch sizes. */
export type Load =
  /** Exactly so many. */
  | { readonly kind: "concurrency"; readonly sequences: number }
  /** As many as the KV cache holds: the best of `CONCURRENCY_LEVELS` that fits. */
  | { readonly kind: "max" }
  /** As many of `CONCURRENCY_LEVELS` as it takes to serve so many requests a second. */
  | { readonly kind: "request_rate"; readonly requestsPerSecond: number };

/** What is to be served; null where the problem's files and flags do not say. */
export interface Workload {
  readonly phase: Phase | null;
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  readonly minBatch: number | null;
  readonly maxBatch: number | null;
  /** How input lengths spread around `inputTokens`; absent: they do not. */
  readonly inputLengths?: LengthMoments;
  /** How output lengths spread around `outputTokens`; absent: they do not. */
  readonly outputLengths?: LengthMoments;
  /** What decides the number of sequences in flight; absent: the batch sizes from `minBatch` to `maxBatch`. */
  readonly load?: Load;
}

/** A point with the spread of a workload's lengths; lengths that are not the workload's means are fixed. */
export function withSpread(
  point: OperatingPoint,
  { inputTokens, outputTokens, inputLengths, outputLengths }: Workload,
): OperatingPoint {
  if (!inputLengths && !outputLengths) return point;
  return {
    ...point,
    ...(inputLengths &&
      point.inputTokens === inputTokens && {
        inputMeanSquareTokens: inputLengths.meanSquareTokens,
      }),
    ...(outputLengths &&
      point.outputTokens === outputTokens && {
        outputMeanSquareTokens: outputLengths.meanSquareTokens,
      }),
  };
}

/** Limits an answer has to keep; null means none. Never relaxed. */
export interface Limits {
  readonly maxHourlyCostUsd: number | null;
  readonly maxCostPerMillionTokenUsd: number | null;
  readonly maxTotalCostUsd: number | null;
  readonly maxTotalRuntimeHours: number | null;
  /** End-to-end tokens/s, input and output together. */
  readonly minTokensPerSecond: number | null;
  /** Time to first token (TTFT). */
  readonly maxTtftSeconds: number | null;
  /** Time per output token (TPOT). */
  readonly maxTpotSeconds: number | null;
  /** A latency limit is kept when predicted · (1 + margin) ≤ limit. Counts only where there is one. */
  readonly latencySafetyMargin: number;
}

/** A limit by its name. */
export type LimitName = Exclude<keyof Limits, "latencySafetyMargin">;

/** Limits that a price and a throughput decide on. */
export type BudgetName = Exclude<LimitName, LatencyLimitName>;

/** Limits on what is predicted of latencies. */
export type LatencyLimitName = "maxTtftSeconds" | "maxTpotSeconds";

/** Whether a limit is one on a latency. */
export function isLatencyLimit(name: LimitName): name is LatencyLimitName {
  return name === "maxTtftSeconds" || name === "maxTpotSeconds";
}

/**
 * The margin unless another is given: a prediction that is 10 % too low still keeps the limit. A choice of this program,
 * not a measured figure.
 */
const DEFAULT_LATENCY_SAFETY_MARGIN = 0.1;

export const NO_LIMITS: Limits = {
  maxHourlyCostUsd: null,
  maxCostPerMillionTokenUsd: null,
  maxTotalCostUsd: null,
  maxTotalRuntimeHours: null,
  minTokensPerSecond: null,
  maxTtftSeconds: null,
  maxTpotSeconds: null,
  latencySafetyMargin: DEFAULT_LATENCY_SAFETY_MARGIN,
};

/**
 * The batch sizes a search tries: the smallest, doubled while not above the largest, and the largest.
 * Source: the founding program's rule.
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
  checkSpread("sequence_length", inputTokens, point.inputMeanSquareTokens);
  checkSpread("output_length", outputTokens, point.outputMeanSquareTokens);
  if (phase === "aggregated" && outputTokens === 0) {
    throw new InputError(
      "output_length",
      "aggregated serving with 0 output tokens is undefined.",
      "Give an output length from 1, or use the prefill phase.",
    );
  }
}

/** E[x²] is never below E[x]². */
function checkSpread(where: string, mean: number, meanSquare: number | undefined): void {
  if (meanSquare === undefined || meanSquare >= mean ** 2 * (1 - 1e-9)) return;
  throw new InputError(
    where,
    `a mean square of ${meanSquare} tokens² belongs to no lengths with a mean of ${mean} tokens.`,
    `Give at least ${mean ** 2}, or none for lengths that are all the same.`,
  );
}

/** What a user should know about a point that is legal but probably not meant. */
export function pointWarnings(point: OperatingPoint): string[] {
  return point.phase === "decode" && point.outputTokens === 0
    ? [
        "decode with output_length 0: attention is computed over the input only, as if nothing had been produced yet.",
      ]
    : [];
}
