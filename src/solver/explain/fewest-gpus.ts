import type { Problem } from "../../placement/problem.ts";
import { type Best, ExplanationCut, type WhatIf } from "./what-if.ts";

/** Whether the GPUs in use decide between placements of one price: nothing is paid, and throughput above a rate is worth nothing. */
export function goesByGpus({ workload }: Problem, { found }: Best): boolean {
  return workload.load?.kind === "request_rate" && found.metrics.cost_per_hour === 0;
}

/**
 * Of the placements that cost nothing the one with the fewest GPUs in use: what is left of machines of one's own can serve
 * something else. Each step of the bisection is a search to its end with that many GPUs at most. Where a limit on time strikes first, it
 * is the best found until then.
 */
export async function withFewestGpus(whatIf: WhatIf, optimum: Best): Promise<Best> {
  let fewest = optimum;
  let none = 0;
  try {
    for (;;) {
      const { num_gpus: used } = fewest.found.metrics;
      if (used - none <= 1) return fewest;
      const most = Math.floor((none + used) / 2);
      const fewer = await whatIf.best({}, { mostGpusInUse: most });
      if (fewer && fewer.value === optimum.value) fewest = fewer;
      else none = most;
    }
  } catch (error) {
    if (!(error instanceof ExplanationCut)) throw error;
    return fewest;
  }
}
