import { describe, expect, test } from "vitest";
import type { CostModel } from "../../src/cost/cost-model.ts";
import { InputError } from "../../src/errors.ts";
import { evaluate } from "../../src/placement/evaluate.ts";
import type { Metrics } from "../../src/placement/evaluation.ts";
import { pipelineLatency } from "../../src/placement/latency.ts";
import { meetsLatencyLimits } from "../../src/placement/limits.ts";
import type { Placement } from "../../src/placement/placement.ts";
import { NO_LIMITS } from "../../src/workload/workload.ts";
import { expectClose } from "../support/close.ts";
import { servedCostModel, servedProblem } from "../support/served.ts";
import { placement, stage, toyProblem } from "../support/toy.ts";

/** Layers 1 to 4 on a fast GPU, 5 to 12 on two slow ones. */
const THREE: Placement = {
  batch_size: 4,
  sequence_length: 100,
  output_length: 100,
  workload_phase: "aggregated",
  stages: [
    { gpu_type: "fast#0", tp_degree: 1, gpu_ids: [0], start_layer: 1, end_layer: 4 },
    { gpu_type: "slow#0", tp_degree: 1, gpu_ids: [0], start_layer: 5, end_layer: 7 },
    { gpu_type: "slow#1", tp_degree: 1, gpu_ids: [0], start_layer: 8, end_layer: 12 },
  ],
};

function metricsOf(problem = servedProblem(), placed = THREE): Metrics {
  const evaluation = evaluate(problem, placed);
  if (evaluation.status !== "SUCCESS") throw new Error(evaluation.error);
  return evaluation.metrics;
}

describe("the latencies of a pipeline", () => {
  test("add up over the stages, or are those of the slowest for all micro-batches", () => {
    const { ttft_ms, tpot_ms, stages } = metricsOf();
    // Work 5 on fast: 0.5 s; 3 and 6 on slow: 0.75 s and 1.5 s. Frame 0.5 s.
    expectClose(ttft_ms!, 3250);
    expectClose(stages[1]!.ttft_ms!, 750);
    // A tenth of that: 0.05, 0.075, 0.15 s. Three micro-batches on the slowest stage: 0.45 s > 0.275 s. Frame 0.01 s.
    expectClose(tpot_ms!, 460);
    expectClose(stages[2]!.tpot_ms!, 150);
  });

  test("are the sum where that is more than the slowest stage takes for all micro-batches", () => {
    const frame = { ttftSeconds: 1, tpotSeconds: 0.25, microBatches: 2 };
    const stageOf = (ttftSeconds: number, tpotSeconds: number) => ({ ttftSeconds, tpotSeconds });
    const stages = [stageOf(1, 2), stageOf(2, 3), stageOf(3, 2)];
    expect(pipelineLatency(frame, stages)).toEqual({ ttftSeconds: 7, tpotSeconds: 7.25 });
    const uneven = [stageOf(1, 2), stageOf(2, 9), stageOf(3, 2)];
    expect(pipelineLatency(frame, uneven)).toEqual({ ttftSeconds: 7, tpotSeconds: 18.25 });
  });

  test("are not known where the cost model predicts none", () => {
    const asked = placement([stage("quad#0", 1, 1, 12)]);
    const { ttft_ms, tpot_ms, stages } = metricsOf(toyProblem(), asked);
    expect([ttft_ms, tpot_ms, stages[0]!.ttft_ms, stages[0]!.tpot_ms]).toEqual([
      null,
      null,
      null,
      null,
    ]);
    expect(pipelineLatency(null, [])).toBeNull();
  });

  test("are null where the phase has none of the kind", () => {
    const one = [{ ttftSeconds: 2, tpotSeconds: 3 }];
    const prefill = { ttftSeconds: 1, tpotSeconds: null, microBatches: 1 };
    const decode = { ttftSeconds: null, tpotSeconds: 1, microBatches: 1 };
    expect(pipelineLatency(prefill, one)).toEqual({ ttftSeconds: 3, tpotSeconds: null });
    expect(pipelineLatency(decode, one)).toEqual({ ttftSeconds: null, tpotSeconds: 4 });
  });

  test("of a stage that says nothing although there is a frame are a defect", () => {
    const frame = { ttftSeconds: 0, tpotSeconds: 0, microBatches: 1 };
    expect(() => pipelineLatency(frame, [{ ttftSeconds: null, tpotSeconds: 1 }])).toThrow(/frame/);
  });
});

