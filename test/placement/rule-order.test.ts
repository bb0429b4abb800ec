import { describe, expect, test } from "vitest";
import { RULES } from "../../src/placement/evaluation.ts";
import { breaches, broken, withRules } from "../support/answers.ts";
import { foundingProblem, LARGE_RULES } from "../support/founding.ts";
import { placement, stage } from "../support/toy.ts";

describe("several breaches", () => {
  test("have the order of the checks: count, then stage by stage, then the cover", () => {
    const problem = withRules({
      maxPipelineStages: 3,
      minLayersPerStage: 5,
      minMemoryUtilization: 0.05,
      quantizeSegments: true,
    });
    // 0.05·80 = 4 GiB: ceil((4 − 0.3953125)/0.53125) = 7 layers on a quad at TP 1, all 12 at TP 2; ceil(12/3) = 4.
    const stages = [
      stage("quad#0", 2, 2, 8, [0]),
      stage("none#0", 1, 9, 9),
      stage("quad#1", 1, 4, 5, [0]),
      stage("quad#1", 1, 5, 9, [0]),
      stage("quad#1", 4, 10, 11),
    ];
    expect(breaches(problem, placement(stages))).toEqual([
      "stage_count",
      "gpu_ids 0",
      "below_min_segment 0",
      "not_quantised 0",
      "unknown_instance 1",
      "below_min_layers 1",
      "below_min_pipeline_segment 1",
      "below_min_segment 2",
      "below_min_layers 2",
      "below_min_pipeline_segment 2",
      "gpu_reuse 3",
      "below_min_segment 3",
      "not_quantised 3",
      "gpu_free 4",
      "below_min_segment 4",
      "below_min_layers 4",
      "below_min_pipeline_segment 4",
      "gap 0",
      "overlap 2",
      "overlap 3",
      "coverage",
    ]);
  });

  test("of an instance, a range and GPUs come in this order, before any size", () => {
    const strict = withRules({ minLayersPerStage: 12 });
    expect(breaches(strict, placement([stage("none#0", 1, 0, 3, [9])])).slice(0, 2)).toEqual([
      "unknown_instance 0",
      "layer_range 0",
    ]);
    expect(breaches(strict, placement([stage("quad#0", 1, 0, 3, [9])])).slice(0, 2)).toEqual([
      "layer_range 0",
      "gpu_ids 0",
    ]);
    expect(breaches(strict, placement([stage("quad#0", 1, 1, 3, [9])])).slice(0, 2)).toEqual([
      "gpu_ids 0",
      "below_min_layers 0",
    ]);
  });

  test("on the cover come one for each stage, in stage order, the end last", () => {
    const stages = [
      stage("quad#0", 1, 2, 4),
      stage("quad#0", 1, 4, 6),
      stage("quad#0", 1, 8, 10),
      stage("quad#0", 1, 9, 11),
    ];
    expect(breaches(withRules({}), placement(stages))).toEqual([
      "gap 0",
      "overlap 1",
      "gap 2",
      "overlap 3",
      "coverage",
    ]);
  });

  test("include stages in the wrong order", () => {
    const stages = [stage("quad#0", 1, 7, 12), stage("quad#0", 1, 1, 6)];
    expect(breaches(withRules({}), placement(stages))).toEqual(["gap 0", "overlap 1", "coverage"]);
  });

  test("of one stage list the memory before the size rules", () => {
    // One prompt on an A10G: activations 0.094 GiB, a layer 1.754 GiB: 13 layers fit into 24. On p4de at TP 8 a layer
    // takes 0.219 GiB: half of 80 GiB is not reached with fewer than all 80. Neither 19 nor 61 divides 80.
    const problem = foundingProblem({ rules: LARGE_RULES });
    const stages = [stage("g5.4xlarge#0", 1, 1, 19), stage("p4de.24xlarge#0", 8, 20, 80)];
    const { violations } = broken(problem, placement(stages, { batch_size: 1 }));
    expect(violations.map(({ rule, stage: at }) => `${rule} ${at}`)).toEqual([
      "above_max_segment 0",
      "not_quantised 0",
      "below_min_segment 1",
      "not_quantised 1",
    ]);
  });

  test("name the first as the error", () => {
    const { error, violations } = broken(
      withRules({ maxPipelineStages: 1 }),
      placement([stage("none#0", 1, 1, 6), stage("quad#0", 1, 6, 12)]),
    );
    expect(violations[0]!.rule).toBe("stage_count");
    expect(error).toBe(violations[0]!.message);
    expect(violations.length).toBeGreaterThan(3);
  });

  test("do not let a stage that failed keep its GPUs from the next", () => {
    const stages = [stage("quad#0", 3, 1, 6, [0, 1, 9]), stage("quad#0", 4, 7, 12)];
    expect(breaches(withRules({}), placement(stages))).toEqual(["gpu_ids 0"]);
  });

  test("give back the placement as it was asked", () => {
    const asked = placement([stage("quad#0", 1, 1, 11)]);
    expect(broken(withRules({}), asked).placement).toBe(asked);
  });
});

test("every rule of the contract is one of the above", () => {
  expect(RULES).toEqual([
    "stage_count",
    "unknown_instance",
    "layer_range",
    "gpu_ids",
    "gpu_reuse",
    "gpu_free",
    "tp_shape",
    "above_max_segment",
    // In test/placement/longest-request.test.ts, with an engine.
    "above_kv_cache",
    "below_min_segment",
    "below_min_layers",
    "below_min_pipeline_segment",
    "not_quantised",
    "cut_not_allowed",
    "gap",
    "overlap",
    "coverage",
    // In test/input/problem-sources.test.ts, with a pool that has sites.
    "several_sites",
  ]);
});

describe("messages", () => {
  test("name the nearest type for one the pool does not have, and its count for an index it does not have", () => {
    expect(broken(withRules({}), placement([stage("quat#0", 1, 1, 12)])).error).toContain(
      'Did you mean "quad"?',
    );
    expect(broken(withRules({}), placement([stage("mono#3", 1, 1, 12)])).error).toMatch(
      /mono#3.*has 3 of that type/,
    );
  });

  test("name stage, layers, instance and limit of a size", () => {
    const { error } = broken(
      withRules({ minLayersPerStage: 4 }),
      placement([stage("quad#0", 1, 1, 9), stage("quad#1", 2, 10, 12)]),
    );
    expect(error).toMatch(
      /stage 1 \(layers 10-12 on quad#1, TP 2\).*3 layers.*min_layers_per_stage 4/,
    );
  });
});
