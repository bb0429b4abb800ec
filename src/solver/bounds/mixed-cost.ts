/** Two costs nearer than this are not told apart, relative. */
const SAME = 1e-12;

/**
 * Kinds of pieces that a pipeline can be put together from: what one holds at most, and what it costs at least. Made once and filled again
 * and again: a search asks millions of times.
 */
export class PieceKinds {
  private readonly holds: number[] = [];
  private readonly costs: number[] = [];
  private count = 0;

  clear(): void {
    this.count = 0;
  }

  add(holds: number, cost: number): void {
    this.holds[this.count] = holds;
    this.costs[this.count++] = cost;
  }

  /**
   * The least cost of `pieces` pieces that hold `total` together, were there any number of each kind and could they be mixed in
   * fractions:
   *
   *   pieces · min { Σ wᵢ·costᵢ : Σ wᵢ = 1, Σ wᵢ·holdsᵢ ≥ total / pieces }
   *
   * It lies on the lower convex hull of the points (holds, cost), where that passes total / pieces: of the cheapest and the largest kind
   * one is put aside for a kind below the line through both, as long as there is one. Infinity where no kind holds enough.
   */
  mixedCost(pieces: number, total: number): number {
    const { holds, costs, count } = this;
    const mean = total / pieces;
    let [small, large] = [-1, -1];
    for (let i = 0; i < count; i++) {
      if (small < 0 || costs[i]! < costs[small]!) small = i;
      else if (costs[i] === costs[small] && holds[i]! > holds[small]!) small = i;
      if (large < 0 || holds[i]! > holds[large]!) large = i;
      else if (holds[i] === holds[large] && costs[i]! < costs[large]!) large = i;
    }
    if (large < 0 || holds[large]! < mean) return Number.POSITIVE_INFINITY;
    if (holds[small]! >= mean) return pieces * costs[small]!;
    for (;;) {
      const slope = (costs[large]! - costs[small]!) / (holds[large]! - holds[small]!);
      const onLine = costs[small]! - slope * holds[small]!;
      let lowest = -1;
      let least = onLine - SAME * Math.max(Math.abs(onLine), costs[large]!);
      for (let i = 0; i < count; i++) {
        const height = costs[i]! - slope * holds[i]!;
        if (height < least) {
          least = height;
          lowest = i;
        }
      }
      if (lowest < 0) return pieces * (costs[small]! + slope * (mean - holds[small]!));
      if (holds[lowest]! >= mean) large = lowest;
      else small = lowest;
    }
  }
}
