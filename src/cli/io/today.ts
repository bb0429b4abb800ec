import { InputError } from "../../errors.ts";

/**
 * Today as an ISO date in UTC: that of SOURCE_DATE_EPOCH (seconds since 1970) where it is set, which makes results
 * reproducible, else of the clock.
 * @throws InputError when SOURCE_DATE_EPOCH is no such number
 */
export function today(env: Readonly<Record<string, string | undefined>>): string {
  const epoch = env.SOURCE_DATE_EPOCH;
  if (!epoch) return new Date().toISOString().slice(0, 10);
  // Up to the last second of the year 9999, beyond which dates are written otherwise.
  if (/^\d{1,12}$/.test(epoch) && Number(epoch) < 253_402_300_800) {
    return new Date(Number(epoch) * 1000).toISOString().slice(0, 10);
  }
  throw new InputError(
    "SOURCE_DATE_EPOCH",
    `"${epoch}" is not a number of seconds since 1970.`,
    "Give a whole number, or unset it.",
  );
}
