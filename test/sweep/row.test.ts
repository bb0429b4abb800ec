import { describe, expect, test } from "vitest";
import { readProblem } from "../../src/files/read-problem.ts";
import { evaluate } from "../../src/placement/evaluate.ts";
import type { Placement } from "../../src/placement/placement.ts";
import { bestRuns } from "../../src/sweep/best.ts";
import { createGrid } from "../../src/sweep/grid.ts";
import { recordedShape, runRecord, type StoredRun } from "../../src/sweep/record.ts";
import { DATA_COLUMNS, dataRow, placementRow } from "../../src/sweep/row.ts";
import type { RunParameters } from "../../src/sweep/run.ts";
import { sweep } from "../../src/sweep/sweep.ts";
import { NO_LIMITS, type Phase } from "../../src/workload/workload.ts";
import { foundingProblem, RELAXED_RULES } from "../support/founding.ts";
import { restated } from "../support/models.ts";

const HERE = { outputDir: "runs/a", sourcePath: "runs/a/placement_metrics.csv" };

const TWO_STAGES: Placement = {
  batch_size: 32,
  sequence_length: 2048,
  output_length: 512,
  workload_phase: "aggregated",
  stages: [
    { gpu_type: "g5.12xlarge#0", tp_degree: 4, start_layer: 1, end_layer: 40 },
    { gpu_type: "g5.12xlarge#1", tp_degree: 4, start_layer: 41, end_layer: 80 },
  ],
};

test("the columns are those of the contract, in its order", () => {
  expect(DATA_COLUMNS.join(", ")).toBe(
    "source, model_name, device_type, gpu_type, tp, pp, pipeline_stages, tp_per_stage, num_gpus, num_replicas, " +
      "max_input_length, max_output_length, batch_size, total_tokens_per_sec, input_tokens_per_sec, output_tokens_per_sec, " +
      "cost_per_hour, dollar_per_million_token, total_cost, mem_per_gpu_gb, budget_tested, e2e_p50_s, e2e_p90_s, e2e_p99_s, " +
      "is_best, layer_mapping, num_requests, output_dir, placement, rps, sim_duration_s, source_path, status, " +
      "total_input_tokens, total_layers, total_output_tokens, total_runtime_hours, tpot_p50_s, tpot_p90_s, tpot_p99_s, " +
      "ttft_p50_s, ttft_p90_s, ttft_p99_s, reason",
  );
});

describe("a successful placement", () => {
  const problem = foundingProblem();
  const evaluation = evaluate(problem, TWO_STAGES);
  const row = placementRow(problem, evaluation, HERE);

  test("fills exactly the cells that are known", () => {
    if (evaluation.status !== "SUCCESS") throw new Error(evaluation.error);
    const { metrics } = evaluation;
    const filled = Object.fromEntries(Object.entries(row).filter(([, cell]) => cell !== ""));
    expect(filled).toEqual({
      source: "solver",
      model_name: "llama3-70b",
      device_type: "g5.12xlarge",
      gpu_type: "NVIDIA A10G",
      tp: "4",
      pp: "2",
      pipeline_stages: "2",
      tp_per_stage: "{PP_1:4, PP_2:4}",
      num_gpus: "8",
      num_replicas: "1",
      max_input_length: "2048",
      max_output_length: "512",
      batch_size: "32",
      total_tokens_per_sec: String(metrics.throughput_tokens_per_sec),
      input_tokens_per_sec: String(metrics.input_tokens_per_sec),
      output_tokens_per_sec: String(metrics.output_tokens_per_sec),
      cost_per_hour: "11.34",
      dollar_per_million_token: String(metrics.dollar_per_million_token),
      total_cost: String(metrics.total_cost),
      mem_per_gpu_gb: "{PP_1:24.0, PP_2:24.0}",
      layer_mapping: "{PP_1:1-40, PP_2:41-80}",
      output_dir: "runs/a",
      placement: "{PP_1:{g5.12xlarge#0:4}, PP_2:{g5.12xlarge#1:4}}",
      source_path: "runs/a/placement_metrics.csv",
      status: "SUCCESS",
      total_input_tokens: "800000",
      total_layers: "80",
      total_output_tokens: "200000",
      total_runtime_hours: String(metrics.total_runtime_hours),
    });
    // A known point of the frontier of the founding problem.
    expect(Number(row.total_tokens_per_sec)).toBeCloseTo(208.1711, 4);
  });

  test("has every column and nothing else, in order", () => {
    expect(Object.keys(row)).toEqual([...DATA_COLUMNS]);
  });

  test("prints numbers so that they read back unchanged", () => {
    if (evaluation.status !== "SUCCESS") throw new Error(evaluation.error);
    expect(Number(row.total_cost)).toBe(evaluation.metrics.total_cost);
    expect(Number(row.dollar_per_million_token)).toBe(evaluation.metrics.dollar_per_million_token);
  });

  test("gives the budget it was held against", () => {
    const limits = { ...NO_LIMITS, maxHourlyCostUsd: 20.5 };
    const limited = foundingProblem({ limits });
    expect(placementRow(limited, evaluate(limited, TWO_STAGES), HERE).budget_tested).toBe("20.5");
  });
});

