import { expect, it } from "vitest";
import { evaluate } from "../../src/placement/evaluate.ts";
import type { Success } from "../../src/placement/evaluation.ts";
import { workloadPairs } from "../../src/report/terminal-workload.ts";
import { calibratedProblem, defaultSettings, llama } from "../support/calibrated.ts";
import { foundingProblem } from "../support/founding.ts";

const problem = calibratedProblem(llama(), defaultSettings("vllm"));
const { placement, metrics } = evaluate(problem, {
  workload_phase: "aggregated",
  batch_size: 8,
  sequence_length: 1000,
  output_length: 200,
  stages: [{ gpu_type: "g6e.4xlarge#0", tp_degree: 1, start_layer: 1, end_layer: 32 }],
}) as Success;

it("says how weights and KV cache are kept, which decides what is loaded", () => {
  const modelLine = (changes: object): string => {
    const architecture = { ...problem.model.architecture!, ...changes };
    const changed = { ...problem, model: { ...problem.model, architecture } };
    return workloadPairs(changed, placement, metrics, "solve")[0]![1];
  };
  expect(modelLine({})).toMatch(/, 32 layers, 16-bit weights, 16-bit KV cache$/);
  expect(modelLine({ weightFormat: "fp8", kvBytes: 1 })).toMatch(/, FP8 weights, 8-bit KV cache$/);
});

it("says nothing of formats where the cost model does not ask", () => {
  const founding = foundingProblem();
  expect(workloadPairs(founding, placement, metrics, "solve")[0]![1]).toMatch(/^\S+, \d+ layers$/);
});
