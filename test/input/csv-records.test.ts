import { parse } from "csv-parse/browser/esm/sync";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type CsvRow, cellOf, readRows } from "../../src/input/text/csv.ts";
import { readRecords } from "../../src/input/text/csv-records.ts";
import { messageOf } from "./texts.ts";

/** Records as the parser alone reads a whole text, without lines; what is wrong with quotes in its words. */
function parsedWhole(text: string): readonly (readonly string[])[] | string {
  try {
    const records = parse(text.replace(/\r\n?/g, "\n"), {
      bom: true,
      record_delimiter: "\n",
      relax_column_count: true,
      skip_empty_lines: true,
      skip_records_with_empty_values: true,
      trim: true,
    }) as unknown as string[][];
    return records.map((cells) => cells.map((cell) => cell.replace(/^'(?='*[=+\-@])/, "")));
  } catch (error) {
    const { code, lines } = error as { code: string; lines: number };
    return code === "CSV_QUOTE_NOT_CLOSED" ? "never closed" : `f:${lines}: in the middle`;
  }
}

function read(text: string): readonly (readonly string[])[] | string {
  try {
    return readRecords(text, "f").map(({ cells }) => cells);
  } catch (error) {
    const { message } = error as Error;
    if (message.includes("the file is empty")) return [];
    if (message.includes("never closed")) return "never closed";
    return message.replace(/a double quote is (in the middle).*/, "$1");
  }
}

const PIECES = fc.constantFrom('"', '"', '""', ",", ",", "\n", "\n", "a", "b c", " ", "\t");
const RARE = fc.constantFrom("\r\n", "\r", "'", "'=", "\u00a0", "\ufeff", "\u2028", "é", "\u3000");

describe("readRecords", () => {
  it("reads what the parser alone reads (property)", () => {
    const text = fc
      .array(fc.oneof({ weight: 9, arbitrary: PIECES }, { weight: 1, arbitrary: RARE }))
      .map((pieces) => pieces.join(""));
    fc.assert(
      fc.property(text, (each) => {
        expect(read(each)).toEqual(parsedWhole(each));
      }),
      { numRuns: 20_000, seed: 7 },
    );
  });

  it("reads tables whose cells need quotes, with their lines (property)", () => {
    const cell = fc.oneof(
      fc.string({ unit: fc.constantFrom("a", '"', ",", " ", "\n", "é"), maxLength: 6 }),
      fc.constantFrom("plain", "1.5"),
    );
    const row = fc
      .array(cell, { minLength: 1, maxLength: 4 })
      .filter((cells) => cells.some((each) => each.trim() !== ""));
    const rows = fc.array(
      fc.record({ row, blanks: fc.nat(2), before: fc.constantFrom("", " ", "\t") }),
    );
    fc.assert(
      fc.property(rows, (given) => {
        let line = 1;
        const expected = given.map(({ row: cells, blanks }) => {
          line += blanks;
          const record = { line, cells };
          line += cells.join("").split("\n").length;
          return record;
        });
        const text = given
          .map(({ row: cells, blanks, before }) => {
            const quoted = cells.map((each) => `${before}"${each.replaceAll('"', '""')}"`);
            return `${"\n".repeat(blanks)}${quoted.join(",")}\n`;
          })
          .join("");
        if (expected.length > 0) expect(readRecords(text, "f")).toEqual(expected);
      }),
      { numRuns: 2000, seed: 8 },
    );
  });

  it.each([1, 5, 5000])(
    "names the row in which a quote is opened for good, after %i rows",
    (rows) => {
      const above = '1,"two\nlines"\n'.repeat(rows);
      const line = 2 * rows + 1;
      expect(() => readRecords(`${above}3,"never\n4,5\n6,7\n`, "f")).toThrow(
        `f:${line}: a double quote is opened in this row and never closed.`,
      );
    },
  );

  it("names the line of a quote inside a cell, far below rows of several lines", () => {
    const above = '1,"two\nlines"\n'.repeat(5000);
    expect(() => readRecords(`${above}3,4\n5,a"b\n`, "f")).toThrow(
      "f:10002: a double quote is in the middle of a cell.",
    );
  });
});

describe("readRows", () => {
  const columns = { required: ["a", "b"], optional: [] };
  const read = (row: CsvRow): number => {
    if (cellOf(row, "a") === "bad") throw new RangeError(`line ${row.line}`);
    return row.line;
  };

  it("reads row by row", () => {
    expect(readRows("a,b\n1,2\n\n3,4\n", "f", columns, read).rows).toEqual([2, 4]);
  });

  it("says what is wrong with the first row that cannot be read", () => {
    expect(() => readRows("a,b\n1,2\nbad,2\nbad,4\n", "f", columns, read)).toThrow(
      new RangeError("line 3"),
    );
  });

  it.each([
    ["a row that is too short", "a,b\nbad,2\n3\n4\n", /^f:3: the row has 1 cell/],
    ["quotes below that", 'a,b\nbad,2\n3\n4,"\n', /^f:4: a double quote is opened/],
    ["an unknown column", "a,b,c\nbad,2,3\n3\n", /^f:1: unknown column "c"/],
    ["quotes below that", 'a,b,c\nbad,2,3\n4,x"y\n', /^f:3: a double quote is in the middle/],
  ])("tells what is wrong with the table first: %s", (_, text, says) => {
    expect(messageOf(() => readRows(text, "f", columns, read))).toMatch(says);
  });
});
