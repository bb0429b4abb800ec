import { describe, expect, it } from "vitest";
import { evaluate } from "../../src/placement/evaluate.ts";
import { rateService } from "../../src/placement/rate-service.ts";
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
