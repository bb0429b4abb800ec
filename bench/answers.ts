/** Where two JSON values differ first, as a path with both values; null where they are the same. The order of keys does not count. */
export function firstDifference(before: unknown, after: unknown, path = ""): string | null {
  if (!isCompound(before) || !isCompound(after) || Array.isArray(before) !== Array.isArray(after)) {
    return Object.is(before, after)
      ? null
      : `${path || "the whole"} is ${shown(after)}, was ${shown(before)}`;
  }
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const place = Array.isArray(before) ? `${path}[${key}]` : path === "" ? key : `${path}.${key}`;
    const difference = firstDifference(before[key], after[key], place);
    if (difference !== null) return difference;
  }
  return null;
}

/** Where two answers that were printed with `--json` differ first; `run`, which has times and counts of the search, does not count. */
export function answerDifference(before: string, after: string): string | null {
  return firstDifference(answerOf(before), answerOf(after));
}

function answerOf(printed: string): unknown {
  const value: unknown = JSON.parse(printed);
  if (!isCompound(value) || Array.isArray(value)) return value;
  const { run: _, ...answer } = value;
  return answer;
}

type Compound = Readonly<Record<string, unknown>>;

function isCompound(value: unknown): value is Compound {
  return typeof value === "object" && value !== null;
}

const MOST_SHOWN = 60;

function shown(value: unknown): string {
  if (value === undefined) return "absent";
  const text = JSON.stringify(value);
  return text.length <= MOST_SHOWN ? text : `${text.slice(0, MOST_SHOWN)}…`;
}
