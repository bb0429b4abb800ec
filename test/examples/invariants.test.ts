import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT, readDocument } from "./documents.ts";

/** The numbers that a text gives to invariants: "invariant 2", "invariants 1 to 4 and 6", "(invariants 7, 8)". */
function citedIn(text: string): Set<number> {
  const cited = new Set<number>();
  for (const [, list = ""] of text.matchAll(
    /invariants?\s+(\d(?:(?:\s*,\s*|\s+and\s+|\s+to\s+)\d)*)/gi,
  )) {
    for (const [, from, to = from] of list.matchAll(/(\d)(?:\s+to\s+(\d))?/g)) {
      for (let n = Number(from); n <= Number(to); n++) cited.add(n);
    }
  }
  return cited;
}

/** The numbered items of the section on invariants. */
const items = readDocument("CONTRIBUTING.md")
  .split("\n## ")
  .find((section) => section.startsWith("Invariants"))!
  .split(/\n(?=\d\. )/)
  .slice(1);

describe("the invariants in CONTRIBUTING.md", () => {
  it("are eight, in order", () => {
    expect(items.map((item) => Number(item[0]))).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it.each(items.map((item) => [Number(item[0]), item] as const))(
    "number %d names tests that are there and cite it",
    (number, item) => {
      const tests = [...item.matchAll(/`(test\/[^`]+)`/g)].map(([, path]) => path!);
      expect(tests.length).toBeGreaterThan(0);
      for (const path of tests) expect(existsSync(join(ROOT, path)), path).toBe(true);
      const citing = tests.filter((path) => citedIn(readDocument(path)).has(number));
      expect(citing).not.toEqual([]);
    },
  );

  it("are told from texts that cite others", () => {
    expect([...citedIn("(invariants 1 to 4 and 6)")]).toEqual([1, 2, 3, 4, 6]);
    expect([...citedIn("Invariant 8: order; invariants 5, 7")]).toEqual([8, 5, 7]);
    expect([...citedIn("invariants of 3 kinds")]).toEqual([]);
  });
});
