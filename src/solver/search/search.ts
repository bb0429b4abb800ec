import TinyQueue from "tinyqueue";
import { InternalError } from "../../errors.ts";
import { type BlockScan, comparePriorities, glanceAt, rescanned, scanBlock } from "./block-scan.ts";
import { compare } from "./compare.ts";
import type { Goal, OptimisticPoint } from "./goal.ts";
import type { Pace } from "./pace.ts";
import type { Block, SearchSpace } from "./space.ts";

/** What is still open: a run of levels, or a block that nothing is tabulated of. */
type Open = LevelRange | ClosedBlock;

interface ClosedBlock {
  readonly block: Block;
  /** Null before its rates are told apart. */
  readonly scan: BlockScan | null;
  readonly priority: readonly [number, number];
  readonly order: readonly [number, number];
}

/** A run of levels of one subproblem that is still open. */
interface LevelRange {
  readonly block: null;
  readonly subproblem: number;
  readonly order: readonly [number, number];
  readonly low: number;
  readonly high: number;
  /** Search cost from below at `low`, and so at every level of the run. */
  readonly cost: number;
  /** Whether the cost is only a rough bound: then it has to be sharpened before a MILP is tried. */
  readonly isRough: boolean;
  /** Which level is worth trying first. */
  readonly next: Next;
  readonly priority: readonly [number, number];
}

/**
 * - high: no MILP has failed to reach the bound here yet, and one that reaches it decides the whole run;
 * - low: one has failed, and what the run costs at least is not known;
 * - middle: both ends are known.
 */
type Next = "high" | "low" | "middle";

/** What a MILP says of one case. */
export type CaseResult =
  /**
   * A placement that reaches the level, the cost that no other one is below, and the level that it really reaches. The two costs
   * differ only where what may lie between them cannot change the answer.
   */
  | {
      readonly status: "optimal";
      readonly cost: number;
      readonly leastCost: number;
      readonly level: number;
    }
  /** Nothing reaches the level. */
  | { readonly status: "infeasible" }
  /** All that can be said is that this one level is decided: limits made its MILP differ from those of other levels. */
  | { readonly status: "decided" }
  /** A limit struck. */
  | { readonly status: "stopped" };

/** Solves one case exactly, knowing that nothing is cheaper than `leastCost`, and submits what it finds to the goal. */
export type CaseSolver = (
  subproblem: number,
  level: number,
  leastCost: number,
) => Promise<CaseResult>;

/** What is searched. */
export type SearchedSpace = Pick<SearchSpace, "subproblems" | "blocks" | "open">;

export interface SearchResult {
  readonly complete: boolean;
  readonly cases: number;
  /** Cases decided by a MILP. */
  readonly casesSolved: number;
  /** Cases that are neither decided nor excluded. */
  readonly casesOpen: number;
  /** Blocks in all, and those that were dropped before anything of them was tabulated. */
  readonly blocks: number;
  readonly blocksExcluded: number;
  /** The smallest first priority that is still open; Infinity when complete. */
  readonly openKey: number;
}

export interface SearchHooks {
  /** Asked between cases. */
  readonly shouldStop: () => boolean;
  /** Breaks of the work that goes on between MILPs. */
  readonly pace: Pace;
  /** Told of the block that is looked at, now and then, while all are gone through. */
  readonly onBlock?: (block: Block) => void;
  /** Told before each MILP, and at breaks. */
  readonly onCase?: (state: {
    readonly cases: number;
    readonly casesOpen: number;
    /** The best first priority that may still be there. */
    readonly openKey: number;
  }) => void;
}

/**
 * Best-first search over all cases (subproblem, level).
 *
 * For one subproblem let C(j) be the lowest search cost of a placement that reaches level j. C never falls in j, and any
 * placement of the subproblem sits at exactly one level, its own raw rate. A node is a run of levels with a lower bound on C
 * at its low end, so (bound, throughput of the high end) is an optimistic point no placement of the run can beat. Nodes whose optimistic point
 * cannot change the answer are dropped: that is the proof for all their cases at once.
 *
 * At first there are blocks of subproblems, with bounds that need no tables of stages. Most blocks are dropped by them. One that is the
 * best of what is open is opened: its tables are made, and the levels that its bound has left are runs of their own.
 * Bounds of runs are rough at first, which is enough to drop most of them; a run that they do not drop is split where they rise, and
 * then gets the combinatorial bound. Otherwise
 * - a run over which the combinatorial bound rises is split in half;
 * - a run over which it does not is put to a MILP, at its high end first: if the MILP meets the bound there, every lower
 *   level costs as much and serves slower, so the whole run is decided. If not, C(j) bounds the levels above j, and the low
 *   end is next: where it costs as much as the high end, so do all levels in between. Otherwise the run is halved.
 */
