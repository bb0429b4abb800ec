/**
 * Renews the figures in what the documents show: every command with a visible output runs, and lines that differ in figures only
 * are replaced.
 *
 *   npx tsx bench/renew-documents.ts
 *
 * An excerpt whose first line is found nowhere in the new output, figures aside, is left as it is and named: that is for a person.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  documentPrinter,
  documents,
  misfit,
  programArguments,
  ROOT,
  readDocument,
  run,
  type Shown,
  shownCommands,
} from "../test/examples/documents.ts";

const scratch = mkdtempSync(join(tmpdir(), "renew-"));
const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

/** A line without what a change of the cost model's constants changes: figures, bars, widths of columns. */
function shape(line: string): string {
  return line
    .replace(/[\d][\d.,]*/g, "#")
    .replace(/[█▓▒░·]+ /g, "bar ")
    .replace(/─+/g, "─")
    .replace(/\s+/g, " ")
    .trim();
}

/** The excerpt with the lines of the new output in place of its own; null when it cannot be aligned. */
function renewed(excerpt: readonly string[], text: string): string[] | null {
  const all = text.replace(/\n$/, "").split("\n");
  const shapes = all.map(shape);
  const lines: string[] = [];
  let next = 0;
  for (const [index, line] of excerpt.entries()) {
    if (line === "…") {
      lines.push(line);
      continue;
    }
    const startsRun = index === 0 || excerpt[index - 1] === "…";
    if (startsRun) next = shapes.indexOf(shape(line), next);
    if (next < 0 || next >= all.length) return null;
    lines.push(all[next]!.trimEnd());
    next++;
  }
  return misfit(lines, text) === null ? lines : null;
}

/** Line of the document on which the output of a shown command starts, from 0. */
function outputLine(lines: readonly string[], { line }: Shown): number {
  let at = line - 1;
  while (lines[at]!.endsWith("\\")) at++;
  return at + 1;
}

for (const path of documents()) {
  const text = readDocument(path);
  const lines = text.split("\n");
  const commands = shownCommands(text);
  const print = documentPrinter(commands, join(scratch, path.replaceAll("/", "-")), run);
  for (const shown of commands) {
    if (!programArguments(shown.command) || shown.output.length === 0) continue;
    const all = await print(shown);
    if (misfit(shown.output, all) === null) continue;
    const excerpt = renewed(shown.output, all);
    say(`${path}:${shown.line} ${excerpt ? "renewed" : "differs in more than figures: by hand"}`);
    if (excerpt) lines.splice(outputLine(lines, shown), shown.output.length, ...excerpt);
  }
  const after = lines.join("\n");
  if (after !== text) writeFileSync(join(ROOT, path), after);
}
rmSync(scratch, { recursive: true });
