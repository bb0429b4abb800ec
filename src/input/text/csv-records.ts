// The bundle made for browsers is one file without Node's Buffer: it runs everywhere and loads in half the time here.
import { type CsvError, parse } from "csv-parse/browser/esm/sync";
import { InputError } from "../../errors.ts";

/** A record as it stands in the file. */
export interface CsvRecord {
  /** Line on which the record starts, from 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

/** Characters that are handed to the parser at once, in which a line's quotes are not plain: it takes long to start. */
const BLOCK_CHARACTERS = 2 ** 16;

/**
 * Splits CSV text into records with their lines. Blanks around cells, empty lines, records whose cells are all empty, a byte
 * order mark, the kind of line ends and an apostrophe before the sign of a formula mean nothing.
 *
 * A line that is no part of a larger record is split at its quotes and commas, in a tenth of the time that the parser takes. It reads
 * all others: cells of several lines, and what has something wrong with its quotes.
 * @throws InputError for broken quotes, when they are reached, and at the end of a text without any record
 */
export function* eachRecord(text: string, fileName: string): Generator<CsvRecord, void> {
  const lines = text.replace(/\r\n?/g, "\n").replace(/\p{Surrogate}/gu, "\ufffd");
  let isEmpty = true;
  let line = 1;
  for (let start = lines.startsWith("\ufeff") ? 1 : 0; start < lines.length; ) {
    const end = lineEnd(lines, start);
    const cells = plainCells(lines.slice(start, end));
    if (cells !== null) {
      if (cells.some(isFilled)) {
        isEmpty = false;
        yield { line, cells: cells.map(withoutApostrophe) };
      }
      line++;
      start = end + 1;
      continue;
    }
    const block = wholeRecords(lines, start);
    for (const record of parsedRecords(block, line, fileName)) {
      isEmpty = false;
      yield record;
    }
    line += countLineEnds(block) + 1;
    start += block.length + 1;
  }
  if (isEmpty) {
    throw new InputError(`${fileName}:1`, "the file is empty.", "Give a header line and rows.");
  }
}

/** All records of a text. @throws InputError as `eachRecord` */
export function readRecords(text: string, fileName: string): CsvRecord[] {
  return [...eachRecord(text, fileName)];
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  return end < 0 ? text.length : end;
}

/**
 * The cells of a line whose quotes stand around whole cells that end on it, or twice for one; null for any other line. Quotes part a
 * line in turn into what is outside of them and inside. Outside, commas stand next to the quotes; nothing at all is a quote in a cell.
 */
function plainCells(line: string): readonly string[] | null {
  if (!line.includes('"')) return line.split(",").map((cell) => cell.trim());
  const parts = line.split('"');
  const last = parts.length - 1;
  // An odd number of quotes: the cell goes on in the next line.
  if (last % 2 === 1) return null;
  const cells: string[] = [];
  for (let index = 0; index <= last; index++) {
    const part = parts[index]!;
    if (index % 2 === 1) {
      cells.push(part);
    } else if (part === "" && index > 0 && index < last) {
      cells.push(`${cells.pop()}"${parts[++index]}`);
    } else if (!takeOutside(part, index > 0, index < last, cells)) {
      return null;
    }
  }
  return cells;
}

/** Blanks beyond ASCII: the parser takes them before a quote and not behind one, so that it is left to it. */
const WIDE_BLANK = /[\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]/;

/** Adds the cells before, between or behind cells in quotes; false where no comma parts them from these. */
function takeOutside(text: string, isAfter: boolean, isBefore: boolean, cells: string[]): boolean {
  if (WIDE_BLANK.test(text)) return false;
  const part = text.trim();
  if (part === "" && !(isAfter && isBefore)) return true;
  if ((isAfter && !part.startsWith(",")) || (isBefore && !part.endsWith(","))) return false;
  // One comma parts two cells in quotes.
  if (part === "," && isAfter && isBefore) return true;
  const own = part.slice(isAfter ? 1 : 0, isBefore ? -1 : part.length);
  for (const cell of own.split(",")) cells.push(cell.trim());
  return true;
}

function isFilled(cell: string): boolean {
  return cell.trim() !== "";
}

function withoutApostrophe(cell: string): string {
  return cell.startsWith("'") ? cell.replace(/^'(?='*[=+\-@])/, "") : cell;
}

/** The part of a text from a record's start to the end of some record after it, without its line end. */
function wholeRecords(text: string, start: number): string {
  let isOpen = false;
  for (let from = start; ; ) {
    const end = lineEnd(text, from);
    if (countQuotes(text, from, end) % 2 === 1) isOpen = !isOpen;
    if (end === text.length || (!isOpen && end - start >= BLOCK_CHARACTERS)) {
      return text.slice(start, end);
    }
    from = end + 1;
  }
}

/** The records of a text that begins on a line of the file and has line feeds as its only line ends. */
function parsedRecords(text: string, firstLine: number, fileName: string): readonly CsvRecord[] {
  let parsed: { record: string[]; info: { lines: number } }[];
  try {
    parsed = parse(text, {
      info: true,
      record_delimiter: "\n",
      relax_column_count: true,
      skip_empty_lines: true,
      skip_records_with_empty_values: true,
      trim: true,
    }) as unknown as typeof parsed;
  } catch (error) {
    throw quoteError(error as CsvError, text, firstLine, fileName);
  }
  return parsed.map(({ record, info }) => ({
    // The parser counts to the record's last line; quoted cells may hold line ends.
    line:
      firstLine + info.lines - 1 - record.reduce((lines, cell) => lines + countLineEnds(cell), 0),
    cells: record.map(withoutApostrophe),
  }));
}

function quoteError(
  error: CsvError,
  text: string,
  firstLine: number,
  fileName: string,
): InputError {
  switch (error.code) {
    case "CSV_QUOTE_NOT_CLOSED":
      return new InputError(
        `${fileName}:${firstLine + linesBeforeOpenRecord(text)}`,
        "a double quote is opened in this row and never closed.",
        "Close it, or write a quote inside a quoted cell twice.",
      );
    case "INVALID_OPENING_QUOTE":
    case "CSV_INVALID_CLOSING_QUOTE":
    case "CSV_NON_TRIMABLE_CHAR_AFTER_CLOSING_QUOTE":
      return new InputError(
        `${fileName}:${firstLine + Number(error.lines) - 1}`,
        "a double quote is in the middle of a cell.",
        "Put the whole cell in double quotes and write quotes inside it twice.",
      );
    default:
      throw error;
  }
}

/** The lines before the record whose quote is never closed: behind the last line end that is not in quotes. */
function linesBeforeOpenRecord(text: string): number {
  let before = 0;
  let line = 0;
  let isOpen = false;
  for (let from = 0; from < text.length; line++) {
    if (!isOpen) before = line;
    const end = lineEnd(text, from);
    if (countQuotes(text, from, end) % 2 === 1) isOpen = !isOpen;
    from = end + 1;
  }
  return before;
}

function countQuotes(text: string, from: number, to: number): number {
  let count = 0;
  for (let at = text.indexOf('"', from); at >= 0 && at < to; at = text.indexOf('"', at + 1))
    count++;
  return count;
}

function countLineEnds(text: string): number {
  return text.split("\n").length - 1;
}
