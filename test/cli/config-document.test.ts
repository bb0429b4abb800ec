import { describe, expect, it } from "vitest";
import { parseConfigDocument } from "../../src/cli/config-file/document.ts";
import { messageOf } from "../input/texts.ts";

describe("a configuration file", () => {
  // The parser's own check compares every name with all before it, for minutes.
  it("may have a map of many names", () => {
    const names = Array.from({ length: 100_000 }, (_, index) => `  box.${index}: 1`);
    const { entries } = parseConfigDocument(`own:\n${names.join("\n")}\n`, "p.yaml");
    expect(entries.map(({ key }) => key)).toEqual(["own"]);
  });

  it.each([
    ["own:\n  a: 1\n  b: 2\n  a: 3\n", "p.yaml:4:3"],
    ["own: {a: 1, b: 2, 'a': 3}\n", "p.yaml:1:19"],
    ["own: [[{a: 1}, {b: {c: 1, c: 1}}]]\n", "p.yaml:1:27"],
    ["a: 1\nown: {b: 1, b: 1}\na: 1\n", "p.yaml:2:13"],
  ])("names the place of a key that is given twice: %j", (text, place) => {
    expect(messageOf(() => parseConfigDocument(text, "p.yaml"))).toBe(
      `${place}: this key is given twice. Keep one of the two.`,
    );
  });

  it("names what comes first, a key that is given twice or broken syntax", () => {
    const twice = /^p\.yaml:2:1: this key is given twice/;
    expect(messageOf(() => parseConfigDocument("a: 1\na: 2\nb: [1\n", "p.yaml"))).toMatch(twice);
    const broken = /^p\.yaml:\d+:\d+: invalid YAML/;
    expect(messageOf(() => parseConfigDocument("b: ]\na: 1\na: 2\n", "p.yaml"))).toMatch(broken);
  });
});
