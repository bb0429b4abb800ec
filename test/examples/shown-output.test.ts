import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import {
  documents,
  misfit,
  programArguments,
  readDocument,
  run,
  type Shown,
  shownCommands,
} from "./documents.ts";

/** Commands with a visible output. */
const shown = documents().flatMap((path) =>
  shownCommands(readDocument(path))
    .filter(({ output }) => output.length > 0)
    .flatMap((command) => {
      const args = programArguments(command.command);
      return args ? [{ ...command, path, args }] : [];
    }),
);

const scratch = mkdtempSync(join(tmpdir(), "shown-"));
afterAll(() => rmSync(scratch, { recursive: true }));

/** What a command prints. What it writes goes elsewhere, without a trace in what it prints. */
async function printed(args: readonly string[]): Promise<string> {
  const out = args[args.indexOf("--out") + 1]!;
  if (!args.includes("--out")) return (await run(args)).all;
  const elsewhere = join(scratch, out);
  const { all } = await run(args.map((arg) => (arg === out ? elsewhere : arg)));
  return all.replaceAll(elsewhere, out);
}

/** A command that stands in several documents runs once. */
const runs = new Map<string, Promise<string>>();
function printedOnce(args: readonly string[]): Promise<string> {
  const key = args.join(" ");
  const known = runs.get(key) ?? printed(args);
  runs.set(key, known);
  return known;
}

describe("what the documents show", () => {
  it("is shown in the README", () => {
    expect(shown.filter(({ path }) => path === "README.md").length).toBeGreaterThanOrEqual(2);
  });

  it.each(shown.map(({ path, line, args, output }) => [`${path}:${line}`, args, output] as const))(
    "%s is what the program prints",
    async (place, args, output: Shown["output"]) => {
      const all = await printedOnce(args);
      expect(misfit(output, all), `${place} shows lines that are not in:\n${all}`).toBeNull();
    },
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
