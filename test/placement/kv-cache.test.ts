/** What the KV cache of a placement holds: what the stage with the least room does. */
import { expect, it } from "vitest";
import { createPool } from "../../src/hardware/pool.ts";
import type { PlacementStage } from "../../src/placement/placement.ts";
import { metrics } from "../support/answers.ts";
import { calibratedProblem, defaultSettings, llama } from "../support/calibrated.ts";
import { entry } from "../support/founding.ts";
import { placement, stage } from "../support/toy.ts";

const problem = calibratedProblem(llama(), defaultSettings("vllm"), {
  pool: createPool([entry("a", "NVIDIA H100", 2, 80, 900, 400, 1, 1)]),
});

const cacheOf = (stages: readonly PlacementStage[]) => {
  const found = metrics(
    problem,
    placement(stages, { workload_phase: "aggregated", output_length: 100, batch_size: 4 }),
  );
  return { ...found, ofStages: found.stages.map(({ kv_cache_tokens }) => kv_cache_tokens!) };
};

it.each([
  ["first", 28],
  ["last", 4],
])("the %s stage has the least room", (where, layers) => {
  const found = cacheOf([stage("a#0", 1, 1, layers), stage("a#0", 1, layers + 1, 32)]);
  const [first, last] = found.ofStages;
  expect(first! < last!).toBe(where === "first");
  expect(found.kv_cache_tokens).toBe(Math.min(first!, last!));
  // 1024 + 100 tokens of a request.
  expect(found.max_concurrency).toBe(found.kv_cache_tokens! / 1124);
});
