import { describe, expect, it } from "vitest";
import { evaluate } from "../../src/placement/evaluate.ts";
import { rateService } from "../../src/placement/rate-service.ts";
import { PLAIN } from "../../src/report/colours.ts";
import { renderEvaluation } from "../../src/report/terminal-evaluation.ts";
import { CONCURRENCY_LEVELS } from "../../src/workload/load.ts";
import { NO_LIMITS } from "../../src/workload/workload.ts";
import { calibratedProblem, defaultSettings, llama } from "../support/calibrated.ts";
import { toyProblem } from "../support/toy.ts";

describe("the capacity of a placement that serves a rate", () => {
  it("names the fewest sequences in flight of those that serve as much but for the last digit", () => {
    const plain = toyProblem();
    const problem = {
      ...plain,
      workload: {
        ...plain.workload,
        phase: "prefill" as const,
        inputTokens: 512,
        load: { kind: "request_rate" as const, requestsPerSecond: 0.2 },
      },
    };
    const placement = {
      batch_size: 4,
      sequence_length: 512,
      output_length: 0,
      workload_phase: "prefill" as const,
      stages: [{ gpu_type: "quad#0", tp_degree: 3, start_layer: 1, end_layer: 12 }],
    };
    const { atCapacity } = rateService(problem, placement)!;
    const { throughput_tokens_per_sec: most } = atCapacity.metrics;
    for (let batch_size = 1; batch_size < atCapacity.placement.batch_size; batch_size++) {
      const fewer = evaluate(problem, { ...placement, batch_size });
      if (fewer.status !== "SUCCESS") throw new Error(fewer.error);
      expect(fewer.metrics.throughput_tokens_per_sec).toBeLessThan(most * (1 - 1e-12));
    }
  });
});

/** Llama 8B on one L40S with 2 requests/s of 1,000 + 200 tokens, at most so many milliseconds to the first token. */
function servedWithin(maxTtftMs: number) {
  const plain = calibratedProblem(llama(), defaultSettings("vllm"));
  const problem = {
    ...plain,
    limits: { ...NO_LIMITS, minTokensPerSecond: 2400, maxTtftSeconds: maxTtftMs / 1000 },
    workload: {
      ...plain.workload,
      phase: "aggregated" as const,
      inputTokens: 1000,
      outputTokens: 200,
      load: { kind: "request_rate" as const, requestsPerSecond: 2 },
    },
  };
  const placement = {
    batch_size: 8,
    sequence_length: 1000,
    output_length: 200,
    workload_phase: "aggregated" as const,
    stages: [{ gpu_type: "g6e.4xlarge#0", tp_degree: 1, start_layer: 1, end_layer: 32 }],
  };
  return { problem, placement, service: rateService(problem, placement)! };
}

describe("the capacity of a placement that misses the latency targets at its rate", () => {
  it("is what it serves at all, and is not said to be within the targets", () => {
    const { problem, placement, service } = servedWithin(10);
    expect(service.keepsLatencyLimits).toBe(false);
    expect(service.capacityKeepsLatencyLimits).toBe(false);
    for (const batch_size of CONCURRENCY_LEVELS) {
      const other = evaluate(problem, { ...placement, batch_size });
      if (other.status !== "SUCCESS") continue;
      expect(other.metrics.throughput_tokens_per_sec).toBeLessThanOrEqual(
        service.atCapacity.metrics.throughput_tokens_per_sec * (1 + 1e-12),
      );
    }
    expect(service.capacityRequestsPerSecond).toBeGreaterThan(2);
  });

  it("is within the targets where it meets them", () => {
    const { service } = servedWithin(5000);
    expect(service.keepsLatencyLimits).toBe(true);
    expect(service.capacityKeepsLatencyLimits).toBe(true);
    expect(service.atCapacity.metrics.ttft_ms! * 1.1).toBeLessThanOrEqual(5000);
  });

  it.each([
    [10, false],
    [5000, true],
  ])("is told so: at most %s ms", (maxTtftMs, isMet) => {
    const { problem, service } = servedWithin(maxTtftMs);
    const text = renderEvaluation(problem, service.atRate, PLAIN).replace(/\s+/g, " ");
    const missed = "none of which serves this rate within the latency targets";
    expect(text.includes(missed)).toBe(!isMet);
    expect(text.replace(missed, "").includes("within the latency targets")).toBe(isMet);
    expect(text.includes(" ms (over the target of 10.00 ms)")).toBe(!isMet);
    expect(text.includes("limit 10.00 ms: not met")).toBe(!isMet);
    expect(text.includes("Limits not met")).toBe(!isMet);
  });
});