export async function search(
  space: SearchedSpace,
  goal: Goal,
  solveCase: CaseSolver,
  hooks: SearchHooks,
): Promise<SearchResult> {
  const { subproblems } = space;
  const known = new Map<number, KnownCosts>();
  const queue = new TinyQueue<Open>([], byPriority);
  const counts = { cases: 0, casesSolved: 0, blocks: 0, blocksExcluded: 0 };
  let open = 0;
  const stopped = (openKey: number): SearchResult => ({
    ...counts,
    complete: false,
    casesOpen: open,
    openKey,
  });

  const pointOf = (subproblem: number, high: number, cost: number): OptimisticPoint => {
    const { stages, point, tokensPerSecond, classes } = subproblems[subproblem]!;
    return {
      cost,
      tokensPerSecond: tokensPerSecond(high),
      stages,
      batch: point.batch,
      nameRank: classes[0]?.position ?? 0,
    };
  };
  const add = (
    subproblem: number,
    order: readonly [number, number],
    low: number,
    high: number,
    cost: number,
    next: Next,
    isRough = false,
  ): void => {
    if (low > high || cost === Number.POSITIVE_INFINITY) return;
    // A level above is known to cost no more: it is as cheap and faster.
    const upper = known.get(subproblem)!.costUpTo(high);
    if (upper !== null && compare(cost, upper) >= 0) return;
    const optimistic = pointOf(subproblem, high, cost);
    if (!goal.mayImprove(optimistic)) return;
    open += high - low + 1;
    const priority = goal.priority(optimistic);
    queue.push({ block: null, subproblem, order, low, high, cost, isRough, next, priority });
  };
  const openBlock = async (block: Block, scan: BlockScan): Promise<void> => {
    for (const [part, subproblem] of (await space.open(block, hooks.pace)).entries()) {
      const { stageTables, levels, stages } = subproblems[subproblem]!;
      known.set(subproblem, new KnownCosts());
      counts.cases += levels.length;
      for (const { low, high, cost } of scan.open) {
        const first = firstFrom(levels, low);
        const last = firstFrom(levels, high * ROUNDED_UP) - 1;
        if (first > last) continue;
        const order = [block.position, part] as const;
        const bound = Math.max(cost, stageTables.roughBound(first, stages));
        add(subproblem, order, first, last, bound, "high", true);
      }
      const turn = hooks.pace.turn();
      if (turn) await turn;
    }
  };

  const addBlock = (block: Block): void => {
    const priority = glanceAt(block, goal);
    if (priority === null) counts.blocksExcluded += block.size;
    else queue.push({ block, scan: null, priority, order: [block.position, 0] });
  };

  for (const block of space.blocks()) {
    if (hooks.shouldStop()) return stopped(Number.NEGATIVE_INFINITY);
    counts.blocks += block.size;
    addBlock(block);
    const turn = hooks.pace.turn();
    if (turn) {
      hooks.onBlock?.(block);
      await turn;
    }
  }
  for (let entry = queue.pop(); entry; entry = queue.pop()) {
    const turn = hooks.pace.turn();
    if (turn) {
      hooks.onCase?.({ cases: counts.cases, casesOpen: open, openKey: entry.priority[0] });
      await turn;
    }
    if (hooks.shouldStop()) return stopped(entry.priority[0]);
    if (entry.block !== null) {
      const { block, order } = entry;
      const scan = entry.scan ? rescanned(block, entry.scan, goal) : scanBlock(block, goal);
      if (scan === null) counts.blocksExcluded += block.size;
      else if (comparePriorities(scan.priority, entry.priority) !== 0) {
        queue.push({ block, scan, priority: scan.priority, order });
      } else if (block.parts) for (const part of block.parts()) addBlock(part);
      else await openBlock(block, scan);
      continue;
    }
    const range = entry;
    const { subproblem, order, low, next } = range;
    const { stageTables, stages } = subproblems[subproblem]!;
    const facts = known.get(subproblem)!;
    open -= range.high - low + 1;
    const high = Math.min(range.high, facts.infeasibleFrom - 1);
    const cost = Math.max(range.cost, facts.costFrom(low));
    if (low > high || !goal.mayImprove(pointOf(subproblem, high, cost))) continue;
    if (cost > range.cost || high < range.high) {
      add(subproblem, order, low, high, cost, next, range.isRough);
      continue;
    }
    if (range.isRough) {
      if (low < high && stageTables.roughBound(high, stages) > cost) {
        const middle = (low + high) >> 1;
        add(subproblem, order, low, middle, cost, next, true);
        const right = Math.max(cost, stageTables.roughBound(middle + 1, stages));
        add(subproblem, order, middle + 1, high, right, "high", true);
      } else {
        add(subproblem, order, low, high, Math.max(cost, stageTables.bound(low, stages)), next);
      }
      continue;
    }
    if (low < high && Math.max(stageTables.bound(high, stages), facts.costFrom(high)) > cost) {
      const middle = (low + high) >> 1;
      const right = Math.max(
        cost,
        stageTables.bound(middle + 1, stages),
        facts.costFrom(middle + 1),
      );
      add(subproblem, order, low, middle, cost, next);
      add(subproblem, order, middle + 1, high, right, "high");
      continue;
    }
    const level = { high, low, middle: (low + high) >> 1 }[next];
    const afterFailure = next === "high" ? "low" : "middle";
    hooks.onCase?.({
      cases: counts.cases,
      casesOpen: open + high - low + 1,
      openKey: range.priority[0],
    });
    const result = await solveCase(subproblem, level, cost);
    if (result.status === "stopped") {
      open += high - low + 1;
      return stopped(range.priority[0]);
    }
    counts.casesSolved++;
    if (result.status === "infeasible") {
      facts.infeasibleFrom = Math.min(facts.infeasibleFrom, level);
      add(subproblem, order, low, level - 1, cost, afterFailure);
      continue;
    }
    if (result.status === "decided") {
      add(subproblem, order, low, level - 1, cost, "high");
      add(subproblem, order, level + 1, high, cost, "high");
      continue;
    }
    if (compare(result.cost, cost) < 0) {
      throw new InternalError(
        `a MILP found cost ${result.cost} where ${cost} is a lower bound (stages ${stages}, level ${level}).`,
      );
    }
    facts.learn(level, result.cost, result.leastCost);
    if (compare(result.cost, cost) > 0) add(subproblem, order, low, level - 1, cost, afterFailure);
    const above = Math.max(level, result.level) + 1;
    add(subproblem, order, above, high, Math.max(cost, result.leastCost), "middle");
  }
  return { ...counts, complete: true, casesOpen: 0, openKey: Number.POSITIVE_INFINITY };
}

