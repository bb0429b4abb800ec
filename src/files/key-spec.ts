import type { NumberRange } from "./numbers.ts";

/** What a parameter of config.csv holds. */
export type KeySpec = { readonly optional?: true } & (
  | { readonly kind: "text" }
  | { readonly kind: "boolean" }
  | { readonly kind: "choice"; readonly choices: readonly string[] }
  | { readonly kind: "number"; readonly range: NumberRange; readonly none?: readonly number[] }
);

/** A whole number of something. */
export const count = (unit: string, min = 1, max?: number): KeySpec => ({
  kind: "number",
  range: max === undefined ? { unit, integer: true, min } : { unit, integer: true, min, max },
});

/** A number above a bound. */
export const above = (unit: string, bound: number, max?: number): KeySpec => ({
  kind: "number",
  range: max === undefined ? { unit, above: bound } : { unit, above: bound, max },
});

export const optional = (spec: KeySpec): KeySpec => ({ ...spec, optional: true });
