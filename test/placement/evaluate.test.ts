import { describe, expect, test } from "vitest";
import { InputError } from "../../src/errors.ts";
import { createPool } from "../../src/hardware/pool.ts";
import { evaluate } from "../../src/placement/evaluate.ts";
import type { Placement } from "../../src/placement/placement.ts";
import { metrics, rates, success } from "../support/answers.ts";
import { expectAllClose, expectClose } from "../support/close.ts";
import { entry, foundingProblem, LARGE_RULES } from "../support/founding.ts";
import { placement, stage, TOY_POOL, toyProblem } from "../support/toy.ts";

describe("a pipeline whose link is the bottleneck", () => {
  const found = metrics(
    toyProblem(),
    placement([stage("quad#0", 1, 1, 6), stage("duo#0", 1, 7, 12)]),
  );

  test("has the raw throughput of its link", () => {
    // Six layers of 34,603,008 FLOPs a token: 312·10¹²·0.65 and 362·10¹²·0.58 over 207,618,048.
    expectAllClose(rates(found.stages), [976793.6937736742, 1011280.0983467489]);
    // min(64/4/8, 16/2/8) = 1 GB/s · 524,288 tokens
    expect(rates(found.links)).toEqual([524_288]);
    expect(found.links[0]).toMatchObject({ bandwidth_gb_per_sec: 1, crosses_instances: true });
    expect(found.raw_throughput_tokens_per_sec).toBe(524_288);
    expect(found.bottleneck).toEqual({ kind: "link", index: 0, limited_by: "network" });
    expectClose(found.stages[0]!.utilization, 524_288 / 976793.6937736742);
  });

  test("loses to the pipeline and to the world", () => {
    // M = 32/4 = 8: 0.9·8/(8 + 2 − 1) = 0.8; 524,288 · 0.8 · 0.5
    expectClose(found.pipeline_efficiency, 0.8);
    expectClose(found.throughput_tokens_per_sec, 209_715.2);
  });

  test("costs what its two instances cost", () => {
    // 4 + 2 = 6 $/h for 209,715.2·3600 = 754,974,720 tokens an hour
    expect(found.cost_per_hour).toBe(6);
    expectClose(found.cost_per_token, 6 / 754_974_720);
    expectClose(found.dollar_per_million_token, 6e6 / 754_974_720);
    // A million tokens to process
    expectClose(found.total_runtime_hours, 1e6 / 754_974_720);
    expectClose(found.total_cost, 6e6 / 754_974_720);
  });

  test("counts GPUs, instances and stages", () => {
    expect(found).toMatchObject({
      num_gpus: 2,
      num_gpus_rented: 6,
      num_instances: 2,
      num_pipeline_stages: 2,
      ttft_ms: null,
      tpot_ms: null,
    });
  });

  test("describes its stages", () => {
    // b = 32, s = 1024: cache 6/32 GiB, activations 32,768 · 11,264 · 1.15 / 1024³ = 0.3953125 GiB
    expect(found.stages[1]).toMatchObject({
      instance: "duo#0",
      gpu_model: "NVIDIA L40S",
      gpu_ids: [0],
      tp_degree: 1,
      layers: 6,
      start_layer: 7,
      end_layer: 12,
      limited_by: "compute",
      memory_weights_gb: 3,
      memory_kv_cache_gb: 0.1875,
      memory_capacity_gb: 48,
      price_share_usd_per_hour: 2,
    });
    expectClose(found.stages[1]!.memory_activations_gb, 0.3953125);
    expectClose(found.stages[1]!.memory_total_gb, 3.5828125);
    expectClose(found.stages[1]!.memory_utilization, 3.5828125 / 48);
  });
});

