import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type BadInput, FILES, FLAGS, PLACEMENTS, USAGE } from "./bad-inputs.ts";
import { cli, scratchDirectory, TINY, writeFiles } from "./harness.ts";

const root = scratchDirectory();
let directories = 0;

/** Runs a bad command line over its files; the directory of the files is called DIR again in what comes back. */
async function run({ argv, files }: BadInput) {
  const directory = join(root, String(directories++), "problem");
  mkdirSync(directory, { recursive: true });
  writeFiles(directory, { ...TINY, ...files });
  const result = await cli(argv.map((argument) => argument.replaceAll("DIR", directory)));
  return { ...result, stderr: result.stderr.replaceAll(directory, "DIR") };
}

const TABLES: Readonly<Record<string, readonly BadInput[]>> = {
  "bad usage": USAGE,
  "bad flags": FLAGS,
  "bad files": FILES,
  "bad placements": PLACEMENTS,
};

describe.each(Object.entries(TABLES))("%s", (_, inputs) => {
  it.each(inputs)("$name", async (input) => {
    const { code, stdout, stderr } = await run(input);
    expect(stderr).toBe(`error: ${input.says}\n`);
    expect(stderr).not.toMatch(/^ {4}at /m);
    expect(stdout).toBe("");
    expect(code).toBe(1);
  });
});
