import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { z } from "zod";
import {
  exampleFolders,
  programArguments,
  ROOT,
  readDocument,
  run,
  shownCommands,
  writingTo,
} from "./documents.ts";

/** A value of the answer: itself, or a number within a relative difference. */
const expectedSchema = z.union([
  z.string(),
  z.number(),
  z.boolean(),
  z.null(),
  z.strictObject({ approx: z.number(), rel: z.number().positive().max(1e-3) }),
]);

/** A command line, its exit code, what its JSON answer says at some paths, and lines or pieces of the files that it writes. */
const exampleSchema = z.strictObject({
  args: z.array(z.string()).min(1),
  exit_code: z.number().int(),
  expect: z.record(z.string(), expectedSchema).refine((fields) => Object.keys(fields).length > 0),
  files: z.record(z.string(), z.array(z.string()).min(1)).optional(),
});

const scratch = mkdtempSync(join(tmpdir(), "examples-"));
afterAll(() => rmSync(scratch, { recursive: true }));

const examples = exampleFolders().flatMap((folder) =>
  readdirSync(join(ROOT, folder))
    .filter((name) => /^example.*\.json$/.test(name))
    .map((name) => ({ folder, path: `${folder}/${name}` })),
);

/** The value at a path such as "frontier.0.cost_per_hour". */
function valueAt(json: unknown, path: string): unknown {
  return path
    .split(".")
    .reduce<unknown>((value, key) => (value as Record<string, unknown> | null)?.[key], json);
}

/** What makes a browser load something from elsewhere when it opens a page. */
function loadedFrom(html: string): string[] {
  return (
    html.match(/<(?:link|iframe|object|embed)\b|\ssrc=|@import|url\((?!["']?#)|\bfetch\(/g) ?? []
  );
}

it("pages that load from elsewhere are told from others", () => {
  expect(loadedFrom('<script src="https://cdn.example/x.js"></script>')).toEqual([" src="]);
  expect(loadedFrom("<style>@import 'x.css'; a { fill: url(#grey) }</style>")).toEqual(["@import"]);
  expect(loadedFrom('<a href="https://example.com">source</a>')).toEqual([]);
});

describe("the examples", () => {
  it("are at least ten", () => {
    expect(exampleFolders().length).toBeGreaterThanOrEqual(10);
  });

  it("stand in the index, each once, and nothing else does", () => {
    const linked = [...readDocument("examples/README.md").matchAll(/\]\(([\w-]+)\)/g)];
    expect(linked.map(([, name]) => `examples/${name}`).sort()).toEqual(exampleFolders());
  });

  it("each have an example.json", () => {
    const paths = examples.map(({ path }) => path);
    for (const folder of exampleFolders()) expect(paths).toContain(`${folder}/example.json`);
  });
});

describe.each(examples)("$path", ({ folder: home, path }) => {
  const example = exampleSchema.parse(JSON.parse(readDocument(path)));

  it("answers as it says", async () => {
    const folder = join(scratch, path.replaceAll("/", "-"));
    mkdirSync(folder);
    const { code, stdout } = await run([...writingTo(folder, example.args), "--json"]);
    const json: unknown = JSON.parse(stdout);
    expect(code).toBe(example.exit_code);
    for (const [place, expected] of Object.entries(example.expect)) {
      const value = valueAt(json, place);
      if (typeof expected === "object" && expected !== null) {
        expect(value, place).toBeTypeOf("number");
        const difference = Math.abs((value as number) / expected.approx - 1);
        expect(difference, `${place} is ${value}`).toBeLessThanOrEqual(expected.rel);
      } else expect(value, place).toBe(expected);
    }
    for (const [file, pieces] of Object.entries(example.files ?? {})) {
      const text = readFileSync(join(folder, file), "utf8");
      for (const piece of pieces) expect(text, file).toContain(piece);
      if (file.endsWith(".html")) expect(loadedFrom(text), file).toEqual([]);
    }
  });

  it("has its command in the README beside it", () => {
    const shown = shownCommands(readDocument(`${home}/README.md`)).map(({ command }) =>
      programArguments(command),
    );
    expect(shown).toContainEqual(example.args);
  });
});
