import { createReferenceModel } from "../cost/reference/reference-model.ts";
import { createPool, type Pool } from "../hardware/pool.ts";
import { usdToMicroUsd } from "../hardware/price.ts";
import type { Model } from "../model/model.ts";
import type { PlacementRules, Problem } from "../placement/problem.ts";
import { NO_LIMITS, type Phase } from "../workload/workload.ts";

/** One line of a pool: name, GPU, GPUs, GiB of each, GB/s inside, Gbit/s network, USD an hour, instances. */
export type PoolRow = readonly [
  name: string,
  gpuModel: string,
  gpuCount: number,
  gpuMemoryGib: number,
  insideGBytesPerSecond: number,
  externalGbitsPerSecond: number,
  usdPerHour: number,
  count: number,
];

/** A pool from its lines. */
export function poolOf(rows: readonly PoolRow[]): Pool {
  return createPool(
    rows.map(([name, gpuModel, gpuCount, gpuMemoryGib, inside, external, usdPerHour, count]) => ({
      instance: {
        name,
        provider: "benchmark",
        gpuModel,
        gpuCount,
        gpuMemoryGib,
        insideGBytesPerSecond: inside,
        externalGbitsPerSecond: external,
      },
      count,
      price: {
        microUsdPerHour: usdToMicroUsd(usdPerHour),
        provider: "benchmark",
        region: null,
        kind: "unspecified" as const,
        asOf: null,
        source: "benchmark",
      },
    })),
  );
}

/** What is served: phase, tokens in and out, smallest and largest batch. */
export type Load = readonly [
  phase: Phase,
  inputTokens: number,
  outputTokens: number,
  minBatch: number,
  maxBatch: number,
];

/** The rules of the founding configuration: sizes in steps, no small stages, GPUs at least half full. */
export const FOUNDING_RULES: PlacementRules = {
  maxPipelineStages: 8,
  minLayersPerStage: 5,
  minMemoryUtilization: 0.5,
  quantizeSegments: true,
};

/** Any size of a stage. */
export const FREE_RULES: PlacementRules = {
  maxPipelineStages: 16,
  minLayersPerStage: 1,
  minMemoryUtilization: 0,
  quantizeSegments: false,
};

/** The rules for a model whose key/value heads stand for a cache of another kind: their number forbids no TP degree. */
export const STAND_IN_RULES: PlacementRules = { ...FREE_RULES, anyShape: true };

/** A problem under the reference cost model with the founding configuration's factors. */
export function makeProblem(
  model: Model,
  pool: Pool,
  rules: PlacementRules,
  [phase, inputTokens, outputTokens, minBatch, maxBatch]: Load,
  changes: Partial<Problem> = {},
): Problem {
  const costModel = createReferenceModel(model.architecture, {
    realWorldEfficiency: 0.3,
    microBatchSize: 8,
    interferenceFactor: 0.8,
  });
  return {
    model,
    pool,
    network: { kind: "derived" },
    costModel,
    rules,
    workload: { phase, inputTokens, outputTokens, minBatch, maxBatch },
    limits: NO_LIMITS,
    weights: {
      costWeight: null,
      throughputNormalization: 10_000,
      costNormalization: 1,
      crossInstancePenalty: 0.01,
    },
    totalTokensToProcess: 1_000_000,
    timeLimitSeconds: null,
    warnings: costModel.hardwareWarnings(pool.types.map(({ instance }) => instance)),
    ...changes,
  };
}

/** The same on a pool given by its lines, with any size of a stage. */
export function freeProblem(
  model: Model,
  rows: readonly PoolRow[],
  load: Load,
  changes: Partial<Problem> = {},
): Problem {
  return makeProblem(model, poolOf(rows), FREE_RULES, load, changes);
}
