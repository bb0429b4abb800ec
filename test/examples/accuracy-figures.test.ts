import { describe, expect, test } from "vitest";
import { FITTED_VALUES } from "../../src/cost/calibrated/fitted.ts";
import { PRIORS } from "../../src/cost/calibrated/priors.ts";
import { readDocument } from "./documents.ts";

/** The rows of the first table whose head starts so, cells without padding. */
function table(path: string, head: string): string[][] {
  const lines = readDocument(path).split("\n");
  const start = lines.findIndex((line) => line.startsWith(`| ${head}`));
  expect(start, `a table "${head}" in ${path}`).toBeGreaterThanOrEqual(0);
  const rows: string[][] = [];
  for (let i = start; lines[i]?.startsWith("|"); i++) {
    const cells = lines[i]!.split("|").map((cell) => cell.trim());
    if (!cells[1]!.startsWith("-")) rows.push(cells.slice(1, -1));
  }
  return rows;
}

describe("docs/accuracy.md", () => {
  test("shows the summary that the fit wrote", () => {
    const head = "macro median / macro mean";
    expect(table("docs/accuracy.md", head)).toEqual(table("docs/accuracy-tables.md", head));
  });

  test("states every figure of choices and targets that its tables have", () => {
    const text = readDocument("docs/accuracy.md").replace(/\s+/g, " ");
    const tables = readDocument("docs/accuracy-tables.md");
    const folds = tables.slice(tables.indexOf("## Six folds"), tables.indexOf("## One GPU"));
    const cells = (pattern: RegExp): string[] =>
      folds.split("\n").flatMap((line) => (pattern.test(line) ? [line] : []));
    const nonTrivial = cells(/^\| model +\| non-trivial/).map((line) => line.split("|")[4]!.trim());
    expect(nonTrivial).toHaveLength(2);
    const met = cells(/^\| (TPOT|TTFT) +\|/).map((line) => line.split("|").at(-2)!.trim());
    expect(met).toHaveLength(4);
    for (const figure of [...nonTrivial, ...met]) expect(text).toContain(figure);
  });
});

test("every parameter of the model has a fitted value and nothing else has", () => {
  expect(Object.keys(FITTED_VALUES).sort()).toEqual(PRIORS.map(({ name }) => name).sort());
});
