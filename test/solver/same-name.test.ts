import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { tpGroup } from "../../src/cost/cost-model.ts";
import type { InstanceType } from "../../src/hardware/instance.ts";
import { createPool } from "../../src/hardware/pool.ts";
import { evaluate } from "../../src/placement/evaluate.ts";
import type { Problem } from "../../src/placement/problem.ts";
import { rateService } from "../../src/placement/rate-service.ts";
import { bestEvenSplits } from "../../src/solver/even-splits/even-splits.ts";
import { DEFAULT_REQUEST } from "../../src/solver/request.ts";
import type { StartTable } from "../../src/solver/stages/start-table.ts";
import { TableCache } from "../../src/solver/stages/table-cache.ts";
import type { OperatingPoint } from "../../src/workload/workload.ts";
import {
  arbitraryKnownInstance,
  calibratedProblem,
  defaultSettings,
  llama,
} from "../support/calibrated.ts";
import { entry } from "../support/founding.ts";

const POINT: OperatingPoint = {
  phase: "aggregated",
  batch: 32,
  inputTokens: 512,
  outputTokens: 128,
};

const ALL_SIZES = Array.from({ length: 32 }, (_, i) => i + 1);

const arbitraryNamesake: fc.Arbitrary<InstanceType> = arbitraryKnownInstance.map((instance) => ({
  ...instance,
  name: "namesake",
}));

/** The model on two instances of a type. */
function problemOn(instance: InstanceType, changes: Partial<Problem> = {}): Problem {
  return calibratedProblem(llama(), defaultSettings("vllm"), {
    pool: createPool([{ ...entry("any", "any", 1, 1, 1, 1, 1, 2), instance }]),
    workload: {
      phase: "aggregated",
      inputTokens: 512,
      outputTokens: 128,
      minBatch: null,
      maxBatch: null,
      load: { kind: "request_rate", requestsPerSecond: 0.5 },
    },
    ...changes,
  });
}

function lines({ lists, listOf, toEnd }: StartTable): unknown {
  return { lists, listOf, toEnd };
}

/** What a cache gives for the stages of an instance. */
function tablesOf(
  cache: TableCache,
  problem: Problem,
  { sizes = ALL_SIZES, point = POINT, stages = 2 } = {},
): unknown {
  const { instance } = problem.pool.types[0]!;
  const { group } = tpGroup(1);
  const { leaves, stays } = cache.of(problem, instance, group, {
    sizes,
    point,
    pipelineStages: stages,
  });
  const staying = stays();
  return { leaves: lines(leaves), stays: staying && lines(staying) };
}

describe("what is remembered belongs to all that it depends on", () => {
  test("in the tables of stages: the hardware, whatever the name", () => {
    fc.assert(
      fc.property(arbitraryNamesake, arbitraryNamesake, (one, other) => {
        const { costModel } = problemOn(one);
        const problems = [problemOn(one, { costModel }), problemOn(other, { costModel })];
        const alone = problems.map((problem) => tablesOf(new TableCache(), problem));
        const cache = new TableCache();
        for (const i of [0, 1, 0]) expect(tablesOf(cache, problems[i]!)).toEqual(alone[i]);
      }),
      { numRuns: 20 },
    );
  });

  test("in the tables of stages: the cost model, the model, the lengths and the sizes", () => {
    fc.assert(
      fc.property(arbitraryNamesake, (instance) => {
        const problem = problemOn(instance);
        const { model } = problem;
        const fp8 = problem.costModel.withStorage!({ weightFormat: "fp8" });
        const cases: readonly [Problem, Parameters<typeof tablesOf>[2]?][] = [
          [problem],
          [{ ...problem, costModel: fp8.costModel }],
          [{ ...problem, model: { ...model, allowedCuts: [16] } }],
          [problem, { point: { ...POINT, inputTokens: 4096 } }],
          [problem, { point: { ...POINT, inputMeanSquareTokens: 2 * 512 ** 2 } }],
          [problem, { point: { ...POINT, phase: "prefill" } }],
          [problem, { stages: 4 }],
          [problem, { sizes: [1, 2, 32] }],
          [problem, { sizes: [1, 16, 32] }],
        ];
        const cache = new TableCache();
        for (const [given, choices] of cases) {
          const alone = tablesOf(new TableCache(), given, choices);
          expect(tablesOf(cache, given, choices)).toEqual(alone);
        }
      }),
      { numRuns: 20 },
    );
  });

  test("in even splits, evaluations and answers at a rate of requests", () => {
    const request = { ...DEFAULT_REQUEST, tpDegrees: [1, 2] };
    const answers = (problem: Problem): unknown => {
      const splits = bestEvenSplits(problem, request);
      const [best] = splits;
      if (best?.status !== "best") return splits;
      const { placement } = best.evaluation;
      return [splits, evaluate(problem, placement), rateService(problem, placement)];
    };
    fc.assert(
      fc.property(arbitraryNamesake, arbitraryNamesake, (one, other) => {
        const alone = [one, other].map((instance) => answers(problemOn(instance)));
        for (const order of [
          [0, 1],
          [1, 0],
        ]) {
          const { costModel } = problemOn(one);
          for (const i of order) {
            const problem = problemOn([one, other][i]!, { costModel });
            expect(answers(problem)).toEqual(alone[i]);
          }
        }
      }),
      { numRuns: 3 },
    );
  });
});
