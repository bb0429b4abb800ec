import { InputError } from "../../errors.ts";
import {
  type CsvRow,
  type CsvTable,
  cellOf,
  cellPlace,
  readNameCell,
  readNumberCell,
  readTable,
} from "../text/csv.ts";
import type { NumberRange } from "../text/numbers.ts";
import { PRICE } from "../text/ranges.ts";

/** One row of gpu_pool.csv. */
export interface PoolRow {
  readonly name: string;
  readonly count: number;
  /** USD per hour of one instance; null takes the instance table's price, 0 is an instance that is owned. */
  readonly dollarPerHour: number | null;
  readonly line: number;
}

/** gpu_pool.csv, in the order of the file. */
export interface PoolFile {
  readonly fileName: string;
  readonly rows: readonly PoolRow[];
}

const COLUMNS = { required: ["instance_name", "count"], optional: ["dollar_per_hour"] };
const COUNT: NumberRange = { unit: "instances", integer: true, min: 1, max: 1_000_000 };

/**
 * Reads gpu_pool.csv: instance_name,count and optionally dollar_per_hour.
 * @throws InputError with file, line and column for bad cells, for a type listed twice and for a pool without rows.
 */
export function parsePool(text: string, fileName: string): PoolFile {
  const table = readTable(text, fileName, COLUMNS);
  if (table.rows.length === 0) {
    throw new InputError(
      `${fileName}:${table.headerLine}`,
      "the pool has no instance type.",
      "Add a line such as `g5.48xlarge,4`.",
    );
  }
  const byName = new Map<string, PoolRow>();
  for (const row of table.rows) {
    const poolRow = readRow(table, row);
    const earlier = byName.get(poolRow.name);
    if (earlier) {
      throw new InputError(
        `${fileName}:${row.line}`,
        `${poolRow.name} is already in the pool, in line ${earlier.line}.`,
        "Keep one line with the total count.",
      );
    }
    byName.set(poolRow.name, poolRow);
  }
  return { fileName, rows: [...byName.values()] };
}

function readRow(table: CsvTable, row: CsvRow): PoolRow {
  const name = readNameCell(table, row, "instance_name");
  if (name === "") {
    throw new InputError(
      cellPlace(table, row, "instance_name"),
      "the name is empty.",
      "Give an instance name of the instance table.",
    );
  }
  const read = (column: string, range: NumberRange): number =>
    readNumberCell(table, row, column, range, `the ${column} of ${name}`);
  const price = cellOf(row, "dollar_per_hour");
  return {
    name,
    count: read("count", COUNT),
    dollarPerHour: price === "" ? null : read("dollar_per_hour", PRICE),
    line: row.line,
  };
}
