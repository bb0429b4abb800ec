import { mkdirSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { InputError } from "../errors.ts";
import { fileError } from "./file-error.ts";

/**
 * Writes a file whole or not at all: the text goes into a temporary file beside it, which then takes its place. Missing
 * directories on the way are made; a link is followed; a device or pipe (`/dev/stdout`) is written to directly.
 * @throws InputError when the file cannot be written.
 */
export function writeFileAtomic(path: string, text: string): void {
  writeFilesAtomic(dirname(path), new Map([[basename(path), text]]));
}

/**
 * Writes files into a directory. A directory that is not there yet appears with all of them at once; in one that is there,
 * none of the files changes unless all could be written first, and other files stay as they are.
 * @param files Text by file name.
 * @param executables Names of the files that can be run.
 * @throws InputError when something cannot be written; what was there before is there still.
 */
export function writeFilesAtomic(
  directory: string,
  files: ReadonlyMap<string, string>,
  executables: ReadonlySet<string> = new Set(),
): void {
  const modeOf = (name: string): number => (executables.has(name) ? 0o777 : 0o666);
  try {
    if (kindOf(directory) === "missing") writeNew(directory, files, modeOf);
    else writeInto(directory, files, modeOf);
  } catch (error) {
    throw error instanceof InputError ? error : fileError(directory, "written", error);
  }
}

/** Permissions of a new file by its name; the process's mask takes its part away. */
type ModeOf = (name: string) => number;

function writeNew(directory: string, files: ReadonlyMap<string, string>, modeOf: ModeOf): void {
  const parent = dirname(directory);
  const temporary = join(parent, temporaryName(directory));
  try {
    mkdirSync(temporary, { recursive: true });
    for (const [name, text] of files) {
      writeFileSync(join(temporary, name), text, { mode: modeOf(name) });
    }
    renameSync(temporary, directory);
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    throw error;
  }
}

function writeInto(directory: string, files: ReadonlyMap<string, string>, modeOf: ModeOf): void {
  const targets = [...files].map(([name, text]) => ({
    ...target(join(directory, name)),
    text,
    mode: modeOf(name),
  }));
  // Beside each target, because a rename does not cross file systems.
  const written: { temporary: string; path: string }[] = [];
  try {
    for (const { path, text, mode } of targets.filter((each) => each.replace)) {
      const temporary = join(dirname(path), temporaryName(path));
      written.push({ temporary, path });
      writeFileSync(temporary, text, { mode });
    }
    for (const { path, text } of targets.filter((each) => !each.replace)) writeFileSync(path, text);
    for (const { temporary, path } of written) renameSync(temporary, path);
  } catch (error) {
    for (const { temporary } of written) rmSync(temporary, { force: true });
    throw error;
  }
}

/** The file a path leads to, and whether it may be replaced (a device may not). */
function target(path: string): { path: string; replace: boolean } {
  switch (kindOf(path)) {
    case "missing":
      return { path, replace: true };
    case "directory":
      throw new InputError(path, "it is a directory, not a file.", "Choose another path.");
    default: {
      const real = realpathSync(path);
      return { path: real, replace: statSync(real).isFile() };
    }
  }
}

/** A hidden name beside the final one; the process id keeps two commands apart. */
function temporaryName(path: string): string {
  return `.${basename(path)}.${process.pid}.tmp`;
}

function kindOf(path: string): "missing" | "directory" | "other" {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats) return "missing";
  return stats.isDirectory() ? "directory" : "other";
}
