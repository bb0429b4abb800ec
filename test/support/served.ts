import type { CostModel } from "../../src/cost/cost-model.ts";
import { createPool } from "../../src/hardware/pool.ts";
import type { Model } from "../../src/model/model.ts";
import { outlineOf } from "../../src/model/outline.ts";
import type { Problem } from "../../src/placement/problem.ts";
import { NO_LIMITS } from "../../src/workload/workload.ts";
import { createTableModel } from "../oracle/table-model.ts";
import { entry, foundingProblem, LLAMA3_70B } from "./founding.ts";
import { statedModel } from "./models.ts";

/** Twelve layers, one of them worth of embedding before and one of LM head behind them. */
export const SERVED_MODEL: Model = statedModel("served", {
  ...outlineOf(LLAMA3_70B.architecture),
  numLayers: 12,
  layers: {
    kinds: [{ weightGib: 1, dHidden: 1, numKvHeads: 1, attentionWindowTokens: null }],
    kindOf: new Array<number>(12).fill(0),
    embeddingGib: 1,
    lmHeadGib: 1,
  },
});

/**
 * Latencies that can be added up by hand. A layer is 100 units of work, a GPU of `fast` does 1000 of them a second and one of
 * `slow` 400; the ends count as a layer more. TTFT of a stage: 1 s · layers · 100 / speed, i.e. 0.1 s a layer on fast and
 * 0.25 s on slow; TPOT a tenth of that. Frame: 0.5 s and 0.01 s; m = S.
 */
export function servedCostModel(): CostModel {
  const ends = [2, ...new Array<number>(10).fill(1), 2];
  return createTableModel({
    work: ends,
    memory: ends,
    layersAreAlike: false,
    speed: new Map([
      ["fast", 1000],
      ["slow", 400],
    ]),
    layerExponent: 1,
    wholeRates: false,
    tpExponent: 1,
    collectiveRate: 1e9,
    linkRate: 1e6,
    weightsGib: 1,
    cacheGib: 0,
    activationsGib: 0,
    efficiencies: [1],
    realWorldEfficiency: 1,
    messages: null,
    serving: {
      splitExponent: 1,
      ttft: { perWork: 100, exponent: 1, perStage: 0 },
      tpot: { perMemory: 10, perStage: 0 },
      frameTtftSeconds: 0.5,
      frameTpotSeconds: 0.01,
      microBatchesPerStage: 1,
    },
  });
}

/** Four instances of each type, each with one GPU: fast 10 $/h, slow 1 $/h. Eight layers fit on fast, eight on slow. */
export function servedProblem(limits: Partial<Problem["limits"]> = {}): Problem {
  return foundingProblem({
    model: SERVED_MODEL,
    costModel: servedCostModel(),
    pool: createPool([
      entry("fast", "fast", 1, 8, 1000, 8000, 10, 4),
      entry("slow", "slow", 1, 8, 1000, 8000, 1, 4),
    ]),
    rules: {
      maxPipelineStages: 4,
      minLayersPerStage: 1,
      minMemoryUtilization: 0,
      quantizeSegments: false,
    },
    workload: {
      phase: "aggregated",
      inputTokens: 100,
      outputTokens: 100,
      minBatch: 4,
      maxBatch: 4,
    },
    limits: { ...NO_LIMITS, ...limits },
  });
}
