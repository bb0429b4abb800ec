import type { Problem } from "../placement/problem.ts";
import { type StoredProblem, storedType, storeProblem } from "./store-problem.ts";

/** Where a price was read, and when, is no part of a problem, nor who publishes weights; other constants are warned of. */
const NOT_COMPARED = new Set([
  "pool_types_left_out",
  "source",
  "as_of",
  "constants",
  "quantised_checkpoint",
]);

/** Parts that a problem may leave open: nothing said by the flags contradicts nothing, and in some they may say more. */
const MAY_BE_OPEN = /^(?:workload|limits|time_limit_seconds|engine\.max_model_len_tokens)/;
const MAY_BE_ADDED = /^(?:limits|engine\.max_model_len_tokens)/;

const NO_VALUE = "nothing";

/**
 * In what a problem contradicts a stored one, in words, field by field; empty where the stored one says the same or says more. Instance
 * types that are not stored are not looked at.
 */
export function problemDifferences(stored: StoredProblem, problem: Problem): string[] {
  const { pool: storedPool, ...rest } = stored;
  const { pool: _, ...given } = storeProblem(problem, []) ?? {};
  return [
    ...differencesOf(rest, given, ""),
    ...(storedPool as readonly StoredProblem[]).flatMap((type) => typeDifferences(type, problem)),
  ];
}

function typeDifferences(stored: StoredProblem, { pool }: Problem): string[] {
  const { name } = stored.instance as { readonly name: string };
  const own = pool.byName.get(name);
  return own === undefined
    ? [`instance type ${name} is not in the pool`]
    : differencesOf(stored, storedType(own), name);
}

function differencesOf(stored: unknown, given: unknown, path: string): string[] {
  if (isOpen(given) && MAY_BE_OPEN.test(path)) return [];
  if (isOpen(stored) && MAY_BE_ADDED.test(path)) return [];
  if (isFields(stored) && isFields(given)) {
    // Of another model everything is another.
    const isOther = path === "model" && stored.name !== given.name;
    const names = isOther
      ? ["name"]
      : [...new Set([...Object.keys(stored), ...Object.keys(given)])].sort();
    return names
      .filter((name) => !NOT_COMPARED.has(name) && !isMargin(name, stored, given))
      .flatMap((name) =>
        differencesOf(stored[name], given[name], path === "" ? name : `${path}.${name}`),
      );
  }
  const [own, other] = [valueText(stored), valueText(given)];
  return own === other ? [] : [`${path} is ${own} in the file but ${other} in the flags`];
}

/** A margin that one of the two has no limit on a latency for. */
function isMargin(name: string, ...limits: readonly StoredProblem[]): boolean {
  return (
    name === "latency_safety_margin" &&
    limits.some((each) => isOpen(each.max_ttft_seconds) && isOpen(each.max_tpot_seconds))
  );
}

function isOpen(value: unknown): boolean {
  return value === undefined || value === null;
}

function isFields(value: unknown): value is StoredProblem {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function valueText(value: unknown): string {
  if (isOpen(value)) return NO_VALUE;
  const text = JSON.stringify(value);
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`;
}
