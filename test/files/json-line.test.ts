import { describe, expect, it } from "vitest";
import { lineOfField } from "../../src/files/json-line.ts";

const TEXT = `{
  "a": { "b": 1, "list": [ { "b": 2 }, "b" ] },
  "text": "\\"b\\": {",
  "b": {
    "c": null,
    "a": { "\\u0063": true }
  }
}`;

describe("the line of a field", () => {
  it.each<[string, number | null]>([
    ["a", 2],
    ["a.b", 2],
    ["b", 4],
    ["b.c", 5],
    ["b.a", 6],
    ["b.a.c", 6],
    ["c", null],
    ["a.list.b", null],
    ["text.b", null],
  ])("of %s", (path, line) => {
    expect(lineOfField(TEXT, path.split("."))).toBe(line);
  });
});
