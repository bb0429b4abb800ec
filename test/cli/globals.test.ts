import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { wantsColours } from "../../src/cli/io/io.ts";
import { cli, scratchDirectory, TINY, WORKLOAD, writeFiles } from "./harness.ts";

const root = writeFiles(scratchDirectory(), TINY);
const SOLVE = ["solve", "--config-dir", root, ...WORKLOAD];
/** Ignored keys of config.csv are warned of. */
const warned = writeFiles(scratchDirectory(), {
  ...TINY,
  "config.csv": `${TINY["config.csv"]}engine,vllm\n`,
});
const WARNED = ["solve", "--config-dir", warned, ...WORKLOAD];

describe("--quiet", () => {
  it("leaves warnings and notes out, before and after the command's name", async () => {
    const loud = await cli(WARNED);
    expect(loud.stderr).toMatch(/^warning: /);
    expect(loud.stderr).toMatch(/done in /);
    for (const argv of [
      [...WARNED, "--quiet"],
      ["-q", ...WARNED],
    ]) {
      expect(await cli(argv)).toEqual({ ...loud, stderr: "" });
    }
  });

  it("keeps errors, and warnings in JSON", async () => {
    const bad = await cli([...SOLVE, "--include", "none", "--quiet"]);
    expect(bad.code).toBe(1);
    expect(bad.stderr).toMatch(/^error: --include/);
    const { stdout } = await cli([...WARNED, "--quiet", "--json"]);
    expect(JSON.parse(stdout).warnings).toHaveLength(1);
  });

  it("cannot stand beside --verbose", async () => {
    const { code, stderr } = await cli([...SOLVE, "--quiet", "--verbose"]);
    expect(code).toBe(1);
    expect(stderr).toContain("--quiet: it cannot be combined with --verbose.");
  });
});

describe("--verbose", () => {
  it("says what is read, how large it is and how the search goes, on stderr only", async () => {
    const plain = await cli([...SOLVE, "--frontier"]);
    const { stdout, stderr } = await cli([...SOLVE, "--frontier", "--verbose"]);
    expect(stdout).toBe(plain.stdout);
    expect(stderr).toContain(`read ${join(root, "config.csv")}: `);
    expect(stderr).toMatch(/read .*gpu_pool\.csv: 38 bytes\n/);
    expect(stderr).toContain(
      "2 instance types, 3 instances, 4 GPUs, derived bandwidths, 12 layers\n",
    );
    expect(stderr).toMatch(/^\d+\.\d s {2}[\d,]+ cases$/m);
    expect(stderr).toMatch(/^\d+\.\d s {2}best \$\S+\/M {2}bound \$\S+\/M {2}gap \S+ %/m);
    expect(stderr).toMatch(/^\d+\.\d s {2}now the frontier$/m);
    expect(stderr).toMatch(
      /^\d+\.\d s {2}optimal: \d+ of [\d,]+ cases decided, with \d+ MILPs?, /m,
    );
  });

  it("is of one command: the next one is silent again", async () => {
    await cli([...SOLVE, "--verbose"]);
    expect((await cli(SOLVE)).stderr).toMatch(/^done in \d+\.\d+ s\n$/);
  });
});

describe("colours", () => {
  const output = (isTty: boolean) => ({ isTty, write: () => undefined });
  const wanted = (isTty: boolean, env: Record<string, string>, colours?: boolean): boolean =>
    wantsColours({
      stdout: output(isTty),
      stderr: output(false),
      env,
      colours,
      exit: () => undefined,
      onInterrupt: () => () => undefined,
    });

  it.each([
    [true, {}, undefined, true],
    [false, {}, undefined, false],
    [true, { TERM: "dumb" }, undefined, false],
    [true, { NO_COLOR: "1" }, undefined, false],
    [true, { NO_COLOR: "" }, undefined, true],
    [false, { FORCE_COLOR: "1" }, undefined, true],
    [true, { FORCE_COLOR: "0" }, undefined, false],
    [false, { FORCE_COLOR: "1", NO_COLOR: "1" }, undefined, false],
    [true, {}, false, false],
    [false, { NO_COLOR: "1" }, true, true],
    [true, { FORCE_COLOR: "1" }, false, false],
  ])("terminal %s, %j, flag %s: %s", (isTty, env, flag, expected) => {
    expect(wanted(isTty, env as Record<string, string>, flag)).toBe(expected);
  });

  it("are what --color and --no-color say", async () => {
    const ESCAPE = "\u001b[";
    expect((await cli([...SOLVE, "--color"])).stdout).toContain(ESCAPE);
    expect((await cli([...SOLVE, "--no-color"], { isTty: true })).stdout).not.toContain(ESCAPE);
    expect((await cli(SOLVE, { isTty: true })).stdout).toContain(ESCAPE);
  });
});
