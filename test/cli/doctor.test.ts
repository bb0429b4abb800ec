import { describe, expect, it } from "vitest";
import { checkCatalogue } from "../../src/cli/doctor/data.ts";
import { finding } from "../../src/cli/doctor/finding.ts";
import { checkNode, checkWritable, judgeMemory } from "../../src/cli/doctor/machine.ts";
import { checkSolver } from "../../src/cli/doctor/solvers.ts";
import { readCatalogue } from "../../src/files/read-catalogue.ts";
import type { MilpBackend, MilpOutcome } from "../../src/milp/model.ts";
import { cli } from "./harness.ts";

const MIB = 1024 ** 2;

describe("doctor", () => {
  it("checks this machine, which runs the tests", async () => {
    const { code, stdout, stderr } = await cli(["doctor", "--json"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const { status, checks } = JSON.parse(stdout) as {
      status: string;
      checks: { name: string; level: string }[];
    };
    expect(status).toBe("SUCCESS");
    expect(checks.map(({ name }) => name)).toEqual([
      "Node.js",
      "HiGHS",
      "second solver",
      "worker threads",
      "memory",
      "catalogue",
      "models",
      "working directory",
    ]);
    for (const { name, level } of checks) {
      expect(name === "catalogue" || name === "memory" ? "ok" : level, name).toBe("ok");
    }
  });

  it("says what is old of the catalogue by the day that it is told", async () => {
    const env = { SOURCE_DATE_EPOCH: String(Date.UTC(2099, 0, 1) / 1000) };
    const { code, stdout } = await cli(["doctor"], { env });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^warn {2}catalogue .* are more than 90 days old/m);
    expect(stdout.endsWith("see the warnings.\n")).toBe(true);
  });

  it("says that the clock stands before the prices", async () => {
    const env = { SOURCE_DATE_EPOCH: "0" };
    const { code, stdout } = await cli(["doctor"], { env });
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^warn {2}catalogue .* but the clock \(or SOURCE_DATE_EPOCH\) says 1970-01-01/m,
    );
  });

  it("fails where instances or prices are missing", () => {
    const whole = readCatalogue(undefined);
    expect(checkCatalogue("2026-11-24", whole).level).not.toBe("fail");
    expect(checkCatalogue("2026-11-24", { ...whole, prices: [] })).toMatchObject({
      level: "fail",
      message: expect.stringContaining("0 prices of no date to no date: files of the package are"),
    });
    expect(checkCatalogue("2026-11-24", { ...whole, instances: [] }).level).toBe("fail");
  });

  it("fails, with exit code 1, when the solver does not work", async () => {
    const createBackend = (): MilpBackend => ({
      name: "broken",
      solve: async () => ({ status: "failed", reason: "no WASM here" }),
      dispose: async () => undefined,
    });
    const { code, stdout } = await cli(["doctor"], { createBackend });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^fail {2}HiGHS .* ended failed: no WASM here$/m);
  });

  it("does not take a wrong optimum for a right one", async () => {
    const wrong: MilpOutcome = {
      status: "optimal",
      objective: -10,
      bound: -10,
      values: new Float64Array([2, 2]),
    };
    let disposed = 0;
    const found = await checkSolver(
      async () => ({
        name: "wrong",
        solve: async () => wrong,
        dispose: async () => void disposed++,
      }),
      "highs",
    );
    expect(found).toMatchObject({ level: "fail" });
    expect(found.message).toContain("with -10");
    expect(disposed).toBe(1);
  });

  it.each([
    ["20.0.0", ">=20", "ok"],
    ["22.1.0", ">=20", "ok"],
    ["18.19.1", ">=20", "fail"],
  ])("judges Node.js %s against %s as %s", (version, engines, level) => {
    expect(checkNode(version, engines).level).toBe(level);
  });

  it.each([
    [8192 * MIB, 4096 * MIB, "ok"],
    [400 * MIB, 4096 * MIB, "warn"],
    [8192 * MIB, 400 * MIB, "warn"],
    [64 * MIB, 4096 * MIB, "fail"],
  ])("judges %d bytes free and a heap of %d as %s", (available, heap, level) => {
    expect(judgeMemory(available, heap).level).toBe(level);
  });

  it("warns of a directory that cannot be written, and reports what a check throws", async () => {
    expect(checkWritable("/nowhere/at/all").level).toBe("warn");
    const thrown = await finding("models", () => {
      throw new Error("the file is gone.");
    });
    expect(thrown).toEqual({ name: "models", level: "fail", message: "the file is gone." });
  });
});
