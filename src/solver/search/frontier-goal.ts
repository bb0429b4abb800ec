import { compare, compareAll } from "./compare.ts";
import type { Candidate, CostScale, Goal, OptimisticPoint } from "./goal.ts";
import type { Allows } from "./single-goal.ts";
import { keyBeforeNames, tiedPoint, tieKey } from "./ties.ts";

/** Collects every non-dominated (price, tokens/s) pair. */
export class FrontierGoal implements Goal {
  private found: Candidate[] = [];

  constructor(
    private readonly scale: CostScale,
    private readonly allows: Allows,
  ) {}

  /** By rising price and throughput. */
  get points(): readonly Candidate[] {
    return [...this.found].sort((a, b) => this.price(a.cost) - this.price(b.cost));
  }

  /** Cheap first: a cheap placement dominates most of what costs more and is slower. */
  priority(optimistic: OptimisticPoint): readonly [number, number] {
    return [optimistic.cost, -optimistic.tokensPerSecond];
  }

  mayImprove(optimistic: OptimisticPoint): boolean {
    const price = this.price(optimistic.cost);
    if (!this.allows(price, optimistic.tokensPerSecond)) return false;
    return !this.found.some((point) => {
      const cheaper = compare(this.price(point.cost), price);
      const faster = compare(optimistic.tokensPerSecond, point.tokensPerSecond);
      if (cheaper > 0 || faster > 0) return false;
      if (cheaper < 0 || faster < 0) return true;
      return compareAll(tiedPoint(optimistic, this.scale), tieKey(point)) >= 0;
    });
  }

  submit(found: Candidate): void {
    const price = this.price(found.cost);
    if (!found.metrics.meets_cost_threshold) return;
    for (const point of this.found) {
      const cheaper = compare(this.price(point.cost), price);
      const faster = compare(found.tokensPerSecond, point.tokensPerSecond);
      if (cheaper > 0 || faster > 0) continue;
      const isEqual = cheaper === 0 && faster === 0;
      if (!isEqual || compareAll(tieKey(found), tieKey(point)) >= 0) return;
    }
    this.found = this.found.filter(
      (point) =>
        compare(this.price(point.cost), price) < 0 ||
        compare(point.tokensPerSecond, found.tokensPerSecond) > 0,
    );
    this.found.push(found);
  }

  equalBut(found: Candidate): Candidate | null {
    const price = this.price(found.cost);
    return (
      this.found.find(
        (point) =>
          compare(this.price(point.cost), price) === 0 &&
          compareAll(keyBeforeNames(point), keyBeforeNames(found)) === 0,
      ) ?? null
    );
  }

  replace(kept: Candidate, by: Candidate): void {
    this.found = this.found.map((point) => (point === kept ? by : point));
  }

  private price(cost: number): number {
    return this.scale.priceUnits(cost);
  }
}
