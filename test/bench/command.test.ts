import { describe, expect, it } from "vitest";
import { REPORT_WIDTH, visibleWidth } from "../../src/report/layout.ts";
import { cli } from "../cli/harness.ts";

describe("bench", () => {
  it("prints the optimum beside every heuristic, the same text every time, times on stderr only", async () => {
    const argv = ["bench", "--case", "founding-aggregated", "small-8b-target"];
    const first = await cli(argv);
    expect(first.code).toBe(0);
    expect(first.stdout).toContain(
      "Optimum, proven: $9.3999 per million tokens with 1 × p4de.24xlarge: 1 stage of 80 layers, TP 8,\nbatch 32",
    );
    expect(first.stdout).toMatch(/memory-greedy +\$15\.1318 +37\.9 % +2 × g5\.12xlarge/);
    expect(first.stdout).toMatch(/Proven +2 of 2\n +Never worse than a heuristic +yes/);
    expect(first.stdout).not.toMatch(/solved in/);
    expect(first.stderr).toMatch(/^founding-aggregated: solved in \d/m);
    for (const line of first.stdout.split("\n")) {
      expect(visibleWidth(line), line).toBeLessThanOrEqual(REPORT_WIDTH);
    }
    expect((await cli(argv)).stdout).toBe(first.stdout);
  });

  it("prints JSON with times in run only", async () => {
    const argv = ["bench", "--json", "--case", "left-over-405b", "--case", "founding-weighted"];
    const { code, stdout, stderr } = await cli(argv);
    expect(code).toBe(0);
    expect(stderr).toBe("");
    const { run, ...rest } = JSON.parse(stdout);
    expect(rest.cases.map(({ name }: { name: string }) => name)).toEqual([
      "founding-weighted",
      "left-over-405b",
    ]);
    expect(rest.cases[0]).toMatchObject({
      status: "optimal",
      objective: { name: "weighted" },
      gap: 0,
      saving_over_best: null,
    });
    expect(rest.cases[1].heuristics[0]).toEqual({
      name: "vllm-default",
      value: null,
      saving: null,
      placement: null,
    });
    expect(rest.cases[1].saving_over_best).toBeGreaterThan(0);
    expect(rest.summary).toMatchObject({
      cases: 2,
      proven: 2,
      never_worse: true,
      saving_over_best: { count: 1 },
    });
    expect(rest.summary.heuristics.at(-1)).toMatchObject({ name: "local-search", found: 2 });
    expect(JSON.stringify(rest)).not.toContain("_seconds");
    expect(run.cases[1].solve_seconds).toBeGreaterThan(0);
  });

  it("refuses a case that does not exist, with the nearest name", async () => {
    const { code, stdout, stderr } = await cli(["bench", "--case", "left-ovr"]);
    expect(code).toBe(1);
    expect(stdout).toBe("");
    expect(stderr).toBe('error: --case: there is no case "left-ovr". Did you mean "left-over"?\n');
  });

  it("ends with an internal error that names the case when a heuristic beats the solver", async () => {
    const liar = {
      name: "liar",
      decidesEveryCase: true,
      solve: async () => ({ status: "infeasible" as const }),
      dispose: async () => undefined,
    };
    const { code, stderr } = await cli(["bench", "--case", "left-over-405b"], {
      createBackend: () => liar,
    });
    expect(code).toBe(70);
    expect(stderr).toContain("case left-over-405b: called infeasible, but memory-greedy found");
  });
});
