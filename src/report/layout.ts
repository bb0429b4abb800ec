import visibleWidth from "string-width";
import wrapAnsi from "wrap-ansi";
import { largest } from "../lists.ts";
import { visible } from "./format.ts";

/** Columns a text takes in a terminal, colours aside. */
export { visibleWidth };

/** Every line of a report fits into this many columns. */
export const REPORT_WIDTH = 100;

const INDENT = "  ";
const GAP = "  ";
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
      Math.max(visibleWidth(head), largest(rows.map((row) => visibleWidth(row[index] ?? "")))),
    ),
  );
  const lineOf = (cells: readonly string[]): string =>
    (
      INDENT +
      cells.map((cell, index) => pad(cell, widths[index]!, columns[index]!.align)).join(GAP)
    )
      // What fills the last column up would only be copied along.
      .trimEnd();
  const width = widths.reduce((sum, each) => sum + each, GAP.length * (widths.length - 1));
  return [
    lineOf(columns.map(({ head }) => head)),
    INDENT + "─".repeat(width),
    ...rows.flatMap((row) => {
      const cells = widths.map((each, index) => wrap(row[index] ?? "", each).split("\n"));
      const height = Math.max(...cells.map((lines) => lines.length));
      return Array.from({ length: height }, (_, line) =>
        lineOf(cells.map((lines) => lines[line] ?? "")),
      );
    }),
  ].join("\n");
}

function pad(text: string, width: number, align: Column["align"] = "left"): string {
  const blanks = " ".repeat(Math.max(0, width - visibleWidth(text)));
  return align === "left" ? text + blanks : blanks + text;
}

/** Pairs of a label and a text under one another; long texts go on under themselves. */
export function renderPairs(pairs: readonly (readonly [label: string, text: string])[]): string {
  const width = largest(pairs.map(([label]) => visibleWidth(label)));
  return pairs
    .map(([label, text]) => {
      const hanging = " ".repeat(INDENT.length + width + GAP.length);
      const lines = wrap(text, REPORT_WIDTH - hanging.length).split("\n");
      const start = `${INDENT}${label}${" ".repeat(width - visibleWidth(label) + GAP.length)}`;
      return [start + lines[0], ...lines.slice(1).map((line) => hanging + line)].join("\n");
    })
    .join("\n");
}

/** Breaks a text into lines of at most `width` columns, at blanks where there are any. */
export function wrap(text: string, width: number = REPORT_WIDTH): string {
  return visibleWidth(text) <= width ? text : wrapAnsi(text, width, { hard: true });
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

/** Takes from the flexible columns, the widest first, what the table is too wide by. */
function fitWidths(columns: readonly Column[], natural: readonly number[]): number[] {
  const widths = [...natural];
  let excess =
    INDENT.length +
    widths.reduce((sum, width) => sum + width, 0) +
    GAP.length * (widths.length - 1) -
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
