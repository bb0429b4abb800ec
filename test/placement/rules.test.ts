import { describe, expect, test } from "vitest";
import { evaluate } from "../../src/placement/evaluate.ts";
import type { PlacementStage } from "../../src/placement/placement.ts";
import type { PlacementRules } from "../../src/placement/problem.ts";
import { breaches, broken, withRules } from "../support/answers.ts";
import { placement, stage, TOY_MODEL, toyProblem } from "../support/toy.ts";

/** Twelve layers in equal stages of one GPU each on two quads. */
function equalStages(count: number): PlacementStage[] {
  const size = 12 / count;
  return Array.from({ length: count }, (_, i) =>
    stage(`quad#${Math.floor(i / 4)}`, 1, i * size + 1, (i + 1) * size),
  );
}

describe("each rule alone", () => {
  test.each<[string, Partial<PlacementRules>, PlacementStage[], object]>([
    [
      "unknown_instance: a type that is not in the pool",
      {},
      [stage("quat#0", 1, 1, 12)],
      { rule: "unknown_instance", stage: 0, gpu_type: "quat#0" },
    ],
    [
      "unknown_instance: an index beyond the count",
      {},
      [stage("quad#0", 1, 1, 6), stage("quad#2", 1, 7, 12)],
      { rule: "unknown_instance", stage: 1, gpu_type: "quad#2" },
    ],
    ["unknown_instance: no index", {}, [stage("quad", 1, 1, 12)], { rule: "unknown_instance" }],
    [
      "unknown_instance: a negative index",
      {},
      [stage("quad#-1", 1, 1, 12)],
      { rule: "unknown_instance" },
    ],
    [
      "layer_range: start below 1",
      {},
      [stage("quad#0", 1, 0, 12)],
      { rule: "layer_range", stage: 0, start_layer: 0, end_layer: 12 },
    ],
    [
      "layer_range: end before start",
      {},
      [stage("quad#0", 1, 1, 12), stage("quad#0", 1, 13, 12)],
      { rule: "layer_range", stage: 1, start_layer: 13, end_layer: 12 },
    ],
    [
      "layer_range: half a layer",
      {},
      [stage("quad#0", 1, 1, 6.5), stage("quad#0", 1, 7.5, 12)],
      { rule: "layer_range", stage: 0 },
    ],
    [
      "gpu_ids: fewer than the TP degree",
      {},
      [stage("quad#0", 2, 1, 12, [0])],
      { rule: "gpu_ids", stage: 0, gpu_ids: [0], tp_degree: 2 },
    ],
    [
      "gpu_ids: more than the TP degree",
      {},
      [stage("quad#0", 1, 1, 12, [0, 1])],
      { rule: "gpu_ids", gpu_ids: [0, 1], tp_degree: 1 },
    ],
    ["gpu_ids: none", {}, [stage("quad#0", 1, 1, 12, [])], { rule: "gpu_ids" }],
    ["gpu_ids: one twice", {}, [stage("quad#0", 2, 1, 12, [3, 3])], { rule: "gpu_ids" }],
    [
      "gpu_ids: outside the instance",
      {},
      [stage("quad#0", 2, 1, 12, [3, 4])],
      { rule: "gpu_ids", instance_gpus: 4 },
    ],
    ["gpu_ids: negative", {}, [stage("quad#0", 1, 1, 12, [-1])], { rule: "gpu_ids" }],
    ["gpu_ids: half a GPU", {}, [stage("quad#0", 1, 1, 12, [0.5])], { rule: "gpu_ids" }],
    [
      "gpu_ids: TP degree 0",
      {},
      [stage("quad#0", 0, 1, 12, [])],
      { rule: "gpu_ids", tp_degree: 0 },
    ],
    ["gpu_ids: TP degree 1.5", {}, [stage("quad#0", 1.5, 1, 12)], { rule: "gpu_ids" }],
    [
      "gpu_reuse: one GPU in two stages",
      {},
      [stage("quad#0", 2, 1, 6, [0, 1]), stage("quad#0", 2, 7, 12, [1, 2])],
      { rule: "gpu_reuse", stage: 1, gpu_ids: [1, 2] },
    ],
    [
      "gpu_free: a TP degree above the instance",
      {},
      [stage("quad#0", 5, 1, 12)],
      { rule: "gpu_free", stage: 0, tp_degree: 5, free_gpus: 4, instance_gpus: 4 },
    ],
    [
      "gpu_free: earlier stages have taken too many",
      {},
      [stage("quad#0", 3, 1, 6), stage("quad#0", 2, 7, 12)],
      { rule: "gpu_free", stage: 1, tp_degree: 2, free_gpus: 1 },
    ],
    [
      "below_min_segment: too little memory used",
      // 0.08·80 GiB = 6.4; activations 0.3953125, a layer 0.53125 GiB: ceil(11.3) = 12 layers
      { minMemoryUtilization: 0.08 },
      [stage("mono#0", 1, 1, 3), stage("quad#0", 1, 4, 12)],
      { rule: "below_min_segment", stage: 1, size: 9, min_size: 12 },
    ],
    [
      "below_min_layers: a stage below min_layers_per_stage",
      { minLayersPerStage: 4 },
      [stage("quad#0", 1, 1, 9), stage("quad#0", 1, 10, 12)],
      { rule: "below_min_layers", stage: 1, size: 3, min_size: 4 },
    ],
    [
      "below_min_pipeline_segment: a stage below ceil(12/5) = 3",
      { maxPipelineStages: 5 },
      [stage("quad#0", 1, 1, 2), stage("quad#0", 1, 3, 12)],
      { rule: "below_min_pipeline_segment", stage: 0, size: 2, min_size: 3 },
    ],
    [
      "not_quantised: neither a divisor of 12 nor a power of two",
      { quantizeSegments: true },
      [stage("quad#0", 1, 1, 7), stage("quad#0", 1, 8, 12)],
      { rule: "not_quantised", stage: 0, size: 7, num_layers: 12 },
    ],
    [
      "gap: before the first stage",
      {},
      [stage("quad#0", 1, 3, 12)],
      { rule: "gap", stage: 0, expected_start_layer: 1, start_layer: 3 },
    ],
    [
      "gap: between two stages",
      {},
      [stage("quad#0", 1, 1, 5), stage("quad#0", 1, 7, 12)],
      { rule: "gap", stage: 1, expected_start_layer: 6, start_layer: 7 },
    ],
    [
      "overlap: a layer in two stages",
      {},
      [stage("quad#0", 1, 1, 6), stage("quad#0", 1, 6, 12)],
      { rule: "overlap", stage: 1, expected_start_layer: 7, start_layer: 6 },
    ],
    [
      "coverage: the last layer is missing",
      {},
      [stage("quad#0", 1, 1, 11)],
      { rule: "coverage", last_layer: 11, num_layers: 12 },
    ],
    [
      "coverage: more layers than the model has",
      {},
      [stage("quad#0", 1, 1, 6), stage("quad#0", 1, 7, 13)],
      { rule: "coverage", last_layer: 13, num_layers: 12 },
    ],
  ])("%s", (name, rules, stages, first) => {
    const { error, violations } = broken(withRules(rules), placement(stages));
    expect(violations[0]).toMatchObject(first);
    expect(error).toBe(violations[0]!.message);
    const rule = name.split(":")[0];
    // Layers of a stage without a range are in no stage, which the cover says as well.
    const follows = rule === "layer_range" ? ["gap", "coverage"] : [];
    const others = violations.map((violation) => violation.rule).filter((other) => other !== rule);
    expect(others.filter((other) => !follows.includes(other))).toEqual([]);
  });

  test("stage_count: no stage, which leaves all layers uncovered", () => {
    const { violations } = broken(withRules({}), placement([]));
    expect(violations).toMatchObject([
      { rule: "stage_count", stages: 0, max_pipeline_stages: 12 },
      { rule: "coverage", last_layer: 0, num_layers: 12 },
    ]);
  });

  test("stage_count: one more than max_pipeline_stages, and so one stage at least is too short", () => {
    const problem = withRules({ maxPipelineStages: 3 });
    const stages = [
      stage("quad#0", 1, 1, 4),
      stage("quad#0", 1, 5, 8),
      stage("quad#0", 1, 9, 9),
      stage("quad#0", 1, 10, 12),
    ];
    const { violations } = broken(problem, placement(stages));
    expect(violations[0]).toMatchObject({ rule: "stage_count", stages: 4, max_pipeline_stages: 3 });
    // ceil(12/3) = 4
    expect(breaches(problem, placement(stages)).slice(1)).toEqual([
      "below_min_pipeline_segment 2",
      "below_min_pipeline_segment 3",
    ]);
  });

  test("above_max_segment: more layers than fit, with the bill", () => {
    // mono: 16 GiB. b = 32, s = 16,384: a layer 0.5 + 0.5 cache = 1 GiB, activations 6.325 GiB: 9 layers fit.
    const found = broken(
      withRules({}),
      placement([stage("mono#0", 1, 1, 10), stage("quad#0", 1, 11, 12)], {
        sequence_length: 16_384,
      }),
    );
    expect(found.violations).toHaveLength(1);
    expect(found.violations[0]).toMatchObject({
      rule: "above_max_segment",
      stage: 0,
      size: 10,
      max_size: 9,
      weights_gb: 5,
      kv_cache_gb: 5,
      available_gb: 16,
    });
    expect(found.violations[0]!.activations_gb).toBeCloseTo(6.325, 12);
    expect(found.violations[0]!.required_gb).toBeCloseTo(16.325, 12);
    expect(found.error).toMatch(
      /16\.3\d GiB.*weights 5\.00.*KV cache 5\.00.*activations 6\.3.*16\.00 GiB.*at most 9 layers/,
    );
  });

  test("cut_not_allowed: a stage that ends where the model may not be cut", () => {
    const problem = toyProblem({ model: { ...TOY_MODEL, allowedCuts: [4, 8] } });
    const cutAt = (layer: number) =>
      placement([stage("quad#0", 1, 1, layer), stage("quad#0", 1, layer + 1, 12)]);
    expect(evaluate(problem, cutAt(8)).status).toBe("SUCCESS");
    const found = broken(problem, cutAt(6));
    expect(found.violations).toMatchObject([{ rule: "cut_not_allowed", stage: 0, end_layer: 6 }]);
    expect(found.error).toContain("allowed are 4, 8");
  });
});