describe("several stages on one instance", () => {
  test("pay for it once, and share its price by their GPUs", () => {
    const found = metrics(
      toyProblem(),
      placement([stage("quad#0", 1, 1, 6), stage("quad#0", 3, 7, 12)]),
    );
    expect(found).toMatchObject({ cost_per_hour: 4, num_instances: 1, num_gpus: 4 });
    expect(found.stages.map((each) => each.price_share_usd_per_hour)).toEqual([1, 3]);
    expect(found.links[0]!.crosses_instances).toBe(false);
  });

  test("pay for idle GPUs too", () => {
    const found = metrics(
      toyProblem(),
      placement([stage("quad#0", 1, 1, 6), stage("quad#0", 1, 7, 12)]),
    );
    expect(found).toMatchObject({ cost_per_hour: 4, num_gpus: 2, num_gpus_rented: 4 });
    expect(found.stages.map((each) => each.price_share_usd_per_hour)).toEqual([2, 2]);
    // Inside: 64 GB/s · 524,288. Both stages run at 312·10¹²·0.65/207,618,048; · 0.8 · 0.5
    expect(rates(found.links)).toEqual([33_554_432]);
    expectClose(found.throughput_tokens_per_sec, 390717.4775094697);
    expect(found.bottleneck).toEqual({ kind: "stage", index: 0, limited_by: "compute" });
  });

  test("pay once even when the pipeline comes back to it", () => {
    const found = metrics(
      toyProblem(),
      placement([stage("quad#0", 1, 1, 4), stage("mono#0", 1, 5, 5), stage("quad#0", 2, 6, 12)]),
    );
    // 4 + 1 $/h; both links 1 GB/s; M = 8: 0.9·8/10 = 0.72; 524,288 · 0.72 · 0.5
    expect(found).toMatchObject({ cost_per_hour: 5, num_instances: 2 });
    expectAllClose(
      rates(found.stages),
      [1465190.5406605112, 713810.7762192235, 1172851.1584306776],
    );
    expect(rates(found.links)).toEqual([524_288, 524_288]);
    expectClose(found.throughput_tokens_per_sec, 188_743.68);
    expect(found.bottleneck.index).toBe(0);
  });

  test("pay twice on two instances of one type", () => {
    const found = metrics(
      toyProblem(),
      placement([stage("quad#0", 1, 1, 6), stage("quad#1", 1, 7, 12)]),
    );
    expect(found).toMatchObject({ cost_per_hour: 8, num_instances: 2 });
    expect(found.links[0]).toMatchObject({ bandwidth_gb_per_sec: 2, crosses_instances: true });
  });

  test("pay nothing for an instance that is owned", () => {
    const pool = createPool(
      TOY_POOL.map((each) => (each.instance.name === "quad" ? { ...each, ownedCount: 1 } : each)),
    );
    const stages = [stage("quad#0", 1, 1, 6), stage("quad#1", 1, 7, 12)];
    expect(metrics(toyProblem({ pool }), placement(stages)).cost_per_hour).toBe(4);
  });
});

describe("TP degrees that are no power of two up to 8", () => {
  test("16 on one instance", () => {
    // 34,603,008 · 12 layers: compute 12·32,768·34,603,008/(989·10¹²·0.7)/16/0.8 = 1.5355 ms, collectives
    // 12·2·32,768·2048/(160·10⁹)·15/16 = 9.4372 ms; 32,768 tokens in 10.9727 ms; · 0.5
    const found = metrics(toyProblem(), placement([stage("wide#0", 16, 1, 12)]));
    expectAllClose(rates(found.stages), [2986333.6949889986]);
    expect(found.stages[0]!.limited_by).toBe("collectives");
    expectClose(found.throughput_tokens_per_sec, 1493166.8474944993);
    expect(found.pipeline_efficiency).toBe(1);
    expect(found).toMatchObject({ num_gpus: 16, num_gpus_rented: 16, links: [] });
  });

  test("3 on an instance of four", () => {
    const found = metrics(toyProblem(), placement([stage("quad#0", 3, 1, 12)]));
    expectAllClose(rates(found.stages), [703231.5250120728]);
    expectClose(found.throughput_tokens_per_sec, 351615.7625060364);
  });

  test("6 and 3, decoding nothing beyond the input, with a warning", () => {
    const found = success(
      toyProblem(),
      placement([stage("wide#0", 6, 1, 6), stage("wide#0", 3, 7, 12)], {
        workload_phase: "decode",
      }),
    );
    expectAllClose(rates(found.metrics.stages), [786470.7797318375, 419741.38918588666]);
    // min(160·5/6, 160, 160·2/3)
    expectClose(found.metrics.links[0]!.bandwidth_gb_per_sec, 320 / 3);
    expectAllClose(rates(found.metrics.links), [55924053.333333336]);
    expectClose(found.metrics.throughput_tokens_per_sec, 167896.55567435466);
    expect(found.metrics.bottleneck).toEqual({
      kind: "stage",
      index: 1,
      limited_by: "memory_bandwidth",
    });
    expect(found.warnings).toHaveLength(1);
    expect(found.warnings[0]).toContain("output_length 0");
  });
});

