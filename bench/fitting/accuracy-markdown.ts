import type { AccuracyReport } from "../../src/calibration/accuracy.ts";
import { accuracyTables, type TableText } from "../../src/report/accuracy-tables.ts";

/** The tables of a report as GitHub's Markdown, each under a heading of the given level. */
export function accuracyMarkdown(report: AccuracyReport, headingLevel: number = 3): string {
  const heading = "#".repeat(headingLevel);
  return accuracyTables(report)
    .map((table) => `${heading} ${table.title}\n\n${markdownTable(table)}\n`)
    .join("\n");
}

/** A table with its cells padded to one width, as formatters of Markdown leave it. */
export function markdownTable({ columns, rows }: Omit<TableText, "title">): string {
  const cells = [columns.map(({ head }) => head), ...rows].map((row) => row.map(escaped));
  const widths = columns.map((_, index) => Math.max(3, ...cells.map((row) => row[index]!.length)));
  const rule = columns.map(({ align }, index) =>
    align === "right" ? `${"-".repeat(widths[index]! - 1)}:` : "-".repeat(widths[index]!),
  );
  const pad = (row: readonly string[]): string[] =>
    row.map((cell, index) =>
      columns[index]!.align === "right"
        ? cell.padStart(widths[index]!)
        : cell.padEnd(widths[index]!),
    );
  return [pad(cells[0]!), rule, ...cells.slice(1).map(pad)]
    .map((row) => `| ${row.join(" | ")} |`)
    .join("\n");
}

function escaped(cell: string): string {
  return cell.replaceAll("|", "\\|");
}
