/** A kind of piece that a pipeline can be put together from: what one holds at most, and what it costs at least. */
export interface PieceKind {
  readonly holds: number;
  readonly cost: number;
}

/**
 * The least cost of `pieces` pieces that hold `total` together, were there any number of each kind and could they be mixed in
 * fractions:
 *
 *   pieces · min { Σ wᵢ·costᵢ : Σ wᵢ = 1, Σ wᵢ·holdsᵢ ≥ total / pieces }
 *
 * A linear program with two rows: two kinds at most have a share in its optimum. Infinity where no kind holds enough.
 */
export function mixedCost(kinds: readonly PieceKind[], pieces: number, total: number): number {
  const mean = total / pieces;
  let least = Number.POSITIVE_INFINITY;
  for (const large of kinds) {
    if (large.holds < mean) continue;
    least = Math.min(least, large.cost);
    for (const small of kinds) {
      if (small.holds >= mean || small.cost >= large.cost) continue;
      const share = (mean - small.holds) / (large.holds - small.holds);
      least = Math.min(least, small.cost + share * (large.cost - small.cost));
    }
  }
  return pieces * least;
}
