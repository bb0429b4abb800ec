import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runTargets } from "../../src/calibration/measured-run.ts";
import { readArchitectureDir } from "../../src/files/read-architecture-dir.ts";
import { readMeasuredRuns } from "../../src/files/read-measured-runs.ts";
import { scratchDirectory, writeFiles } from "../cli/harness.ts";
import { benchResult, WITHOUT_DIMENSIONS } from "./bench-results.ts";
import { measuredCsv } from "./measured-csv.ts";
import { configText } from "./texts.ts";

const directory = scratchDirectory();
const path = (name: string): string => join(directory, name);

writeFiles(directory, {
  "config.csv": configText({
    num_experts: "8",
    experts_per_token: "2",
    first_dense_layers: "1",
    sliding_window: "4096",
    sliding_window_pattern: "2",
    kv_cache_dtype: "fp8",
  }),
  "bench.json": JSON.stringify(benchResult(WITHOUT_DIMENSIONS)),
  "whole.json": JSON.stringify(benchResult()),
  "rows.csv": measuredCsv({ config_group: "" }, { config_group: "mine", num_layers: "" }),
});

describe("measured runs", () => {
  const architecture = readArchitectureDir(directory);

  it("without a model have all of that of config.csv, also what columns cannot say", () => {
    const { runs, refused } = readMeasuredRuns([path("bench.json")], architecture, "vllm");
    expect(refused).toEqual([]);
    expect(runs[0]!.measurement).toMatchObject({
      numLayers: 12,
      hiddenSize: 768,
      numHeads: 12,
      kvBytes: 1,
    });
    const { rows } = runTargets(runs);
    expect(rows).toHaveLength(2);
    expect(rows[0]!.plan.architecture).toEqual(architecture);
    expect(architecture.kinds.map(({ attention }) => attention.windowTokens)).toContain(4096);
    expect(architecture.kinds.map(({ experts }) => experts)).toEqual(
      expect.arrayContaining([0, 8]),
    );
  });

  it("with a model of their own keep it", () => {
    const { runs } = readMeasuredRuns([path("whole.json")], architecture, "vllm");
    expect(runs[0]!.measurement.numLayers).toBe(32);
    expect(runTargets(runs).rows[0]!.plan.architecture.kindOf).toHaveLength(32);
  });

  it("without a config group are grouped by their deployment", () => {
    const { runs } = readMeasuredRuns([path("rows.csv"), path("whole.json")], null, "vllm");
    expect(runs.map(({ measurement }) => measurement.configGroup)).toEqual([
      "L40S|llama-8b|tp1|pp1|dp1|w16|vllm 0.10",
      "mine",
      "L40S|meta-llama/Llama-3.1-8B|tp2|pp1|dp1|w16|vllm",
    ]);
    expect(runTargets(runs).refused.map(({ reason }) => reason)).toEqual(["num_layers is empty"]);
  });
});
