/**
 * Writes schema/problem.schema.json, the JSON Schema of configuration files, from the flags of the commands.
 *
 *   npx tsx bench/write-schema.ts
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { configJsonSchema } from "../src/cli/config-file/schema.ts";
import { plainProgram } from "./plain-program.ts";

const path = fileURLToPath(new URL("../schema/problem.schema.json", import.meta.url));
mkdirSync(new URL("../schema/", import.meta.url), { recursive: true });
writeFileSync(path, `${JSON.stringify(configJsonSchema(plainProgram()), null, 2)}\n`);
execFileSync("npx", ["biome", "format", "--write", path], { stdio: "inherit" });
