import type { CatalogueDiscount, CataloguePrice } from "./catalogue.ts";
import { sameName } from "./same-name.ts";

/** What a discount can name, the most telling first: it decides between rows that name equally many. */
const FIELDS = ["instance", "region", "kind", "provider"] as const;

/** The most specific discount on a price: the row that names most, null when none applies. Letter case does not count. */
export function discountOn(
  discounts: readonly CatalogueDiscount[],
  price: CataloguePrice,
): CatalogueDiscount | null {
  let best: CatalogueDiscount | null = null;
  for (const discount of discounts) {
    const applies = FIELDS.every((field) => {
      const named = discount[field];
      return named === null || sameName(named, price[field]);
    });
    if (applies && (best === null || specificity(discount) > specificity(best))) best = discount;
  }
  return best;
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
