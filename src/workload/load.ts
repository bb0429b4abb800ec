import type { OperatingPoint, Phase } from "./workload.ts";

/** Sequences an engine runs at once at most. Source: vLLM's default of max_num_seqs on data-centre GPUs. */
export const MOST_SEQUENCES = 1024;

const LEVELS_PER_OCTAVE = 8;

/**
 * The concurrency levels that are tried where the load leaves them open: the whole numbers nearest to 2^(k/8), k = 0, 1, …,
 * up to `MOST_SEQUENCES`.
 */
export const CONCURRENCY_LEVELS: readonly number[] = levels();

function levels(): number[] {
  const last = LEVELS_PER_OCTAVE * Math.log2(MOST_SEQUENCES);
  const all = Array.from({ length: last + 1 }, (_, k) => Math.round(2 ** (k / LEVELS_PER_OCTAVE)));
  return [...new Set(all)];
}

/** Tokens of one request that the throughput of its phase counts: input for prefill, output for decode, both for aggregated. */
export function tokensPerRequest(
  phase: Phase,
  { inputTokens, outputTokens }: Pick<OperatingPoint, "inputTokens" | "outputTokens">,
): number {
  switch (phase) {
    case "prefill":
      return inputTokens;
    case "decode":
      return outputTokens;
    case "aggregated":
      return inputTokens + outputTokens;
  }
}

/** R · tokens of a request: the throughput that serves R requests a second, tokens/s. */
export function tokensPerSecondAtRate(
  requestsPerSecond: number,
  phase: Phase,
  lengths: Pick<OperatingPoint, "inputTokens" | "outputTokens">,
): number {
  return requestsPerSecond * tokensPerRequest(phase, lengths);
}
