import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createReferenceModel } from "../../src/cost/reference/reference-model.ts";
import { collect } from "../../src/files/collect.ts";
import { deriveMatrix } from "../../src/hardware/network.ts";
import { createPool } from "../../src/hardware/pool.ts";
import { evaluate } from "../../src/placement/evaluate.ts";
import { evenSplit } from "../../src/placement/even-split.ts";
import type { Problem } from "../../src/placement/problem.ts";
import type { GridChoices } from "../../src/sweep/grid.ts";
import { DATA_COLUMNS } from "../../src/sweep/row.ts";
import { FOUNDING_POOL, foundingProblem, LARGE_RULES, LLAMA3_70B } from "../support/founding.ts";
import { restated } from "../support/models.ts";
import {
  A_RUN,
  changedPool,
  dearer,
  message,
  rowsOf,
  run,
  SMALL,
  tree,
  useScratch,
} from "./scratch.ts";

const scratch = useScratch();

describe("a sweep into an empty directory", () => {
  test("writes 79 run directories and data.csv for the founding pool", () => {
    const result = run(foundingProblem(), {}, scratch.out);
    expect(result).toMatchObject({ computed: 79, kept: 0, warnings: [] });
    const names = readdirSync(scratch.out);
    expect(names).toHaveLength(80);
    expect(names).toContain(A_RUN);
    const text = readFileSync(join(scratch.out, "data.csv"), "utf8");
    expect(text.split("\n")[0]).toBe(DATA_COLUMNS.join(","));
    const rows = rowsOf(join(scratch.out, "data.csv"));
    expect(rows).toHaveLength(79);
    expect(new Set(rows.map((row) => row.status))).toEqual(new Set(["SUCCESS", "INFEASIBLE"]));
    for (const row of rows) {
      expect(row.reason === "").toBe(row.status === "SUCCESS");
      expect(existsSync(join(scratch.out, row.output_dir!))).toBe(true);
      expect(existsSync(join(scratch.out, row.source_path!))).toBe(true);
    }
    const best = rows.filter((row) => row.is_best === "YES");
    expect(best.map((row) => row.placement)).toEqual(["{PP_1:{p4de.24xlarge#0:8}}"]);
    expect(rows.filter((row) => row.is_best === "NO")).toHaveLength(78);
  });

  test("keeps with each run what evaluating its placement says, and its own row", () => {
    const problem = foundingProblem();
    run(problem, SMALL, scratch.out);
    const { run: key, ...evaluation } = JSON.parse(
      readFileSync(join(scratch.out, A_RUN, "placement_metrics.json"), "utf8"),
    );
    const split = evenSplit(
      problem,
      { family: "g5.12xlarge", tpDegree: 4, ppStages: 2 },
      { phase: "aggregated", batch: 32, inputTokens: 2048, outputTokens: 512 },
    );
    if (split.status !== "placement") throw new Error(split.error);
    expect(evaluation).toEqual(evaluate(problem, split.placement));
    expect(key).toMatchObject({
      instance_family: "g5.12xlarge",
      tp_degree: 4,
      pp_stages: 2,
      sequence_length: 2048,
      output_length: 512,
      min_batch_size: 32,
      max_batch_size: 32,
      workload_phase: "aggregated",
    });
    const [own] = rowsOf(join(scratch.out, A_RUN, "placement_metrics.csv"));
    const listed = rowsOf(join(scratch.out, "data.csv")).find((row) => row.output_dir === A_RUN);
    expect(own).toEqual({
      ...listed,
      output_dir: ".",
      source_path: "placement_metrics.csv",
      is_best: "",
    });
  });

  test("gives the same bytes whatever the directory and the pool's order (invariants 7, 8)", () => {
    const other = join(scratch.root, "elsewhere", "deep");
    run(foundingProblem(), {}, scratch.out);
    run(foundingProblem({ pool: createPool([...FOUNDING_POOL].reverse()) }), {}, other);
    expect(tree(other)).toEqual(tree(scratch.out));
  });

  test("names a batch pair and evaluates its smaller batch", () => {
    run(foundingProblem(), { ...SMALL, batches: [{ minBatch: 8, maxBatch: 64 }] }, scratch.out);
    const rows = rowsOf(join(scratch.out, "data.csv"));
    for (const row of rows) {
      expect(row.output_dir).toMatch(/-bs8_64$/);
      expect(row.batch_size).toBe("8");
    }
  });

  test("keeps phases apart when there are several", () => {
    run(foundingProblem(), { ...SMALL, phases: ["decode", "prefill"] }, scratch.out);
    expect(readdirSync(scratch.out).sort()).toEqual(["data.csv", "decode", "prefill"]);
    const rows = rowsOf(join(scratch.out, "data.csv"));
    expect(rows).toHaveLength(18);
    expect(rows[0]!.output_dir).toMatch(/^prefill\/eval_family-/);
    expect(rows.at(-1)!.output_dir).toMatch(/^decode\/eval_family-/);
    expect(rows.filter((row) => row.is_best === "YES").length).toBeGreaterThanOrEqual(2);
    collect([scratch.out], join(scratch.out, "again.csv"));
    expect(readFileSync(join(scratch.out, "again.csv"), "utf8")).toBe(
      readFileSync(join(scratch.out, "data.csv"), "utf8"),
    );
  });

  test("passes on what evaluating gives reason to warn of, once, also for runs it keeps", () => {
    const choices: GridChoices = {
      ...SMALL,
      phases: ["decode"],
      lengths: [{ inputTokens: 2048, outputTokens: 0 }],
    };
    for (const kept of [0, 9]) {
      const result = run(foundingProblem(), choices, scratch.out);
      expect(result.kept).toBe(kept);
      expect(result.warnings.filter((text) => text.includes("output_length 0"))).toHaveLength(1);
    }
  });

  test("refuses an --out that is a file", () => {
    writeFileSync(scratch.out, "");
    expect(message(() => run(foundingProblem(), SMALL, scratch.out))).toMatch(
      /Expected a directory, found a file/,
    );
  });
});