describe("a limit on latency", () => {
  test.each([
    ["maxTtftSeconds", 1.1, true],
    ["maxTtftSeconds", 1.0999, false],
    ["maxTpotSeconds", 2.2, true],
    ["maxTpotSeconds", 2.1999, false],
  ] as const)(
    "%s of %f with a margin of 10 %% over 1 s and 2 s is kept: %s",
    (name, limit, kept) => {
      expect(meetsLatencyLimits({ ...NO_LIMITS, [name]: limit }, 1, 2)).toBe(kept);
    },
  );

  test("takes the margin that is given", () => {
    const limits = { ...NO_LIMITS, maxTtftSeconds: 1 };
    expect(meetsLatencyLimits({ ...limits, latencySafetyMargin: 0 }, 1, null)).toBe(true);
    expect(meetsLatencyLimits({ ...limits, latencySafetyMargin: 0.5 }, 0.7, null)).toBe(false);
  });

  test("is not kept by what is not predicted", () => {
    expect(meetsLatencyLimits({ ...NO_LIMITS, maxTtftSeconds: 9 }, null, null)).toBe(false);
    expect(meetsLatencyLimits(NO_LIMITS, null, null)).toBe(true);
  });

  test.each([
    [{ maxTtftSeconds: 3.6 }, true],
    [{ maxTtftSeconds: 3.57 }, false],
    [{ maxTpotSeconds: 0.51 }, true],
    [{ maxTpotSeconds: 0.5 }, false],
    [{ maxTpotSeconds: 0.5, latencySafetyMargin: 0.05 }, true],
  ])("%j is part of what evaluate says of all limits: %s", (limits, met) => {
    expect(metricsOf(servedProblem(limits)).meets_cost_threshold).toBe(met);
  });

  test.each([
    ["maxTtftSeconds", "--max-ttft-ms"],
    ["maxTpotSeconds", "--max-tpot-ms"],
  ] as const)("%s is refused where none is predicted", (name, flag) => {
    const problem = toyProblem({ limits: { ...NO_LIMITS, [name]: 1 } });
    const asked = placement([stage("quad#0", 1, 1, 12)]);
    expect(() => evaluate(problem, asked)).toThrow(InputError);
    expect(() => evaluate(problem, asked)).toThrow(new RegExp(`${flag}: .*"reference"`));
  });

  test("has a margin that is a number from 0", () => {
    const limits = { maxTtftSeconds: 1, latencySafetyMargin: -0.1 };
    expect(() => evaluate(servedProblem(limits), THREE)).toThrow(/--safety-margin: -10 %/);
  });
});

describe("what a cost model says beyond rates", () => {
  /** Room for 5000 tokens on a stage of fast and 3000 on one of slow; not sure of anything. */
  const costModel: CostModel = {
    ...servedCostModel(),
    memory: (shape, point) => ({
      ...servedCostModel().memory(shape, point),
      runtimeGib: 0.25,
      reserveGib: 0.5,
      embeddingGib: 0.125,
      lmHeadGib: 0.0625,
      kvCapacityTokens: shape.instance.name === "fast" ? 5000 : 3000,
    }),
    uncertainty: (shapes) => ({
      confidence: "extrapolated",
      reasons: [`${shapes.length} stages of ${shapes[0]!.pipelineStages}`],
      throughput: { low: 0.5, high: 2 },
      ttft: { low: 0.8, high: 1.5 },
      tpot: { low: 0.9, high: 1.1 },
    }),
  };
  const metrics = metricsOf({ ...servedProblem(), costModel });

  test("is told of every stage", () => {
    expect(metrics.stages[0]).toMatchObject({
      memory_runtime_gb: 0.25,
      memory_reserve_gb: 0.5,
      memory_embedding_gb: 0.125,
      memory_lm_head_gb: 0.0625,
      // Five layers' worth of weights on 8 GiB.
      memory_headroom_gb: 3,
      kv_cache_tokens: 5000,
    });
  });

  test("bounds the sequences by the stage with the least room", () => {
    expect(metrics.kv_cache_tokens).toBe(3000);
    expect(metrics.max_concurrency).toBe(15);
  });

  test("gives intervals around the values", () => {
    const { uncertainty, throughput_tokens_per_sec: rate, ttft_ms, tpot_ms } = metrics;
    expect(uncertainty).toEqual({
      confidence: "extrapolated",
      reasons: ["3 stages of 3"],
      throughput_tokens_per_sec: { low: rate * 0.5, high: rate * 2 },
      ttft_ms: { low: ttft_ms! * 0.8, high: ttft_ms! * 1.5 },
      tpot_ms: { low: tpot_ms! * 0.9, high: tpot_ms! * 1.1 },
    });
  });

  test("is null where it says nothing", () => {
    const { kv_cache_tokens, max_concurrency, uncertainty } = metricsOf();
    expect([kv_cache_tokens, max_concurrency, uncertainty]).toEqual([null, null, null]);
  });
});
