import { InputError } from "../../errors.ts";

/** A file that has been read: its text and the name that messages give it. */
export interface SourceText {
  readonly text: string;
  readonly fileName: string;
}

/**
 * Reads a file that the problem names: a flag's path as it stands, a path in config.csv from the directory of that file.
 * @throws InputError when it cannot be read
 */
export type OpenNamed = (path: string, namedBy: "flag" | "config") => SourceText;

/** In place of a reader where there are no files to read. */
export function refuseToOpen(path: string): never {
  throw new InputError(path, "files that a problem names cannot be read here.", "");
}
