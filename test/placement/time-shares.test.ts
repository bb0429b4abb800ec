import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evaluate } from "../../src/placement/evaluate.ts";
import type { Placement } from "../../src/placement/placement.ts";
import type { Problem } from "../../src/placement/problem.ts";
import { timeShares } from "../../src/placement/time-shares.ts";
import { calibratedProblem, defaultSettings, LLAMA_70B } from "../support/calibrated.ts";
import { foundingProblem, RELAXED_RULES } from "../support/founding.ts";

const problems: readonly (readonly [name: string, problem: Problem])[] = [
  ["reference", foundingProblem({ rules: RELAXED_RULES })],
  ["calibrated", calibratedProblem(LLAMA_70B, defaultSettings("vllm"))],
];

/** Two stages of Llama-3-70B, the first on a large instance, the second on another. */
const arbitraryPlacement: fc.Arbitrary<Placement> = fc
  .record({
    first: fc.integer({ min: 20, max: 60 }),
    tpDegrees: fc.tuple(fc.constantFrom(4, 8), fc.constantFrom(4, 8)),
    types: fc.tuple(
      fc.constantFrom("p4de.24xlarge", "g6e.48xlarge"),
      fc.constantFrom("g6e.48xlarge", "p3dn.24xlarge"),
    ),
    batch_size: fc.constantFrom(1, 8, 16),
    workload_phase: fc.constantFrom("prefill" as const, "decode" as const, "aggregated" as const),
  })
  .map(({ first, tpDegrees, types, ...rest }) => ({
    ...rest,
    sequence_length: 2048,
    output_length: 512,
    stages: [
      { gpu_type: `${types[0]}#0`, tp_degree: tpDegrees[0], start_layer: 1, end_layer: first },
      { gpu_type: `${types[1]}#1`, tp_degree: tpDegrees[1], start_layer: first + 1, end_layer: 80 },
    ],
  }));

describe.each(problems)("time shares under the %s model", (_, problem) => {
  it("add up to 1 on every stage, and only one without waiting is the slowest", () => {
    let seen = 0;
    fc.assert(
      fc.property(arbitraryPlacement, (placement) => {
        const evaluation = evaluate(problem, placement);
        if (evaluation.status !== "SUCCESS") return;
        seen++;
        const { metrics } = evaluation;
        const shares = timeShares(problem, evaluation.placement, metrics)!;
        expect(shares).toHaveLength(2);
        for (const [index, share] of shares.entries()) {
          const values = Object.values(share) as number[];
          for (const value of values) expect(value).toBeGreaterThan(-1e-9);
          expect(values.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 9);
          // What is neither lost nor waited for is how busy the stage is, of what the pipeline leaves it.
          const kept = metrics.pipeline_efficiency * problem.costModel.realWorldEfficiency;
          const busy = 1 - share.waiting - share.bubble - share.realWorld;
          expect(busy / kept).toBeCloseTo(metrics.stages[index]!.utilization, 9);
        }
      }),
    );
    expect(seen).toBeGreaterThan(10);
  });

  it("have no bubble and nobody to wait for in a pipeline of one stage", () => {
    const [first] = [{ gpu_type: "p4de.24xlarge#0", tp_degree: 8, start_layer: 1, end_layer: 80 }];
    const evaluation = evaluate(problem, {
      batch_size: 16,
      sequence_length: 2048,
      output_length: 512,
      workload_phase: "aggregated",
      stages: [first!],
    });
    if (evaluation.status !== "SUCCESS") throw new Error(evaluation.error);
    const [share] = timeShares(problem, evaluation.placement, evaluation.metrics)!;
    expect(share).toMatchObject({ waiting: 0, bubble: 0, links: 0 });
  });

  it("are not known where the cost model does not bill time", () => {
    const { timeBill: _bill, ...costModel } = problem.costModel;
    const silent = { ...problem, costModel };
    expect(
      timeShares(
        silent,
        { stages: [] } as unknown as Placement,
        {
          raw_throughput_tokens_per_sec: 1,
        } as never,
      ),
    ).toBeNull();
  });
});
