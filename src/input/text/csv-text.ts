import { stringify } from "csv-stringify/sync";
import { terminalText } from "../../terminal-text.ts";

/** How a spreadsheet tells a formula from a text; one that is kept from it already is kept once more, so that it reads back. */
const FORMULA = /^'*[=+\-@\t\r]/;
const NUMBER = /^[+-]?[\d.]+(?:e[+-]?\d+)?$/i;

/**
 * Rows as CSV text with a header; columns that a row does not have stay empty; lines end in a line feed. A text that a spreadsheet
 * would take for a formula gets an apostrophe in front, which `readRecords` takes away again; what
 * steers a terminal is replaced.
 */
export function csvText(columns: readonly string[], rows: readonly object[]): string {
  return stringify([...rows], {
    header: true,
    columns: [...columns],
    cast: {
      string: (text, { header }) =>
        terminalText(!header && FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text, {}),
    },
  });
}
