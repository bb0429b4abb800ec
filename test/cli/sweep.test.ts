import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { readProblem } from "../../src/files/read-problem.ts";
import { visibleWidth } from "../../src/report/layout.ts";
import { NETWORK_TEXT } from "../input/texts.ts";
import { type CliRun, cli, scratchDirectory, TINY, WORKLOAD, writeFiles } from "./harness.ts";

const root = scratchDirectory();
const problem = join(root, "problem");
const SWEEP = ["sweep", "--config-dir", problem, ...WORKLOAD, "--batch-sizes", "4,4096"];

beforeAll(() => {
  writeFiles(problem, TINY);
});

describe("sweep", () => {
  it("sums up its runs, feasible or not, and ends with 0", async () => {
    const out = join(root, "human");
    const { code, stdout, stderr } = await cli([...SWEEP, "--out", out]);
    expect(code).toBe(0);
    expect(stderr).toBe("");
    expect(stdout).toMatch(/^\d+ runs: [1-9]\d* feasible, [1-9]\d* infeasible\.\n/);
    expect(stdout).toMatch(/^ {2}aggregated {2}128:32 +4 {2}box\.2x +2 +1 /m);
    expect(stdout).toContain(`Written to ${out}/data.csv\n`);
    for (const line of stdout.split("\n")) {
      if (!line.includes(out)) expect(visibleWidth(line)).toBeLessThanOrEqual(100);
    }
    expect(readFileSync(join(out, "data.csv"), "utf8")).toMatch(/^source,model_name,/);
  });

  it("says the same as JSON, and the same again when all runs are there already", async () => {
    const out = join(root, "json");
    const run = (): Promise<CliRun> => cli([...SWEEP, "--out", out, "--json"]);
    const first = await run();
    const json = JSON.parse(first.stdout);
    expect(Object.keys(json)).toEqual([
      "status",
      "runs",
      "feasible",
      "infeasible",
      "data_csv",
      "best",
      "warnings",
    ]);
    expect(json.status).toBe("SUCCESS");
    expect(json.runs).toBe(json.feasible + json.infeasible);
    const rows = readFileSync(json.data_csv, "utf8").trimEnd().split("\n").length - 1;
    expect(rows).toBe(json.runs);
    expect(json.best[0]).toMatchObject({ workload_phase: "aggregated", batch_size: 4 });
    const again = await run();
    expect(again.stdout).toBe(first.stdout);
    expect(again.stderr).toContain(`${json.runs} existing runs kept, 0 new runs`);
  });

  it("can be collected into the same data.csv", async () => {
    const out = join(root, "swept");
    await cli([...SWEEP, "--out", out]);
    const { code, stdout } = await cli(["collect", out, "--out", join(out, "again.csv")]);
    expect(code).toBe(0);
    expect(stdout).toContain("again.csv");
    expect(readFileSync(join(out, "again.csv"), "utf8")).toBe(
      readFileSync(join(out, "data.csv"), "utf8"),
    );
  });
});

describe("network", () => {
  const network = (...flags: string[]): Promise<CliRun> =>
    cli(["network", "--config-dir", problem, ...flags]);

  it("derives a matrix that reads back as what the pool has anyway", async () => {
    const out = join(root, "derived", "network_bandwidth.csv");
    const { code, stdout } = await network("--derive", "--out", out);
    expect(code).toBe(0);
    expect(stdout).toContain("Inside an instance  600.0 GB/s");
    expect(stdout).toContain("Between instances   6.250 to 12.50 GB/s");
    expect(readFileSync(out, "utf8")).toBe(NETWORK_TEXT);
  });

  it("makes a matrix of two numbers", async () => {
    const out = join(root, "uniform", "network_bandwidth.csv");
    const { code, stdout } = await network("--intra", "50", "--inter", "5", "--out", out, "--json");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      status: "SUCCESS",
      path: out,
      num_gpus: 4,
      num_instances: 3,
      inside_gb_per_sec: { min: 50, max: 50 },
      between_gb_per_sec: { min: 5, max: 5 },
      warnings: [],
    });
    writeFiles(join(root, "uniform"), TINY);
    expect(readProblem({ configDir: join(root, "uniform") }).network.kind).toBe("matrix");
  });

  it("replaces a matrix that no longer fits the pool", async () => {
    const stale = join(root, "stale");
    writeFiles(stale, { ...TINY, "network_bandwidth.csv": ",gpu_0\ngpu_0,1\n" });
    const out = join(stale, "network_bandwidth.csv");
    const { code } = await cli(["network", "--config-dir", stale, "--derive", "--out", out]);
    expect(code).toBe(0);
    expect(readFileSync(out, "utf8")).toBe(NETWORK_TEXT);
  });
});
