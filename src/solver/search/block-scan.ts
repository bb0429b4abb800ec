import type { Goal, OptimisticPoint } from "./goal.ts";
import type { Block } from "./space.ts";

/** A run of rates of a block that may still change the answer. */
export interface OpenRates {
  /** Raw tokens/s, of the slowest stage or link. */
  readonly low: number;
  readonly high: number;
  /** Search cost from below at `low`. */
  readonly cost: number;
}

/** What of a block may still change the answer. */
export interface BlockScan {
  /** By rising rates. */
  readonly open: readonly OpenRates[];
  /** Of the best of them. */
  readonly priority: readonly [number, number];
}

/** Rates within this of each other are not told apart before tables are made. */
const NARROW = 1.02;

/** All that is known of a block without a bound: that it may hold anything. */
const UNKNOWN: BlockScan = {
  open: [{ low: 0, high: Number.POSITIVE_INFINITY, cost: 0 }],
  priority: [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY],
};

/**
 * What of a block may still change the answer; null where nothing may. Over a run of rates no placement is cheaper than the bound at its
 * low end, nor faster than its high end: runs whose optimistic point is of no use are dropped, the others halved.
 */
export function scanBlock(block: Block, goal: Goal): BlockScan | null {
  const { bound } = block;
  if (bound === null) return UNKNOWN;
  const high = bound.mostTokensPerSecond;
  if (high === 0) return null;
  const low = Math.min(bound.leastTokensPerSecond, high);
  const scan = new Scan(block, goal);
  scan.visit(low, bound.cost(low), high, bound.cost(high), true);
  return scan.priority && { open: scan.open, priority: scan.priority };
}

class Scan {
  readonly open: OpenRates[] = [];
  priority: readonly [number, number] | null = null;
  private readonly nameRank: number;

  constructor(
    private readonly block: Block,
    private readonly goal: Goal,
  ) {
    this.nameRank = block.site.classes[0]?.position ?? 0;
  }

  /** @param isLowest no block of rates lies below: what is slower than `low` costs no less */
  visit(low: number, cost: number, high: number, costAtHigh: number, isLowest: boolean): void {
    if (cost === Number.POSITIVE_INFINITY) return;
    const { tokensPerSecond, setting } = this.block;
    const optimistic: OptimisticPoint = {
      cost,
      tokensPerSecond: tokensPerSecond(high),
      stages: setting.pipelineStages,
      batch: setting.point.batch,
      nameRank: this.nameRank,
    };
    if (!this.goal.mayImprove(optimistic)) return;
    if (high <= low * NARROW || cost === costAtHigh) {
      this.keep({ low: isLowest ? 0 : low, high, cost }, this.goal.priority(optimistic));
      return;
    }
    const middle = Math.sqrt(low * high);
    const costAtMiddle = this.block.bound!.cost(middle);
    this.visit(low, cost, middle, costAtMiddle, isLowest);
    this.visit(middle, costAtMiddle, high, costAtHigh, false);
  }

  private keep(rates: OpenRates, priority: readonly [number, number]): void {
    const last = this.open.at(-1);
    if (last && last.high === rates.low && last.cost === rates.cost) {
      this.open[this.open.length - 1] = { ...last, high: rates.high };
    } else {
      this.open.push(rates);
    }
    if (this.priority === null || comparePriorities(priority, this.priority) < 0) {
      this.priority = priority;
    }
  }
}

/** Below 0 where the first comes first. */
export function comparePriorities(
  a: readonly [number, number],
  b: readonly [number, number],
): number {
  // Infinities of one sign are equal.
  const order = (x: number, y: number): number => (x < y ? -1 : x > y ? 1 : 0);
  return order(a[0], b[0]) || order(a[1], b[1]);
}
