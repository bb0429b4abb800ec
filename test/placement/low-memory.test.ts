import { describe, expect, it } from "vitest";
import { exportPlacement } from "../../src/export/export.ts";
import { readProblem } from "../../src/files/read-problem.ts";
import { createInlineHighs } from "../../src/milp/highs-inline.ts";
import { evaluate } from "../../src/placement/evaluate.ts";
import type { Success } from "../../src/placement/evaluation.ts";
import { lowMemoryWarnings } from "../../src/placement/low-memory.ts";
import type { Problem } from "../../src/placement/problem.ts";
import { DEFAULT_REQUEST } from "../../src/solver/request.ts";
import { solve } from "../../src/solver/solve.ts";
import { dataRow, rowFacts } from "../../src/sweep/row.ts";
import { foundingProblem } from "../support/founding.ts";
import { placement, stage } from "../support/toy.ts";

/** Llama-3.1-8B on one A10G: 24 GB hold its 15 GiB of weights and few sequences. */
function problemAt(sequences: number, engine = "vllm"): Problem {
  return readProblem({
    model: "llama-3.1-8b",
    instances: "g5.xlarge@us-east-1=1",
    today: "2026-11-30",
    phase: "aggregated",
    inputTokens: 1000,
    outputTokens: 300,
    concurrency: sequences,
    engine,
  });
}

function evaluated(problem: Problem, layers = 32): Success {
  const point = {
    batch_size: problem.workload.minBatch!,
    sequence_length: 1000,
    output_length: 300,
    workload_phase: "aggregated" as const,
  };
  const evaluation = evaluate(problem, placement([stage("g5.xlarge#0", 1, 1, layers)], point));
  if (evaluation.status !== "SUCCESS") throw new Error(evaluation.error);
  return evaluation;
}

const LOW =
  /^stage 0 on g5\.xlarge#0 leaves [\d.]+ GiB free on each GPU, less than the known prediction error of [\d.]+ GiB: the engine may keep fewer sequences in flight, or not start\./;

/** The most sequences that fit. */
function most(engine?: string): number {
  let sequences = 1;
  const fits = (n: number): boolean => {
    try {
      evaluated(problemAt(n, engine));
      return true;
    } catch {
      return false;
    }
  };
  while (fits(sequences + 1)) sequences++;
  return sequences;
}

describe("a plan that leaves less memory than the bill is known to be off by", () => {
  it("carries a warning, and one that leaves more does not", () => {
    const { warnings, metrics } = evaluated(problemAt(most()));
    expect(warnings).toEqual([expect.stringMatching(LOW)]);
    const [only] = metrics.stages;
    expect(only!.memory_headroom_gb).toBeLessThan(only!.memory_error_gb!);
    // 1.9 % of the weights are more than 4 % of what is left.
    expect(only!.memory_error_gb).toBeCloseTo(0.019 * only!.memory_weights_gb, 12);
    expect(evaluated(problemAt(10)).warnings).toEqual([]);
  });

  it("is known to be off by 4 % of the KV cache where that is more, 2.3 % with TensorRT-LLM", () => {
    for (const [engine, share] of [
      ["vllm", 0.04],
      ["tensorrt-llm", 0.023],
    ] as const) {
      const problem = readProblem({
        model: "llama-3.2-1b",
        instances: "g5.xlarge@us-east-1=1",
        today: "2026-11-30",
        phase: "aggregated",
        inputTokens: 1000,
        outputTokens: 300,
        concurrency: 8,
        engine,
      });
      const evaluation = evaluated(problem, 16);
      const [only] = evaluation.metrics.stages;
      expect(only!.memory_error_gb).toBeCloseTo(
        share * (only!.memory_kv_cache_gb + only!.memory_headroom_gb),
        9,
      );
    }
  });

  it("is found by solve all the same, with the warning", async () => {
    const problem = problemAt(most());
    const solution = await solve(problem, DEFAULT_REQUEST, createInlineHighs());
    expect(solution.status).toBe("optimal");
    expect(solution.warnings).toContainEqual(expect.stringMatching(LOW));
  });

  it("keeps it in a row of a sweep, and for an export", () => {
    const problem = problemAt(most());
    const evaluation = evaluated(problem);
    const row = dataRow(
      rowFacts(problem, ["g5.xlarge"]),
      {
        point: { phase: "aggregated", batch: 1, inputTokens: 1000, outputTokens: 300 },
        tpDegree: 1,
        ppStages: 1,
      },
      evaluation,
      { outputDir: "", sourcePath: "" },
    );
    expect(row.reason).toMatch(LOW);
    const { status } = exportPlacement(problem, evaluation, {
      form: "vllm",
      checkpoint: null,
      onlineFp8: false,
      image: null,
    });
    expect(status).toBe("SUCCESS");
  });

  it("has none with the reference cost model, which knows no error", () => {
    const { metrics } = evaluate(
      foundingProblem(),
      placement([stage("p4de.24xlarge#0", 8, 1, 80)]),
    ) as Success;
    expect(metrics.stages[0]!.memory_error_gb).toBeNull();
    expect(lowMemoryWarnings(metrics)).toEqual([]);
  });
});

describe("several such stages", () => {
  it("are one sentence, which names the tightest", () => {
    const of = (headroom: number, error: number) => ({
      ...evaluated(problemAt(4)).metrics.stages[0]!,
      memory_headroom_gb: headroom,
      memory_error_gb: error,
    });
    expect(lowMemoryWarnings({ stages: [of(0.5, 0.6), of(0.1, 0.6), of(2, 0.6)] })).toEqual([
      expect.stringMatching(
        /^stage 1 on g5\.xlarge#0 leaves 0\.10 GiB free on each GPU \(so does 1 other stage\), less/,
      ),
    ]);
  });
});
