import { closest, distance } from "fastest-levenshtein";

/** The candidate closest to `name` (letter case ignored) when it is close enough to be a slip of the hand, else null. */
export function nearestName(name: string, candidates: readonly string[]): string | null {
  if (candidates.length === 0) return null;
  const byLower = new Map(candidates.map((candidate) => [candidate.toLowerCase(), candidate]));
  const lower = name.toLowerCase();
  const best = closest(lower, [...byLower.keys()]);
  const close = distance(lower, best) <= Math.max(2, Math.floor(best.length / 3));
  return close ? byLower.get(best)! : null;
}

/** What to do about an unknown name: the nearest known one, or all of them. */
export function nearestHint(name: string, candidates: readonly string[]): string {
  if (candidates.length === 0) return "There are none.";
  const nearest = nearestName(name, candidates);
  return nearest === null ? `Known: ${candidates.join(", ")}.` : `Did you mean "${nearest}"?`;
}
