import type { Catalogue } from "../../catalogue/catalogue.ts";
import { INSTANCE_TABLE, PRICE_TABLE } from "../../catalogue/columns.ts";
import { csvText } from "../text/csv-text.ts";
import { CATALOGUE_FILES, INSTANCE_COLUMNS, PRICE_COLUMNS } from "./parse-catalogue.ts";

/** Instances and prices of a catalogue as files by name; a table without rows is no file. Lines end in a line feed. */
export function catalogueFiles({ instances, prices }: Catalogue): ReadonlyMap<string, string> {
  const instanceRows = instances.map((row) => ({
    provider: row.provider,
    instance: row.instance,
    ...INSTANCE_TABLE.figures(row),
    source: row.source,
    checked_on: row.checkedOn,
  }));
  const priceRows = prices.map((row) => ({
    provider: row.provider,
    instance: row.instance,
    region: row.region,
    kind: row.kind,
    ...PRICE_TABLE.figures(row),
    as_of: row.asOf,
    source: row.source,
  }));
  return new Map([
    ...(instanceRows.length === 0
      ? []
      : [[CATALOGUE_FILES.instances, csvText(INSTANCE_COLUMNS, instanceRows)] as const]),
    ...(priceRows.length === 0
      ? []
      : [[CATALOGUE_FILES.prices, csvText(PRICE_COLUMNS, priceRows)] as const]),
  ]);
}
