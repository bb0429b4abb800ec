import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  lineOfField,
  memberCount,
  repeatedName,
  structureOf,
} from "../../src/input/text/json-structure.ts";
import { parseJson } from "../../src/input/text/parse-json.ts";
import { messageOf } from "./texts.ts";

/** Values of JSON with names and texts that hold what brackets, quotes and colons could be taken for. */
const word = fc.oneof(fc.string(), fc.constantFrom('"', "\\", '\\"', "{:", "]", "__proto__"));
const value = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    word,
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom(null, true),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(word, tie("value"), { maxKeys: 4 }),
  ),
})).value;

describe("the structure of a text", () => {
  it("has as many members as its value when no name stands twice", () => {
    fc.assert(
      fc.property(value, fc.constantFrom(0, 1), (data, indent) => {
        const text = JSON.stringify(data, null, indent);
        expect(structureOf(text)).toEqual({ members: memberCount(JSON.parse(text)), excess: null });
        expect(repeatedName(text)).toBeNull();
        expect(parseJson(text, "f.json")).toEqual(JSON.parse(text));
      }),
    );
  });

  it("shows a name that stands twice, wherever", () => {
    fc.assert(
      fc.property(value, word, word, (before, outer, name) => {
        const part = JSON.stringify(before);
        const quoted = JSON.stringify(name);
        const text = `[${part},\n{${JSON.stringify(outer)}:\n {${quoted}: ${part},\n  ${quoted}: 1}}]`;
        expect(messageOf(() => parseJson(text, "f.json", 10))).toBe(
          `f.json:13, column 3: duplicate key ${quoted}, first in line 12. Keep one of the two.`,
        );
      }),
    );
  });

  it("takes 64 levels and texts of a million characters, no more", () => {
    const nested = (levels: number): string => "[".repeat(levels) + "]".repeat(levels);
    const text = (characters: number): string => JSON.stringify("a".repeat(characters));
    expect(parseJson(nested(64), "f.json")).toBeInstanceOf(Array);
    expect(messageOf(() => parseJson(nested(65), "f.json"))).toContain("f.json:1, column 65: more");
    expect(parseJson(text(999_999), "f.json")).toHaveLength(999_999);
    expect(messageOf(() => parseJson(`\n[${text(20_000_000)}]`, "f.json"))).toBe(
      "f.json:2, column 2: a string of 20000000 characters begins here. Give at most 1000000.",
    );
  });

  it.each([
    ['{"a": "1e999",\n "b": [1, -2.5e400]}', "f.json:2, column 11: the number -2.5e400 is larger"],
    [`[${"9".repeat(400)}]`, `f.json:1, column 2: the number ${"9".repeat(57)}... is larger`],
  ])("takes no number that becomes infinite", (text, message) => {
    expect(messageOf(() => parseJson(text, "f.json"))).toContain(message);
  });
});

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
