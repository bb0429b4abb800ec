import { InputError } from "../../errors.ts";
import { type NumberRange, numberProblem, rangeHint } from "../text/numbers.ts";
import type { SettingKey } from "./config-keys.ts";
import { configPlace, type Settings } from "./parse-config.ts";

/** A value with the place it comes from. */
export interface Placed<T> {
  readonly value: T;
  readonly where: string;
}

/** The value of a parameter with its line; null when config.csv does not give it. */
export function fromConfig<T>(config: Settings, key: SettingKey): Placed<T> | null {
  const value = config.values[key];
  return value === null ? null : { value: value as T, where: configPlace(config, key) };
}

/** Checks the number of a flag. @throws InputError with the flag, the number and the range. */
export function flagNumber(flag: string, value: number, range: NumberRange): number {
  const problem = numberProblem(value, range);
  if (problem === null) return value;
  throw new InputError(flag, `${value} is ${problem}.`, rangeHint(range));
}
