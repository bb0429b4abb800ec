import { InternalError } from "../../errors.ts";
import { type Front, labelFront, type Move } from "../order/label-search.ts";
import { stageMove } from "../order/stage-move.ts";
import type { LatencyBudget } from "../stages/latency-budget.ts";
import type { SizeRates } from "../stages/size-rates.ts";
import {
  alikeTable,
  type LatencyPair,
  type SegmentLatencies,
  type StartTable,
} from "../stages/start-table.ts";
import { type StartsAtRate, sizesAfter, startsAtRate } from "../stages/starts-at-rate.ts";

/** Sums of latencies that differ by less than this, relative, are the same. */
export const SAME_LATENCY = 1e-13;

/**
 * What the k stages of a node add to the limited latencies, 0 where one is not limited. Of the ways of cutting a run of layers into
 * stages those count that no other one is below in both (order/label-search.ts).
 */
export class NodeLatencies implements SegmentLatencies {
  private readonly fronts = new Map<number, Front>();

  constructor(
    /** Stages that leave the node or end the model, and those whose next one stands on the node. */
    private readonly leaves: StartsAtRate,
    private readonly stays: StartsAtRate,
    private readonly stagesPerNode: number,
    private readonly budget: LatencyBudget,
  ) {}

  ttftSeconds(before: number, layers: number): number {
    return Math.min(...this.pairs(before, layers).map(({ ttftSeconds }) => ttftSeconds));
  }

  tpotSeconds(before: number, layers: number): number {
    return Math.min(...this.pairs(before, layers).map(({ tpotSeconds }) => tpotSeconds));
  }

  pairs(before: number, layers: number): readonly LatencyPair[] {
    const labels = this.front(before).labels(before + layers);
    if (labels.length === 0) {
      throw new InternalError("a node was asked for layers that its stages cannot hold.");
    }
    return labels;
  }

  private front(before: number): Front {
    let front = this.fronts.get(before);
    if (!front) {
      const { leaves, stays, stagesPerNode, budget } = this;
      const staying = [stageMove(0, stays, "any", budget)];
      const leaving = [stageMove(0, leaves, "any", budget)];
      front = labelFront({
        layers: leaves.table.toEnd.length,
        start: before,
        stages: stagesPerNode,
        movesOf: (stage) => (stage === stagesPerNode - 1 ? leaving : staying),
        // Whoever adds up nodes sees what breaks the budget.
        budget: null,
        tolerance: SAME_LATENCY,
      });
      this.fronts.set(before, front);
    }
    return front;
  }
}

/**
 * The runs of layers that a node may hold, from those of its k stages, as a table of starts: a node that starts after layer i may
 * end after layer e when k stages, each with a run that is possible where it starts, lead from i to e. The last stage of a node
 * leaves it or ends the model, the others have their next one on the node.
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
  const reach = reachable(stage, stays, stagesPerNode);
  const sizes: number[][] = Array.from({ length: layers }, () => []);
  const toEnd = new Float64Array(layers);
  for (const [before, set] of (firstOnly ? reach.slice(0, 1) : reach).entries()) {
    for (let end = before + 1; end < layers; end++) {
      if (has(set, end)) sizes[before]!.push(end - before);
    }
    if (has(set, layers)) toEnd[before] = Number.POSITIVE_INFINITY;
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

/** A set of boundaries, 0 to L, as a bit field. */
type BoundarySet = Uint32Array;

function has(set: BoundarySet, boundary: number): boolean {
  return ((set[boundary >>> 5]! >>> (boundary & 31)) & 1) === 1;
}

/**
 * The boundaries that k stages lead to, by the boundary where the first of them starts:
 *
 *   E_1(i) = ends of one stage that leaves,   E_k(i) = ∪ {E_{k−1}(m) : m ∈ ends of one stage that stays, from i}
 *
 * For all starts at once, a word for 32 boundaries: a label search for each start answers the same some twenty times slower.
 */
function reachable(leaves: StartsAtRate, stays: StartsAtRate, stages: number): BoundarySet[] {
  const layers = leaves.table.toEnd.length;
  const words = (layers >>> 5) + 1;
  const endsOf = (starts: StartsAtRate): number[][] =>
    Array.from({ length: layers }, (_, before) =>
      sizesAfter(starts, before).map((size) => before + size),
    );
  let reach = endsOf(leaves).map((ends) => {
    const set = new Uint32Array(words);
    for (const end of ends) set[end >>> 5]! |= 1 << (end & 31);
    return set;
  });
  const endsOfStaying = stages > 1 ? endsOf(stays) : [];
  for (let n = 2; n <= stages; n++) {
    const shorter = reach;
    reach = endsOfStaying.map((ends) => {
      const set = new Uint32Array(words);
      for (const end of ends) {
        if (end === layers) continue;
        const from = shorter[end]!;
        for (let w = 0; w < words; w++) set[w]! |= from[w]!;
      }
      return set;
    });
  }
  return reach;
}

/** The nodes of stages that are alike wherever they start: a node of k stages holds as many layers as they hold together. */
export function foldStarts({ table, minRate, sizes }: StartsAtRate, times: number): StartsAtRate {
  const layers = table.toEnd.length;
  const stage = { sizes: sizes[0]!, rates: table.lists[0]!.rates };
  return startsAtRate(alikeTable(foldSizes(stage, times, layers), layers, null), minRate);
}

/** Sums of exactly `times` sizes up to `most`, each as fast as the largest of its sizes where that is as small as can be. */
export function foldSizes({ sizes, rates }: SizeRates, times: number, most: number): SizeRates {
  const smallest = sizes[0] ?? 1;
  if ((sizes.at(-1) ?? 0) - smallest + 1 === sizes.length) {
    const sums = [];
    for (let n = smallest * times; n <= Math.min(most, sizes.at(-1)! * times); n++) sums.push(n);
    return { sizes: sums, rates: sums.map((n) => rates[Math.ceil(n / times) - smallest]!) };
  }
  const move: Move = {
    id: 0,
    forEachRun: (before, visit) => {
      for (const size of sizes) if (before + size <= most) visit(before + size, 0, 0, size);
    },
  };
  const front = labelFront({
    layers: most,
    start: 0,
    stages: times,
    movesOf: () => [move],
    budget: null,
  });
  const sums = [...front.boundaries].sort((a, b) => a - b);
  return {
    sizes: sums,
    rates: sums.map((sum) => rates[sizes.indexOf(front.labels(sum)[0]!.largest)]!),
  };
}

/** Whether a node may hold any run of layers at all. */
export function hasRuns({ table: { toEnd }, sizes }: StartsAtRate): boolean {
  return toEnd.some((rate) => rate > 0) || sizes.some((list) => list.length > 0);
}
