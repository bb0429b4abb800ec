/** The deliberate faults of bench/mutants.ts: each can still be put into the program. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { MUTANTS } from "../../bench/mutants/list.ts";
import { type Mutant, misplaced, mutated } from "../../bench/mutants/mutant.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

const FAULT: Mutant = { name: "n", file: "f.ts", find: "a < b", replace: "a <= $&b", tests: [] };

describe("a deliberate fault", () => {
  it("has its place exactly once", () => {
    expect(misplaced(FAULT, "if (a < b) c();")).toBeNull();
    expect(misplaced(FAULT, "if (a > b) c();")).toContain("f.ts has no longer");
    expect(misplaced(FAULT, "a < b && a < b")).toContain("f.ts has 2 times");
    expect(misplaced({ ...FAULT, replace: FAULT.find }, "a < b")).toContain("changes nothing");
  });

  it("replaces its place by what it says, to the letter", () => {
    expect(mutated(FAULT, "if (a < b) c();")).toBe("if (a <= $&b) c();");
  });
});

describe("the list of faults", () => {
  it("has only faults that can be put into the program", () => {
    const reasons = MUTANTS.flatMap((mutant) => {
      const path = join(ROOT, mutant.file);
      if (!existsSync(path)) return [`${mutant.file} is gone: ${mutant.name}`];
      return misplaced(mutant, readFileSync(path, "utf8")) ?? [];
    });
    expect(reasons).toEqual([]);
  });

  it("names tests that are there, and no fault twice", () => {
    const missing = MUTANTS.flatMap(({ tests }) => tests).filter(
      (path) => !existsSync(join(ROOT, path)),
    );
    expect(missing).toEqual([]);
    expect(MUTANTS.filter(({ tests }) => tests.length === 0)).toEqual([]);
    const keys = MUTANTS.map(({ file, name }) => `${file}: ${name}`);
    expect(new Set(keys).size).toBe(keys.length);
  });
});