describe("input and output tokens", () => {
  const stages = [stage("quad#0", 4, 1, 9), stage("duo#1", 2, 10, 12)];

  test("are in proportion to the lengths in aggregated serving", () => {
    const found = metrics(
      toyProblem(),
      placement(stages, { workload_phase: "aggregated", output_length: 256 }),
    );
    expectAllClose(rates(found.stages), [474779.3911548096, 429887.45981860545]);
    expectClose(found.throughput_tokens_per_sec, 171954.9839274422);
    // 1024 : 256
    expectClose(found.input_tokens_per_sec, 0.8 * 171954.9839274422);
    expectClose(found.output_tokens_per_sec, 0.2 * 171954.9839274422);
  });

  test("are all input in prefill, whatever the output length", () => {
    const found = metrics(toyProblem(), placement(stages, { output_length: 256 }));
    expect(found.input_tokens_per_sec).toBe(found.throughput_tokens_per_sec);
    expect(found.output_tokens_per_sec).toBe(0);
  });

  test("are all output in decode", () => {
    const found = metrics(
      toyProblem(),
      placement(stages, { workload_phase: "decode", output_length: 256 }),
    );
    expect(found.input_tokens_per_sec).toBe(0);
    expect(found.output_tokens_per_sec).toBe(found.throughput_tokens_per_sec);
  });
});

describe("the founding problem", () => {
  const aggregated = {
    sequence_length: 2048,
    output_length: 512,
    workload_phase: "aggregated",
  } as const;
  const problem = foundingProblem({ rules: LARGE_RULES });

  test("serves a million tokens for 9.399926 dollars on p4de.24xlarge at TP 8", () => {
    const found = metrics(problem, placement([stage("p4de.24xlarge#0", 8, 1, 80)], aggregated));
    expectClose(found.raw_throughput_tokens_per_sec, 4034.7046194888626);
    expectClose(found.throughput_tokens_per_sec, 1210.4113858466587);
    expectClose(found.dollar_per_million_token, 9.39992626541533);
    expectClose(found.total_runtime_hours, 0.22949038733924146);
  });

  test("adds 2 × 6.85 and 4 × 3.42 dollars to 27.38 exactly", () => {
    const stages = Array.from({ length: 8 }, (_, i) =>
      stage(
        i < 4 ? `g6e.12xlarge#${Math.floor(i / 2)}` : `g6e.4xlarge#${i - 4}`,
        1,
        10 * i + 1,
        10 * i + 10,
      ),
    );
    const found = metrics(problem, placement(stages, aggregated));
    expect(found.cost_per_hour).toBe(27.38);
    expectClose(found.throughput_tokens_per_sec, 376.277103120908);
    // Inside g6e.12xlarge 32 GB/s, between instances 200/2/8 = 100/1/8 = 12.5; · 1024³/(8192·2) = · 65,536
    expect(rates(found.links)).toEqual(
      [32, 12.5, 32, 12.5, 12.5, 12.5, 12.5].map((bandwidth) => bandwidth * 65_536),
    );
  });
});

test("a GPU outside the table runs as an A100", () => {
  const [fast, known] = ["NVIDIA H200", "NVIDIA A100"].map((gpuModel) => {
    const pool = createPool([entry("x", gpuModel, 8, 141, 900, 400, 60, 1)]);
    return metrics(toyProblem({ pool }), placement([stage("x#0", 8, 1, 12)]));
  });
  expect(fast!.throughput_tokens_per_sec).toBe(known!.throughput_tokens_per_sec);
});

describe("the answer's placement", () => {
  test("has the GPU ids filled in and everything else as it was", () => {
    const asked = placement([stage("quad#0", 2, 1, 6), stage("quad#0", 1, 7, 12, [3])]);
    expect(success(toyProblem(), asked).placement).toEqual({
      ...asked,
      stages: [stage("quad#0", 2, 1, 6, [0, 1]), stage("quad#0", 1, 7, 12, [3])],
    });
  });

  test("is evaluated to the same answer again", () => {
    const asked = placement([stage("quad#0", 2, 1, 6), stage("quad#0", 1, 7, 12)]);
    const first = success(toyProblem(), asked);
    expect(evaluate(toyProblem(), first.placement)).toEqual(first);
  });
});

test.each<[Partial<Placement>, string]>([
  [{ workload_phase: "aggregated" }, "output_length"],
  [{ batch_size: 0 }, "batch_size"],
  [{ sequence_length: 0 }, "sequence_length"],
  [{ output_length: -1 }, "output_length"],
])("an operating point with %j is refused", (change, where) => {
  const evaluating = () => evaluate(toyProblem(), placement([stage("quad#0", 1, 1, 12)], change));
  expect(evaluating).toThrow(InputError);
  expect(evaluating).toThrow(where);
});
