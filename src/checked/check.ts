import { InputError } from "../errors.ts";
import { nearestHint, nearestName } from "../nearest.ts";

/** Looks at a value that a user of the library gave. @throws InputError with the value's place when it is not what it has to be */
export type Check = (value: unknown, where: string) => void;

/** A check for every key of a type: the compiler asks for one when a key is added. */
export type Keys<T> = { readonly [K in keyof T]-?: Check };

/** An object with these keys and no others. */
export function objectOf<T>(keys: Keys<T>): Check {
  const names = Object.keys(keys);
  return (value, where) => {
    if (!isPlain(value)) throw misfit(value, where, "an object");
    for (const key of Object.keys(value)) {
      if (Object.hasOwn(keys, key)) continue;
      throw new InputError(at(where, key), "unknown key.", hint(key, names));
    }
    for (const key of names) keys[key as keyof T]((value as T)[key as keyof T], at(where, key));
  };
}

/** Numbers, not those that are none or have no end. */
export const number: Check = (value, where) => {
  if (typeof value !== "number" || !Number.isFinite(value)) throw misfit(value, where, "a number");
};

export const text: Check = (value, where) => {
  if (typeof value !== "string") throw misfit(value, where, "a text");
};

export const flag: Check = (value, where) => {
  if (typeof value !== "boolean") throw misfit(value, where, "true or false");
};

export const callable: Check = (value, where) => {
  if (typeof value !== "function") throw misfit(value, where, "a function");
};

/** An object whose parts other functions of the library have made, or whoever implements its interface. */
export const made: Check = (value, where) => {
  if (typeof value !== "object" || value === null) throw misfit(value, where, "an object");
};

/** What the function itself looks at, field by field. */
export const unchecked: Check = () => undefined;

/** Something that may be left out. */
export function optional(check: Check): Check {
  return (value, where) => {
    if (value !== undefined) check(value, where);
  };
}

/** Something that null stands in for where there is none. */
export function nullOr(check: Check): Check {
  return (value, where) => {
    if (value !== null) check(value, where);
  };
}

export function listOf(check: Check): Check {
  return (value, where) => {
    if (!Array.isArray(value)) throw misfit(value, where, "a list");
    for (let index = 0; index < value.length; index++) check(value[index], `${where}[${index}]`);
  };
}

/** A Map from names. */
export function mapOf(check: Check): Check {
  return (value, where) => {
    if (!(value instanceof Map)) throw misfit(value, where, "a Map");
    for (const [key, item] of value) {
      text(key, `${where}: a key`);
      check(item, at(where, String(key)));
    }
  };
}

export function oneOf(names: readonly string[]): Check {
  return (value, where) => {
    if (typeof value !== "string") throw misfit(value, where, `one of ${names.join(", ")}`);
    if (names.includes(value)) return;
    throw new InputError(where, `"${value}" is none of them.`, nearestHint(value, names));
  };
}

/** An object that one of several checks takes, chosen by its `kind`. */
export function byKind(kinds: Readonly<Record<string, Check>>): Check {
  return (value, where) => {
    if (!isPlain(value)) throw misfit(value, where, "an object");
    const { kind } = value as { readonly kind?: unknown };
    oneOf(Object.keys(kinds))(kind, at(where, "kind"));
    kinds[kind as string]!(value, where);
  };
}

/** A function behind checks of its arguments: in their order, by the name that messages give each. */
export function guarded<Arguments extends readonly unknown[], Result>(
  run: (...values: Arguments) => Result,
  checks: Readonly<Record<string, Check>>,
): (...values: Arguments) => Result {
  const all = Object.entries(checks);
  return (...values) => {
    for (const [index, [name, check]] of all.entries()) check(values[index], name);
    return run(...values);
  };
}

/** As `guarded`, for a function that returns a promise: what is wrong rejects it. */
export function guardedAsync<Arguments extends readonly unknown[], Result>(
  run: (...values: Arguments) => Promise<Result>,
  checks: Readonly<Record<string, Check>>,
): (...values: Arguments) => Promise<Result> {
  const checked = guarded(run, checks);
  return async (...values) => checked(...values);
}

function isPlain(value: unknown): value is object {
  return (
    typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Map)
  );
}

function at(where: string, key: string): string {
  return where === "" ? key : `${where}.${key}`;
}

/** The key that was meant: one that is spelled nearly so, or begins so for the most part, as `maxTpotMs` and `maxTpotSeconds` do. */
function hint(key: string, names: readonly string[]): string {
  const begins = names.reduce(
    (best, name) => (shared(name, key) > shared(best, key) ? name : best),
    "",
  );
  return nearestName(key, names) === null && shared(begins, key) > key.length / 2
    ? `Did you mean "${begins}"?`
    : nearestHint(key, names);
}

function shared(name: string, key: string): number {
  let length = 0;
  while (length < key.length && name[length]?.toLowerCase() === key[length]!.toLowerCase())
    length++;
  return length;
}

function misfit(value: unknown, where: string, wanted: string): InputError {
  const problem = value === undefined ? "it is missing." : `it is ${shown(value)}.`;
  return new InputError(where, problem, `Give ${wanted}.`);
}

function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.slice(0, 60));
  if (Array.isArray(value)) return "a list";
  if (value instanceof Map) return "a Map";
  return typeof value === "object" && value !== null
    ? "an object"
    : typeof value === "function"
      ? "a function"
      : String(value);
}
