import type { Problem } from "../placement/problem.ts";
import { type StoredProblem, storeProblem } from "./store-problem.ts";

/** Where a price was read, and when, is no part of a problem; other constants are warned of. */
const NOT_COMPARED = new Set(["pool_types_left_out", "source", "as_of", "constants"]);

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

function typeDifferences(stored: StoredProblem, problem: Problem): string[] {
  const { name } = stored.instance as { readonly name: string };
  if (!problem.pool.byName.has(name)) return [`instance type ${name} is not in the pool`];
  const placement = {
    batch_size: 1,
    sequence_length: 1,
    output_length: 0,
    workload_phase: "prefill" as const,
    stages: [{ gpu_type: `${name}#0`, tp_degree: 1, start_layer: 1, end_layer: 1 }],
  };
  const types = storeProblem(problem, [placement])?.pool as readonly StoredProblem[];
  const own = types.find((type) => (type.instance as { readonly name: string }).name === name);
  return differencesOf(stored, own, name);
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
  return own === other ? [] : [`${path} is ${own} in the file and ${other} by the flags`];
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