describe("a sweep that was stopped", () => {
  test("goes on where it stood and ends with the bytes of an undisturbed one", () => {
    run(foundingProblem(), SMALL, scratch.out);
    const undisturbed = tree(scratch.out);
    const untouched = statSync(join(scratch.out, A_RUN)).ino;
    for (const name of readdirSync(scratch.out).filter((entry) => /-pp(1|4)-/.test(entry))) {
      rmSync(join(scratch.out, name), { recursive: true });
    }
    rmSync(join(scratch.out, "data.csv"));
    const half = join(
      scratch.out,
      ".eval_family-g5.12xlarge-pp1-tp4-in2048-out512-bs32_32.4194999.llm-placement.tmp",
    );
    mkdirSync(half);
    writeFileSync(join(half, "placement_metrics.json"), '{"status":"SUC');
    writeFileSync(join(half, "unknown"), "must not be taken over");
    const result = run(foundingProblem(), SMALL, scratch.out);
    expect(result).toMatchObject({ computed: 6, kept: 3 });
    expect(tree(scratch.out)).toEqual(undisturbed);
    expect(statSync(join(scratch.out, A_RUN)).ino).toBe(untouched);
  });

  test("among several phases is cleaned in every one of them", () => {
    const choices: GridChoices = { ...SMALL, phases: ["decode", "prefill"] };
    run(foundingProblem(), choices, scratch.out);
    const undisturbed = tree(scratch.out);
    renameSync(
      join(scratch.out, "decode", A_RUN),
      join(scratch.out, "decode", `.${A_RUN}.4194999.llm-placement.tmp`),
    );
    // A leftover of a run that this grid does not compute again.
    mkdirSync(
      join(scratch.out, "prefill", `.${A_RUN.replace("pp2", "pp3")}.4194999.llm-placement.tmp`),
    );
    run(foundingProblem(), choices, scratch.out);
    expect(tree(scratch.out)).toEqual(undisturbed);
  });

  test("leaves other hidden files alone", () => {
    mkdirSync(join(scratch.out, ".mine.1.tmp"), { recursive: true });
    writeFileSync(join(scratch.out, ".notes"), "x");
    run(foundingProblem(), SMALL, scratch.out);
    expect(readdirSync(scratch.out)).toEqual(expect.arrayContaining([".mine.1.tmp", ".notes"]));
  });

  test("says which runs on disk are not of the grid, and leaves them out of data.csv", () => {
    run(foundingProblem(), SMALL, scratch.out);
    const narrow = run(
      foundingProblem(),
      {
        ...SMALL,
        families: ["g6e.4xlarge"],
        tpDegrees: [1],
      },
      scratch.out,
    );
    expect(narrow).toMatchObject({ computed: 0, kept: 3 });
    expect(narrow.warnings).toHaveLength(1);
    expect(narrow.warnings[0]).toMatch(/run directories outside this grid: 6, e\.g\./);
    expect(rowsOf(join(scratch.out, "data.csv"))).toHaveLength(3);
  });
});

const FACTORS = { realWorldEfficiency: 0.3, microBatchSize: 8, interferenceFactor: 0.8 };

function slowMatrix(): Partial<Problem> {
  const network = deriveMatrix(foundingProblem().pool);
  const gBytesPerSecond = network.gBytesPerSecond.map((bandwidth) => bandwidth / 2);
  return { network: { ...network, gBytesPerSecond } };
}

