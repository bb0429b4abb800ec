import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it, vi } from "vitest";
import { blocksOf, ROOT, readDocument } from "./documents.ts";

const blocks = blocksOf(readDocument("README.md"));
const position = blocks.findIndex(({ language }) => language === "ts");
const snippet = blocks[position]?.lines.join("\n") ?? "";

const directory = mkdtempSync(join(tmpdir(), "library-"));
afterAll(() => rmSync(directory, { recursive: true }));

/** The snippet as a module that imports the sources in place of the built package. */
function writeModule(): string {
  const source = (name: string): string => JSON.stringify(join(ROOT, "src", name));
  const module = snippet
    .replace('"llm-placement/node"', source("node.ts"))
    .replace('"llm-placement"', source("index.ts"))
    .replace('"config/llama3-70b"', JSON.stringify(join(ROOT, "config/llama3-70b")));
  const path = join(directory, "snippet.ts");
  writeFileSync(path, module);
  return path;
}

describe("the library snippet of the README", () => {
  it("is there, with what it prints", () => {
    expect(snippet).toContain("solveStartable(problem");
    expect(blocks[position + 1]?.language).toBe("text");
  });

  it("imports by the names under which the package exports", () => {
    const { name, exports } = JSON.parse(readDocument("package.json")) as {
      name: string;
      exports: Record<string, unknown>;
    };
    const imported = [...snippet.matchAll(/from "([^"]+)"/g)].map(([, specifier]) => specifier);
    expect(imported).toEqual(
      // The schema is for editors, tables and models are data.
      Object.keys(exports)
        .filter((entry) => !entry.endsWith(".json") && !entry.includes("*"))
        .map((entry) => (entry === "." ? name : name + entry.slice(1))),
    );
  });

  it("prints what the README says", async () => {
    const printed: string[] = [];
    const log = vi.spyOn(console, "log").mockImplementation((text: string) => {
      printed.push(text);
    });
    try {
      await import(writeModule());
    } finally {
      log.mockRestore();
    }
    expect(printed).toEqual(blocks[position + 1]!.lines);
  });
});
