// The bundle made for browsers is one file without Node's Buffer: it runs everywhere and loads in half the time here.
import { type CsvError, parse } from "csv-parse/browser/esm/sync";
import { InputError } from "../../errors.ts";
import { nearestHint } from "../../nearest.ts";
import { type NumberRange, rangeHint, readNumber } from "./numbers.ts";

/** One row below the header, with the line of the file on which it starts. */
export interface CsvRow {
  readonly line: number;
  /** Trimmed cells by column name; optional columns that the file does not have are absent. */
  readonly cells: ReadonlyMap<string, string>;
}

export interface CsvTable {
  readonly fileName: string;
  /** Line of the header. */
  readonly headerLine: number;
  readonly columns: readonly string[];
  readonly rows: readonly CsvRow[];
}

/** A record as it stands in the file. */
export interface CsvRecord {
  /** Line on which the record starts, from 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

/** Which columns a table has to have and may have. */
export interface CsvColumns {
  readonly required: readonly string[];
  readonly optional: readonly string[];
}

/**
 * Splits CSV text into records with their lines. Blanks around cells, empty lines, records whose cells are all empty, a byte
 * order mark, the kind of line ends and an apostrophe before the sign of a formula mean nothing.
 * @throws InputError for broken quotes and for a text without any record.
 */
export function readRecords(text: string, fileName: string): CsvRecord[] {
  const normalised = text.replace(/\r\n?/g, "\n");
  let parsed: { record: string[]; info: { lines: number } }[];
  try {
    parsed = parse(normalised, {
      bom: true,
      info: true,
      record_delimiter: "\n",
      relax_column_count: true,
      skip_empty_lines: true,
      skip_records_with_empty_values: true,
      trim: true,
    }) as unknown as typeof parsed;
  } catch (error) {
    throw quoteError(error as CsvError, normalised, fileName);
  }
  const records = parsed.map(({ record, info }) => ({
    // The parser counts to the record's last line; quoted cells may hold line ends.
    line: info.lines - record.reduce((lines, cell) => lines + countLineEnds(cell), 0),
    cells: record.map((cell) => cell.replace(/^'(?='*[=+\-@])/, "")),
  }));
  if (records.length === 0) {
    throw new InputError(`${fileName}:1`, "the file is empty.", "Give a header line and rows.");
  }
  return records;
}

/**
 * Reads a table with a header.
 * @throws InputError with file and line for broken quotes, missing, unknown or repeated columns, and rows that are shorter or
 * longer than the header.
 */
export function readTable(text: string, fileName: string, columns: CsvColumns): CsvTable {
  const [header, ...records] = readRecords(text, fileName);
  const names = header!.cells;
  checkHeader(names, `${fileName}:${header!.line}`, columns);
  const rows = records.map(({ line, cells }) => {
    if (cells.length !== names.length) {
      throw new InputError(
        `${fileName}:${line}`,
        `the row has ${cells.length} ${cells.length === 1 ? "cell" : "cells"}, the header has ${names.length} columns.`,
        `Give one cell for each of ${names.join(", ")}; put a cell that holds a comma in double quotes.`,
      );
    }
    return { line, cells: new Map(names.map((name, index) => [name, cells[index]!])) };
  });
  return { fileName, headerLine: header!.line, columns: names, rows };
}

/** The cell of an optional column; empty when the file does not have the column. */
export function cellOf(row: CsvRow, column: string): string {
  return row.cells.get(column) ?? "";
}

/** Where a cell stands, for messages. */
export function cellPlace(table: CsvTable, row: CsvRow, column: string): string {
  return `${table.fileName}:${row.line}, column ${column}`;
}

/** Names of instances, regions and providers are shorter by far; reports put them into columns, solvers into rows. */
const MOST_NAME_CHARACTERS = 128;

/** The name in a cell, which may be empty. @throws InputError with file, line and column for one that is far too long */
export function readNameCell(table: CsvTable, row: CsvRow, column: string): string {
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
  table: CsvTable,
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

function checkHeader(names: readonly string[], where: string, columns: CsvColumns): void {
  const known = [...columns.required, ...columns.optional];
  if (names.length === 1 && known.length > 1 && /[;\t]/.test(names[0]!)) {
    throw new InputError(
      where,
      `the columns of "${names[0]}" are not separated by commas.`,
      "Save the file with commas between the columns.",
    );
  }
  for (let index = 0; index < names.length; index++) {
    const name = names[index]!;
    if (!known.includes(name)) {
      const missing = known.filter((column) => !names.includes(column));
      throw new InputError(
        where,
        name === "" ? `column ${index + 1} has no name.` : `unknown column "${name}".`,
        nearestHint(name, missing.length > 0 ? missing : known),
      );
    }
    if (names.indexOf(name) !== index) {
      throw new InputError(where, `the column "${name}" occurs twice.`, "Remove one of them.");
    }
  }
  const missing = columns.required.filter((column) => !names.includes(column));
  if (missing.length > 0) {
    throw new InputError(
      where,
      `the header lacks the ${missing.length === 1 ? "column" : "columns"} ${missing.join(", ")}.`,
      `Begin the file with a header line that names ${columns.required.join(", ")}.`,
    );
  }
}

function quoteError(error: CsvError, text: string, fileName: string): InputError {
  switch (error.code) {
    case "CSV_QUOTE_NOT_CLOSED":
      return new InputError(
        `${fileName}:${lineAfterBytes(text, Number(error.bytes_records))}`,
        "a double quote is opened in this row and never closed.",
        "Close it, or write a quote inside a quoted cell twice.",
      );
    case "INVALID_OPENING_QUOTE":
    case "CSV_INVALID_CLOSING_QUOTE":
    case "CSV_NON_TRIMABLE_CHAR_AFTER_CLOSING_QUOTE":
      return new InputError(
        `${fileName}:${Number(error.lines)}`,
        "a double quote is in the middle of a cell.",
        "Put the whole cell in double quotes and write quotes inside it twice.",
      );
    default:
      throw error;
  }
}

/** The line that follows the first `bytes` bytes of UTF-8, from 1. */
function lineAfterBytes(text: string, bytes: number): number {
  const before = new TextEncoder().encode(text).subarray(0, bytes);
  return before.reduce((lines, byte) => lines + (byte === 0x0a ? 1 : 0), 1);
}

function countLineEnds(cell: string): number {
  return cell.split("\n").length - 1;
}
