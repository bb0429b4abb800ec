import { groupBy } from "../lists.ts";
import type { Catalogue, Replacement, RowPlace } from "./catalogue.ts";
import {
  changesBetween,
  DISCOUNT_TABLE,
  GPU_TABLE,
  INSTANCE_TABLE,
  PRICE_TABLE,
  type TableKind,
} from "./columns.ts";

/**
 * Lays a catalogue over another one: rows of a key that both have are the upper one's, all other rows of both stay. Where the
 * figures of such rows differ, that is told in `replacements`.
 */
export function overlay(base: Catalogue, own: Catalogue): Catalogue {
  const gpus = lay(GPU_TABLE, base, own);
  const instances = lay(INSTANCE_TABLE, base, own);
  const prices = lay(PRICE_TABLE, base, own);
  const discounts = lay(DISCOUNT_TABLE, base, own);
  return {
    gpus: gpus.rows,
    instances: instances.rows,
    prices: prices.rows,
    discounts: discounts.rows,
    replacements: [
      ...new Set([...base.replacements, ...own.replacements]),
      ...[gpus, instances, prices, discounts].flatMap(({ replacements }) => replacements),
    ],
  };
}

function lay<Row extends { readonly place: RowPlace }>(
  kind: TableKind<Row>,
  base: Catalogue,
  own: Catalogue,
): { readonly rows: readonly Row[]; readonly replacements: readonly Replacement[] } {
  const lower = groupBy(kind.rowsOf(base), kind.key);
  const replaced = new Set<string>();
  const replacements: Replacement[] = [];
  for (const after of kind.rowsOf(own)) {
    const key = kind.key(after);
    const before = lower.get(key)?.[0];
    // Only the first of several rows of a key is held against the one below.
    if (!before || replaced.has(key)) continue;
    replaced.add(key);
    const changes = changesBetween(kind, before, after);
    if (changes.length === 0) continue;
    replacements.push({
      what: kind.what,
      name: key,
      changes,
      before: before.place,
      after: after.place,
    });
  }
  return {
    rows: [...kind.rowsOf(base).filter((row) => !replaced.has(kind.key(row))), ...kind.rowsOf(own)],
    replacements,
  };
}
