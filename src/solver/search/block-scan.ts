import type { BlockBound } from "./block-bound.ts";
import type { Goal, OptimisticPoint } from "./goal.ts";
import type { Block } from "./space.ts";

/** A run of rates of a block that may still change the answer. */
interface OpenRates {
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

/** A block as a whole: no placement of it is cheaper than its bound, nor faster than its fastest; null where that is of no use. */
export function glanceAt(block: Block, goal: Goal): readonly [number, number] | null {
  const { bound } = block;
  if (bound === null) return UNKNOWN.priority;
  const high = bound.mostTokensPerSecond;
  // Too slow whatever it costs.
  if (high === 0 || !goal.mayImprove(optimisticPoint(block, 0, high))) return null;
  const cost = bound.cost(bound.leastTokensPerSecond);
  if (cost === Number.POSITIVE_INFINITY) return null;
  const optimistic = optimisticPoint(block, cost, high);
  return goal.mayImprove(optimistic) ? goal.priority(optimistic) : null;
}

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
  const scan = new Scan(block, bound, goal);
  scan.visit(low, bound.cost(low), high, bound.cost(high), true);
  return scan.priority && { open: scan.open, priority: scan.priority };
}

/** What of a scan is left by what a goal has learned since; null where nothing is. */
export function rescanned(block: Block, scan: BlockScan, goal: Goal): BlockScan | null {
  let best: readonly [number, number] | null = null;
  const open = scan.open.filter(({ cost, high }) => {
    if (block.bound === null) return true;
    const optimistic = optimisticPoint(block, cost, high);
    if (!goal.mayImprove(optimistic)) return false;
    const priority = goal.priority(optimistic);
    if (best === null || comparePriorities(priority, best) < 0) best = priority;
    return true;
  });
  return open.length === 0 ? null : { open, priority: best ?? scan.priority };
}

function optimisticPoint(
  { tokensPerSecond, setting, site }: Block,
  cost: number,
  rawTokensPerSecond: number,
): OptimisticPoint {
  return {
    cost,
    tokensPerSecond: tokensPerSecond(rawTokensPerSecond),
    stages: setting.pipelineStages,
    batch: setting.point.batch,
    nameRank: site.classes[0]?.position ?? 0,
  };
}

class Scan {
  readonly open: OpenRates[] = [];
  priority: readonly [number, number] | null = null;

  constructor(
    private readonly block: Block,
    private readonly bound: BlockBound,
    private readonly goal: Goal,
  ) {}

  /** @param isLowest no block of rates lies below: what is slower than `low` costs no less */
  visit(low: number, cost: number, high: number, costAtHigh: number, isLowest: boolean): void {
    if (cost === Number.POSITIVE_INFINITY) return;
    const optimistic = optimisticPoint(this.block, cost, high);
    if (!this.goal.mayImprove(optimistic)) return;
    if (high <= low * NARROW || cost === costAtHigh) {
      this.keep({ low: isLowest ? 0 : low, high, cost }, this.goal.priority(optimistic));
      return;
    }
    const middle = Math.sqrt(low * high);
    const costAtMiddle = this.bound.cost(middle);
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
