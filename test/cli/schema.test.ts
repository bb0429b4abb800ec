import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { plainProgram } from "../../bench/plain-program.ts";
import { parseConfigDocument } from "../../src/cli/config-file/document.ts";
import { flagText } from "../../src/cli/config-file/flag-text.ts";
import { configKeys } from "../../src/cli/config-file/keys.ts";
import { configJsonSchema } from "../../src/cli/config-file/schema.ts";
import { InputError } from "../../src/errors.ts";
import { exampleFolders } from "../examples/documents.ts";
import { cli, scratchDirectory } from "./harness.ts";

const PATH = new URL("../../schema/problem.schema.json", import.meta.url);
const program = plainProgram();
const schema = JSON.parse(JSON.stringify(configJsonSchema(program)));
const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true });
const validate = ajv.compile(schema);
const root = scratchDirectory();

describe("schema/problem.schema.json", () => {
  it("is what the flags of the commands give; npx tsx bench/write-schema.ts renews it", () => {
    expect(JSON.parse(readFileSync(PATH, "utf8"))).toEqual(schema);
  });

  it("has a title, a description and the command line's flag for every key", () => {
    const keys = Object.entries(schema.properties).filter(([key]) => key !== "$schema");
    expect(keys.length).toBeGreaterThan(60);
    for (const [key, value] of keys) {
      expect(JSON.stringify(value), key).toContain(`Flag --${key.replaceAll("_", "-")} of `);
      expect(value, key).toHaveProperty("title");
    }
    expect(schema.properties.max_tpot_ms.description).toContain("Unit: milliseconds.");
  });

  it("takes its own examples, and no unknown key", () => {
    for (const example of schema.examples) expect(validate(example), ajv.errorsText()).toBe(true);
    expect(validate({ inputlength: 3 })).toBe(false);
    expect(validate({ pool: [{ gpus: ["H100"], max_count: 2 }] })).toBe(true);
    expect(validate({ pool: "pool.csv" })).toBe(true);
    expect(validate({ pool: [{ gpus: ["H100"], max_count: 0 }] })).toBe(false);
  });

  it("takes the files of the examples", () => {
    const paths = exampleFolders().flatMap((folder) =>
      readdirSync(folder)
        .filter((name) => name.endsWith(".yaml"))
        .map((name) => join(folder, name)),
    );
    expect(paths.length).toBeGreaterThan(0);
    for (const path of paths) {
      expect(validate(parse(readFileSync(path, "utf8"))), `${path}: ${ajv.errorsText()}`).toBe(
        true,
      );
    }
  });

  it("agrees with the program on what a key takes", () => {
    const keys = configKeys(program);
    const scalar = fc.oneof(
      fc.constantFrom("aggregated", "a", "1,2", "box=1", "cost", "highs", "fp8"),
      fc.integer({ min: -2, max: 9 }),
      fc.constantFrom(0.5, 1.5),
      fc.boolean(),
    );
    const value = fc.oneof(
      scalar,
      fc.array(scalar, { maxLength: 2 }),
      fc.dictionary(fc.constantFrom("x", "y"), scalar, { maxKeys: 2, minKeys: 1 }),
    );
    const plain = [...keys.keys()].filter((key) => key !== "pool");
    fc.assert(
      fc.property(fc.constantFrom(...plain), value, (key, content) => {
        const document = parseConfigDocument(JSON.stringify({ [key]: content }), "f");
        const entry = document.entries[0]!;
        const isTaken = keys.get(key)!.some(({ option, value: kind }) => {
          try {
            const text = flagText(entry, kind, document, (piece) =>
              option.parseArg!(piece, undefined),
            );
            if (typeof text === "string") option.parseArg!(text, undefined);
            return true;
          } catch (error) {
            if (error instanceof InputError) return false;
            throw error;
          }
        });
        // The schema knows no form of texts: what stands in a text is for the program to say.
        if (isTaken) expect(validate({ [key]: content }), `${key}: ${ajv.errorsText()}`).toBe(true);
        else if (!hasText(content)) expect(validate({ [key]: content }), key).toBe(false);
      }),
      { numRuns: 2000, seed: 5 },
    );
  });

  it("is named by what init writes", async () => {
    const out = join(root, "p.yaml");
    const flags = ["--model", "llama-3.1-8b", "--input-length", "9", "--output-length", "9"];
    await cli(["init", ...flags, "--concurrency", "1", "--out", out]);
    const [first = ""] = readFileSync(out, "utf8").split("\n");
    const [, named = ""] = /^# yaml-language-server: \$schema=(.*)$/.exec(first) ?? [];
    expect(readFileSync(join(root, named), "utf8")).toBe(readFileSync(PATH, "utf8"));
    writeFileSync(out, "");
  });
});

/** Whether there is a text in a value, or a list with the same twice. */
function hasText(value: unknown): boolean {
  if (typeof value === "string") return true;
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).some(hasText);
}
