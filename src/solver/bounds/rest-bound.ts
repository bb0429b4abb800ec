import type { CandidatesAtRate } from "../stages/candidates-at-rate.ts";
import type { Demand } from "./demand.ts";
import { coverBound } from "./knapsack-bound.ts";

/**
 * Lower bounds as those of `coverBound`, for pipelines of nodes of which all but the first are of one type:
 *
 *   bound(N) = min over classes c:  cost_c + cheapest N − 1 nodes of the type that hold what c leaves over
 *
 * The first node may be one of the type as well; that it then cannot be among the others is given up.
 *
 * @param candidates classes of nodes, each with one option
 */
export function restBound(
  candidates: readonly CandidatesAtRate[],
  restType: string,
  maxNodes: number,
  demand: Demand,
  costOf: (classPosition: number) => number,
  mostInstances: number = Number.POSITIVE_INFINITY,
): Float64Array {
  const rest = candidates.filter(
    ({ instanceClass }) => instanceClass.type.instance.name === restType,
  );
  const bound = new Float64Array(maxNodes + 1).fill(Number.POSITIVE_INFINITY);
  for (const { instanceClass, options } of candidates) {
    const most = Math.max(...options.map((option) => demand.holds(option).any));
    const left = Math.max(0, demand.total - most);
    const others = coverBound(
      rest,
      maxNodes - 1,
      { ...demand, total: left },
      costOf,
      mostInstances - 1,
    );
    const cost = costOf(instanceClass.position);
    for (let nodes = 1; nodes <= maxNodes; nodes++) {
      bound[nodes] = Math.min(bound[nodes]!, cost + others[nodes - 1]!);
    }
  }
  return bound;
}
