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

/** More names than these are not read. */
const MOST_NAMES = 20;
/** So many names that begin alike are named. */
const MOST_ALIKE = 3;

/** What to do about an unknown name: the nearest known one, those that begin with it, or all, cut where they are too many to read. */
export function nearestHint(name: string, candidates: readonly string[]): string {
  if (candidates.length === 0) return "There are none.";
  const nearest = nearestName(name, candidates);
  if (nearest !== null) return `Did you mean "${nearest}"?`;
  const longer = name === "" ? [] : candidates.filter((candidate) => startsWith(candidate, name));
  if (longer.length > 0) {
    const shown = longer.slice(0, MOST_ALIKE).map((candidate) => `"${candidate}"`);
    return `Did you mean ${shown.join(" or ")}${longer.length > MOST_ALIKE ? ", or another that begins like it" : ""}?`;
  }
  return candidates.length <= MOST_NAMES
    ? `Known: ${candidates.join(", ")}.`
    : `Known: ${candidates.slice(0, MOST_NAMES).join(", ")} and ${candidates.length - MOST_NAMES} more.`;
}

function startsWith(text: string, start: string): boolean {
  return text.toLowerCase().startsWith(start.toLowerCase());
}
