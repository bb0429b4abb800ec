import { describe, expect, it } from "vitest";
import { grouped, short } from "../../src/export/comment-text.ts";
import { exportPlacement } from "../../src/export/export.ts";
import { evaluate } from "../../src/placement/evaluate.ts";
import type { Success } from "../../src/placement/evaluation.ts";
import { rateService } from "../../src/placement/rate-service.ts";
import { NO_LIMITS } from "../../src/workload/workload.ts";
import { calibratedProblem, defaultSettings, llama } from "../support/calibrated.ts";

const RATE = 2;

/** Llama 8B at 2 requests/s of 1,000 + 200 tokens on one GPU, with the sequences of a level between the rate and the capacity. */
const plain = calibratedProblem(llama(), defaultSettings("vllm"));
const problem = {
  ...plain,
  limits: { ...NO_LIMITS, minTokensPerSecond: RATE * 1200 },
  workload: {
    ...plain.workload,
    phase: "aggregated" as const,
    inputTokens: 1000,
    outputTokens: 200,
    load: { kind: "request_rate" as const, requestsPerSecond: RATE },
  },
};
const evaluation = evaluate(problem, {
  workload_phase: "aggregated",
  batch_size: 40,
  sequence_length: 1000,
  output_length: 200,
  stages: [{ gpu_type: "g6e.4xlarge#0", tp_degree: 1, start_layer: 1, end_layer: 32 }],
}) as Success;

describe("the files of a plan at a rate", () => {
  it.each(["vllm", "sglang", "leaderworkerset"] as const)(
    "of %s say the rate and what is so at it, then the capacity",
    (form) => {
      const exported = exportPlacement(problem, evaluation, {
        form,
        image: null,
        checkpoint: "owner/name",
        onlineFp8: false,
      });
      if (exported.status !== "SUCCESS") throw new Error("not exportable");
      const { text } = exported.files[0]!;
      const { atRate, atCapacity, usdPerMillionTokens, capacityRequestsPerSecond } = rateService(
        problem,
        evaluation.placement,
      )!;
      expect(atRate.placement.batch_size).not.toBe(40);
      expect(atCapacity.placement.batch_size).not.toBe(40);
      expect(text).not.toContain("40 sequences");
      expect(text).toContain(`# ${atRate.placement.batch_size} sequences in flight`.slice(1));
      expect(text).toMatch(/2 requests\/s, [\d.]+ % of the capacity/);
      const [before, after] = text.split("At capacity, ");
      expect(before).toContain("Predicted at 2 requests/s ");
      expect(before).toContain("2,400 tokens/s");
      expect(before).toContain(`TTFT ${short(atRate.metrics.ttft_ms!)} ms`);
      expect(before).toContain(`TPOT ${short(atRate.metrics.tpot_ms!)} ms`);
      expect(before).toContain(`${short(usdPerMillionTokens)} USD per million tokens`);
      expect(after).toContain(
        `${short(capacityRequestsPerSecond)} requests/s with ${grouped(atCapacity.placement.batch_size)} sequences in flight:`,
      );
      expect(after).toContain(`TTFT ${short(atCapacity.metrics.ttft_ms!)} ms`);
      expect(exported.settings.sequences.planned).toBe(atRate.placement.batch_size);
      expect(exported.settings.sequences.most).toBe(atCapacity.placement.batch_size);
    },
  );
});