test("a mixed placement names each type once, sorted, and has no common TP degree", () => {
  const problem = foundingProblem({ rules: { ...RELAXED_RULES, maxPipelineStages: 80 } });
  const stages = [
    { gpu_type: "p4de.24xlarge#0", tp_degree: 8, start_layer: 1, end_layer: 60 },
    { gpu_type: "g6e.48xlarge#3", tp_degree: 4, start_layer: 61, end_layer: 70 },
    { gpu_type: "g6e.48xlarge#3", tp_degree: 4, start_layer: 71, end_layer: 79 },
    { gpu_type: "g6e.24xlarge#0", tp_degree: 1, start_layer: 80, end_layer: 80 },
  ];
  const row = placementRow(problem, evaluate(problem, { ...TWO_STAGES, stages }), HERE);
  expect(row).toMatchObject({
    status: "SUCCESS",
    device_type: "g6e.24xlarge,g6e.48xlarge,p4de.24xlarge",
    gpu_type: "NVIDIA A100,NVIDIA L40S",
    tp: "",
    pp: "4",
    num_gpus: "17",
    mem_per_gpu_gb: "{PP_1:80.0, PP_2:48.0, PP_3:48.0, PP_4:48.0}",
    layer_mapping: "{PP_1:1-60, PP_2:61-70, PP_3:71-79, PP_4:80-80}",
  });
});

describe("a placement that breaks a rule", () => {
  const problem = foundingProblem();

  test("keeps what is known and gives the first breach as the reason", () => {
    const stages = [{ gpu_type: "g5.4xlarge#0", tp_degree: 1, start_layer: 1, end_layer: 80 }];
    const evaluation = evaluate(problem, { ...TWO_STAGES, stages });
    if (evaluation.status !== "INFEASIBLE") throw new Error("80 layers fit on one A10G");
    const row = placementRow(problem, evaluation, HERE);
    expect(row).toMatchObject({
      status: "INFEASIBLE",
      reason: evaluation.error,
      device_type: "g5.4xlarge",
      gpu_type: "NVIDIA A10G",
      tp: "1",
      pp: "1",
      num_gpus: "1",
      placement: "{PP_1:{g5.4xlarge#0:1}}",
      total_tokens_per_sec: "",
      cost_per_hour: "",
      dollar_per_million_token: "",
      total_cost: "",
      total_runtime_hours: "",
    });
    expect(row.reason).not.toBe("");
  });

  test("may name an instance that does not exist: its memory is unknown", () => {
    const stages = [{ gpu_type: "h300#0", tp_degree: 1, start_layer: 1, end_layer: 80 }];
    const row = placementRow(problem, evaluate(problem, { ...TWO_STAGES, stages }), HERE);
    expect(row).toMatchObject({ status: "INFEASIBLE", mem_per_gpu_gb: "", gpu_type: "" });
  });
});

/** The stored runs of a sweep over the founding pool. */
function stored(problem = foundingProblem(), phases: Phase[] = ["aggregated"]): StoredRun[] {
  const { runs } = createGrid(problem, { phases });
  return [...sweep(problem, runs)].map(({ run, outcome }) =>
    runRecord(problem, run, outcome, "0".repeat(64)),
  );
}

