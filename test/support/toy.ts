import { createReferenceModel } from "../../src/cost/reference/reference-model.ts";
import { createPool, type PoolEntry } from "../../src/hardware/pool.ts";
import type { Model } from "../../src/model/model.ts";
import type { Placement, PlacementStage } from "../../src/placement/placement.ts";
import type { PlacementRules, Problem } from "../../src/placement/problem.ts";
import { entry, foundingProblem } from "./founding.ts";
import { statedModel } from "./models.ts";

/**
 * A model small enough to compute by hand. With D = 1024, K = 2 · 1024/8 = 256, F = 4096 and e = 2, one layer on one GPU is
 *
 *   weights      (2·D² + 2·D·K + 3·D·F)·e     = 30,408,704 bytes
 *   KV cache     2·b·c·K·e                    = 1024·b·c bytes
 *   activations  m·D·e                        = 2048·m bytes
 *   FLOPs        2·m·D·(2D + 2K) + 6·m·D·F + 4·m·c·D = m·(30,408,704 + 4096·c)
 */
export const TOY_MODEL: Model = statedModel("toy", {
  numLayers: 12,
  dModel: 1024,
  dHidden: 4096,
  vocabSize: 32000,
  numAttentionHeads: 8,
  numKvHeads: 2,
  bytesPerElement: 2,
  layerWeightGib: 0.5,
});

/** No rule but the memory and the cover, and any TP degree; a test adds the one it is about. */
export const TOY_RULES: PlacementRules = {
  maxPipelineStages: 12,
  minLayersPerStage: 1,
  minMemoryUtilization: 0,
  quantizeSegments: false,
  anyShape: true,
};

/** External share of one GPU: 64/4/8 = 2 GB/s for quad, 16/2/8 = 8/1/8 = 128/16/8 = 1 GB/s for the others. */
export const TOY_POOL: readonly [PoolEntry, PoolEntry, PoolEntry, PoolEntry] = [
  entry("quad", "NVIDIA A100-SXM4-80GB", 4, 80, 64, 64, 4, 2),
  entry("duo", "NVIDIA L40S", 2, 48, 32, 16, 2, 2),
  entry("mono", "Tesla T4", 1, 16, 8, 8, 1, 3),
  entry("wide", "NVIDIA H100", 16, 80, 160, 128, 64, 1),
];

/** The toy model on the toy pool: micro-batches of 4, half of the modelled throughput reached in the world. */
export function toyProblem(changes: Partial<Problem> = {}): Problem {
  const model = changes.model ?? TOY_MODEL;
  return foundingProblem({
    model,
    pool: createPool(TOY_POOL),
    rules: TOY_RULES,
    costModel: createReferenceModel(model.architecture, {
      realWorldEfficiency: 0.5,
      microBatchSize: 4,
      interferenceFactor: 0.75,
    }),
    ...changes,
  });
}

/** One stage: `stage("quad#0", 2, 1, 6)` puts layers 1 to 6 on two GPUs. */
export function stage(
  instance: string,
  tpDegree: number,
  startLayer: number,
  endLayer: number,
  gpuIds?: readonly number[],
): PlacementStage {
  return {
    gpu_type: instance,
    tp_degree: tpDegree,
    start_layer: startLayer,
    end_layer: endLayer,
    ...(gpuIds && { gpu_ids: gpuIds }),
  };
}

/** A prefill placement at batch 32 and 1024 input tokens, with whatever a test changes. */
export function placement(
  stages: readonly PlacementStage[],
  changes: Partial<Placement> = {},
): Placement {
  return {
    batch_size: 32,
    sequence_length: 1024,
    output_length: 0,
    workload_phase: "prefill",
    stages,
    ...changes,
  };
}