/** Rates that a bound without tables has for the fastest are above those of tables, never below but for rounding. */
const ROUNDED_UP = 1 + 1e-9;

/** Position of the first level that is not below a rate. */
function firstFrom(levels: Float64Array, rate: number): number {
  let low = 0;
  let high = levels.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (levels[middle]! < rate) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** What MILPs have shown of one subproblem. */
class KnownCosts {
  infeasibleFrom = Number.POSITIVE_INFINITY;
  private readonly facts: {
    readonly level: number;
    readonly cost: number;
    readonly leastCost: number;
  }[] = [];

  /** leastCost ≤ C(level) ≤ cost. */
  learn(level: number, cost: number, leastCost: number): void {
    this.facts.push({ level, cost, leastCost });
  }

  /** A lower bound on C(level): the highest known cost of a level not above it. */
  costFrom(level: number): number {
    let cost = Number.NEGATIVE_INFINITY;
    for (const { level: own, leastCost } of this.facts) {
      if (own <= level && leastCost > cost) cost = leastCost;
    }
    return cost;
  }

  /** An upper bound on C(level): the lowest known cost of a level not below it; null when none is known. */
  costUpTo(level: number): number | null {
    let cost: number | null = null;
    for (const fact of this.facts) {
      if (fact.level >= level && (cost === null || fact.cost < cost)) cost = fact.cost;
    }
    return cost;
  }
}

function byPriority(a: Open, b: Open): number {
  // Of equals a block is first: what it holds is not known yet.
  return (
    comparePriorities(a.priority, b.priority) ||
    Number(a.block === null) - Number(b.block === null) ||
    a.order[0] - b.order[0] ||
    a.order[1] - b.order[1] ||
    (a.block === null && b.block === null ? a.low - b.low : 0)
  );
}
