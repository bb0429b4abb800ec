import type { Comparison } from "../compare/compare.ts";
import { typesUsed } from "../compare/plan.ts";
import { whySentences } from "./compare-text.ts";

/** What `compare --json` prints. Plans are numbered from 0 in the order given; `because` calls them by their files. */
export function comparisonJson({ plans, rows, pairs }: Comparison): object {
  return {
    plans: plans.map(({ name, status, gap, reason, answer, facts }) => ({
      name,
      status,
      gap,
      reason,
      placement: answer?.placement ?? null,
      instances: answer ? typesUsed(answer.metrics) : [],
      bottleneck: answer?.metrics.bottleneck ?? null,
      model: facts.model ?? null,
      cost_model: facts.cost_model ?? null,
      workload: facts.workload ?? null,
      prices: facts.prices ?? null,
    })),
    rows,
    pairs: pairs.map((pair) => ({
      ...pair,
      because: whySentences(plans[0]!, plans[pair.plan]!, pair, {
        from: plans[0]!.name,
        to: plans[pair.plan]!.name,
      }),
    })),
  };
}
