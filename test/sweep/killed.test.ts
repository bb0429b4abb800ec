import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { foundingProblem } from "../support/founding.ts";
import { run, SMALL, tree, useScratch } from "./scratch.ts";

/** How many renames may still happen before the sweep dies; a dead sweep does not clean up either. */
const life = vi.hoisted(() => ({ renamesLeft: Number.POSITIVE_INFINITY }));

vi.mock("node:fs", async (importOriginal) => {
  const real = await importOriginal<typeof import("node:fs")>();
  return {
    ...real,
    renameSync: (...paths: Parameters<typeof real.renameSync>): void => {
      if (life.renamesLeft-- < 1) throw new Error("killed");
      real.renameSync(...paths);
    },
    rmSync: (...args: Parameters<typeof real.rmSync>): void => {
      if (life.renamesLeft >= 0) real.rmSync(...args);
    },
  };
});

const scratch = useScratch();

// Nine runs and data.csv: ten renames.
test.each([0, 1, 4, 8, 9])(
  "a sweep killed after %i renames leaves something behind and is made whole by the next one",
  (renames) => {
    const undisturbed = join(scratch.root, "undisturbed");
    run(foundingProblem(), SMALL, undisturbed);
    life.renamesLeft = renames;
    expect(() => run(foundingProblem(), SMALL, scratch.out)).toThrow("killed");
    life.renamesLeft = Number.POSITIVE_INFINITY;
    const left = readdirSync(scratch.out);
    expect(left.filter((name) => name.startsWith("."))).toHaveLength(1);
    expect(left.filter((name) => !name.startsWith("."))).toHaveLength(renames);
    const result = run(foundingProblem(), SMALL, scratch.out);
    expect(result).toMatchObject({ kept: renames, computed: 9 - renames });
    expect(tree(scratch.out)).toEqual(tree(undisturbed));
  },
);
