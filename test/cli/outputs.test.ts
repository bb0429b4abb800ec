import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { PLACEMENT, scratchDirectory, TINY, WORKLOAD, writeFiles } from "./harness.ts";

const MAIN = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
const root = scratchDirectory();

beforeAll(() => {
  writeFiles(root, {
    ...TINY,
    "p.json": JSON.stringify(PLACEMENT),
    "many.jsonl": `${JSON.stringify(PLACEMENT)}\n`.repeat(3000),
  });
});

/** Runs the executable in a shell, whose redirections decide where its outputs go. */
function shell(
  argv: readonly string[],
  redirections: string,
  before = "",
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const command = `${before}"$@" ${redirections}`;
  const child = spawn("bash", [
    "-c",
    command,
    "bash",
    process.execPath,
    "--import",
    "tsx",
    MAIN,
    ...argv,
  ]);
  const texts = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].on("data", (data) => {
      texts[name] += data;
    });
  }
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, ...texts }));
  });
}

const EVALUATE = ["evaluate", "--config-dir", root, "--placement", join(root, "p.json")];
const SOLVE = ["solve", "--config-dir", root, ...WORKLOAD];
const MANY = ["evaluate", "--config-dir", root, "--placements", join(root, "many.jsonl")];
const COMMANDS: readonly (readonly [string, readonly string[]])[] = [
  ["a version", ["--version"]],
  ["help", ["solve", "--help"]],
  ["a report", EVALUATE],
  ["JSON", [...EVALUATE, "--json"]],
  ["a solution", SOLVE],
  ["many lines", MANY],
  ["a table", ["models"]],
  ["a script", ["completion", "bash"]],
];

describe.skipIf(!existsSync("/dev/full"))("a disk that is full", () => {
  it.each(COMMANDS)(
    "fails a command that prints to it: %s",
    async (_, argv) => {
      const { code, stdout, stderr } = await shell(argv, "> /dev/full");
      expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
      expect(stderr).toMatch(
        /error: stdout: it cannot be written \(ENOSPC\): the output is incomplete\.\n$/,
      );
      expect(stderr).not.toMatch(/^ {4}at /m);
    },
    20_000,
  );

  it("does not lose the answer when only messages cannot be written", async () => {
    const { code, stdout } = await shell([...EVALUATE, "--json"], "2> /dev/full");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ status: "SUCCESS" });
    const solved = await shell([...SOLVE, "--json", "--verbose"], "2> /dev/full");
    expect(solved.code).toBe(0);
    expect(JSON.parse(solved.stdout)).toMatchObject({ status: "optimal" });
    expect((await shell(["solve", "--config-dir", "nowhere"], "2> /dev/full")).code).toBe(1);
    expect((await shell(EVALUATE, "> /dev/full 2>&1")).code).toBe(1);
  }, 40_000);
});

describe("a file that takes only part of the output", () => {
  it("fails the command, and is as long as it may be", async () => {
    const path = join(root, "cut.jsonl");
    // Files may have 64 blocks of 1024 bytes; without the trap the system would end the process.
    const { code, stderr } = await shell(MANY, `> ${path}`, "ulimit -f 64; trap '' XFSZ; ");
    expect(code).toBe(1);
    expect(stderr).toContain("error: stdout: it cannot be written (EFBIG)");
    expect(statSync(path).size).toBe(64 * 1024);
  }, 20_000);

  it("leaves what a set of files was", async () => {
    const out = join(root, "out");
    mkdirSync(out);
    const { code, stderr } = await shell(
      [...SOLVE, "--out", out],
      "",
      "ulimit -f 1; trap '' XFSZ; ",
    );
    expect(code).toBe(1);
    expect(stderr).toContain("cannot be written (EFBIG)");
    expect(readdirSync(out)).toEqual([]);
  }, 20_000);
});

describe("a reader that has seen enough", () => {
  it.each([
    ["the first lines of many", MANY],
    ["nothing of a report", EVALUATE],
    ["nothing of help", ["--help"]],
  ])(
    "ends the command quietly, as SIGPIPE would: %s",
    async (_, argv) => {
      const lines = argv === MANY ? 2 : 0;
      const { code, stdout, stderr } = await shell(
        argv,
        `2> >(grep -v ^warning: >&2) | { head -n ${lines}; exec <&-; }; echo "\${PIPESTATUS[0]}" >&2; exit 0`,
        "sleep 0; ",
      );
      expect(code).toBe(0);
      expect(stdout.split("\n").filter((line) => line !== "")).toHaveLength(lines);
      expect(stderr).toMatch(/^(?:141|0)\n$/);
      if (argv === MANY) expect(stderr).toBe("141\n");
    },
    20_000,
  );
});
