import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createColours } from "../../src/report/colours.ts";
import {
  REPORT_WIDTH,
  renderItem,
  renderPairs,
  renderTable,
  visibleWidth,
  wrap,
} from "../../src/report/layout.ts";

const widest = (text: string): number =>
  Math.max(...text.split("\n").map((line) => visibleWidth(line)));
const word = fc.string({ unit: "grapheme-ascii", maxLength: 150 });

describe("layout", () => {
  it("puts a rule under the header and aligns columns", () => {
    expect(
      renderTable(
        [{ head: "name" }, { head: "value", align: "right" }],
        [
          ["a", "1"],
          ["longer", "1,000"],
        ],
      ),
    ).toBe(["  name    value", "  ─────────────", "  a           1", "  longer  1,000"].join("\n"));
  });

  it("draws a long table as one: one header, columns under one another", () => {
    const rows = Array.from({ length: 120 }, (_, index) => [`row ${index}`, "x".repeat(index % 7)]);
    const lines = renderTable([{ head: "name" }, { head: "x", align: "right" }], rows).split("\n");
    expect(lines).toHaveLength(122);
    expect(lines.filter((line) => line.includes("─"))).toHaveLength(1);
    for (const [index, [name = "", marks = ""]] of rows.entries()) {
      expect(lines[index + 2]).toBe(`  ${name.padEnd(7)}  ${marks.padStart(6)}`.trimEnd());
    }
  });

  it("draws a table of more rows than a function takes arguments", () => {
    const rows = Array.from({ length: 200_000 }, (_, index) => [String(index)]);
    const table = renderTable([{ head: "row" }], rows);
    expect(table.endsWith("\n  199998\n  199999")).toBe(true);
  });

  it("breaks flexible cells where a table is too wide, and loses no character of them", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(word, word), { minLength: 1, maxLength: 5 }), (rows) => {
        const table = renderTable(
          [
            { head: "first", flexible: true },
            { head: "number", align: "right" },
            { head: "second", flexible: true },
          ],
          rows.map(([first, second]) => [first, "123", second]),
        );
        expect(widest(table)).toBeLessThanOrEqual(REPORT_WIDTH);
        const letters = (text: string): number => text.replace(/[^a-z]/g, "").length;
        const expected = letters(rows.flat().join("")) + letters("firstnumbersecond");
        expect(letters(table)).toBe(expected);
      }),
    );
  });

  it("counts colours as nothing", () => {
    const red = createColours(true).red("abc");
    expect(red).not.toBe("abc");
    expect(visibleWidth(red)).toBe(3);
  });

  it("wraps paragraphs, pairs and items into the width", () => {
    fc.assert(
      fc.property(word, word, (first, second) => {
        const text = `${first} ${second}`;
        expect(widest(wrap(text))).toBeLessThanOrEqual(REPORT_WIDTH);
        expect(wrap(text).replace(/\s/g, "")).toBe(text.replace(/\s/g, ""));
        expect(widest(renderPairs([["Label", text]]))).toBeLessThanOrEqual(REPORT_WIDTH);
        expect(widest(renderItem("- ", text))).toBeLessThanOrEqual(REPORT_WIDTH);
      }),
    );
  });

  it("hangs what goes on under its beginning", () => {
    const text = renderPairs([
      ["Long label", "x".repeat(90)],
      ["Short", "y"],
    ]);
    expect(text.split("\n")).toEqual([
      `  Long label  ${"x".repeat(86)}`,
      `              ${"x".repeat(4)}`,
      "  Short       y",
    ]);
  });
});
