import { groupBy } from "../lists.ts";
import type { CatalogueDiscount, CataloguePrice } from "./catalogue.ts";

/** What a discount can name, the most telling first: it decides between rows that name equally many. */
const FIELDS = ["instance", "region", "kind", "provider"] as const;

/** Finds the most specific discount on a price: the row that names most, of such the first; null when none applies. */
export type FindDiscount = (
  price: Pick<CataloguePrice, (typeof FIELDS)[number]>,
) => CatalogueDiscount | null;

/** Discounts that name the same fields: by the name in the first field, then in the next; in the end the first of equal ones. */
type Tree = CatalogueDiscount | ReadonlyMap<string, Tree>;
type Field = (typeof FIELDS)[number];

/** Looks discounts up by what they name. Letter case does not count. */
export function discountsOf(discounts: readonly CatalogueDiscount[]): FindDiscount {
  const bySpecificity = [...groupBy(discounts, specificity)].sort(([a], [b]) => b - a);
  const trees = bySpecificity.map(([, rows]) => {
    const fields = FIELDS.filter((field) => rows[0]![field] !== null);
    return { fields, tree: treeOf(rows, fields) };
  });
  return (price) => {
    for (const { fields, tree } of trees) {
      let found: Tree | undefined = tree;
      for (const field of fields) {
        if (found instanceof Map) found = found.get(price[field].toLowerCase());
      }
      if (found !== undefined) return found as CatalogueDiscount;
    }
    return null;
  };
}

function treeOf(rows: readonly CatalogueDiscount[], [field, ...others]: readonly Field[]): Tree {
  if (field === undefined) return rows[0]!;
  const groups = groupBy(rows, (row) => row[field]!.toLowerCase());
  return new Map([...groups].map(([name, group]) => [name, treeOf(group, others)]));
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
