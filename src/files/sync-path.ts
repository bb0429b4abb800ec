import { closeSync, fsyncSync, openSync } from "node:fs";

/** Has the disk hold what was written, of a directory the names in it. Where a system cannot do that, nothing happens. */
export function syncPath(path: string): void {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch {
    return;
  }
  try {
    fsyncSync(file);
  } catch (error) {
    // Directories of Windows and of some network file systems cannot be flushed; a disk that is full or broken is told.
    if (
      !["EINVAL", "EPERM", "EISDIR", "ENOTSUP", "EBADF"].includes(
        String((error as NodeJS.ErrnoException).code),
      )
    ) {
      throw error;
    }
  } finally {
    closeSync(file);
  }
}