test("a sweep answers every run, infeasible ones too", () => {
  const records = stored();
  expect(records).toHaveLength(79);
  const infeasible = records.filter((record) => record.status === "INFEASIBLE");
  expect(infeasible.length).toBeGreaterThan(0);
  expect(infeasible.length).toBeLessThan(79);
});

test("a split with more stages than layers has no placement but a row", () => {
  const problem = foundingProblem({
    model: restated(foundingProblem().model, { numLayers: 2 }),
    rules: RELAXED_RULES,
  });
  const run: RunParameters = {
    family: "g5.12xlarge",
    tpDegree: 2,
    ppStages: 4,
    inputTokens: 8,
    outputTokens: 8,
    minBatch: 1,
    maxBatch: 1,
    phase: "prefill",
  };
  const [{ outcome } = { outcome: null }] = [...sweep(problem, [run])];
  if (outcome === null) throw new Error("no outcome");
  const record = runRecord(problem, run, outcome, "0".repeat(64));
  expect(record.placement).toBeNull();
  const row = dataRow(record.run, recordedShape(record), record, HERE);
  expect(row).toMatchObject({
    status: "INFEASIBLE",
    device_type: "g5.12xlarge",
    gpu_type: "NVIDIA A10G",
    tp: "2",
    pp: "4",
    num_gpus: "",
    placement: "",
    layer_mapping: "",
    total_input_tokens: "1000000",
    total_output_tokens: "0",
  });
  expect(row.reason).toMatch(/4 pipeline stages/);
});

describe("the best", () => {
  test("of the founding sweep is p4de.24xlarge at TP 8 in one stage, 9.399926 $ per million", () => {
    const [best, ...others] = bestRuns(stored());
    expect(others).toEqual([]);
    expect(best!.run).toMatchObject({
      instance_family: "p4de.24xlarge",
      tp_degree: 8,
      pp_stages: 1,
    });
    if (best!.status !== "SUCCESS") throw new Error("the best is infeasible");
    expect(best!.metrics.dollar_per_million_token).toBeCloseTo(9.399926, 6);
  });

  test("is the cheapest of its own phase", () => {
    const records = stored(foundingProblem(), ["prefill", "decode"]);
    const best = [...bestRuns(records)];
    expect(best.map((record) => record.run.workload_phase)).toEqual(["prefill", "decode"]);
    for (const { run, ...winner } of best) {
      if (winner.status !== "SUCCESS") throw new Error("the best is infeasible");
      for (const record of records) {
        if (record.status !== "SUCCESS" || record.run.workload_phase !== run.workload_phase)
          continue;
        expect(record.metrics.dollar_per_million_token).toBeGreaterThanOrEqual(
          winner.metrics.dollar_per_million_token,
        );
      }
    }
  });

  test("are all that tie, and none where nothing succeeds", () => {
    const [first] = [...bestRuns(stored())];
    const twin = structuredClone(first!);
    expect(bestRuns([first!, twin])).toEqual(new Set([first, twin]));
    expect(bestRuns([first!, twin]).size).toBe(2);
    expect(bestRuns(stored().filter((record) => record.status === "INFEASIBLE")).size).toBe(0);
  });
});

describe("a split that the engine cannot start for another reason than its shape", () => {
  test("keeps its figures, and its row says so", () => {
    const problem = readProblem({
      model: "llama-3.1-8b",
      instances: "p5.48xlarge@us-east-1=1",
      today: "2026-11-30",
      phase: "aggregated",
      inputTokens: 100,
      outputTokens: 50,
      concurrency: 64,
      maxBatchedTokens: 32,
    });
    const { runs } = createGrid(problem, { tpDegrees: [1], ppStages: [1] });
    const [result] = [...sweep(problem, runs)];
    expect(result!.outcome.status).toBe("SUCCESS");
    expect(result!.outcome.warnings).toContain(
      "vLLM cannot start this placement: 64 sequences in flight are more than the 32 tokens of a step, which vLLM rejects.",
    );
  });
});
