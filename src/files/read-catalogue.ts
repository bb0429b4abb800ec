import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Catalogue } from "../catalogue/catalogue.ts";
import { overlay } from "../catalogue/overlay.ts";
import { InputError } from "../errors.ts";
import {
  CATALOGUE_FILES,
  type CatalogueTexts,
  parseCatalogue,
} from "../input/catalogue/parse-catalogue.ts";
import { nearestName } from "../nearest.ts";
import { fileError } from "./file-error.ts";
import { readText } from "./read-text.ts";

/** The shipped folder; it lies two directories above this file's in the sources and in the build. */
const SHIPPED_DIRECTORY = fileURLToPath(new URL("../../config/catalogue", import.meta.url));
/** How messages name it, wherever the package is installed. */
const SHIPPED_NAME = "config/catalogue";

/**
 * The shipped catalogue, with the user's folder laid over it when one is given.
 * @throws InputError with file, line and column for what cannot be read, and for a folder without any table
 */
export function readCatalogue(ownDirectory: string | undefined): Catalogue {
  const shipped = parseCatalogue(textsIn(SHIPPED_DIRECTORY, SHIPPED_NAME));
  return ownDirectory === undefined ? shipped : overlay(shipped, readCatalogueFolder(ownDirectory));
}

/** One folder alone. @throws InputError as `readCatalogue` */
function readCatalogueFolder(directory: string): Catalogue {
  const names = namesIn(directory);
  const tables = Object.values(CATALOGUE_FILES);
  // A slip in the name of a file would leave the file unread.
  for (const name of names.filter((each) => each.endsWith(".csv"))) {
    const meant = tables.find((table) => table === nearestName(name, tables));
    if (meant !== undefined && meant !== name && !names.includes(meant)) {
      throw new InputError(
        join(directory, name),
        "a catalogue has no file of this name.",
        `Did you mean "${meant}"?`,
      );
    }
  }
  if (!tables.some((table) => names.includes(table))) {
    throw new InputError(
      directory,
      "it contains no catalogue tables.",
      `Give a directory with any of ${tables.join(", ")}.`,
    );
  }
  return parseCatalogue(textsIn(directory, directory));
}

/** The catalogue of a folder that may not be there, or hold no tables yet: null then. */
export function readCatalogueIfThere(directory: string): Catalogue | null {
  const isThere = Object.values(CATALOGUE_FILES).some((name) => existsSync(join(directory, name)));
  return isThere ? readCatalogueFolder(directory) : null;
}

function textsIn(directory: string, shownAs: string): CatalogueTexts {
  return Object.fromEntries(
    Object.entries(CATALOGUE_FILES).flatMap(([table, name]) => {
      const path = join(directory, name);
      if (!existsSync(path)) return [];
      return [[table, { text: readText(path), fileName: join(shownAs, name) }]];
    }),
  );
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory).sort();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") {
      throw new InputError(
        directory,
        "there is no such directory.",
        `Give one with any of ${Object.values(CATALOGUE_FILES).join(", ")}.`,
      );
    }
    throw fileError(directory, "read", error);
  }
}
