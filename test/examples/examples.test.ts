import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import {
  exampleFolders,
  programArguments,
  ROOT,
  readDocument,
  run,
  shownCommands,
} from "./documents.ts";

/** A value of the answer: itself, or a number within a relative difference. */
const expectedSchema = z.union([
  z.string(),
  z.number(),
  z.boolean(),
  z.null(),
  z.strictObject({ approx: z.number(), rel: z.number().positive().max(1e-3) }),
]);

/** A command line, its exit code, and what its JSON answer says at some paths. */
const exampleSchema = z.strictObject({
  args: z.array(z.string()).min(1),
  exit_code: z.number().int(),
  expect: z.record(z.string(), expectedSchema).refine((fields) => Object.keys(fields).length > 0),
});

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

describe("the examples", () => {
  it("are at least five", () => {
    expect(exampleFolders().length).toBeGreaterThanOrEqual(5);
  });

  it("each have an example.json", () => {
    const paths = examples.map(({ path }) => path);
    for (const folder of exampleFolders()) expect(paths).toContain(`${folder}/example.json`);
  });
});

describe.each(examples)("$path", ({ folder, path }) => {
  const example = exampleSchema.parse(JSON.parse(readDocument(path)));

  it("answers as it says", async () => {
    const { code, stdout } = await run([...example.args, "--json"]);
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
  });

  it("has its command in the README beside it", () => {
    const shown = shownCommands(readDocument(`${folder}/README.md`)).map(({ command }) =>
      programArguments(command),
    );
    expect(shown).toContainEqual(example.args);
  });
});
