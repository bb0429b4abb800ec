import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Problem } from "../../src/placement/problem.ts";
import { rateService } from "../../src/placement/rate-service.ts";
import { planWarnings } from "../../src/report/plan-warnings.ts";
import { NO_LIMITS } from "../../src/workload/workload.ts";
import { success } from "../support/answers.ts";
import { calibratedProblem, defaultSettings, llama } from "../support/calibrated.ts";

/** Llama 8B on one L40S, 16 requests of 1,000 + 200 tokens in flight. */
const problem: Problem = (() => {
  const plain = calibratedProblem(llama(), defaultSettings("vllm"));
  const { workload } = plain;
  return {
    ...plain,
    limits: NO_LIMITS,
    workload: { ...workload, phase: "aggregated", inputTokens: 1000, outputTokens: 200 },
  };
})();
const rated = success(problem, {
  batch_size: 16,
  sequence_length: 1000,
  output_length: 200,
  workload_phase: "aggregated",
  stages: [{ gpu_type: "g6e.4xlarge#0", tp_degree: 1, start_layer: 1, end_layer: 32 }],
});
const { ttft_ms, uncertainty } = rated.metrics;
const { low, high } = uncertainty!.ttft_ms!;

function warningsWithin(maxTtftMs: number, latencySafetyMargin = 0.1): string[] {
  const limits = { ...NO_LIMITS, maxTtftSeconds: maxTtftMs / 1000, latencySafetyMargin };
  return planWarnings({ ...problem, limits }, rated);
}

describe("a latency target that the prediction meets", () => {
  it("is warned of where its interval crosses it, with the figures and what to do", () => {
    const [warning, ...others] = warningsWithin((ttft_ms! * 1.1 + high) / 2);
    expect(others).toEqual([]);
    expect(warning).toMatch(/^TTFT may miss its target of [\d,.]+ ms: predicted are [\d,.]+ ms/);
    expect(warning).toContain("--safety-margin");
    // One stage: nothing is simpler.
    expect(warning).not.toContain("--prefer-simple");
  });

  it("is not warned of where all of the interval is below it, and nothing is without a target", () => {
    expect(warningsWithin(high * 1.01)).toEqual([]);
    expect(planWarnings(problem, rated)).toEqual([]);
  });

  it("is warned of exactly where it is met and the interval's end is beyond it", () => {
    fc.assert(
      fc.property(fc.double({ min: low / 2, max: high * 2, noNaN: true }), (limitMs) => {
        const crosses = ttft_ms! * 1.1 <= limitMs && limitMs < high;
        expect(warningsWithin(limitMs)).toHaveLength(crosses ? 1 : 0);
      }),
    );
  });

  it("is not crossed any more with the margin that is proposed", () => {
    const limitMs = (ttft_ms! * 1.1 + high) / 2;
    const [warning = ""] = warningsWithin(limitMs);
    const margin = Number(/\((\d+) would cover/.exec(warning)![1]) / 100;
    expect(warningsWithin(ttft_ms! * (1 + margin), margin)).toEqual([]);
  });

  it("can be met more surely by a plan of fewer stages", () => {
    const placement = {
      ...rated.placement,
      stages: [
        { gpu_type: "g6e.4xlarge#0", tp_degree: 1, start_layer: 1, end_layer: 16 },
        { gpu_type: "g6e.4xlarge#1", tp_degree: 1, start_layer: 17, end_layer: 32 },
      ],
    };
    const two = success(problem, placement);
    const limits = { ...NO_LIMITS, maxTtftSeconds: two.metrics.ttft_ms! / 1000 };
    const exact = { ...problem, limits: { ...limits, latencySafetyMargin: 0 } };
    expect(planWarnings(exact, two).join()).toContain("--prefer-simple 10");
  });
});

describe("a rate of requests", () => {
  const atRate = (requestsPerSecond: number): Problem => ({
    ...problem,
    workload: { ...problem.workload, load: { kind: "request_rate", requestsPerSecond } },
  });
  const capacity = rateService(atRate(1), rated.placement)!.capacityRequestsPerSecond;
  const warningsAt = (rate: number): string[] => planWarnings(atRate(rate), rated);

  it("is warned of where it takes more than 85 % of the capacity, with a rate that leaves room", () => {
    expect(warningsAt(capacity * 0.84)).toEqual([]);
    const rate = Number((capacity * 0.95).toPrecision(4));
    const [warning = "", ...others] = warningsAt(rate);
    expect(others).toEqual([]);
    expect(warning).toContain(" take 95.0 % of the plan's capacity, ");
    const roomier = Number(/--request-rate ([\d.]+)\)/.exec(warning)![1]);
    expect(rate / roomier).toBeLessThanOrEqual(0.85);
    expect(rate / roomier).toBeGreaterThan(0.84);
  });
});
