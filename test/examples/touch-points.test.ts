import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, test } from "vitest";
import { ENGINES, LAUNCH_ENGINES } from "../../src/engines/engines.ts";
import { FORMS } from "../../src/export/targets.ts";
import { readCatalogue } from "../../src/files/read-catalogue.ts";
import { GPU_CLASSES, GPU_LINKS, GPU_NAMES } from "../../src/hardware/gpu-specs.ts";
import { WEIGHT_FORMATS } from "../../src/model/architecture.ts";
import type { Attention } from "../../src/model/attention.ts";
import { tpLayout } from "../../src/model/layout.ts";
import { ROOT, readDocument } from "./documents.ts";

/** Files below a folder, from the project's root. */
function filesIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    return entry.isDirectory() ? filesIn(path) : [path];
  });
}

/** What is written by hand and ships, and the tables of tests. */
const TEXTS: ReadonlyMap<string, string> = new Map(
  [...filesIn("src"), ...filesIn("config"), ...filesIn("test")]
    .filter((path) => path.startsWith("config/") || /(?<!\.test)\.ts$/.test(path))
    .map((path) => [path, readFileSync(join(ROOT, path), "utf8")]),
);

/** Whether a text has the name and not only a longer one. */
function names(text: string, name: string): boolean {
  const escaped = name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`(?<![\\w-])${escaped}(?![\\w-])`).test(text);
}

/** The files that name all members of a kind, and so have to name a new one. */
function touched(members: readonly string[]): string[] {
  return [...TEXTS]
    .filter(([, text]) => members.every((member) => names(text, member)))
    .map(([path]) => path)
    .sort();
}

const MODELS: readonly string[] = filesIn("config/models").map((path) =>
  path.replace(/^.*\/|\.json$/g, ""),
);

/** The constants of `src/solver/formulations/`, as the list imports them. */
const FORMULATION_CONSTANTS: readonly string[] = [
  ...TEXTS.get("src/solver/formulations/formulations.ts")!.matchAll(/^import \{ ([A-Z_]+) \}/gm),
].map(([, name]) => name!);

const KINDS: Readonly<Record<string, readonly string[]>> = {
  "a GPU": GPU_NAMES,
  "a class of GPUs": GPU_CLASSES,
  "a link of GPUs": GPU_LINKS,
  "an instance type": readCatalogue(undefined).instances.map(({ instance }) => instance),
  "a model": MODELS,
  // Engines have forms of their own without being named again.
  "an export form": Object.keys(FORMS).filter(
    (form) => !LAUNCH_ENGINES.some((engine) => engine === form),
  ),
  "an engine": ENGINES,
  "a weight format": WEIGHT_FORMATS,
  "a kind of attention": ["grouped-query", "latent"] satisfies Attention["kind"][],
  "a layout": Object.keys(tpLayout(1)),
  "a formulation": FORMULATION_CONSTANTS,
};

/** The files of each row of the table in docs/extending.md; those that the addition brings with it, as `<name>.json`, apart. */
const LISTED: ReadonlyMap<string, readonly string[]> = new Map(
  readDocument("docs/extending.md")
    .split("## What an addition touches")[1]!
    .split("\n## ")[0]!
    .split("\n")
    .filter((line) => line.startsWith("| a"))
    .slice(1)
    .map((line) => {
      const [, addition, files] = line.split("|");
      const paths = [...files!.matchAll(/`([^`]+)`/g)].map(([, path]) => path!);
      return [addition!.trim(), paths.filter((path) => !path.includes("<"))];
    }),
);

describe("docs/extending.md", () => {
  it("lists what every kind of addition touches", () => {
    expect([...LISTED.keys()]).toEqual(Object.keys(KINDS));
  });

  test.each(Object.keys(KINDS))("lists the files that %s touches, and no others", (kind) => {
    // Machines with all links stand in the catalogue; a new link needs none.
    const isRowOnly = (path: string): boolean =>
      kind === "a link of GPUs" && path.startsWith("config/");
    const found = touched(KINDS[kind]!).filter((path) => !isRowOnly(path));
    expect([...LISTED.get(kind)!].sort()).toEqual(found);
  });

  it("names the files of its recipe for a GPU", () => {
    const recipe = readDocument("docs/extending.md")
      .split("## A GPU")[1]!
      .split("**In the program.**")[1]!
      .split("\n## ")[0]!;
    for (const path of LISTED.get("a GPU")!) expect(recipe).toContain(path);
  });

  it("is right that a size of a layer goes through a dozen files", () => {
    const files = [...TEXTS].filter(
      ([path, text]) => path.startsWith("src/") && names(text, "windowTokens"),
    );
    expect(files.length).toBeGreaterThanOrEqual(10);
    expect(files.length).toBeLessThanOrEqual(14);
  });
});
