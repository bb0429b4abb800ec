/** t ≥ perLayer·n + perStage for every stage of n layers. */
export interface Facet {
  readonly perLayer: number;
  readonly perStage: number;
}

type Point = readonly [layers: number, seconds: number];

/** A lower bound gets no better by much with more facets than this. */
const MOST_FACETS = 6;

/** Facets that leave less than this share of a latency unsaid are enough: more would only make the MILP larger. */
const NEGLIGIBLE = 1e-4;

/**
 * What is known of the latency of a stage from its number of layers alone: the lower convex hull of points (layers, seconds),
 * as a few facets. Latencies that grow by the same amount with every layer, or nearly so, give one facet.
 *
 * @param seconds the smallest latency of each number of layers; at least one
 */
export function lowerHull(seconds: ReadonlyMap<number, number>): Facet[] {
  const hull = hullOf([...seconds].sort(([a], [b]) => a - b));
  if (hull.length === 1) return [{ perLayer: 0, perStage: hull[0]![1] }];
  const overall = supporting(hull, slope(hull[0]!, hull.at(-1)!));
  if (worstPoint(hull, [overall]) === null) return [overall];
  const edge = (i: number): Facet => {
    const from = Math.min(i, hull.length - 2);
    return supporting(hull, slope(hull[from]!, hull[from + 1]!));
  };
  const facets = [edge(0)];
  if (hull.length > 2) facets.push(edge(hull.length - 2));
  while (facets.length < MOST_FACETS) {
    const worst = worstPoint(hull, facets);
    if (worst === null) break;
    facets.push(edge(worst));
  }
  return facets;
}

function hullOf(points: readonly Point[]): Point[] {
  const hull: Point[] = [];
  for (const point of points) {
    while (hull.length >= 2 && slope(hull.at(-2)!, hull.at(-1)!) >= slope(hull.at(-1)!, point)) {
      hull.pop();
    }
    hull.push(point);
  }
  return hull;
}

/** The highest line of a slope that no point lies below. */
function supporting(hull: readonly Point[], perLayer: number): Facet {
  return { perLayer, perStage: Math.min(...hull.map(([n, t]) => t - perLayer * n)) };
}

/** The point of which the facets leave most unsaid; null when that is negligible of all. */
function worstPoint(hull: readonly Point[], facets: readonly Facet[]): number | null {
  let worst: number | null = null;
  let most = NEGLIGIBLE;
  for (const [i, [n, t]] of hull.entries()) {
    const said = Math.max(...facets.map(({ perLayer, perStage }) => perLayer * n + perStage));
    const unsaid = t > 0 ? (t - said) / t : 0;
    if (unsaid > most) {
      most = unsaid;
      worst = i;
    }
  }
  return worst;
}

function slope([n0, t0]: Point, [n1, t1]: Point): number {
  return (t1 - t0) / (n1 - n0);
}
