/** t ≥ perLayer·n + perStage for every stage of n layers. */
export interface Facet {
  readonly perLayer: number;
  readonly perStage: number;
}

/** A lower bound gets no better by much with more facets than this. */
const MOST_FACETS = 6;

/** Slopes that differ by less (relative) are one. */
const SAME_SLOPE = 1e-9;

/**
 * What is known of the latency of a stage from its number of layers alone: the lower convex hull of points (layers, seconds),
 * as facets. Latencies that grow by the same amount with every layer give one facet, which is then exact.
 *
 * @param seconds the smallest latency of each number of layers; at least one
 */
export function lowerHull(seconds: ReadonlyMap<number, number>): Facet[] {
  const points = [...seconds].sort(([a], [b]) => a - b);
  const hull: (readonly [number, number])[] = [];
  for (const point of points) {
    while (hull.length >= 2 && slope(hull.at(-2)!, hull.at(-1)!) >= slope(hull.at(-1)!, point)) {
      hull.pop();
    }
    hull.push(point);
  }
  if (hull.length === 1) return [{ perLayer: 0, perStage: hull[0]![1] }];
  const facets: Facet[] = [];
  for (let i = 0; i + 1 < hull.length; i++) {
    const perLayer = slope(hull[i]!, hull[i + 1]!);
    const previous = facets.at(-1)?.perLayer;
    if (previous !== undefined && perLayer - previous <= SAME_SLOPE * Math.abs(perLayer)) continue;
    // The lowest line of this slope that touches a point: no rounding lifts it above one.
    const perStage = Math.min(...hull.map(([n, t]) => t - perLayer * n));
    facets.push({ perLayer, perStage });
  }
  if (facets.length <= MOST_FACETS) return facets;
  return Array.from(
    { length: MOST_FACETS },
    (_, i) => facets[Math.round((i * (facets.length - 1)) / (MOST_FACETS - 1))]!,
  );
}

function slope([n0, t0]: readonly [number, number], [n1, t1]: readonly [number, number]): number {
  return (t1 - t0) / (n1 - n0);
}
