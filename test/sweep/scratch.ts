import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { afterEach, beforeEach, expect } from "vitest";
import { InputError } from "../../src/errors.ts";
import { type StoredSweep, storeSweep } from "../../src/files/sweep-store.ts";
import { createPool, type PoolEntry } from "../../src/hardware/pool.ts";
import type { Problem } from "../../src/placement/problem.ts";
import { createGrid, type GridChoices } from "../../src/sweep/grid.ts";
import { FOUNDING_POOL } from "../support/founding.ts";

/** A fresh directory for each test of a file. */
export function useScratch(): { readonly root: string; readonly out: string } {
  const scratch = { root: "", out: "" };
  beforeEach(() => {
    scratch.root = realpathSync(mkdtempSync(join(tmpdir(), "sweep-")));
    scratch.out = join(scratch.root, "out");
  });
  afterEach(() => rmSync(scratch.root, { recursive: true }));
  return scratch;
}

/** A quick grid: two families, nine runs. */
export const SMALL: GridChoices = {
  families: ["g5.12xlarge", "g6e.4xlarge"],
  tpDegrees: [1, 4],
};
export const A_RUN = "eval_family-g5.12xlarge-pp2-tp4-in2048-out512-bs32_32";

export function run(problem: Problem, choices: GridChoices, directory: string): StoredSweep {
  return storeSweep(problem, createGrid(problem, choices), directory);
}

/** Every file below a directory, hidden ones too, with its content. */
export function tree(directory: string): Record<string, string> {
  const files: Record<string, string> = {};
  for (const name of readdirSync(directory, { recursive: true, encoding: "utf8" }).sort()) {
    const path = join(directory, name);
    files[name] = statSync(path).isDirectory() ? "directory" : readFileSync(path, "utf8");
  }
  return files;
}

export function rowsOf(path: string): Record<string, string>[] {
  return parse(readFileSync(path, "utf8"), { columns: true });
}

/** The message an action is refused with. */
export function message(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return (error as InputError).message;
  }
  throw new Error("nothing was refused");
}

/** The founding pool with one entry changed. */
export function changedPool(
  name: string,
  change: (entry: PoolEntry) => PoolEntry,
): Partial<Problem> {
  const entries = FOUNDING_POOL.map((item) => (item.instance.name === name ? change(item) : item));
  return { pool: createPool(entries) };
}

export function dearer(item: PoolEntry): PoolEntry {
  return { ...item, price: { ...item.price, microUsdPerHour: item.price.microUsdPerHour + 1 } };
}
