import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { documents, ROOT, readDocument } from "./documents.ts";

/** Paths of the project as the documents write them: between backticks, from the root or from src/ or src/solver/. */
const PATH = /`((?:[\w.-]+\/)+[\w.-]*|[\w-]+\.(?:ts|md|json))`/g;
const PLACES = ["", "src", "src/input", "src/solver", "config/llama3-70b"];

/** What the documents name that is not in the repository: what commands write, Hugging Face's file, what the package exports, a label, what lies beside. */
const MADE =
  /^(?:solution\.json|placement_metrics\.json|config\.json|runs\/|dist\/|llm-placement\/(?:node|plan)$|\.\.\/)/;

/** A document that names files of other repositories; ours stand there below these folders. */
const SOURCES = "docs/catalogue-sources.md";
const OWN_FOLDERS = /^(?:bench|config|docs|examples|schema|src|test)\//;

/** The anchor of a heading, as code hosts make it. */
function anchor(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");
}

function anchorsOf(path: string): string[] {
  return [...readDocument(path).matchAll(/^#+ (.+)$/gm)].map(([, heading]) => anchor(heading!));
}

describe.each(documents())("%s", (path) => {
  const text = readDocument(path);

  it("links to files and headings that are there", () => {
    const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!);
    for (const target of targets.filter((one) => !/^https?:/.test(one))) {
      const [file = "", heading] = target.split("#");
      const linked = file === "" ? path : join(path, "..", file);
      expect(existsSync(join(ROOT, linked)), `${target} in ${path}`).toBe(true);
      if (heading !== undefined) expect(anchorsOf(linked), target).toContain(heading);
    }
  });

  it("names no files that are not there", () => {
    const named = [...text.matchAll(PATH)].map(([, name]) => name!);
    const missing = named.filter(
      (name) =>
        !MADE.test(name) &&
        (path !== SOURCES || OWN_FOLDERS.test(name)) &&
        ![...PLACES, join(path, "..")].some((place) => existsSync(join(ROOT, place, name))),
    );
    expect(missing).toEqual([]);
  });
});
