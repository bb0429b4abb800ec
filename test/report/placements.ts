import fc from "fast-check";
import { createPool } from "../../src/hardware/pool.ts";
import { evaluate } from "../../src/placement/evaluate.ts";
import type { Success } from "../../src/placement/evaluation.ts";
import { evenSplit } from "../../src/placement/even-split.ts";
import type { Placement } from "../../src/placement/placement.ts";
import type { Problem } from "../../src/placement/problem.ts";
import {
  DEFAULT_REQUEST,
  type ObjectiveName,
  type SolveRequest,
} from "../../src/solver/request.ts";
import type { Answer } from "../../src/solver/solution.ts";
import { FOUNDING_POOL, foundingProblem, RELAXED_RULES } from "../support/founding.ts";

/** An even split of the founding problem that keeps the rules. */
export function splitOf(
  family: string,
  tpDegree: number,
  ppStages: number,
  problem: Problem = foundingProblem(),
): Success {
  const point = { phase: "aggregated", batch: 32, inputTokens: 2048, outputTokens: 512 } as const;
  const split = evenSplit(problem, { family, tpDegree, ppStages }, point);
  if (split.status !== "placement") throw new Error(split.error);
  const evaluation = evaluate(problem, split.placement);
  if (evaluation.status !== "SUCCESS") throw new Error(evaluation.error);
  return evaluation;
}

const VALUES: Readonly<Record<ObjectiveName, (success: Success) => number>> = {
  "cost-per-token": ({ metrics }) => metrics.dollar_per_million_token,
  cost: ({ metrics }) => metrics.cost_per_hour,
  throughput: ({ metrics }) => metrics.throughput_tokens_per_sec,
  weighted: ({ metrics }) => metrics.throughput_tokens_per_sec / 10_000 - metrics.cost_per_hour,
};
const UNITS: Readonly<Record<ObjectiveName, string>> = {
  "cost-per-token": "USD per million tokens",
  cost: "USD per hour",
  throughput: "tokens/s",
  weighted: "weighted score",
};

/** An answer as a solve would give it, without a solve. */
export function answerOf(
  success: Success,
  changes: Partial<Answer> = {},
  name: ObjectiveName = "cost-per-token",
): Answer {
  const value = VALUES[name](success);
  return {
    status: "optimal",
    objective: { name, value, unit: UNITS[name] },
    bound: value,
    gap: 0,
    placement: success.placement,
    metrics: success.metrics,
    warnings: [],
    run: {
      blocks: 1,
      blocks_excluded: 0,
      cases: 344,
      cases_solved: 1,
      cases_bounded: 343,
      milps_solved: 2,
      backend: "highs",
      total_seconds: 0.25,
    },
    ...changes,
  };
}

/** Problems whose names are as long and odd as a file may hold, with a placement each that may break any rule. */
export const oddPlacement: fc.Arbitrary<{ problem: Problem; placement: Placement }> = fc
  .record({
    suffix: fc.string({ unit: "binary", maxLength: 90 }),
    gpu: fc.string({ unit: "binary", maxLength: 90 }),
    stages: fc.array(
      fc.record({
        type: fc.nat({ max: FOUNDING_POOL.length - 1 }),
        index: fc.nat({ max: 4 }),
        tpDegree: fc.constantFrom(1, 2, 4, 8, 16),
        layers: fc.integer({ min: 1, max: 50 }),
      }),
      { minLength: 1, maxLength: 9 },
    ),
    batch: fc.constantFrom(1, 8, 32, 1024),
  })
  .map(({ suffix, gpu, stages, batch }) => {
    const pool = createPool(
      FOUNDING_POOL.map((entry) => ({
        ...entry,
        instance: {
          ...entry.instance,
          name: entry.instance.name + suffix,
          gpuModel: entry.instance.gpuModel + gpu,
        },
      })),
    );
    let next = 1;
    const placement: Placement = {
      batch_size: batch,
      sequence_length: 2048,
      output_length: 512,
      workload_phase: "aggregated",
      stages: stages.map(({ type, index, tpDegree, layers }, position) => {
        const start_layer = next;
        const isLast = position === stages.length - 1;
        const end_layer = isLast ? Math.max(80, start_layer) : start_layer + layers - 1;
        next = end_layer + 1;
        return {
          gpu_type: `${pool.types[type]!.instance.name}#${index}`,
          tp_degree: tpDegree,
          start_layer,
          end_layer,
        };
      }),
    };
    return { problem: foundingProblem({ pool, rules: RELAXED_RULES }), placement };
  });

export const REQUEST: SolveRequest = DEFAULT_REQUEST;
