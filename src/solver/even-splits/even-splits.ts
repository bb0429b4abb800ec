import type { PoolType } from "../../hardware/pool.ts";
import type { Success } from "../../placement/evaluation.ts";
import type { Placement } from "../../placement/placement.ts";
import type { Problem } from "../../placement/problem.ts";
import type { SolveRequest } from "../request.ts";
import { allowedPoints, requestedPoints } from "../search/operating-points.ts";
import type { Pace } from "../search/pace.ts";
import { bestSplit, evaluated, type FoundSplit } from "./best-split.ts";
import { type WithoutSplit, whyNoSplit } from "./no-split.ts";
import { compareScores, isWorse } from "./split-score.ts";
import type { SplitChoice } from "./split-shapes.ts";
import { SplitTable } from "./split-table.ts";
import { typesToSplit } from "./split-types.ts";

/** The best even split of one instance type, or why it has none. */
export type FamilyBest = { readonly family: string } & (BestSplit | WithoutSplit);

interface BestSplit {
  readonly status: "best";
  readonly choice: SplitChoice;
  readonly evaluation: Success;
}

/**
 * The best even split of every instance type in the pool: what one gets without a search. All allowed TP degrees × stages ×
 * instances that share them × the batch sizes of the workload are looked at; the best keeps the limits and has the lowest $ per
 * million tokens (with the objectives throughput and cost: the highest tokens/s, the lowest $ per hour).
 *
 * The best come first, best first, then the types that have none, by name.
 */
export function bestEvenSplits(problem: Problem, request: SolveRequest): FamilyBest[] {
  return EvenSplits.of(problem, request).familiesOf(problem.pool.types);
}

/** What a search for even splits tells, and asks. */
export interface SplitWatch {
  /** Told of each split that is no worse than all before it. */
  readonly onSplit: (placement: Placement) => void;
  /** Told the share of the types that are done, after each. */
  readonly onShare: (share: number) => void;
  /** Asked between pieces of work: whether to leave it at what there is. */
  readonly shouldStop: () => boolean;
}

const UNWATCHED: SplitWatch = {
  onSplit: () => undefined,
  onShare: () => undefined,
  shouldStop: () => false,
};

/** By problem and by what is asked for. */
const known = new WeakMap<Problem, Map<string, EvenSplits>>();

/**
 * The best even splits of the types worth looking at: those that may be used, and of types that differ in price only the cheapest,
 * since the dearer ones do the same for more. A solve and its report share what is found.
 */
export class EvenSplits {
  /** Those that are likely to be good first. */
  readonly types: readonly PoolType[];
  private readonly table: SplitTable;
  /** What is known of types; null: it has no split. */
  private readonly found = new Map<PoolType, FoundSplit | null>();

  private constructor(problem: Problem, request: SolveRequest) {
    const points = allowedPoints(requestedPoints(problem), request);
    this.table = new SplitTable(problem, request, points);
    this.types = typesToSplit(this.table);
  }

  static of(problem: Problem, request: SolveRequest): EvenSplits {
    const asked = JSON.stringify(request, (_, value) =>
      value instanceof Map ? [...value] : value,
    );
    const byRequest = known.get(problem) ?? new Map<string, EvenSplits>();
    known.set(problem, byRequest);
    const splits = byRequest.get(asked) ?? new EvenSplits(problem, request);
    byRequest.set(asked, splits);
    return splits;
  }

  /** Types that no search has come to. */
  get missing(): number {
    return this.types.filter((type) => !this.found.has(type)).length;
  }

  /** Searches all types, with breaks in between. */
  async search(pace: Pace, watch: SplitWatch = UNWATCHED): Promise<void> {
    const { onSplit, onShare, shouldStop } = watch;
    const { table, types } = this;
    const { request } = table;
    let best: FoundSplit | null = null;
    const tell = (found: FoundSplit | null): void => {
      if (found === null) return;
      // What the weighted objective makes of a split is not known here.
      const isComparable = best !== null && request.objective !== "weighted";
      if (isComparable && isWorse(request, found.score, best!.score)) return;
      best = found;
      onSplit(evaluated(table, found).evaluation.placement);
    };
    for (const [index, type] of types.entries()) {
      if (!this.found.has(type)) {
        const steps = bestSplit(table, type);
        let step = steps.next();
        for (; !step.done; step = steps.next()) {
          const turn = pace.turn();
          if (turn) await turn;
          if (!shouldStop()) continue;
          tell(step.value);
          return;
        }
        this.found.set(type, step.value);
      }
      tell(this.found.get(type)!);
      onShare((index + 1) / types.length);
    }
  }

  /** What is known of the types that were come to. */
  families(): FamilyBest[] {
    return this.familiesOf(this.types.filter((type) => this.found.has(type)));
  }

  /** The best splits of some types, in the order in which they are shown. */
  familiesOf(types: readonly PoolType[]): FamilyBest[] {
    const { request } = this.table;
    return types
      .map((type) => this.familyOf(type))
      .sort((a, b) => {
        if (a.status === "best" && b.status === "best") {
          const difference = compareScores(request, a.evaluation.metrics, b.evaluation.metrics);
          if (difference !== 0) return difference;
        } else if (a.status === "best" || b.status === "best") {
          return a.status === "best" ? -1 : 1;
        }
        return a.family < b.family ? -1 : 1;
      });
  }

  private familyOf(type: PoolType): FamilyBest {
    const { table } = this;
    const family = type.instance.name;
    let found = this.found.get(type);
    if (found === undefined) {
      const steps = bestSplit(table, type);
      let step = steps.next();
      while (!step.done) step = steps.next();
      found = step.value;
      this.found.set(type, found);
    }
    return found === null
      ? { family, ...whyNoSplit(table, type) }
      : { family, status: "best", ...evaluated(table, found) };
  }
}
