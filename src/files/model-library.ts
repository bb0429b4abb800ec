import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of the shipped models: one level above `src/` and `dist/` alike. */
const LIBRARY = fileURLToPath(new URL("../../config/models/", import.meta.url));

const SUFFIX = ".json";

/** Names of the library, sorted: those of its files. */
export function libraryNames(): readonly string[] {
  return readdirSync(LIBRARY)
    .filter((file) => file.endsWith(SUFFIX))
    .map((file) => file.slice(0, -SUFFIX.length))
    .sort();
}

/** The file of a model of the library. */
export function libraryPath(name: string): string {
  return join(LIBRARY, `${name}${SUFFIX}`);
}