describe("what the rules allow", () => {
  test.each<[string, Partial<PlacementRules>, PlacementStage[]]>([
    ["as many stages as max_pipeline_stages", { maxPipelineStages: 4 }, equalStages(4)],
    ["stages of exactly min_layers_per_stage", { minLayersPerStage: 6 }, equalStages(2)],
    ["stages of exactly ceil(12/5)", { maxPipelineStages: 5 }, equalStages(4)],
    [
      "a divisor (4 = 12/3) and a power of two that is none (8)",
      { quantizeSegments: true },
      [stage("quad#0", 1, 1, 8), stage("quad#0", 1, 9, 12)],
    ],
    [
      "2 as a divisor, though powers of two count from 4 only",
      { quantizeSegments: true },
      [stage("quad#0", 1, 1, 2), stage("quad#0", 1, 3, 6), stage("quad#0", 1, 7, 12)],
    ],
    [
      "a GPU id of one instance on another instance too",
      {},
      [stage("quad#0", 1, 1, 6, [0]), stage("quad#1", 1, 7, 12, [0])],
    ],
    ["all GPUs of the instance, in any order", {}, [stage("quad#1", 4, 1, 12, [2, 0, 3, 1])]],
  ])("%s", (_, rules, stages) => {
    expect(evaluate(withRules(rules), placement(stages)).status).toBe("SUCCESS");
  });
});
