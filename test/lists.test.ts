import { describe, expect, it } from "vitest";
import { ascending, groupBy, largest, sortedByText } from "../src/lists.ts";

describe("groupBy", () => {
  it("keeps the order of items, and of keys by their first appearance", () => {
    const groups = groupBy([5, 2, 7, 4], (number) => number % 2);
    expect([...groups]).toEqual([
      [1, [5, 7]],
      [0, [2, 4]],
    ]);
  });

  it("groups by objects and by nothing as by any other key", () => {
    const key = {};
    const groups = groupBy(["a", "b", "c"], (text) => (text === "b" ? undefined : key));
    expect(groups.get(key)).toEqual(["a", "c"]);
    expect(groups.get(undefined)).toEqual(["b"]);
  });
});

describe("sortedByText", () => {
  it("makes the text of each item once, and keeps the order of equal ones", () => {
    const asked: string[] = [];
    const items = ["b1", "a2", "B0", "a1", "b0"];
    const sorted = sortedByText(items, (item) => {
      asked.push(item);
      return item.charAt(0);
    });
    expect(sorted).toEqual(["B0", "a2", "a1", "b1", "b0"]);
    expect(asked).toEqual(items);
  });
});

describe("largest", () => {
  it("is that of a million numbers too, and below all numbers for none", () => {
    const numbers = Array.from({ length: 1_000_000 }, (_, index) => 5 - Math.abs(index - 700));
    expect(largest(numbers)).toBe(5);
    expect(largest([])).toBe(Number.NEGATIVE_INFINITY);
  });
});

describe("ascending", () => {
  it("orders numbers, two infinite ones as equal", () => {
    const infinite = Number.POSITIVE_INFINITY;
    expect([infinite, 2, 10, -infinite].sort(ascending)).toEqual([-infinite, 2, 10, infinite]);
    expect(ascending(infinite, infinite)).toBe(0);
  });

  it("orders texts by their code units, whatever the locale", () => {
    expect(["b", "ä", "B", "a"].sort(ascending)).toEqual(["B", "a", "b", "ä"]);
  });
});
