import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** A file to which each test file of the oracle appends its counts, a line of JSON. */
    readonly formulationCounts: string;
  }
}

/** Prints at the end of a run how many cases of the oracle's problems each formulation decided. */
export default function printFormulations({ provide }: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), "oracle-"));
  const path = join(folder, "formulations.jsonl");
  provide("formulationCounts", path);
  return () => {
    const lines = existsSync(path) ? readFileSync(path, "utf8").trim().split("\n") : [];
    rmSync(folder, { recursive: true });
    const totals = new Map<string, number>();
    for (const [name, times] of lines.flatMap((line) => JSON.parse(line) as [string, number][])) {
      totals.set(name, (totals.get(name) ?? 0) + times);
    }
    if (totals.size === 0) return;
    const sorted = [...totals].sort(([a], [b]) => (a < b ? -1 : 1));
    const texts = sorted.map(([name, times]) => `${name} ${times}`);
    process.stderr.write(`Oracle, cases decided by each formulation: ${texts.join("; ")}\n`);
  };
}
