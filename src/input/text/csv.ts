import { InputError } from "../../errors.ts";
import { nearestHint } from "../../nearest.ts";
import { eachRecord } from "./csv-records.ts";
import { type NumberRange, rangeHint, readNumber } from "./numbers.ts";

/** One row below the header, with the line of the file on which it starts. */
export interface CsvRow {
  readonly line: number;
  /** Trimmed, in the order of the columns. */
  readonly cells: readonly string[];
  /** Positions of the columns that the file has, by name; the same for all rows of a table. */
  readonly positions: ReadonlyMap<string, number>;
}

/** What is known of a table before its rows are read. */
export interface CsvHeader {
  readonly fileName: string;
  /** Line of the header. */
  readonly headerLine: number;
  readonly columns: readonly string[];
}

export interface CsvTable extends CsvHeader {
  readonly rows: readonly CsvRow[];
}

/** Which columns a table has to have and may have. */
export interface CsvColumns {
  readonly required: readonly string[];
  readonly optional: readonly string[];
}

/**
 * Reads a table with a header.
 * @throws InputError with file and line for broken quotes, missing, unknown or repeated columns, and rows that are shorter or
 * longer than the header.
 */
export function readTable(text: string, fileName: string, columns: CsvColumns): CsvTable {
  const { header, rows } = readRows(text, fileName, columns, (row) => row);
  return { ...header, rows };
}

/**
 * Reads a table row by row, so that of a large one only what is made of its rows has to be kept. What is wrong with the table comes
 * before what `read` finds wrong with a row, wherever the two stand.
 * @throws InputError as `readTable` and `read`
 */
export function readRows<Row>(
  text: string,
  fileName: string,
  columns: CsvColumns,
  read: (row: CsvRow, header: CsvHeader) => Row,
): { readonly header: CsvHeader; readonly rows: Row[] } {
  const records = eachRecord(text, fileName);
  const first = records.next().value!;
  const header = { fileName, headerLine: first.line, columns: first.cells };
  let failure = headerError(header, columns);
  const positions = new Map(header.columns.map((name, index) => [name, index]));
  const rows: Row[] = [];
  let unread: { readonly error: unknown } | null = null;
  for (const { line, cells } of records) {
    failure ??= lengthError(line, cells, header);
    if (failure !== null || unread !== null) continue;
    try {
      rows.push(read({ line, cells, positions }, header));
    } catch (error) {
      unread = { error };
    }
  }
  if (failure !== null) throw failure;
  if (unread !== null) throw unread.error;
  return { header, rows };
}

/** The cell of an optional column; empty when the file does not have the column. */
export function cellOf(row: CsvRow, column: string): string {
  const position = row.positions.get(column);
  return position === undefined ? "" : row.cells[position]!;
}

/** Where a cell stands, for messages. */
export function cellPlace({ fileName }: CsvHeader, row: CsvRow, column: string): string {
  return `${fileName}:${row.line}, column ${column}`;
}

/** Names of instances, regions and providers are shorter by far; reports put them into columns, solvers into rows. */
const MOST_NAME_CHARACTERS = 128;

/** The name in a cell, which may be empty. @throws InputError with file, line and column for one that is far too long */
export function readNameCell(table: CsvHeader, row: CsvRow, column: string): string {
  const name = cellOf(row, column);
  if (name.length <= MOST_NAME_CHARACTERS) return name;
  throw new InputError(
    cellPlace(table, row, column),
    `the name has ${name.length} characters.`,
    `Give one of at most ${MOST_NAME_CHARACTERS}.`,
  );
}

/**
 * The number in a cell.
 * @param what what the number is called in messages
 * @throws InputError with file, line and column for what is none, or out of its range
 */
export function readNumberCell(
  table: CsvHeader,
  row: CsvRow,
  column: string,
  range: NumberRange,
  what: string = column,
): number {
  const reading = readNumber(cellOf(row, column), range);
  if ("value" in reading) return reading.value;
  throw new InputError(
    cellPlace(table, row, column),
    `${what} is ${reading.problem}.`,
    rangeHint(range),
  );
}

function lengthError(
  line: number,
  cells: readonly string[],
  { fileName, columns }: CsvHeader,
): InputError | null {
  if (cells.length === columns.length) return null;
  return new InputError(
    `${fileName}:${line}`,
    `the row has ${cells.length} ${cells.length === 1 ? "cell" : "cells"}, the header has ${columns.length} columns.`,
    `Give one cell for each of ${columns.join(", ")}; put a cell that holds a comma in double quotes.`,
  );
}

function headerError(header: CsvHeader, columns: CsvColumns): InputError | null {
  const where = `${header.fileName}:${header.headerLine}`;
  const names = header.columns;
  const known = [...columns.required, ...columns.optional];
  if (names.length === 1 && known.length > 1 && /[;\t]/.test(names[0]!)) {
    return new InputError(
      where,
      `the columns of "${names[0]}" are not separated by commas.`,
      "Save the file with commas between the columns.",
    );
  }
  const seen = new Set<string>();
  for (const [index, name] of names.entries()) {
    if (!known.includes(name)) {
      const missing = known.filter((column) => !names.includes(column));
      return new InputError(
        where,
        name === "" ? `column ${index + 1} has no name.` : `unknown column "${name}".`,
        nearestHint(name, missing.length > 0 ? missing : known),
      );
    }
    if (seen.has(name)) {
      return new InputError(where, `the column "${name}" occurs twice.`, "Remove one of them.");
    }
    seen.add(name);
  }
  const missing = columns.required.filter((column) => !seen.has(column));
  if (missing.length === 0) return null;
  return new InputError(
    where,
    `the header lacks the ${missing.length === 1 ? "column" : "columns"} ${missing.join(", ")}.`,
    `Begin the file with a header line that names ${columns.required.join(", ")}.`,
  );
}
