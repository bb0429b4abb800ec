import type { LatencyBudget } from "../stages/latency-budget.ts";
import type { StartTable } from "../stages/start-table.ts";
import { type StartsAtRate, sizesAfter } from "../stages/starts-at-rate.ts";
import { BoundarySet } from "./boundary-set.ts";
import { NodeLatencies } from "./node-latencies.ts";

/**
 * The runs of layers that a node may hold, from those of its k stages: a node that starts after layer i may end after layer e
 * when k stages, each with a run that is possible where it starts, lead from i to e.
 *
 *   E_1(i) = ends of one stage that leaves,   E_k(i) = ∪ {E_{k−1}(m) : m ∈ ends of one stage that stays, from i}
 *
 * The last stage of a node leaves it or ends the model, the others have their next one on the node.
 *
 * @param stage where stages that leave may start; `stays`: where those that stay may, the same where it makes no difference
 * @param firstOnly the node may only start the model
 */
export function nodeStarts(
  stage: StartsAtRate,
  stays: StartsAtRate,
  stagesPerNode: number,
  budget: LatencyBudget | null,
  firstOnly: boolean,
): StartsAtRate {
  if (stagesPerNode === 1 && !firstOnly) return stage;
  const { toEnd: ends, latencies } = stage.table;
  const layers = ends.length;
  const reach = reachable(stage, stays, stagesPerNode, firstOnly);
  const sizes: (readonly number[])[] = [];
  const toEnd = new Float64Array(layers);
  for (let before = 0; before < layers; before++) {
    const here = reach[before];
    sizes.push(here ? here.sizesAfter(before) : []);
    if (here?.has(layers)) toEnd[before] = Number.POSITIVE_INFINITY;
  }
  const table: StartTable = {
    lists: sizes.map((list, before) => ({ before, sizes: list, rates: [] })),
    listOf: sizes.map((_, before) => before),
    toEnd,
    latencies:
      latencies && budget && stagesPerNode > 1
        ? new NodeLatencies(stage, stays, stagesPerNode, budget)
        : latencies,
  };
  return { table, minRate: stage.minRate, sizes };
}

/** The boundaries that k stages lead to from each start; absent where a node may not start. */
function reachable(
  stage: StartsAtRate,
  stays: StartsAtRate,
  stagesPerNode: number,
  firstOnly: boolean,
): (BoundarySet | undefined)[] {
  const layers = stage.table.toEnd.length;
  const endsOf = (starts: StartsAtRate): number[][] =>
    Array.from({ length: layers }, (_, before) =>
      sizesAfter(starts, before).map((size) => before + size),
    );
  let reach = endsOf(stage).map((ends): BoundarySet => {
    const set = new BoundarySet(layers);
    for (const end of ends) set.add(end);
    return set;
  });
  const endsOfStaying = stagesPerNode > 1 ? endsOf(stays) : [];
  for (let stages = 2; stages <= stagesPerNode; stages++) {
    reach = endsOfStaying.map((ends): BoundarySet => {
      const set = new BoundarySet(layers);
      for (const end of ends) if (end < layers) set.addAll(reach[end]!);
      return set;
    });
  }
  return firstOnly ? reach.slice(0, 1) : reach;
}

/** Whether a node may hold any run of layers at all. */
export function hasRuns({ table: { toEnd }, sizes }: StartsAtRate): boolean {
  return toEnd.some((rate) => rate > 0) || sizes.some((list) => list.length > 0);
}
