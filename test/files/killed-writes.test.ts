import { spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { finishWrites } from "../../src/files/unfinished.ts";
import { writeFilesAtomic } from "../../src/files/write-atomic.ts";

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const root = mkdtempSync(join(tmpdir(), "killed-"));
afterAll(() => rmSync(root, { recursive: true }));

const NAMES = ["solution.json", "frontier.csv", "linked.csv"];

/** Writes the set in a child process that is killed before one of its changes; whether it was. */
function writeKilled(directory: string, text: string, killAt: number): Promise<boolean> {
  const child = spawn(
    process.execPath,
    [
      "--import",
      "tsx",
      "--import",
      here("kill-at.mjs"),
      here("write-set.mjs"),
      directory,
      text,
      ...NAMES,
    ],
    { env: { ...process.env, KILL_AT: String(killAt) }, stdio: "inherit" },
  );
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => {
      if (code === 0 || signal === "SIGKILL") resolve(signal === "SIGKILL");
      else reject(new Error(`code ${code}, signal ${signal}`));
    });
  });
}

const texts = (directory: string): string[] =>
  NAMES.map((name) => readFileSync(join(directory, name), "utf8"));

describe("a set of files whose writer is killed", () => {
  it("is old or new as a whole in a directory that is there, and nothing is left behind", async () => {
    const results = new Set<string>();
    for (let killAt = 0, isKilled = true; isKilled; killAt++) {
      const directory = join(root, `into-${killAt}`);
      mkdirSync(join(directory, "elsewhere"), { recursive: true });
      writeFileSync(join(directory, "mine.txt"), "mine");
      writeFileSync(join(directory, ".mine.4194999.tmp"), "mine");
      writeFileSync(join(directory, "elsewhere", "real.csv"), "old");
      symlinkSync(join("elsewhere", "real.csv"), join(directory, "linked.csv"));
      for (const name of [...NAMES.slice(0, 2), "earlier.sh"]) {
        writeFileSync(join(directory, name), "old");
      }
      isKilled = await writeKilled(directory, "new", killAt);
      finishWrites(directory);
      const set = texts(directory);
      expect(new Set(set).size, `killed at ${killAt}: ${set}`).toBe(1);
      results.add(set[0]!);
      expect(existsSync(join(directory, "earlier.sh"))).toBe(set[0] === "old");
      rmSync(join(directory, "earlier.sh"), { force: true });
      writeFilesAtomic(directory, new Map(NAMES.map((name) => [name, "next"])));
      expect(texts(directory)).toEqual(["next", "next", "next"]);
      const left = [...readdirSync(directory), ...readdirSync(join(directory, "elsewhere"))];
      const mine = [".mine.4194999.tmp", "mine.txt", "elsewhere", "real.csv"];
      expect(left.sort()).toEqual([...NAMES, ...mine].sort());
    }
    expect(results).toEqual(new Set(["old", "new"]));
  }, 240_000);

  it("appears with its directory or not at all", async () => {
    for (let killAt = 0, isKilled = true; isKilled; killAt++) {
      const parent = join(root, `new-${killAt}`);
      mkdirSync(parent);
      isKilled = await writeKilled(join(parent, "out"), "new", killAt);
      const names = readdirSync(parent).filter((name) => !name.startsWith("."));
      if (names.length > 0)
        expect(readdirSync(join(parent, "out")).sort()).toEqual([...NAMES].sort());
      writeFilesAtomic(join(parent, "out"), new Map([["solution.json", "next"]]));
      finishWrites(parent);
      expect(readdirSync(parent)).toEqual(["out"]);
    }
  }, 240_000);

  it("is left alone while its writer lives", () => {
    const directory = join(root, "alive");
    mkdirSync(directory);
    const name = `.solution.json.${process.ppid}.llm-placement.tmp`;
    writeFileSync(join(directory, name), "half");
    finishWrites(directory);
    expect(statSync(join(directory, name)).size).toBe(4);
  });
});
