import { DATA_COLUMNS, type DataRow } from "../../sweep/row.ts";
import { csvText } from "../text/csv-text.ts";

/** The file in which a sweep gathers its rows. */
export const DATA_CSV = "data.csv";

/** Rows as CSV with the columns of data.csv, lines ending in a line feed. */
export function rowsToCsv(rows: readonly DataRow[]): string {
  return csvText(DATA_COLUMNS, rows);
}
