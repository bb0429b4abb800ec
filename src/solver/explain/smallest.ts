import type { Candidate } from "../search/goal.ts";

/** The smallest value that helps, and a placement that it makes possible. */
export interface Smallest {
  readonly value: number;
  readonly found: Candidate;
}

/** The smallest value in a range for which a placement exists, whatever follows from it for larger ones. */
export async function first(
  from: number,
  to: number,
  placementAt: (value: number) => Promise<Candidate | null>,
): Promise<Smallest | null> {
  for (let value = from; value <= to; value++) {
    const found = await placementAt(value);
    if (found) return { value, found };
  }
  return null;
}

/** The smallest value in a range for which a placement exists, when existence never ends as the value grows. */
export async function smallest(
  from: number,
  to: number,
  placementAt: (value: number) => Promise<Candidate | null>,
): Promise<Smallest | null> {
  if (from > to) return null;
  let best = await placementAt(to);
  if (!best) return null;
  let [low, high] = [from, to];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const found = await placementAt(middle);
    if (found) {
      best = found;
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return { value: high, found: best };
}
