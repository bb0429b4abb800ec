import { describe, expect, it } from "vitest";
import { ascending, groupBy } from "../src/lists.ts";

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