describe("a directory of another problem", () => {
  const changes: [string, Partial<Problem>][] = [
    ["a price", changedPool("g5.12xlarge", dearer)],
    [
      "an instance's memory",
      changedPool("g5.12xlarge", (item) => ({
        ...item,
        instance: { ...item.instance, gpuMemoryGib: 23 },
      })),
    ],
    ["the model's name", { model: { ...LLAMA3_70B, name: "other" } }],
    ["the model's size", { model: restated(LLAMA3_70B, { dHidden: 28673 }) }],
    ["the wanted utilisation", { rules: { ...LARGE_RULES, minMemoryUtilization: 0.4 } }],
    ["a rule that the run keeps either way", { rules: { ...LARGE_RULES, minLayersPerStage: 6 } }],
    ["the network", slowMatrix()],
    ["the job", { totalTokensToProcess: 1 }],
    ["the budget", { limits: { ...foundingProblem().limits, maxHourlyCostUsd: 10 } }],
    ...(Object.keys(FACTORS) as (keyof typeof FACTORS)[]).map((key): [string, Partial<Problem>] => [
      key,
      {
        costModel: createReferenceModel(LLAMA3_70B.architecture, {
          ...FACTORS,
          [key]: FACTORS[key] / 2,
        }),
      },
    ]),
  ];

  test.each(changes)("is refused, and nothing is written: %s", (_, change) => {
    const grid: GridChoices = { families: ["g5.12xlarge"], tpDegrees: [4], ppStages: [2] };
    run(foundingProblem(), grid, scratch.out);
    const before = tree(scratch.out);
    const wider = { ...grid, tpDegrees: [2, 4] };
    expect(message(() => run(foundingProblem(change), wider, scratch.out))).toMatch(
      /another problem.*another --out directory, or delete/,
    );
    expect(tree(scratch.out)).toEqual(before);
  });

  test("is refused for another phase, which the names do not show", () => {
    run(foundingProblem(), SMALL, scratch.out);
    expect(
      message(() => run(foundingProblem(), { ...SMALL, phases: ["decode"] }, scratch.out)),
    ).toMatch(/for the phase aggregated, not decode/);
  });

  test.each<[string, Partial<Problem>]>([
    ["another type's price", changedPool("p4de.24xlarge", dearer)],
    ["more instances of the type", changedPool("g5.12xlarge", (item) => ({ ...item, count: 9 }))],
    [
      "the place a price was read from",
      changedPool("g5.12xlarge", (item) => ({ ...item, price: { ...item.price, source: "x" } })),
    ],
    ["an equal network, written out", { network: deriveMatrix(foundingProblem().pool) }],
    ["the objective's weights", { weights: { ...foundingProblem().weights, costWeight: 0.1 } }],
  ])("is not what a change makes that cannot reach the runs: %s", (_, change) => {
    const grid: GridChoices = { families: ["g5.12xlarge"], tpDegrees: [4], ppStages: [1, 2] };
    run(foundingProblem(), grid, scratch.out);
    expect(run(foundingProblem(change), grid, scratch.out)).toMatchObject({
      computed: 0,
      kept: 2,
    });
  });
});

describe("a run directory that is not whole", () => {
  const json = join(A_RUN, "placement_metrics.json");
  const csv = join(A_RUN, "placement_metrics.csv");
  const edit = (path: string, change: (text: string) => string): void => {
    writeFileSync(join(scratch.out, path), change(readFileSync(join(scratch.out, path), "utf8")));
  };
  const damages: [string, () => void, RegExp][] = [
    [
      "JSON cut short",
      () => edit(json, (text) => text.slice(0, 100)),
      /metrics\.json:\d+, column \d+: it was cut short or edited/,
    ],
    [
      "JSON empty",
      () => edit(json, () => ""),
      /metrics\.json:1, column 1: it was cut short or edited/,
    ],
    ["JSON missing", () => rmSync(join(scratch.out, json)), /metrics\.json: it is missing/],
    ["CSV missing", () => rmSync(join(scratch.out, csv)), /metrics\.csv: it is missing/],
    [
      "CSV cut short",
      () => edit(csv, (text) => text.slice(0, -10)),
      /metrics\.csv: it contradicts placement_metrics\.json/,
    ],
    [
      "a figure edited in the JSON",
      () => edit(json, (text) => text.replace('"cost_per_hour": 11.34', '"cost_per_hour": 1.34')),
      /metrics\.csv: it contradicts placement_metrics\.json/,
    ],
    [
      "no run in the JSON",
      () => edit(json, (text) => JSON.stringify({ ...JSON.parse(text), run: undefined })),
      /metrics\.json: it is not the result of a run[\s\S]*run/,
    ],
    [
      "an unknown key",
      () => edit(json, (text) => text.replace('"run": {', '"run": {"runs": 1,')),
      /runs/,
    ],
    [
      "another format",
      () => edit(json, (text) => text.replace('"format": 3', '"format": 0')),
      /metrics\.json: it is not the result of a run/,
    ],
    [
      "the files of another run",
      () => {
        const other = join(scratch.out, A_RUN.replace("pp2", "pp1"));
        cpSync(other, join(scratch.out, A_RUN), { recursive: true });
      },
      /not the one its directory is named after/,
    ],
  ];

  test.each(damages)("is refused with its file's name: %s", (_, damage, expected) => {
    run(foundingProblem(), SMALL, scratch.out);
    const before = readFileSync(join(scratch.out, "data.csv"), "utf8");
    damage();
    for (const action of [
      () => run(foundingProblem(), SMALL, scratch.out),
      () => collect([scratch.out], join(scratch.out, "data.csv")),
    ]) {
      const text = message(action);
      expect(text).toMatch(expected);
      expect(text).toContain(A_RUN);
      expect(text).toMatch(/[Dd]elete/);
    }
    expect(readFileSync(join(scratch.out, "data.csv"), "utf8")).toBe(before);
  });
});
