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

describe("docs/limits.md", () => {
  test("quotes medians that docs/accuracy.md has", () => {
    const accuracy = new Map(
      table("docs/accuracy.md", "macro median / macro mean").map(([name, ...cells]) => [
        name!,
        cells.map((cell) => cell.split(" / ")[0]!),
      ]),
    );
    const [, ...quoted] = table("docs/limits.md", "figure");
    expect(quoted.length).toBeGreaterThanOrEqual(4);
    for (const [name, sixFolds, gpuLeftOut] of quoted) {
      expect([name, sixFolds, gpuLeftOut]).toEqual([name, ...accuracy.get(name!)!.slice(1, 3)]);
    }
  });

  test("quotes shares that docs/accuracy.md has", () => {
    const accuracy = readDocument("docs/accuracy.md").replace(/\s+/g, " ");
    const section = readDocument("docs/limits.md").split("## How accurate it is")[1]!;
    const bullets = section.split("\n## ")[0]!.split("\n- ").slice(1).join(" ");
    const shares = [...bullets.matchAll(/[\d.]+ %/g)].map(([share]) => share);
    expect(shares.length).toBeGreaterThanOrEqual(8);
    for (const share of shares) expect(accuracy).toContain(share);
  });
});

test("every parameter of the model has a fitted value and nothing else has", () => {
  expect(Object.keys(FITTED_VALUES).sort()).toEqual(PRIORS.map(({ name }) => name).sort());
});
