import { accessSync, constants, existsSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { InputError } from "../../errors.ts";

/**
 * Checks before the work starts that its result can be written, so that a long search is not lost to a slip of the hand.
 * @throws InputError for a file where a directory is needed and for a place that cannot be written.
 */
export function checkOutDirectory(directory: string): void {
  const existing = nearestExisting(resolve(directory));
  if (!statSync(existing).isDirectory()) {
    throw new InputError(
      "--out",
      `${existing} is a file, not a directory.`,
      "Choose another directory.",
    );
  }
  checkWritable("--out", existing);
}

/** As `checkOutDirectory`, for a file. */
export function checkOutFile(flag: string, path: string): void {
  const whole = resolve(path);
  const existing = nearestExisting(whole);
  const isDirectory = statSync(existing).isDirectory();
  if (existing === whole && isDirectory) {
    throw new InputError(flag, `${path} is a directory, not a file.`, "Give the path of a file.");
  }
  if (existing !== whole && !isDirectory) {
    throw new InputError(flag, `${existing} is a file, not a directory.`, "Choose another path.");
  }
  checkWritable(flag, existing);
}

function nearestExisting(path: string): string {
  return existsSync(path) ? path : nearestExisting(dirname(path));
}

function checkWritable(flag: string, path: string): void {
  try {
    accessSync(path, constants.W_OK);
  } catch {
    throw new InputError(flag, `${path} cannot be written.`, "Choose another place.");
  }
}
