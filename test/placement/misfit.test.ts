import { describe, expect, test } from "vitest";
import { evaluate } from "../../src/placement/evaluate.ts";
import { rates, success } from "../support/answers.ts";
import { expectAllClose, expectClose } from "../support/close.ts";
import { foundingProblem, RELAXED_RULES } from "../support/founding.ts";
import { placement, stage } from "../support/toy.ts";

describe("a one-layer stage that does not fit", () => {
  // 64 prompts of 4096 tokens: activations 262,144 · (5·8192 + 2·1024)·2 · 1.15 / 1024³ = 24.15 GiB on an A10G with 24.
  const problem = foundingProblem({ rules: { ...RELAXED_RULES, maxPipelineStages: 80 } });
  const prompts = { batch_size: 64, sequence_length: 4096 };

  test("passes with a warning that says by how much", () => {
    const found = success(
      problem,
      placement([stage("g5.4xlarge#0", 1, 1, 1), stage("p4de.24xlarge#0", 8, 2, 80)], prompts),
    );
    expect(found.warnings).toHaveLength(1);
    // 24.15 + weights 1.75 + cache 2·64·4096·1024·2/1024³ = 1
    expect(found.warnings[0]).toMatch(/^stage 0 .*26\.90 GiB.*24\.00 GiB/);
    expectClose(found.metrics.stages[0]!.memory_total_gb, 26.9);
    expect(found.metrics.stages[0]!.memory_utilization).toBeGreaterThan(1);
    expectAllClose(rates(found.metrics.stages), [30479.647896506573, 9132.710072762497]);
    expectClose(found.metrics.throughput_tokens_per_sec, 2191.8504174629993);
  });

  test("does not pass with two layers", () => {
    const found = evaluate(
      problem,
      placement([stage("g5.4xlarge#0", 1, 1, 2), stage("p4de.24xlarge#0", 8, 3, 80)], prompts),
    );
    expect(found).toMatchObject({
      status: "INFEASIBLE",
      violations: [{ rule: "above_max_segment", stage: 0, size: 2, max_size: 1 }],
      warnings: [],
    });
  });
});
