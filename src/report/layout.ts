import Table from "cli-table3";
import { visible } from "./format.ts";

/** Every line of a report fits into this many columns. */
export const REPORT_WIDTH = 100;

const INDENT = "  ";
const GAP = 2;
const ROWS_AT_ONCE = 50;
/** A flexible column is never made narrower than this. */
const LEAST_FLEXIBLE = 12;

/** One column of a table. */
export interface Column {
  readonly head: string;
  readonly align?: "left" | "right";
  /** Gives way, by breaking its cells over lines, when the table is too wide; its cells then carry no colours. */
  readonly flexible?: boolean;
}

/** A table as texts. */
export interface TextTable {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly string[])[];
}

/** A table without a frame, indented, a rule under the header. Cells may carry colours. */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
): string {
  const widths = fitWidths(
    columns,
    columns.map(({ head }, index) =>
      Math.max(visibleWidth(head), ...rows.map((row) => visibleWidth(row[index] ?? ""))),
    ),
  );
  const texts = rows.map((row) =>
    columns.map((_, index) => wrap(row[index] ?? "", widths[index]!)),
  );
  // The library takes a time that grows with the square of the rows: it is given some at a time.
  const parts = [texts.slice(0, ROWS_AT_ONCE)];
  for (let start = ROWS_AT_ONCE; start < texts.length; start += ROWS_AT_ONCE) {
    parts.push(texts.slice(start, start + ROWS_AT_ONCE));
  }
  return parts.map((part, index) => drawTable(columns, widths, part, index === 0)).join("\n");
}

function drawTable(
  columns: readonly Column[],
  widths: readonly number[],
  texts: readonly string[][],
  hasHead: boolean,
): string {
  const table = new Table({
    ...(hasHead && { head: columns.map(({ head }) => head) }),
    colWidths: [...widths],
    colAligns: columns.map(({ align }) => align ?? "left"),
    // Without a style of ours the library colours heads and borders even in a pipe.
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0, compact: true },
    chars: {
      top: "",
      "top-mid": "",
      "top-left": "",
      "top-right": "",
      bottom: "",
      "bottom-mid": "",
      "bottom-left": "",
      "bottom-right": "",
      left: INDENT,
      "left-mid": INDENT,
      mid: "─",
      "mid-mid": "─".repeat(GAP),
      right: "",
      "right-mid": "",
      middle: " ".repeat(GAP),
    },
  });
  table.push(...texts);
  return trimLines(table.toString());
}

/** Pairs of a label and a text under one another; long texts go on under themselves. */
export function renderPairs(pairs: readonly (readonly [label: string, text: string])[]): string {
  const width = Math.max(...pairs.map(([label]) => visibleWidth(label)));
  return pairs
    .map(([label, text]) => {
      const hanging = " ".repeat(INDENT.length + width + GAP);
      const lines = wrap(text, REPORT_WIDTH - hanging.length).split("\n");
      const start = `${INDENT}${label}${" ".repeat(width - visibleWidth(label) + GAP)}`;
      return [start + lines[0], ...lines.slice(1).map((line) => hanging + line)].join("\n");
    })
    .join("\n");
}

/** Breaks a text into lines of at most `width` columns, at blanks where there are any. */
export function wrap(text: string, width: number = REPORT_WIDTH): string {
  if (visibleWidth(text) <= width) return text;
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const joined = line === "" ? word : `${line} ${word}`;
    if (visibleWidth(joined) <= width) {
      line = joined;
      continue;
    }
    if (line !== "") lines.push(line);
    line = word;
    while (visibleWidth(line) > width) {
      const fits = cut(line, width);
      lines.push(fits);
      line = line.slice(fits.length);
    }
  }
  lines.push(line);
  return lines.join("\n");
}

/** A text as a paragraph that hangs behind a mark such as "- ". */
export function renderItem(mark: string, text: string): string {
  const hanging = " ".repeat(INDENT.length + mark.length);
  const lines = wrap(text, REPORT_WIDTH - hanging.length).split("\n");
  return [INDENT + mark + lines[0], ...lines.slice(1).map((line) => hanging + line)].join("\n");
}

/** Where a file went. A path is not broken over lines, however long it is: it is there to be copied. */
export function writtenTo(path: string): string {
  return `Written to ${visible(path)}`;
}

/** Blocks with an empty line between them and a line feed at the end. */
export function joinBlocks(blocks: readonly string[]): string {
  return `${blocks.filter((block) => block !== "").join("\n\n")}\n`;
}

/** Columns a text takes in a terminal, colours aside. */
export function visibleWidth(text: string): number {
  let width = 0;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what starts a colour.
  for (const character of text.replace(/\u001b\[[\d;]*m/g, ""))
    width += WIDE.test(character) ? 2 : 1;
  return width;
}

/** Characters that take two columns: Unicode's East Asian wide and fullwidth letters and signs. */
const WIDE =
  /[\u1100-\u115f\u2329\u232a\u2e80-\u303e\u3040-\u3247\u3250-\u4dbf\u4e00-\ua4c6\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6b\uff01-\uff60\uffe0-\uffe6\u{1b000}\u{1b001}\u{1f200}-\u{1f251}\u{20000}-\u{3fffd}]/u;

/** As many characters from the beginning as fit into a width, at least one. */
function cut(text: string, width: number): string {
  let taken = "";
  let columns = 0;
  for (const character of text) {
    columns += visibleWidth(character);
    if (columns > width && taken !== "") break;
    taken += character;
  }
  return taken;
}

/** Takes from the flexible columns, the widest first, what the table is too wide by. */
function fitWidths(columns: readonly Column[], natural: readonly number[]): number[] {
  const widths = [...natural];
  let excess =
    INDENT.length +
    widths.reduce((sum, width) => sum + width, 0) +
    GAP * (widths.length - 1) -
    REPORT_WIDTH;
  while (excess > 0) {
    let widest = -1;
    for (let index = 0; index < widths.length; index++) {
      const least = Math.max(LEAST_FLEXIBLE, visibleWidth(columns[index]!.head));
      if (!columns[index]!.flexible || widths[index]! <= least) continue;
      if (widest < 0 || widths[index]! > widths[widest]!) widest = index;
    }
    if (widest < 0) break;
    widths[widest]!--;
    excess--;
  }
  return widths;
}

function trimLines(text: string): string {
  return text
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}
