/**
 * Writes the tables of flags in docs/cli.md from the flags of the commands.
 *
 *   npx tsx bench/write-cli-tables.ts
 */
import { readFileSync, writeFileSync } from "node:fs";
import { withFlagTables } from "./cli-tables.ts";
import { plainProgram } from "./plain-program.ts";

const path = new URL("../docs/cli.md", import.meta.url);
writeFileSync(path, withFlagTables(readFileSync(path, "utf8"), plainProgram()));
