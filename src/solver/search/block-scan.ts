import type { Goal, OptimisticPoint } from "./goal.ts";
import type { Block } from "./space.ts";

/** Rates of a block that a goal cannot do without, and what the best of them would be worth. */
export interface BlockScan {
  /** Raw tokens/s; below `low` and above `high` nothing can change the answer. */
  readonly low: number;
  readonly high: number;
  readonly priority: readonly [number, number];
}

/** Rates within this of each other are not told apart before tables are made. */
const NARROW = 1.02;

/** All that is known of a block without a bound: that it may hold anything. */
const UNKNOWN: BlockScan = {
  low: 0,
  high: Number.POSITIVE_INFINITY,
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
  return scan.result;
}

class Scan {
  result: BlockScan | null = null;
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
      this.keep(isLowest ? 0 : low, high, this.goal.priority(optimistic));
      return;
    }
    const middle = Math.sqrt(low * high);
    const costAtMiddle = this.block.bound!.cost(middle);
    this.visit(low, cost, middle, costAtMiddle, isLowest);
    this.visit(middle, costAtMiddle, high, costAtHigh, false);
  }

  private keep(low: number, high: number, priority: readonly [number, number]): void {
    const known = this.result;
    if (known === null) {
      this.result = { low, high, priority };
      return;
    }
    const isBetter =
      priority[0] < known.priority[0] ||
      (priority[0] === known.priority[0] && priority[1] < known.priority[1]);
    this.result = {
      low: Math.min(low, known.low),
      high: Math.max(high, known.high),
      priority: isBetter ? priority : known.priority,
    };
  }
}
