import { InternalError } from "../../errors.ts";
import { type LatencyBudget, latenciesOf } from "../stages/latency-budget.ts";
import type { LatencyPair, SegmentLatencies } from "../stages/start-table.ts";
import { type StartsAtRate, sizesAfter } from "../stages/starts-at-rate.ts";

/** Sums that differ by less than this, relative, are the same. */
const SAME = 1e-13;

/** One way of cutting a node's layers into stages: layers of each, and what they add to the latencies. */
export interface NodeSplit extends LatencyPair {
  readonly sizes: readonly number[];
}

interface Way extends LatencyPair {
  readonly previous: Way | null;
  readonly size: number;
}

const ORIGIN: Way = { ttftSeconds: 0, tpotSeconds: 0, previous: null, size: 0 };

/**
 * What the k stages of a node add to the limited latencies, 0 where one is not limited. Of the ways of cutting a run of layers
 * into stages those are kept that no other one is below in both.
 *
 *   W_0(i, i) = {(0, 0)},   W_k(i, e) = the smallest of {w + (ttft, tpot)(m, e − m) : w ∈ W_{k−1}(i, m)}
 *
 * with the latencies of a stage that stays for all but the last one.
 */
export class NodeLatencies implements SegmentLatencies {
  private readonly known = new Map<number, ReadonlyMap<number, readonly Way[]>>();

  constructor(
    /** Stages that leave the node or end the model, and those whose next one stands on the node. */
    private readonly leaves: StartsAtRate,
    private readonly stays: StartsAtRate,
    private readonly stagesPerNode: number,
    private readonly budget: LatencyBudget,
  ) {}

  ttftSeconds(before: number, layers: number): number {
    return Math.min(...this.ways(before, layers).map(({ ttftSeconds }) => ttftSeconds));
  }

  tpotSeconds(before: number, layers: number): number {
    return Math.min(...this.ways(before, layers).map(({ tpotSeconds }) => tpotSeconds));
  }

  pairs(before: number, layers: number): readonly LatencyPair[] {
    return this.ways(before, layers);
  }

  splits(before: number, layers: number): NodeSplit[] {
    return this.ways(before, layers).map((last) => {
      const sizes: number[] = [];
      for (let way: Way | null = last; way?.previous; way = way.previous) sizes.unshift(way.size);
      return { ttftSeconds: last.ttftSeconds, tpotSeconds: last.tpotSeconds, sizes };
    });
  }

  private ways(before: number, layers: number): readonly Way[] {
    let from = this.known.get(before);
    if (!from) {
      from = this.waysFrom(before);
      this.known.set(before, from);
    }
    const ways = from.get(before + layers);
    if (!ways) throw new InternalError("a node was asked for layers that its stages cannot hold.");
    return ways;
  }

  private waysFrom(start: number): ReadonlyMap<number, readonly Way[]> {
    const numLayers = this.leaves.table.toEnd.length;
    const { ttftSeconds: ttftLimit, tpotSeconds: tpotLimit } = this.budget;
    let front = new Map<number, Way[]>([[start, [ORIGIN]]]);
    for (let stage = 0; stage < this.stagesPerNode; stage++) {
      const next = new Map<number, Way[]>();
      const here = stage === this.stagesPerNode - 1 ? this.leaves : this.stays;
      const latencies = latenciesOf(here.table);
      for (const [before, ways] of front) {
        if (before === numLayers) continue;
        for (const size of sizesAfter(here, before)) {
          const ttft = ttftLimit === null ? 0 : latencies.ttftSeconds(before, size);
          const tpot = tpotLimit === null ? 0 : latencies.tpotSeconds(before, size);
          let there = next.get(before + size);
          if (!there) {
            there = [];
            next.set(before + size, there);
          }
          for (const previous of ways) {
            insert(there, {
              ttftSeconds: previous.ttftSeconds + ttft,
              tpotSeconds: previous.tpotSeconds + tpot,
              previous,
              size,
            });
          }
        }
      }
      front = next;
    }
    return front;
  }
}

/** Adds a way unless another one is at least as good in both latencies; drops those that are no longer of use. */
function insert(ways: Way[], way: Way): void {
  for (const other of ways) if (isCovered(way, other)) return;
  let kept = 0;
  for (const other of ways) {
    if (isCovered(other, way)) continue;
    ways[kept] = other;
    kept++;
  }
  ways.length = kept;
  ways.push(way);
}

function isCovered(way: LatencyPair, by: LatencyPair): boolean {
  return (
    by.ttftSeconds <= way.ttftSeconds * (1 + SAME) && by.tpotSeconds <= way.tpotSeconds * (1 + SAME)
  );
}
