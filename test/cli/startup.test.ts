import { describe, expect, it } from "vitest";
import { type ImportGraph, importGraph } from "../support/import-graph.ts";

/** What a module of the command line loads before it runs. */
const loadedBy = (path: string): ImportGraph =>
  importGraph(new URL(`../../src/${path}`, import.meta.url), { dynamic: false });
const packagesOf = (path: string): string[] => [...loadedBy(path).packages.keys()];

describe("what a command does not need is not loaded", () => {
  it("by the executable itself: it first looks at what it is asked", () => {
    const { modules, packages } = loadedBy("cli/main.ts");
    expect(modules.size).toBe(1);
    expect(packages.size).toBe(0);
  });

  it("to parse a command line: readers of files and reports", () => {
    const { modules, packages } = loadedBy("cli/run-cli.ts");
    expect([...packages.keys()].sort()).toEqual(["commander", "fastest-levenshtein", "node:fs"]);
    const rooms = [...modules].map((url) => url.split("/src/")[1]!.split("/")[0]!);
    expect(rooms).not.toContain("placement");
    expect(rooms).not.toContain("hardware");
  });

  it.each(["cli/solve/solve.ts", "cli/evaluate/evaluate.ts"])(
    "by %s: what only reports, output files and sweeps need",
    (path) => {
      const packages = packagesOf(path);
      expect(packages).toContain("csv-parse/browser/esm/sync");
      for (const name of [
        "string-width",
        "wrap-ansi",
        "picocolors",
        "csv-stringify/sync",
        "yaml",
        "zod",
      ]) {
        expect(packages).not.toContain(name);
      }
    },
  );

  it("by completion, which every new shell may run: parsers of YAML and schemas", () => {
    const packages = packagesOf("cli/completion/completion.ts");
    for (const name of ["yaml", "zod", "highs", "csv-parse/browser/esm/sync"]) {
      expect(packages).not.toContain(name);
    }
  });

  it("by --config: schemas, unless it lists what may be rented", () => {
    const packages = packagesOf("cli/config-file/apply.ts");
    expect(packages).toContain("yaml");
    expect(packages).not.toContain("zod");
  });
});
