import type { StoredRun } from "./record.ts";

/**
 * Which runs are the best of their kind: the lowest $ per million tokens among the successful runs of the same model,
 * lengths, batch and phase. Runs that tie exactly are all best; a kind without a success has no best.
 */
export function bestRuns(runs: readonly StoredRun[]): Set<StoredRun> {
  const best = new Map<string, { price: number; runs: StoredRun[] }>();
  for (const candidate of runs) {
    if (candidate.status !== "SUCCESS") continue;
    const { run, metrics } = candidate;
    const price = metrics.dollar_per_million_token;
    const kind = JSON.stringify([
      run.model_name,
      run.sequence_length,
      run.output_length,
      run.min_batch_size,
      run.workload_phase,
    ]);
    const known = best.get(kind);
    if (!known || price < known.price) best.set(kind, { price, runs: [candidate] });
    else if (price === known.price) known.runs.push(candidate);
  }
  return new Set([...best.values()].flatMap((group) => group.runs));
}
