import { execFileSync } from "node:child_process";
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { writeFileAtomic, writeFilesAtomic } from "../../src/files/write-atomic.ts";
import { messageOf } from "../input/texts.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "llm-placement-"));
});
afterEach(() => rmSync(root, { recursive: true }));

const text = (name: string): string => readFileSync(join(root, name), "utf8");

describe("writing a file whole or not at all", () => {
  it("makes it, replaces it, and leaves nothing else behind", () => {
    const path = join(root, "data.csv");
    writeFileAtomic(path, "first");
    expect(text("data.csv")).toBe("first");
    writeFileAtomic(path, "é\n");
    expect(text("data.csv")).toBe("é\n");
    expect(readdirSync(root)).toEqual(["data.csv"]);
  });

  it("makes the directories on the way", () => {
    writeFileAtomic(join(root, "a", "b", "data.csv"), "x");
    expect(text("a/b/data.csv")).toBe("x");
    expect(readdirSync(root)).toEqual(["a"]);
  });

  it("writes where a link leads", () => {
    mkdirSync(join(root, "there"));
    writeFileSync(join(root, "there", "real.csv"), "old");
    symlinkSync(join("there", "real.csv"), join(root, "link.csv"));
    writeFileAtomic(join(root, "link.csv"), "new");
    expect(readlinkSync(join(root, "link.csv"))).toBe(join("there", "real.csv"));
    expect(text("there/real.csv")).toBe("new");
    expect(readdirSync(join(root, "there"))).toEqual(["real.csv"]);
  });

  it("writes into a pipe instead of replacing it", () => {
    const pipe = join(root, "pipe");
    execFileSync("mkfifo", [pipe]);
    // Open for reading and writing, so that neither side waits for the other.
    const end = openSync(pipe, "r+");
    try {
      writeFileAtomic(pipe, "through");
      expect(statSync(pipe).isFIFO()).toBe(true);
      const bytes = Buffer.alloc(16);
      expect(bytes.toString("utf8", 0, readSync(end, bytes))).toBe("through");
    } finally {
      closeSync(end);
    }
    expect(readdirSync(root)).toEqual(["pipe"]);
  });

  it("refuses a directory, and a file in place of a directory", () => {
    mkdirSync(join(root, "dir"));
    expect(messageOf(() => writeFileAtomic(join(root, "dir"), "x"))).toContain(
      `${join(root, "dir")}: it is a directory`,
    );
    writeFileSync(join(root, "file"), "kept");
    const message = messageOf(() => writeFileAtomic(join(root, "file", "data.csv"), "x"));
    expect(message).toContain("cannot be written");
    expect(message).toContain("Expected a directory, found a file");
    expect(text("file")).toBe("kept");
  });
});

describe("writing several files whole or not at all", () => {
  const files = (...entries: readonly (readonly [string, string])[]): Map<string, string> =>
    new Map(entries);

  it("makes a directory that appears with all of them", () => {
    writeFilesAtomic(join(root, "new", "run"), files(["a", "1"], ["b", "2"]));
    expect(readdirSync(join(root, "new"))).toEqual(["run"]);
    expect([text("new/run/a"), text("new/run/b")]).toEqual(["1", "2"]);
    const expected = join(root, "expected");
    mkdirSync(expected);
    expect(statSync(join(root, "new/run")).mode).toBe(statSync(expected).mode);
  });

  it("makes files executable that are meant to be run, in new directories and in old ones", () => {
    const directory = join(root, "run");
    for (const executables of [new Set(["b"]), new Set(["a"])]) {
      writeFilesAtomic(directory, files(["a", "1"], ["b", "2"]), executables);
      for (const name of ["a", "b"]) {
        const mode = statSync(join(directory, name)).mode;
        expect((mode & 0o100) !== 0, name).toBe(executables.has(name));
      }
    }
  });

  it("keeps the other files of a directory that is there", () => {
    writeFileSync(join(root, "mine"), "kept");
    writeFileSync(join(root, "a"), "old");
    writeFilesAtomic(root, files(["a", "1"], ["b", "2"]));
    expect([text("mine"), text("a"), text("b")]).toEqual(["kept", "1", "2"]);
    expect(readdirSync(root).sort()).toEqual(["a", "b", "mine"]);
  });

  it("changes nothing when one of them cannot be written", () => {
    writeFileSync(join(root, "a"), "old");
    mkdirSync(join(root, "b"));
    expect(() => writeFilesAtomic(root, files(["a", "1"], ["b", "2"]))).toThrow(
      "it is a directory",
    );
    expect(text("a")).toBe("old");
    const longName = "n".repeat(300);
    expect(() => writeFilesAtomic(root, files(["a", "1"], [longName, "2"]))).toThrow(
      "cannot be written",
    );
    expect(text("a")).toBe("old");
    expect(readdirSync(root).sort()).toEqual(["a", "b"]);
    expect(() => writeFilesAtomic(join(root, "run"), files(["a", "1"], [longName, "2"]))).toThrow(
      "cannot be written",
    );
    expect(existsSync(join(root, "run"))).toBe(false);
    expect(readdirSync(root).sort()).toEqual(["a", "b"]);
  });
});
