import { describe, expect, it } from "vitest";
import type { CostModel, Uncertainty } from "../../src/cost/cost-model.ts";
import type { Placement } from "../../src/placement/placement.ts";
import type { Problem } from "../../src/placement/problem.ts";
import { PLAIN } from "../../src/report/colours.ts";
import { REPORT_WIDTH, visibleWidth } from "../../src/report/layout.ts";
import { evaluationSummary } from "../../src/report/summary.ts";
import { renderEvaluation } from "../../src/report/terminal-evaluation.ts";
import { NO_LIMITS } from "../../src/workload/workload.ts";
import { success } from "../support/answers.ts";
import { foundingProblem, RELAXED_RULES } from "../support/founding.ts";

const UNCERTAINTY: Uncertainty = {
  confidence: "same_gpu_class",
  reasons: [
    "L40S was not measured with this engine",
    "no pipeline over different GPUs was measured",
  ],
  throughput: { low: 0.8, high: 1.25 },
  ttft: { low: 0.5, high: 2 },
  tpot: { low: 0.9, high: 1.1 },
};

/** The founding problem under a model with all that a serving model predicts, in round numbers. */
function servingProblem(changes: Partial<Problem> = {}): Problem {
  const { costModel: reference } = foundingProblem();
  const costModel: CostModel = {
    ...reference,
    name: "serving",
    predictsLatency: true,
    realWorldEfficiency: 1,
    stage: (shape, point) => ({
      ...reference.stage(shape, point),
      ttftSeconds: 0.1,
      tpotSeconds: 0.02,
    }),
    memory: (shape) => ({
      weightsGib: 20,
      kvCacheGib: 10,
      activationsGib: 4,
      runtimeGib: 2,
      reserveGib: 3.84,
      totalGib: 39.84,
      capacityGib: 48,
      embeddingGib: shape.startLayer === 1 ? 0.5 : 0,
      lmHeadGib: shape.startLayer === 1 ? 0 : 0.004,
      kvCapacityTokens: 643_232.9 + shape.startLayer,
    }),
    latencyFrame: () => ({ ttftSeconds: 0.05, tpotSeconds: 0, microBatches: 2 }),
    uncertainty: () => UNCERTAINTY,
  };
  return foundingProblem({
    costModel,
    rules: RELAXED_RULES,
    engine: {
      engine: "vllm",
      gpuMemoryUtilization: 0.92,
      maxModelLenTokens: 40_960,
      maxBatchedTokens: 8192,
    },
    ...changes,
  });
}

const placement: Placement = {
  batch_size: 32,
  sequence_length: 2048,
  output_length: 512,
  workload_phase: "aggregated",
  stages: [
    { gpu_type: "g6e.24xlarge#0", tp_degree: 4, start_layer: 1, end_layer: 40 },
    { gpu_type: "g6e.24xlarge#1", tp_degree: 4, start_layer: 41, end_layer: 80 },
  ],
};
const report = (problem: Problem): string =>
  renderEvaluation(problem, success(problem, placement), PLAIN);

