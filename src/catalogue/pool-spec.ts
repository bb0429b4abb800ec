import { InputError } from "../errors.ts";
import { nearestHint } from "../nearest.ts";
import { PRICE_KINDS, type PriceKind } from "./catalogue.ts";
import type { PoolItem } from "./pool-item.ts";

const ITEM = /^(?:([^/@:=]+)\/)?([^/@:=]+)(?:@([^/@:=]+))?(?::([^/@:=]+))?=(\d+)$/;
const HINT =
  "Give TYPE=N, TYPE@REGION=N or TYPE@REGION:KIND=N, separated by commas, such as p5.48xlarge@us-east-1:spot=2.";

/** Most instances of one offer that a pool takes. */
export const MOST_INSTANCES = 1_000_000;

/** Instances of each offer that a pool has where no number is given. */
export const DEFAULT_MAX_COUNT = 4;

/**
 * Reads `[PROVIDER/]TYPE[@REGION][:KIND]=N,...`: N instances, from 1, of each offer that it means.
 * @param where the flag, for messages
 * @throws InputError at the flag for what is not of that form
 */
export function parsePoolSpec(text: string, where: string): readonly PoolItem[] {
  if (text.trim() === "") throw new InputError(where, "the value is empty.", HINT);
  return text.split(",").map((each) => readItem(each.trim(), where));
}

function readItem(text: string, where: string): PoolItem {
  const match = ITEM.exec(text);
  if (!match) {
    throw new InputError(
      where,
      text === "" ? "an item is empty." : `"${text}" is not of the form TYPE@REGION:KIND=N.`,
      HINT,
    );
  }
  const [, provider, type, region, kind, digits] = match;
  const maxCount = Number(digits);
  if (maxCount < 1 || maxCount > MOST_INSTANCES) {
    throw new InputError(
      where,
      `"${text}" requests ${digits} instances.`,
      `Give a number from 1 to ${MOST_INSTANCES}.`,
    );
  }
  return {
    where: `${where} ${text}`,
    types: [type!],
    ...(provider !== undefined && { providers: [provider] }),
    ...(region !== undefined && { regions: [region] }),
    ...(kind !== undefined && { kinds: [readPriceKind(kind, where)] }),
    maxCount,
  };
}

/** @throws InputError for a text that is no kind of price; letter case does not count */
export function readPriceKind(text: string, where: string): PriceKind {
  const kind = PRICE_KINDS.find((known) => known === text.toLowerCase());
  if (kind) return kind;
  throw new InputError(where, `"${text}" is not a price kind.`, nearestHint(text, PRICE_KINDS));
}
