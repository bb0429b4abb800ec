/** What bench/whole-commands.ts runs, and the table of what it measured. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { WholeCommandRun } from "../../bench/measured.ts";
import { parseUsage } from "../../bench/process-usage.ts";
import { median } from "../../bench/statistics.ts";
import { wholeCommands } from "../../bench/whole-command-list.ts";
import { wholeCommandBlocks, wholeCommandLine } from "../../bench/whole-command-table.ts";
import { readServedProblem } from "../../src/files/read-problem.ts";
import { cli } from "../cli/harness.ts";

const scratch = mkdtempSync(join(tmpdir(), "whole-commands-"));
afterAll(() => rmSync(scratch, { recursive: true }));

describe("the commands that are measured", () => {
  const commands = wholeCommands(scratch, { types: 80, mib: 0.1, seed: 1 });
  const named = (name: string): (typeof commands)[number] =>
    commands.find((command) => command.name === name)!;

  it("have names of their own", () => {
    expect(new Set(commands.map(({ name }) => name)).size).toBe(commands.length);
  });

  it("name a pool of 16 offers where they say so", () => {
    const { args } = named("moe-16-offers-frontier");
    const listed = (flag: string): string[] => args[args.indexOf(flag) + 1]!.split(",");
    const { pool } = readServedProblem({
      model: "glm-4.5-air",
      inputTokens: 2048,
      outputTokens: 512,
      providers: listed("--providers"),
      gpus: listed("--gpus"),
    });
    expect(pool.types).toHaveLength(16);
  });

  it.each(["weighted-one-instance", "read-pool", "read-catalogue-pool", "read-catalogue-list"])(
    "%s reads the files that are written for it",
    async (name) => {
      const { args, exitCode } = named(name);
      const { code, stdout, stderr } = await cli([...args, "--json"]);
      expect(code, stderr).toBe(exitCode);
      expect(JSON.parse(stdout).status).toMatch(/^(optimal|SUCCESS)$/);
    },
  );
});

const RUN: WholeCommandRun = {
  name: "one",
  command: "node one",
  exit_code: 0,
  processor_seconds: 1,
  wall_seconds: 0.8,
  peak_memory_mib: 100,
  times_bare: 4,
  base: null,
  rounds: 5,
  load: 0.5,
};
const INFEASIBLE: WholeCommandRun = { ...RUN, name: "two", command: "node two", exit_code: 2 };

describe("the table of whole commands", () => {
  it("has no columns of a base that was not measured", () => {
    expect(wholeCommandBlocks([RUN, INFEASIBLE])).toEqual([
      [
        "| command | processor s | wall s | MiB | × bare HiGHS | load |",
        "| --- | --- | --- | --- | --- | --- |",
        "| one | 1.00 | 0.80 | 100 | 4.0 | 0.5 |",
        "| two | 1.00 | 0.80 | 100 | 4.0 | 0.5 |",
      ].join("\n"),
      "- one: `node one`\n- two: `node two`, exit code 2",
    ]);
  });

  it("shows what the base took, or why there is no ratio", () => {
    const taken = { processor_seconds: 4, wall_seconds: 3, peak_memory_mib: 200 };
    const [table = ""] = wholeCommandBlocks([
      { ...RUN, base: { outcome: "same_answer", ...taken } },
      { ...RUN, base: { outcome: "stopped", after_seconds: 120 } },
      { ...RUN, base: { outcome: "other_answer", where: 'name is "a|b", was 1' } },
    ]);
    const [head, , ...rows] = table.split("\n");
    expect(head).toContain("| before: processor s | before: wall s | before: MiB | now ÷ before |");
    expect(rows.map((row) => row.split(" | 0.5 |")[1])).toEqual([
      " 4.00 | 3.00 | 200 | 0.25 |",
      "  |  |  | stopped after 120 s |",
      '  |  |  | **another answer**: name is "a\\|b", was 1 |',
    ]);
  });

  it("is a line each in a terminal", () => {
    expect(wholeCommandLine(RUN)).toBe(
      "one                      processor 1.00 s, wall 0.80 s, 100 MiB, 4.0 × bare HiGHS; load 0.5",
    );
    expect(
      wholeCommandLine({ ...RUN, base: { outcome: "stopped", after_seconds: 120 } }),
    ).toContain("; before: stopped after 120 s; load");
  });
});

describe("what a process reports of itself", () => {
  it("is told in seconds and MiB", () => {
    const reported = { userCPUTime: 2_000_000, systemCPUTime: 500_000, peakKib: 2048 };
    expect(parseUsage(JSON.stringify(reported))).toEqual({
      userSeconds: 2,
      processorSeconds: 2.5,
      peakMemoryMib: 2,
    });
  });

  it("is missed when it was killed", () => {
    expect(() => parseUsage("")).toThrow("ended without a report");
  });
});

it("the median is the middle, or the mean of the two in the middle", () => {
  expect(median([3])).toBe(3);
  expect(median([10, 1, 9])).toBe(9);
  expect(median([10, 1, 9, 2])).toBe(5.5);
});
