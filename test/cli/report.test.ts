import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { cli, scratchDirectory, TINY, WORKLOAD, writeFiles } from "./harness.ts";

const root = scratchDirectory();
const problem = writeFiles(join(root, "problem"), TINY);

function solve(report: string, more: readonly string[] = []) {
  return cli(["solve", "--config-dir", problem, ...WORKLOAD, "--report", report, ...more]);
}

describe("solve --report", () => {
  it("writes a report with frontier and explanation, and the command that makes it", async () => {
    const path = join(root, "new", "report.html");
    const { code, stdout } = await solve(path, ["--json"]);
    expect(code).toBe(0);
    const json = JSON.parse(stdout) as Record<string, unknown>;
    expect(json).toHaveProperty("frontier");
    expect(json).toHaveProperty("explanation");
    const text = readFileSync(path, "utf8");
    expect(text).toContain("What would change this answer");
    expect(text).toContain(`llm-placement solve --config-dir ${problem} --phase aggregated`);
  });

  it("writes the same bytes again", async () => {
    const path = join(root, "again.html");
    await solve(path);
    const first = readFileSync(path, "utf8");
    await solve(path);
    expect(readFileSync(path, "utf8")).toBe(first);
  });

  it("writes a report of an infeasible problem too", async () => {
    const path = join(root, "infeasible.html");
    const { code } = await solve(path, ["--max-hourly-cost", "0.01"]);
    expect(code).toBe(2);
    expect(readFileSync(path, "utf8")).toContain("Why nothing fits");
  });

  it("refuses before the search a place that cannot be written", async () => {
    const directory = join(root, "a-directory");
    mkdirSync(directory);
    const { code, stderr } = await solve(directory);
    expect(code).toBe(1);
    expect(stderr).toContain("--report");
    expect(stderr).toContain("is a directory");
  });
});

describe("sweep --report", () => {
  const sweep = (report: string) =>
    cli([
      "sweep",
      "--config-dir",
      problem,
      ...WORKLOAD,
      "--out",
      join(root, "sweep"),
      "--report",
      report,
    ]);

  it("writes a report of all runs, the same one again when they are kept", async () => {
    const path = join(root, "sweep.html");
    const { code, stdout } = await sweep(path);
    expect(code).toBe(0);
    expect(stdout).toContain("data.csv");
    const text = readFileSync(path, "utf8");
    expect(text).toContain("All runs");
    await sweep(path);
    expect(readFileSync(path, "utf8")).toBe(text);
  });

  it("refuses a place that cannot be written before a run is made", async () => {
    const out = join(root, "never");
    const { code } = await cli([
      "sweep",
      "--config-dir",
      problem,
      ...WORKLOAD,
      "--out",
      out,
      "--report",
      root,
    ]);
    expect(code).toBe(1);
    expect(existsSync(out)).toBe(false);
  });
});
