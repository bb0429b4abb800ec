import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import {
  documentPrinter,
  documents,
  misfit,
  programArguments,
  type Run,
  readDocument,
  run,
  shownCommands,
} from "./documents.ts";

const scratch = mkdtempSync(join(tmpdir(), "shown-"));
afterAll(() => rmSync(scratch, { recursive: true }));

/** A command that stands in several documents runs once. */
const runs = new Map<string, Promise<Run>>();
function runOnce(args: readonly string[]): Promise<Run> {
  const key = args.join(" ");
  const known = runs.get(key) ?? run(args);
  runs.set(key, known);
  return known;
}

/** Commands with a visible output. */
const shown = documents().flatMap((path) => {
  const commands = shownCommands(readDocument(path));
  const print = documentPrinter(commands, join(scratch, path.replaceAll("/", "-")), runOnce);
  return commands
    .filter(({ command, output }) => output.length > 0 && programArguments(command))
    .map((command) => ({ path, command, print }));
});

describe("what the documents show", () => {
  it("is shown in the README", () => {
    expect(shown.filter(({ path }) => path === "README.md").length).toBeGreaterThanOrEqual(2);
  });

  it.each(
    shown.map(({ path, command, print }) => [`${path}:${command.line}`, command, print] as const),
  )(
    "%s is what the program prints",
    async (place, command, print) => {
      const all = await print(command);
      const lines = misfit(command.output, all);
      expect(lines, `${place} shows lines that are not in:\n${all}`).toBeNull();
      // The comparison with heuristics is long, and shares the cores.
    },
    300_000,
  );
});

describe("an excerpt", () => {
  const TEXT = "one\ntwo\nthree\nfour\n";

  it.each([
    [["one", "two", "three", "four"]],
    [["one", "…", "four"]],
    [["…", "two", "…"]],
    [["…"]],
    [["one", "two", "…", "three", "four"]],
  ])("%j is one", (lines) => {
    expect(misfit(lines, TEXT)).toBeNull();
  });

  it.each([
    [
      ["one", "two"],
      ["one", "two"],
    ],
    [["two", "…"], ["two"]],
    [
      ["one", "…", "two", "four"],
      ["two", "four"],
    ],
    [["…", "three", "…", "two", "…"], ["two"]],
    [["one", "…", "three"], ["three"]],
    [["…", "three", "four", "…", "four"], ["four"]],
  ])("%j is none because of %j", (lines, culprit) => {
    expect(misfit(lines, TEXT)).toEqual(culprit);
  });
});
