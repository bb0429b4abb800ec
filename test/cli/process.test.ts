import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { PLACEMENT, scratchDirectory, TINY, WORKLOAD, writeFiles } from "./harness.ts";

const MAIN = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
const root = scratchDirectory();

beforeAll(() => {
  writeFiles(root, { ...TINY, "many.jsonl": `${JSON.stringify(PLACEMENT)}\n`.repeat(3000) });
});

/** Runs the executable itself; `readOnce` closes its stdout after the first piece. */
function run(
  argv: readonly string[],
  { readOnce = false } = {},
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, ["--import", "tsx", MAIN, ...argv]);
  const texts = { stdout: "", stderr: "" };
  child.stdout.on("data", (data) => {
    texts.stdout += data;
    if (readOnce) child.stdout.destroy();
  });
  child.stderr.on("data", (data) => {
    texts.stderr += data;
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, ...texts }));
  });
}

describe("the executable", () => {
  it("knows its version", async () => {
    const { version } = JSON.parse(
      readFileSync(new URL("../../package.json", import.meta.url), "utf8"),
    );
    expect(await run(["--version"])).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
  });

  it("ends with the code of the command, its message on stderr", async () => {
    const { code, stdout, stderr } = await run(["evaluate", "--config-dir", join(root, "none")]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/^error: evaluate: there is nothing to evaluate\./);
  });

  it("solves with the HiGHS that it has started ahead of the command", async () => {
    const solve = ["solve", "--config-dir", root, ...WORKLOAD, "--json"];
    const { code, stdout, stderr } = await run(solve);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(JSON.parse(stdout)).toMatchObject({ status: "optimal", run: { backend: "highs" } });
  });

  it("does not wait for the HiGHS that it has started in vain", async () => {
    const { code, stdout, stderr } = await run(["solve", "--config-dirs", root]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain("unknown option '--config-dirs'");
  });

  it("ends quietly when its reader has seen enough", async () => {
    const { code, stdout, stderr } = await run(
      ["evaluate", "--config-dir", root, "--placements", join(root, "many.jsonl")],
      { readOnce: true },
    );
    expect(code).toBe(141);
    expect(stdout).not.toBe("");
    expect(stderr).toBe("");
  });
});
