import { InputError } from "../errors.ts";

/** Whether a file system error says that the path, or a directory on the way to it, does not exist. */
export function isMissing(error: unknown): boolean {
  const code = errorCode(error);
  return code === "ENOENT" || code === "ENOTDIR";
}

/** What a user can do about the file system errors that happen in practice. */
const HINTS: Readonly<Record<string, string>> = {
  EACCES: "Check the permissions, or choose another directory.",
  EPERM: "Check the permissions, or choose another directory.",
  EROFS: "Choose a directory on a file system that can be written.",
  ENOSPC: "Free some disk space; what is already written is kept.",
  ENOTDIR: "Expected a directory, found a file: choose another path.",
  EEXIST: "Expected a directory, found a file: choose another path.",
  EISDIR: "Expected a file, found a directory: choose another path.",
  ENOTEMPTY: "Another process created it: only one command may write there at a time.",
  ENOENT: "Check the path.",
  ENAMETOOLONG: "Choose a shorter path.",
};

/**
 * Turns a failed file operation into an error for the user: `done` says what could not be, e.g. "written".
 * Errors that are not the file system's are returned as they are.
 */
export function fileError(path: string, done: string, error: unknown): unknown {
  const code = errorCode(error);
  if (code === null) return error;
  return new InputError(
    path,
    `it cannot be ${done} (${code}).`,
    HINTS[code] ?? "Check the path and the disk.",
  );
}

function errorCode(error: unknown): string | null {
  if (!(error instanceof Error) || !("code" in error)) return null;
  return typeof error.code === "string" && "syscall" in error ? error.code : null;
}
