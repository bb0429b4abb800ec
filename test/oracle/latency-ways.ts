import type { LatencyFrame } from "../../src/cost/cost-model.ts";
import type { Limits } from "../../src/workload/workload.ts";
import type { Speed } from "./seats.ts";

/** One way of sharing out the first layers among some stages. */
export interface Way {
  /** The slowest of the stages, tokens/s. */
  readonly rate: number;
  /** Σ of the stages, seconds. */
  readonly ttft: number;
  readonly tpot: number;
  /** The largest of the stages, seconds. */
  readonly worstTpot: number;
  readonly sizes: readonly number[];
}

/** By the number of layers: every way that no other is at least as good as in all respects. */
export type Ways = readonly (readonly Way[])[];

/**
 * The layers shared out among stages in order, with all that latencies depend on: plain enumeration, without the ways that
 * another one makes useless and without those that are over a limit already.
 */
export class LatencyWays {
  readonly none: Ways;

  constructor(
    private readonly numLayers: number,
    private readonly limits: Limits,
    private readonly frame: LatencyFrame,
  ) {
    const nothing = { rate: Number.POSITIVE_INFINITY, ttft: 0, tpot: 0, worstTpot: 0, sizes: [] };
    this.none = Array.from({ length: numLayers + 1 }, (_, held) => (held === 0 ? [nothing] : []));
  }

  /** The ways with one more stage behind the others. */
  followedBy(ways: Ways, { rates, latencies }: Speed): Ways {
    const next: Way[][] = Array.from({ length: this.numLayers + 1 }, () => []);
    for (let before = 0; before < this.numLayers; before++) {
      for (const way of ways[before]!) {
        for (let size = 1; before + size <= this.numLayers; size++) {
          const rate = rates[before]![size]!;
          if (rate === 0) continue;
          const tpot = latencies!.tpot[before]![size]!;
          const longer: Way = {
            rate: Math.min(way.rate, rate),
            ttft: way.ttft + latencies!.ttft[before]![size]!,
            tpot: way.tpot + tpot,
            worstTpot: Math.max(way.worstTpot, tpot),
            sizes: [...way.sizes, size],
          };
          if (this.keepsLimits(longer)) keep(next[before + size]!, longer);
        }
      }
    }
    return next;
  }

  /** Of the whole model, the fastest way; null when there is none. */
  fastest(ways: Ways): Way | null {
    return ways[this.numLayers]!.reduce<Way | null>(
      (best, way) => (best && best.rate >= way.rate ? best : way),
      null,
    );
  }

  private keepsLimits({ ttft, tpot, worstTpot }: Way): boolean {
    const { maxTtftSeconds, maxTpotSeconds, latencySafetyMargin: margin } = this.limits;
    const { ttftSeconds, tpotSeconds, microBatches } = this.frame;
    const within = (seconds: number, limit: number | null): boolean =>
      limit === null || seconds * (1 + margin) <= limit * (1 + 1e-9);
    return (
      within(ttftSeconds! + ttft, maxTtftSeconds) &&
      within(tpotSeconds! + Math.max(tpot, microBatches * worstTpot), maxTpotSeconds)
    );
  }
}

function keep(ways: Way[], way: Way): void {
  const isUseless = (a: Way, b: Way): boolean =>
    b.rate >= a.rate && b.ttft <= a.ttft && b.tpot <= a.tpot && b.worstTpot <= a.worstTpot;
  if (ways.some((other) => isUseless(way, other))) return;
  const others = ways.filter((other) => !isUseless(other, way));
  ways.splice(0, ways.length, ...others, way);
}
