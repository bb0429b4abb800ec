import {
  existsSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileError, isMissing } from "./file-error.ts";
import { syncPath } from "./sync-path.ts";

/** The hidden names of what is not finished: `.<name>.<process>.llm-placement.tmp` beside the name itself. */
const TEMPORARY = /^\..+\.(\d+)\.llm-placement\.tmp$/su;
/** The list of a set of files that are whole and wait for their names. */
const JOURNAL = /^\.(\d+)\.llm-placement\.journal$/;

/** No write takes that long: what is older is left behind, whatever process has its number now. */
const ABANDONED_AFTER_MS = 3_600_000;

/** A hidden name beside the final one; the process id keeps two commands apart. */
export function temporaryPath(path: string, processId: number = process.pid): string {
  return join(dirname(path), `.${basename(path)}.${processId}.llm-placement.tmp`);
}

/** The journal of this process in a directory. */
export function journalPath(directory: string): string {
  return join(directory, `.${process.pid}.llm-placement.journal`);
}

/**
 * Ends what killed commands began in a directory: a set of files that was whole gets its names, all else is removed. Files of
 * commands that are still at work stay.
 * @throws InputError when the directory cannot be read or changed
 */
export function finishWrites(directory: string): void {
  const names = namesIn(directory);
  for (const name of names) {
    const [, processId] = JOURNAL.exec(name) ?? [];
    const path = join(directory, name);
    if (processId !== undefined && isAbandoned(path, Number(processId))) {
      change(path, () => finishJournal(path, Number(processId)));
    }
  }
  for (const name of names) {
    const [, processId] = TEMPORARY.exec(name) ?? [];
    const path = join(directory, name);
    if (processId === undefined || !isAbandoned(path, Number(processId))) continue;
    change(path, () => rmSync(path, { recursive: true, force: true }));
  }
}

/** Gives the files of a journal their names, in whatever state they are, and ends it. */
export function finishJournal(journal: string, processId: number = process.pid): void {
  const directory = dirname(journal);
  const { named, removed } = linesOf(journal);
  for (const name of named) {
    const path = finalPath(join(directory, name));
    const temporary = temporaryPath(path, processId);
    if (existsSync(temporary)) renameSync(temporary, path);
  }
  for (const name of removed) rmSync(join(directory, name), { force: true });
  syncPath(directory);
  rmSync(journal, { force: true });
}

/** Where a path leads. */
export function finalPath(path: string): string {
  return existsSync(path) ? realpathSync(path) : path;
}

/** What stands before the name of a file that goes: no name of a file has it in it. */
const GOES = "/";

/** The text of a journal. */
export function journalText(named: Iterable<string>, removed: Iterable<string>): string {
  return [...named, ...[...removed].map((name) => `${GOES}${name}`)]
    .map((line) => `${line}\n`)
    .join("");
}

/** The names in a journal; a journal that is none of ours lists nothing. */
function linesOf(journal: string): { named: string[]; removed: string[] } {
  const lines = readFileSync(journal, "utf8").split("\n");
  const isName = (name: string): boolean => name !== "" && name === basename(name);
  return {
    named: lines.filter(isName),
    removed: lines
      .filter((line) => line.startsWith(GOES))
      .map((line) => line.slice(GOES.length))
      .filter(isName),
  };
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    if (isMissing(error)) return [];
    throw fileError(directory, "read", error);
  }
}

function change(path: string, run: () => void): void {
  try {
    run();
  } catch (error) {
    throw fileError(path, "finished or removed, although a killed command left it behind", error);
  }
}

/** Whether nobody works at a file any more. This process itself is never in the middle of writing when it asks. */
function isAbandoned(path: string, processId: number): boolean {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return false;
  if (processId === process.pid || Date.now() - stats.mtimeMs > ABANDONED_AFTER_MS) return true;
  try {
    process.kill(processId, 0);
    return false;
  } catch (error) {
    // A process of another user is alive as well.
    return !(error instanceof Error && "code" in error && error.code === "EPERM");
  }
}
