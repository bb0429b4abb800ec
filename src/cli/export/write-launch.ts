import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { LaunchFile } from "../../export/launch.ts";
import { PLANNED_BY } from "../../export/plan-comment.ts";
import { finishWrites } from "../../files/unfinished.ts";
import { writeFilesAtomic } from "../../files/write-atomic.ts";

/** Files of which a plan has one for each node or kind of node: another plan has others, which would start with the new ones. */
const FAMILIES = [
  /^launch(?:-node-\d+)?\.sh$/,
  /^ray-start-node-\d+\.sh$/,
  /^skypilot(?:-nodes-[\d-]+)?\.yaml$/,
] as const;

/**
 * Writes the files of an export. Files of an earlier one that this one does not write go at the same time, where they are of the same
 * kind and the program's own; all others stay.
 * @returns what to warn of: what was removed, and what stays and is of an earlier export
 * @throws InputError when something cannot be written
 */
export function writeLaunchFiles(directory: string, files: readonly LaunchFile[]): string[] {
  if (existsSync(directory)) finishWrites(directory);
  const written = new Set(files.map(({ path }) => path));
  const others = existsSync(directory) ? readdirSync(directory).sort() : [];
  const old = others.filter(
    (name) => !written.has(name) && FAMILIES.some((family) => family.test(name)),
  );
  const removed = old.filter((name) => {
    const family = FAMILIES.find((each) => each.test(name))!;
    const isSameKind = files.some(({ path }) => family.test(path));
    return isSameKind && isOwn(join(directory, name));
  });
  writeFilesAtomic(
    directory,
    new Map(files.map(({ path, text }) => [path, text])),
    new Set(files.filter(({ executable }) => executable).map(({ path }) => path)),
    removed,
  );
  return old.map((name) =>
    removed.includes(name)
      ? `${directory}/${name} was from an earlier export and has been removed.`
      : `${directory}/${name} is from an earlier export.`,
  );
}

/** Whether the program wrote a file: it says so. */
function isOwn(path: string): boolean {
  return statSync(path).isFile() && readFileSync(path, "latin1").includes(PLANNED_BY);
}
