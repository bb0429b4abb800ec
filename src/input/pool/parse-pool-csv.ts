import type { PoolItem } from "../../catalogue/pool-item.ts";
import { MOST_INSTANCES, readPriceKind } from "../../catalogue/pool-spec.ts";
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
import { PRICE } from "../text/ranges.ts";

const COLUMNS = {
  required: ["instance", "count"],
  optional: ["provider", "region", "kind", "usd_per_hour", "owned"],
};

/**
 * Reads a pool file: `instance,count` and optionally `provider,region,kind,usd_per_hour,owned`. An empty cell asks for nothing.
 * `owned` says how many of the `count` instances are owned already.
 * @throws InputError with file, line and column for broken CSV, unknown columns and cells that cannot be read
 */
export function parsePoolCsv(text: string, fileName: string): readonly PoolItem[] {
  const table = readTable(text, fileName, COLUMNS);
  if (table.rows.length === 0) {
    throw new InputError(
      `${fileName}:${table.headerLine}`,
      "the pool has no instance type.",
      "Add a line such as `p5.48xlarge,2`.",
    );
  }
  return table.rows.map((row) => readItem(table, row));
}

function readItem(table: CsvTable, row: CsvRow): PoolItem {
  const filled = (column: string): boolean => cellOf(row, column) !== "";
  if (!filled("instance")) {
    throw new InputError(
      cellPlace(table, row, "instance"),
      "the instance type is empty.",
      "Give a type of the catalogue.",
    );
  }
  const maxCount = readNumberCell(table, row, "count", {
    unit: "instances",
    integer: true,
    min: 1,
    max: MOST_INSTANCES,
  });
  return {
    where: `${table.fileName}:${row.line}`,
    types: [readNameCell(table, row, "instance")],
    ...(filled("provider") && { providers: [cellOf(row, "provider")] }),
    ...(filled("region") && { regions: [cellOf(row, "region")] }),
    ...(filled("kind") && {
      kinds: [readPriceKind(cellOf(row, "kind"), cellPlace(table, row, "kind"))],
    }),
    maxCount,
    ...(filled("usd_per_hour") && {
      usdPerHour: readNumberCell(table, row, "usd_per_hour", PRICE),
    }),
    ...(filled("owned") && {
      ownedCount: readNumberCell(table, row, "owned", {
        unit: "instances",
        integer: true,
        min: 0,
        max: maxCount,
      }),
    }),
  };
}
