import { describe, expect, test } from "vitest";
import { InputError } from "../../src/errors.ts";
import { createPool } from "../../src/hardware/pool.ts";
import { createGrid } from "../../src/sweep/grid.ts";
import { parseGridFlags } from "../../src/sweep/grid-text.ts";
import { compareRuns } from "../../src/sweep/run.ts";
import { entry, FOUNDING_POOL, foundingProblem } from "../support/founding.ts";

describe("the default grid of the founding pool", () => {
  const { runs, severalPhases, warnings } = createGrid(foundingProblem());

  test("has 79 runs, as many of each family as its GPUs and its instances allow", () => {
    const counts: Record<string, number> = {};
    for (const run of runs) counts[run.family] = (counts[run.family] ?? 0) + 1;
    expect(counts).toEqual({
      "p4de.24xlarge": 4,
      "p3dn.24xlarge": 12,
      "g6e.48xlarge": 12,
      "g6e.24xlarge": 9,
      "g6e.12xlarge": 6,
      "g6e.4xlarge": 3,
      "g5.48xlarge": 12,
      "g5.24xlarge": 9,
      "g5.12xlarge": 9,
      "g5.4xlarge": 3,
    });
    expect(runs).toHaveLength(79);
    expect(severalPhases).toBe(false);
    expect(warnings).toEqual([]);
  });

  test("takes lengths, batch and phase from the problem", () => {
    for (const run of runs) {
      expect(run).toMatchObject({
        inputTokens: 2048,
        outputTokens: 512,
        minBatch: 32,
        maxBatch: 32,
        phase: "aggregated",
      });
    }
  });

  test("names the workload's two batches when they differ", () => {
    const problem = foundingProblem();
    const workload = { ...problem.workload, maxBatch: 64 };
    const [run] = createGrid({ ...problem, workload }).runs;
    expect(run).toMatchObject({ minBatch: 32, maxBatch: 64 });
  });

  test("does not depend on the order of the pool (invariant 8) and has no run twice", () => {
    const reversed = foundingProblem({ pool: createPool([...FOUNDING_POOL].reverse()) });
    expect(createGrid(reversed)).toEqual({ runs, severalPhases, warnings });
    const tpDegrees = [2];
    expect(createGrid(reversed, { tpDegrees })).toEqual(
      createGrid(foundingProblem(), { tpDegrees }),
    );
    for (let i = 1; i < runs.length; i++)
      expect(compareRuns(runs[i - 1]!, runs[i]!)).toBeLessThan(0);
  });
});

