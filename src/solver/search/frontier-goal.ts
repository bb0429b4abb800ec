import {
  type Corner,
  type CostScale,
  compare,
  compareAll,
  type Found,
  type Goal,
  keyBeforeNames,
  tieCorner,
  tieKey,
} from "./goal.ts";
import type { Allows } from "./single-goal.ts";

/** Collects every non-dominated (price, tokens/s) pair. */
export class FrontierGoal implements Goal {
  private found: Found[] = [];

  constructor(
    private readonly scale: CostScale,
    private readonly allows: Allows,
  ) {}

  /** By rising price and throughput. */
  get points(): readonly Found[] {
    return [...this.found].sort((a, b) => this.price(a.cost) - this.price(b.cost));
  }

  /** Cheap first: a cheap placement dominates most of what costs more and is slower. */
  priority(corner: Corner): readonly [number, number] {
    return [corner.cost, -corner.tokensPerSecond];
  }

  mayImprove(corner: Corner): boolean {
    const price = this.price(corner.cost);
    if (!this.allows(price, corner.tokensPerSecond)) return false;
    return !this.found.some((point) => {
      const cheaper = compare(this.price(point.cost), price);
      const faster = compare(corner.tokensPerSecond, point.tokensPerSecond);
      if (cheaper > 0 || faster > 0) return false;
      if (cheaper < 0 || faster < 0) return true;
      return compareAll(tieCorner(corner, this.scale), tieKey(point)) >= 0;
    });
  }

  offer(found: Found): void {
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

  equalBut(found: Found): Found | null {
    const price = this.price(found.cost);
    return (
      this.found.find(
        (point) =>
          compare(this.price(point.cost), price) === 0 &&
          compareAll(keyBeforeNames(point), keyBeforeNames(found)) === 0,
      ) ?? null
    );
  }

  replace(kept: Found, by: Found): void {
    this.found = this.found.map((point) => (point === kept ? by : point));
  }

  private price(cost: number): number {
    return this.scale.priceUnits(cost);
  }
}
