import type { FuzzSettings } from "./protocol.ts";

/**
 * FUZZ_SEED, FUZZ_SECONDS, FUZZ_INPUTS, FUZZ_ONLY (part of a target's name), FUZZ_KEEP_GOING.
 * @throws Error for what is no number
 */
export function settingsOf(
  env: Readonly<Record<string, string | undefined>>,
  defaults: { readonly seed: number; readonly seconds: number },
): FuzzSettings {
  const number = (name: string, otherwise: number): number => {
    const text = env[name];
    if (text === undefined || text === "") return otherwise;
    const value = Number(text);
    if (Number.isFinite(value) && value >= 0) return value;
    throw new Error(`${name} is "${text}": give a number from 0.`);
  };
  const inputs = env.FUZZ_INPUTS ? number("FUZZ_INPUTS", 0) : null;
  return {
    seed: number("FUZZ_SEED", defaults.seed),
    // A number of inputs alone is not cut short by the clock.
    seconds: number("FUZZ_SECONDS", inputs === null ? defaults.seconds : 1e6),
    inputs,
    only: env.FUZZ_ONLY ?? "",
    keepsGoing: Boolean(env.FUZZ_KEEP_GOING),
  };
}
