import { expect, it } from "vitest";
import { readDocument } from "./documents.ts";

/** The rows of a document's tables, as trimmed cells. */
function rowsOf(path: string): string[][] {
  return readDocument(path)
    .split("\n")
    .filter((line) => line.startsWith("| "))
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

const measured = new Map(rowsOf("bench/RESULTS.md").map(([name, , seconds]) => [name, seconds]));
const [, section = ""] = readDocument("README.md").split("## How fast it is\n");
const shown = [...section.split("\n## ")[0]!.matchAll(/^\| `([^`]+)` .*\| +([\d.]+) +\|$/gm)];

it("the README shows figures", () => {
  expect(shown.length).toBeGreaterThanOrEqual(5);
});

it.each(shown.map(([, name, seconds]) => [name, seconds] as const))(
  "the figure of %s is the measured one",
  (name, seconds) => {
    expect(measured.get(name!)).toBe(seconds);
  },
);

it("the slowest is called the slowest", () => {
  const slowest = Math.max(
    ...rowsOf("bench/RESULTS.md")
      .filter(([, status]) => status?.startsWith("optimal"))
      .map(([, , seconds]) => Number(seconds)),
  );
  const row = section.split("\n").find((line) => line.includes("the slowest one there"));
  expect(row).toContain(` ${slowest} `);
});
