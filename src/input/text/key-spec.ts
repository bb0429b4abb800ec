import type { NumberRange } from "./numbers.ts";

/** What a parameter of config.csv holds. */
export type KeySpec = { readonly optional?: true } & (
  | { readonly kind: "text" }
  | { readonly kind: "boolean" }
  | { readonly kind: "choice"; readonly choices: readonly string[] }
  | { readonly kind: "number"; readonly range: NumberRange; readonly none?: readonly number[] }
);

export const number = (range: NumberRange): KeySpec => ({ kind: "number", range });

export const optional = (spec: KeySpec): KeySpec => ({ ...spec, optional: true });
