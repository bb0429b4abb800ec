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
  const upper = groupBy(kind.rowsOf(own), kind.key);
  const lower = groupBy(kind.rowsOf(base), kind.key);
  const replacements: Replacement[] = [];
  for (const [key, [after]] of upper) {
    const before = lower.get(key)?.[0];
    if (!before || !after) continue;
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
    rows: [...kind.rowsOf(base).filter((row) => !upper.has(kind.key(row))), ...kind.rowsOf(own)],
    replacements,
  };
}
