import { createReferenceModel } from "../../src/cost/reference/reference-model.ts";
import { createPool, type PoolEntry } from "../../src/hardware/pool.ts";
import { usdToMicroUsd } from "../../src/hardware/price.ts";
import type { Model } from "../../src/model/model.ts";
import type { PlacementRules, Problem } from "../../src/placement/problem.ts";
import { NO_LIMITS } from "../../src/workload/workload.ts";
import { statedModel } from "./models.ts";

/** Llama-3-70B as the founding configuration describes it. */
export const LLAMA3_70B: Model = statedModel("llama3-70b", {
  numLayers: 80,
  dModel: 8192,
  dHidden: 28672,
  vocabSize: 128256,
  numAttentionHeads: 64,
  numKvHeads: 8,
  bytesPerElement: 2,
  layerWeightGib: 1.75,
});

/** instance, GPU, GPUs, GiB each, inside GB/s, external Gbit/s, USD/h, count. */
const FOUNDING_ROWS: readonly Parameters<typeof entry>[] = [
  ["p4de.24xlarge", "NVIDIA A100", 8, 80, 600, 400, 40.96, 1],
  ["p3dn.24xlarge", "NVIDIA V100", 8, 32, 300, 100, 31.21, 4],
  ["g6e.48xlarge", "NVIDIA L40S", 8, 48, 32, 400, 27.39, 4],
  ["g6e.24xlarge", "NVIDIA L40S", 4, 48, 32, 400, 13.7, 4],
  ["g6e.12xlarge", "NVIDIA L40S", 2, 48, 32, 200, 6.85, 4],
  ["g6e.4xlarge", "NVIDIA L40S", 1, 48, 32, 100, 3.42, 4],
  ["g5.48xlarge", "NVIDIA A10G", 8, 24, 32, 200, 16.29, 4],
  ["g5.24xlarge", "NVIDIA A10G", 4, 24, 32, 100, 8.14, 4],
  ["g5.12xlarge", "NVIDIA A10G", 4, 24, 32, 50, 5.67, 4],
  ["g5.4xlarge", "NVIDIA A10G", 1, 24, 32, 25, 1.62, 4],
];

/** One pool entry with an on-demand price. */
export function entry(
  name: string,
  gpuModel: string,
  gpuCount: number,
  gpuMemoryGib: number,
  insideGBytesPerSecond: number,
  externalGbitsPerSecond: number,
  usdPerHour: number,
  count: number,
): PoolEntry {
  return {
    instance: {
      name,
      provider: "AWS",
      gpuModel,
      gpuCount,
      gpuMemoryGib,
      insideGBytesPerSecond,
      externalGbitsPerSecond,
    },
    count,
    price: {
      microUsdPerHour: usdToMicroUsd(usdPerHour),
      provider: "AWS",
      region: null,
      kind: "on-demand",
      asOf: null,
      source: "test",
    },
  };
}

export const FOUNDING_POOL: readonly PoolEntry[] = FOUNDING_ROWS.map((row) => entry(...row));

export const LARGE_RULES: PlacementRules = {
  maxPipelineStages: 8,
  minLayersPerStage: 5,
  minMemoryUtilization: 0.5,
  quantizeSegments: true,
};

export const RELAXED_RULES: PlacementRules = {
  maxPipelineStages: 16,
  minLayersPerStage: 1,
  minMemoryUtilization: 0,
  quantizeSegments: false,
};

/** The founding problem, with whatever a test changes. */
export function foundingProblem(changes: Partial<Problem> = {}): Problem {
  const model = changes.model ?? LLAMA3_70B;
  return {
    model,
    pool: createPool(FOUNDING_POOL),
    network: { kind: "derived" },
    costModel: createReferenceModel(model.architecture, {
      realWorldEfficiency: 0.3,
      microBatchSize: 8,
      interferenceFactor: 0.8,
    }),
    rules: LARGE_RULES,
    workload: {
      phase: "aggregated",
      inputTokens: 2048,
      outputTokens: 512,
      minBatch: 32,
      maxBatch: 32,
    },
    limits: NO_LIMITS,
    weights: {
      costWeight: 0.9,
      throughputNormalization: 10_000,
      costNormalization: 1,
      crossInstancePenalty: 0.01,
    },
    totalTokensToProcess: 1_000_000,
    timeLimitSeconds: null,
    warnings: [],
    ...changes,
  };
}
