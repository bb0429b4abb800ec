import { compare, compareAll } from "./compare.ts";
import type { Candidate, CostScale, Goal, OptimisticPoint } from "./goal.ts";
import { keyBeforeNames, tiedPoint, tieKey } from "./ties.ts";

/** An objective as two numbers to be made small, the second deciding ties of the first. */
export interface Objective {
  readonly key: (
    cost: number,
    tokensPerSecond: number,
    priceUnits: number,
    batch: number,
  ) => readonly [number, number];
}

/** Limits on (price units, tokens/s): lower price and higher throughput are never forbidden by them. */
export type Allows = (priceUnits: number, tokensPerSecond: number) => boolean;

/** Looks for the single best placement, and for the proof that nothing better is left. */
export class SingleGoal implements Goal {
  best: Candidate | null = null;
  private bestKey: readonly [number, number] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  /** The smallest first key among the optimistic points that were given up because of the allowed gap. */
  private leastGivenUp = Number.POSITIVE_INFINITY;

  constructor(
    private readonly objective: Objective,
    private readonly scale: CostScale,
    private readonly allows: Allows,
    /** Allowed |value − bound| / |value|. */
    private readonly gap: number,
  ) {}

  priority(optimistic: OptimisticPoint): readonly [number, number] {
    const { cost, tokensPerSecond, batch } = optimistic;
    return this.objective.key(cost, tokensPerSecond, this.scale.priceUnits(cost), batch);
  }

  mayImprove(optimistic: OptimisticPoint): boolean {
    if (!this.allows(this.scale.priceUnits(optimistic.cost), optimistic.tokensPerSecond))
      return false;
    if (!this.best) return true;
    const key = this.priority(optimistic);
    const first = compare(key[0], this.bestKey[0]);
    if (first > 0) return false;
    if (this.gap > 0 && key[0] >= this.bestKey[0] - this.gap * Math.abs(this.bestKey[0])) {
      this.leastGivenUp = Math.min(this.leastGivenUp, key[0]);
      return false;
    }
    if (first < 0) return true;
    // A heuristic placement never ends the search: the answer has to come from a MILP.
    if (this.best.origin === null) return true;
    const second = compare(key[1], this.bestKey[1]);
    if (second !== 0) return second < 0;
    return compareAll(tiedPoint(optimistic, this.scale), tieKey(this.best)) < 0;
  }

  submit(found: Candidate): void {
    if (!found.metrics.meets_cost_threshold) return;
    const key = this.keyOf(found);
    if (this.best) {
      const difference = compareAll(key, this.bestKey);
      if (difference > 0) return;
      if (difference === 0) {
        const isHeuristic = Number(found.origin === null) - Number(this.best.origin === null);
        if (isHeuristic > 0) return;
        if (isHeuristic === 0 && compareAll(tieKey(found), tieKey(this.best)) >= 0) return;
      }
    }
    this.best = found;
    this.bestKey = key;
  }

  equalBut(found: Candidate): Candidate | null {
    const { best } = this;
    if (!best || best.origin === null || !found.metrics.meets_cost_threshold) return null;
    const isEqual =
      compareAll(this.keyOf(found), this.bestKey) === 0 &&
      compareAll(keyBeforeNames(found), keyBeforeNames(best)) === 0;
    return isEqual ? best : null;
  }

  replace(kept: Candidate, by: Candidate): void {
    if (this.best !== kept) return;
    this.best = by;
    this.bestKey = this.keyOf(by);
  }

  private keyOf({
    cost,
    tokensPerSecond,
    priceUnits,
    batch,
  }: Candidate): readonly [number, number] {
    return this.objective.key(cost, tokensPerSecond, priceUnits, batch);
  }

  /**
   * Whether the best cannot be bettered by more than the allowed gap, whatever is left of the search: then its value is proven,
   * although a limit may have struck before all ties were looked at.
   * @param open as in `bound`
   */
  isProven(open: number): boolean {
    if (!this.best) return false;
    const least = this.bestKey[0] - this.gap * Math.abs(this.bestKey[0]);
    return compare(this.bound(open), least) >= 0;
  }

  /**
   * A first key that no placement is below.
   * @param open smallest first key of the cases not looked at; Infinity when the search is complete
   */
  bound(open: number): number {
    return Math.min(this.bestKey[0], this.leastGivenUp, open);
  }
}