describe("choices", () => {
  const problem = foundingProblem();

  test("multiply: families × degrees × stages × lengths × batches × phases", () => {
    const grid = createGrid(problem, {
      families: ["g5.12xlarge", "g5.4xlarge"],
      tpDegrees: [1, 4],
      ppStages: [1, 3],
      lengths: [
        { inputTokens: 2048, outputTokens: 512 },
        { inputTokens: 1024, outputTokens: 1024 },
      ],
      batches: [
        { minBatch: 8, maxBatch: 8 },
        { minBatch: 8, maxBatch: 64 },
        { minBatch: 1, maxBatch: 1 },
      ],
      phases: ["decode", "prefill"],
    });
    // g5.12xlarge does TP 1 and 4, g5.4xlarge only TP 1; both have 3 instances.
    expect(grid.runs).toHaveLength((2 + 1) * 2 * 2 * 3 * 2);
    expect(grid.severalPhases).toBe(true);
    expect(grid.runs[0]!.phase).toBe("prefill");
    expect(grid.runs.at(-1)!.phase).toBe("decode");
  });

  test("listed twice count once, in any order", () => {
    const once = createGrid(problem, { tpDegrees: [2, 4], phases: ["prefill"] });
    const twice = createGrid(problem, { tpDegrees: [4, 2, 4], phases: ["prefill", "prefill"] });
    expect(twice).toEqual(once);
  });

  test("that a family cannot do are left out of that family, and said when nothing is left", () => {
    const grid = createGrid(problem, { families: ["p4de.24xlarge", "g5.4xlarge"], tpDegrees: [8] });
    expect(grid.runs.map((run) => run.family)).toEqual(["p4de.24xlarge"]);
    expect(grid.warnings).toHaveLength(1);
    expect(grid.warnings[0]).toContain("g5.4xlarge has no run");
  });

  test("of degrees that are no powers of two are kept as listed", () => {
    const grid = createGrid(problem, { families: ["g5.12xlarge"], tpDegrees: [3], ppStages: [3] });
    expect(grid.runs).toHaveLength(1);
  });

  test.each([
    ["an unknown family", { families: ["g5.12xlarg"] }, /g5\.12xlarg" is not.*"g5\.12xlarge"/],
    ["a TP degree beyond every family", { tpDegrees: [1, 16] }, /--tp-degrees: 16 .*\(8 GPUs/],
    ["stages beyond every family", { ppStages: [5] }, /--pp-stages: 5 .*\(4 instances/],
    [
      "a degree beyond the chosen families",
      { families: ["g5.4xlarge"], tpDegrees: [2] },
      /2 is more than any chosen/,
    ],
    ["a degree of 0", { tpDegrees: [0] }, /--tp-degrees: 0 is not a positive integer/],
    ["a fractional stage count", { ppStages: [1.5] }, /--pp-stages: 1\.5/],
    ["an empty list", { phases: [] }, /--phases: the list is empty/],
    [
      "no combination",
      { families: ["p4de.24xlarge", "g5.4xlarge"], tpDegrees: [8], ppStages: [4] },
      /no runs are left/,
    ],
    [
      "a largest batch below the smallest",
      { batches: [{ minBatch: 8, maxBatch: 4 }] },
      /largest batch 4/,
    ],
    [
      "aggregated serving without output",
      { lengths: [{ inputTokens: 8, outputTokens: 0 }] },
      /aggregated serving with 0 output tokens/,
    ],
  ])("are refused: %s", (_, choices, message) => {
    expect(() => createGrid(problem, choices as object)).toThrow(InputError);
    expect(() => createGrid(problem, choices as object)).toThrow(message);
  });

  test.each([
    ["phase", "--phases"],
    ["inputTokens", "--io"],
    ["outputTokens", "--io"],
    ["minBatch", "--batch-sizes"],
  ])("are needed where the problem does not say its %s", (key, flag) => {
    const workload = { ...problem.workload, [key]: null };
    expect(() => createGrid({ ...problem, workload })).toThrow(flag);
  });
});

describe("grid flags", () => {
  test("read lists, pairs and phases", () => {
    expect(
      parseGridFlags({
        instanceFamilies: "g5.12xlarge, a3-highgpu-8g",
        tpDegrees: "1,4",
        ppStages: "2",
        io: "2048:512,1024:0",
        batchSizes: "32,32:64",
        phases: "prefill,aggregated",
      }),
    ).toEqual({
      families: ["g5.12xlarge", "a3-highgpu-8g"],
      tpDegrees: [1, 4],
      ppStages: [2],
      lengths: [
        { inputTokens: 2048, outputTokens: 512 },
        { inputTokens: 1024, outputTokens: 0 },
      ],
      batches: [
        { minBatch: 32, maxBatch: 32 },
        { minBatch: 32, maxBatch: 64 },
      ],
      phases: ["prefill", "aggregated"],
    });
  });

  test("that are absent leave the defaults", () => {
    expect(createGrid(foundingProblem(), parseGridFlags({})).runs).toHaveLength(79);
  });

  test.each([
    [{ instanceFamilies: "a,,b" }, /--instance-families: an item of the list is empty/],
    [{ tpDegrees: "1,two" }, /--tp-degrees: "two"/],
    [{ tpDegrees: "1,-2" }, /--tp-degrees: "-2"/],
    [{ ppStages: "1.5" }, /--pp-stages: "1.5"/],
    [{ ppStages: "" }, /--pp-stages: an item/],
    [{ io: "2048" }, /--io: "2048" is not a pair/],
    [{ io: "1:2:3" }, /--io: "1:2:3" is not a pair/],
    [{ io: "1:" }, /--io/],
    [{ batchSizes: "8:16:32" }, /--batch-sizes: "8:16:32"/],
    [{ batchSizes: "8:" }, /--batch-sizes/],
    [{ batchSizes: "many" }, /--batch-sizes: "many"/],
    [{ phases: "prefil" }, /--phases: "prefil" is not a phase\. Did you mean "prefill"/],
  ])("are refused: %j", (flags, message) => {
    expect(() => parseGridFlags(flags)).toThrow(InputError);
    expect(() => parseGridFlags(flags)).toThrow(message);
  });
});

test("a family without instances in the pool has no run", () => {
  const pool = createPool([
    entry("none", "NVIDIA A100", 8, 80, 600, 400, 1, 0),
    entry("one", "NVIDIA A100", 8, 80, 600, 400, 1, 1),
  ]);
  const grid = createGrid(foundingProblem({ pool }));
  expect(new Set(grid.runs.map((run) => run.family))).toEqual(new Set(["one"]));
  expect(grid.warnings[0]).toContain("none has no run");
});
