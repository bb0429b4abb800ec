import { mkdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { InputError } from "../errors.ts";
import { fileError } from "./file-error.ts";
import { syncPath } from "./sync-path.ts";
import {
  finalPath,
  finishJournal,
  finishWrites,
  journalPath,
  journalText,
  temporaryPath,
} from "./unfinished.ts";

/**
 * Writes a file whole or not at all: the text goes into a temporary file beside it, which then takes its place. Missing
 * directories on the way are made; a link is followed; a device or pipe (`/dev/stdout`) is written to directly.
 * @throws InputError when the file cannot be written.
 */
export function writeFileAtomic(path: string, text: string): void {
  writeFilesAtomic(dirname(path), new Map([[basename(path), text]]));
}

/**
 * Writes files into a directory, all of them or none, also when the program is killed or the machine stops. A directory that is
 * not there yet appears with all of them at once. In one that is there other files stay as they are; the new ones wait under
 * hidden names until all are on the disk, a journal that lists them makes them count, and then they get their names. Who is
 * killed while they do leaves the journal behind, and the next command that reads or writes there ends what it lists. Temporary
 * files of killed commands are removed.
 * @param files Text by file name.
 * @param executables Names of the files that can be run.
 * @param removed Names of files of an earlier set, which go as the new ones come.
 * @throws InputError when something cannot be written; what was there before is there still.
 */
export function writeFilesAtomic(
  directory: string,
  files: ReadonlyMap<string, string>,
  executables: ReadonlySet<string> = new Set(),
  removed: readonly string[] = [],
): void {
  const modeOf = (name: string): number => (executables.has(name) ? 0o777 : 0o666);
  try {
    if (kindOf(directory) === "missing") {
      finishWrites(dirname(directory));
      writeNew(directory, files, modeOf);
    } else writeInto(directory, files, modeOf, removed);
  } catch (error) {
    throw error instanceof InputError ? error : fileError(directory, "written", error);
  }
}

/**
 * As `writeFilesAtomic` for a directory that is not there, without looking for what killed commands left beside it: for
 * thousands of directories in one.
 */
export function writeNewDirectory(directory: string, files: ReadonlyMap<string, string>): void {
  try {
    writeNew(directory, files, () => 0o666);
  } catch (error) {
    throw fileError(directory, "written", error);
  }
}

/** Permissions of a new file by its name; the process's mask takes its part away. */
type ModeOf = (name: string) => number;

function writeNew(directory: string, files: ReadonlyMap<string, string>, modeOf: ModeOf): void {
  const temporary = temporaryPath(directory);
  try {
    mkdirSync(temporary, { recursive: true });
    for (const [name, text] of files) writeWhole(join(temporary, name), text, modeOf(name));
    syncPath(temporary);
    renameSync(temporary, directory);
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    throw error;
  }
  syncPath(dirname(directory));
}

function writeInto(
  directory: string,
  files: ReadonlyMap<string, string>,
  modeOf: ModeOf,
  removed: readonly string[],
): void {
  finishWrites(directory);
  const targets = [...files].map(([name, text]) => ({
    ...target(join(directory, name)),
    name,
    text,
    mode: modeOf(name),
  }));
  const replaced = targets.filter((each) => each.replace);
  // Links lead to other directories.
  for (const other of new Set(replaced.map(({ path }) => dirname(path)))) {
    if (other !== directory) finishWrites(other);
  }
  const journal = journalPath(directory);
  try {
    // Beside each target, because a rename does not cross file systems.
    for (const { path, text, mode } of replaced) writeWhole(temporaryPath(path), text, mode);
    for (const { path, text } of targets.filter((each) => !each.replace)) writeFileSync(path, text);
    if (removed.length === 0 && replaced.length < 2) {
      for (const { path } of replaced) renameSync(temporaryPath(path), path);
      syncPath(directory);
      return;
    }
    const waiting = temporaryPath(journal);
    const names = replaced.map(({ name }) => name);
    writeWhole(waiting, journalText(names, removed), 0o666);
    renameSync(waiting, journal);
  } catch (error) {
    for (const path of [...replaced.map(({ path }) => path), journal]) {
      rmSync(temporaryPath(path), { force: true });
    }
    throw error;
  }
  syncPath(directory);
  finishJournal(journal);
}

/** Writes a file that is there with all its text, on the disk, or not written. */
function writeWhole(path: string, text: string, mode: number): void {
  writeFileSync(path, text, { mode });
  syncPath(path);
}

/** The file a path leads to, and whether it may be replaced (a device may not). */
function target(path: string): { path: string; replace: boolean } {
  switch (kindOf(path)) {
    case "missing":
      return { path, replace: true };
    case "directory":
      throw new InputError(path, "it is a directory, not a file.", "Choose another path.");
    default: {
      const real = finalPath(path);
      return { path: real, replace: statSync(real).isFile() };
    }
  }
}

function kindOf(path: string): "missing" | "directory" | "other" {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats) return "missing";
  return stats.isDirectory() ? "directory" : "other";
}