describe("the report of a cost model that predicts serving", () => {
  const text = report(servingProblem());
  const line = (label: string): string =>
    text
      .split("\n")
      .find((each) => each.trimStart().startsWith(label))!
      .trim();

  it("fits the page", () => {
    for (const each of text.split("\n")) {
      expect(visibleWidth(each), each).toBeLessThanOrEqual(REPORT_WIDTH);
    }
  });

  it("gives throughput in and out with intervals, and no factor of the real world", () => {
    const { throughput_tokens_per_sec: all } = success(servingProblem(), placement).metrics;
    const words = (share: number): string => {
      const [value, low, high] = [1, 0.8, 1.25].map((factor) =>
        (all * share * factor).toLocaleString("en", {
          minimumFractionDigits: 1,
          maximumFractionDigits: 1,
        }),
      );
      return `${value} tokens/s (80 %: ${low} to ${high})`;
    };
    expect(line("Throughput")).toBe(`Throughput  ${words(1)}`);
    expect(line("- input")).toBe(`- input     ${words(0.8)}`);
    expect(line("- output")).toBe(`- output    ${words(0.2)}`);
    expect(text).toContain("× pipeline 0.72\n");
    expect(text).not.toContain("real world");
  });

  it("gives latencies with intervals, and how sure it is and why", () => {
    expect(line("TTFT")).toBe("TTFT        250.0 ms (80 %: 125.0 to 500.0)");
    expect(line("TPOT")).toBe("TPOT        40.00 ms (80 %: 36.00 to 44.00)");
    expect(text).toContain(
      "  Confidence  same GPU class: L40S was not measured with this engine\n              no pipeline over different GPUs was measured\n",
    );
  });

  it("says latency limits with their margin", () => {
    const limits = { ...NO_LIMITS, maxTtftSeconds: 0.26, maxTpotSeconds: 0.05 };
    const limited = report(servingProblem({ limits }));
    expect(limited).toContain(
      "TTFT        250.0 ms (80 %: 125.0 to 500.0); with 10 % margin 275.0 ms, limit 260.0 ms: not met\n",
    );
    expect(limited).toContain(
      "Limits not met\n  - TTFT of 250.0 ms with a margin of 10 %; the limit is 260.0 ms\n",
    );
    expect(limited).not.toContain("- TPOT of");
    const exact = report(servingProblem({ limits: { ...limits, latencySafetyMargin: 0 } }));
    expect(exact).toContain("(80 %: 125.0 to 500.0); limit 260.0 ms\n");
    expect(exact).not.toContain("Limits not met");
  });

  it("prints the KV cache as engines do", () => {
    expect(text).toContain("  KV cache    GPU KV cache size: 643,233 tokens\n");
    expect(text).toContain("Maximum concurrency for 40,960 tokens per request: 15.70x\n");
    const { engine } = servingProblem();
    const open = report(servingProblem({ engine: { ...engine!, maxModelLenTokens: null } }));
    expect(open).toContain("Maximum concurrency for 2,560 tokens per request: 251.26x\n");
  });

  it("bills the memory of a GPU item by item", () => {
    expect(text).toContain(
      [
        "Memory of each GPU, GiB",
        "  stage  layers  embedding  LM head  KV cache  activations  runtime  reserve  headroom    all",
        "  ───────────────────────────────────────────────────────────────────────────────────────────",
        "      0   19.50       0.50        0     10.00         4.00     2.00     3.84      8.16  48.00",
        "      1   20.00          0    <0.01     10.00         4.00     2.00     3.84      8.16  48.00",
        "  runtime: CUDA graphs, collective buffers, all outside PyTorch; reserve: what a GPU memory",
        "  utilization of 0.92 leaves; headroom: room for more KV cache",
      ].join("\n"),
    );
    expect(text).toContain("█████▓▓▓▒░·· 39.84 of 48");
    expect(text).toContain("▒ activations ░ runtime, reserve · free");
  });

  it("names the engine that is predicted", () => {
    expect(text.replaceAll(/\s+/g, " ")).toContain(
      "Cost model serving for vllm, GPU memory utilization 0.92, max-num-batched-tokens 8,192, max-model-len 40,960: an estimate, not a measurement",
    );
  });

  it("leaves out what a phase does not have", () => {
    const { costModel } = servingProblem();
    const prefill: CostModel = {
      ...costModel,
      uncertainty: () => null,
      latencyFrame: () => null,
    };
    const without = report(servingProblem({ costModel: prefill }));
    for (const word of ["TTFT", "TPOT", "Confidence", "80 %"]) expect(without).not.toContain(word);
  });

  it("has its figures in the summary", () => {
    const problem = servingProblem();
    expect(evaluationSummary(problem, success(problem, placement))).toMatchObject({
      ttft_ms: "250",
      tpot_ms: "40",
      kv_cache_tokens: "643233.9",
      confidence: "same_gpu_class",
      ttft_p50_s: "",
      tpot_p50_s: "",
    });
    const founding = foundingProblem({ rules: RELAXED_RULES });
    expect(evaluationSummary(founding, success(founding, placement))).toMatchObject({
      ttft_ms: "",
      confidence: "",
    });
  });
});

describe("the report of the reference model", () => {
  it("has nothing of all that", () => {
    const text = report(foundingProblem({ rules: RELAXED_RULES }));
    for (const word of ["TTFT", "Confidence", "KV cache size", "Memory of each GPU", "░", "80 %"]) {
      expect(text).not.toContain(word);
    }
    expect(text).toContain("real world 0.3");
  });
});
