import { groupBy } from "../lists.ts";
import type { CatalogueDiscount, CataloguePrice } from "./catalogue.ts";

/** What a discount can name, the most telling first: it decides between rows that name equally many. */
const FIELDS = ["instance", "region", "kind", "provider"] as const;

/** Finds the most specific discount on a price: the row that names most, of such the first; null when none applies. */
export type FindDiscount = (
  price: Pick<CataloguePrice, (typeof FIELDS)[number]>,
) => CatalogueDiscount | null;

/** Discounts by what they name. Letter case does not count. */
export function discountsOf(discounts: readonly CatalogueDiscount[]): FindDiscount {
  const bySpecificity = [...groupBy(discounts, specificity)].sort(([a], [b]) => b - a);
  const tables = bySpecificity.map(([, rows]) => {
    const fields = FIELDS.filter((field) => rows[0]![field] !== null);
    const keyOf = (names: Readonly<Record<(typeof FIELDS)[number], string | null>>): string =>
      JSON.stringify(fields.map((field) => names[field]!.toLowerCase()));
    return { keyOf, rows: new Map(rows.map((row) => [keyOf(row), row] as const).reverse()) };
  });
  return (price) => {
    for (const { keyOf, rows } of tables) {
      const discount = rows.get(keyOf(price));
      if (discount !== undefined) return discount;
    }
    return null;
  };
}

/** Rises with the number of named fields, then with which they are. */
function specificity(discount: CatalogueDiscount): number {
  const named = FIELDS.filter((field) => discount[field] !== null);
  return named.reduce(
    (sum, field) => sum + 2 ** (FIELDS.length - 1 - FIELDS.indexOf(field)),
    named.length * 2 ** FIELDS.length,
  );
}

/** price · (1 − discount/100), whole micro-dollars, rounded to the nearest. */
export function discounted(microUsdPerHour: number, discount: CatalogueDiscount | null): number {
  return discount === null
    ? microUsdPerHour
    : Math.round((microUsdPerHour * (100 - discount.discountPercent)) / 100);
}
