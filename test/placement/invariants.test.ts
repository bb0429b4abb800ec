import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { deriveMatrix, type MatrixNetwork } from "../../src/hardware/network.ts";
import { createPool } from "../../src/hardware/pool.ts";
import { layerCount } from "../../src/model/model.ts";
import { evaluate } from "../../src/placement/evaluate.ts";
import type { Evaluation, Metrics } from "../../src/placement/evaluation.ts";
import type { Placement } from "../../src/placement/placement.ts";
import type { Problem } from "../../src/placement/problem.ts";
import { arbitraryPlacement } from "../support/arbitrary-placement.ts";
import { restated } from "../support/models.ts";
import { TOY_MODEL, TOY_POOL, toyProblem } from "../support/toy.ts";

/** Layers of 3 GiB: up to five of the twelve fit on a T4 with 16 GiB, all on an A100 with 80. */
const HEAVY = toyProblem({ model: restated(TOY_MODEL, { layerWeightGib: 3 }) });

/** GiB on each GPU of a stage, straight from the formulas of the reference model, with D = 1024, K = 256, e = 2. */
function stageGib(placed: Placement, layers: number, t: number): number {
  const { batch_size: b, sequence_length: s, output_length: o, workload_phase: phase } = placed;
  const cached = phase === "prefill" ? s : s + o;
  const active = phase === "decode" ? 1 : s;
  const cacheBytes = (2 * b * cached * 256 * 2) / t;
  const activationBytes =
    1.15 * Math.max((b * active * (5 * 1024 + 512) * 2) / t, b * active * 1024 * 2);
  return layers * (3 / t + cacheBytes / 1024 ** 3) + activationBytes / 1024 ** 3;
}

/** Everything wrong with a placement, found without the program's own rules. One-layer stages may exceed the memory. */
function faults(placed: Placement): string[] {
  const found: string[] = [];
  const owners = new Map(TOY_POOL.map((each) => [each.instance.name, each]));
  const usedGpus = new Set<string>();
  let layer = 0;
  for (const { gpu_type, tp_degree, gpu_ids, start_layer, end_layer } of placed.stages) {
    const [name = "", index = ""] = gpu_type.split("#");
    const owner = owners.get(name)!;
    if (Number(index) >= owner.count) found.push(`no ${gpu_type}`);
    if (start_layer !== layer + 1 || end_layer < start_layer)
      found.push(`layers at ${start_layer}`);
    layer = end_layer;
    const { gpuCount, gpuMemoryGib } = owner.instance;
    const free = Array.from({ length: gpuCount }, (_, id) => id).filter(
      (id) => !usedGpus.has(`${gpu_type}/${id}`),
    );
    const ids = gpu_ids ?? free.slice(0, tp_degree);
    if (ids.length !== tp_degree) found.push(`too few GPUs on ${gpu_type}`);
    else if (!ids.every((id) => free.includes(id))) found.push(`GPUs of ${gpu_type}`);
    else for (const id of ids) usedGpus.add(`${gpu_type}/${id}`);
    const layers = end_layer - start_layer + 1;
    if (layers > 1 && stageGib(placed, layers, tp_degree) > gpuMemoryGib) found.push("memory");
  }
  if (layer !== layerCount(HEAVY.model)) found.push("coverage");
  return found;
}

test("invariant 1: SUCCESS means layers once, GPUs once and inside their instance, memory within the limit", () => {
  const seen = { SUCCESS: 0, INFEASIBLE: 0 };
  fc.assert(
    fc.property(arbitraryPlacement(HEAVY, { careless: true }), (placed) => {
      const answer = evaluate(HEAVY, placed);
      seen[answer.status]++;
      expect(answer.status).toBe(faults(placed).length === 0 ? "SUCCESS" : "INFEASIBLE");
      if (answer.status !== "SUCCESS") return;
      // The placement with its GPU ids filled in keeps the invariant too, and says what the stages take.
      expect(faults(answer.placement)).toEqual([]);
      for (const [i, metrics] of answer.metrics.stages.entries()) {
        const gib = stageGib(placed, metrics.layers, metrics.tp_degree);
        expect(metrics.memory_total_gb).toBeCloseTo(gib, 9);
        if (gib > metrics.memory_capacity_gb) {
          expect(metrics.layers).toBe(1);
          expect(answer.warnings.some((warning) => warning.startsWith(`stage ${i} `))).toBe(true);
        }
      }
    }),
    { numRuns: 500 },
  );
  expect(seen.SUCCESS).toBeGreaterThan(0);
  expect(seen.INFEASIBLE).toBeGreaterThan(0);
});

/** Runs a check on the answers of placements that keep the rules; placements that do not are left out. */
function forSuccesses(
  check: (placed: Placement, metrics: Metrics) => void,
  problem: Problem = HEAVY,
): void {
  fc.assert(
    fc.property(arbitraryPlacement(problem), (placed) => {
      const answer = evaluate(problem, placed);
      fc.pre(answer.status === "SUCCESS");
      check(placed, answer.metrics);
    }),
  );
}

function expectSameNumber(actual: number, expected: number): void {
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(1e-12 * Math.abs(expected));
}

describe("invariant 2", () => {
  test("cost per hour is the sum of the prices of distinct instances", () => {
    const prices = new Map(
      TOY_POOL.map(({ instance, price }) => [instance.name, price.microUsdPerHour]),
    );
    forSuccesses((placed, metrics) => {
      const instances = new Set(placed.stages.map((stage) => stage.gpu_type));
      let microUsd = 0;
      for (const instance of instances) microUsd += prices.get(instance.split("#")[0]!)!;
      expect(metrics.cost_per_hour).toBe(microUsd / 1e6);
      expect(metrics.num_instances).toBe(instances.size);
      const shares = metrics.stages.map((stage) => stage.price_share_usd_per_hour);
      expectSameNumber(
        shares.reduce((sum, share) => sum + share, 0),
        metrics.cost_per_hour,
      );
    });
  });

  test("$ per million tokens is cost / throughput / 3600 · 10⁶", () => {
    forSuccesses((_, metrics) => {
      const { cost_per_hour: cost, throughput_tokens_per_sec: rate } = metrics;
      expectSameNumber(metrics.dollar_per_million_token, (cost / rate / 3600) * 1e6);
      expectSameNumber(metrics.cost_per_token, cost / rate / 3600);
      expectSameNumber(metrics.total_runtime_hours, 1e6 / rate / 3600);
      expectSameNumber(metrics.total_cost, (cost * 1e6) / rate / 3600);
    });
  });
});

test("axiom 1 of the cost model: throughput is a factor of point and stage count times the slowest rate", () => {
  forSuccesses((placed, metrics) => {
    const rates = [...metrics.stages, ...metrics.links].map(
      (each) => each.throughput_tokens_per_sec,
    );
    const slowest = Math.min(...rates);
    expect(metrics.raw_throughput_tokens_per_sec).toBe(slowest);
    const stages = placed.stages.length;
    // Micro-batches of 4, half of the modelled throughput in the world.
    const microBatches = Math.max(1, Math.floor(placed.batch_size / 4));
    const efficiency =
      stages === 1 ? 1 : Math.max(0.5, (0.9 * microBatches) / (microBatches + stages - 1));
    expectSameNumber(metrics.pipeline_efficiency, efficiency);
    expectSameNumber(metrics.throughput_tokens_per_sec, slowest * efficiency * 0.5);
    const { kind, index } = metrics.bottleneck;
    const culprit = kind === "stage" ? metrics.stages[index] : metrics.links[index];
    expect(culprit?.throughput_tokens_per_sec).toBe(slowest);
  });
});

describe("the network", () => {
  test("derived, or written out as its matrix, gives identical answers", () => {
    const explicit = { ...HEAVY, network: deriveMatrix(HEAVY.pool) };
    fc.assert(
      fc.property(arbitraryPlacement(HEAVY, { careless: true }), (placed) => {
        expect(evaluate(explicit, placed)).toEqual(evaluate(HEAVY, placed));
      }),
    );
  });

  test("derived, does not tell the GPUs of an instance apart", () => {
    const order = Array.from({ length: 16 }, (_, id) => id);
    fc.assert(
      fc.property(
        arbitraryPlacement(HEAVY),
        fc.shuffledSubarray(order, { minLength: 16 }),
        (placed, shuffled) => {
          const first = evaluate(HEAVY, placed);
          fc.pre(first.status === "SUCCESS");
          // A permutation of 0 to n − 1 for an instance of n GPUs: the shuffled numbers below n, in their order.
          const renamed = {
            ...placed,
            stages: first.placement.stages.map((stage) => {
              const gpus = HEAVY.pool.byName.get(stage.gpu_type.split("#")[0]!)!.instance.gpuCount;
              const names = shuffled.filter((id) => id < gpus);
              return { ...stage, gpu_ids: stage.gpu_ids!.map((id) => names[id]!) };
            }),
          };
          expect(withoutIds(evaluate(HEAVY, renamed))).toEqual(withoutIds(first));
        },
      ),
    );
  });

  test("explicit, does not care in which order a group lists its GPUs", () => {
    const size = HEAVY.pool.gpuCount;
    const arbitraryMatrix = fc
      .array(fc.double({ min: 0.01, max: 100, noNaN: true }), { minLength: 64, maxLength: 64 })
      .map(
        (values): MatrixNetwork => ({
          kind: "matrix",
          gpuCount: size,
          // 61 shares no divisor with the row length, so that rows differ.
          gBytesPerSecond: Float64Array.from({ length: size * size }, (_, i) => values[i % 61]!),
        }),
      );
    fc.assert(
      fc.property(arbitraryPlacement(HEAVY), arbitraryMatrix, (placed, network) => {
        const problem = { ...HEAVY, network };
        const first = evaluate(problem, placed);
        fc.pre(first.status === "SUCCESS");
        const stages = first.placement.stages.map((stage) => ({
          ...stage,
          gpu_ids: [...stage.gpu_ids!].reverse(),
        }));
        expect(withoutIds(evaluate(problem, { ...placed, stages }))).toEqual(withoutIds(first));
      }),
    );
  });
});

/** An answer without the GPU ids it names. */
function withoutIds(answer: Evaluation): unknown {
  if (answer.status !== "SUCCESS") throw new Error(answer.error);
  const stages = answer.metrics.stages.map(({ gpu_ids: _, ...rest }) => rest);
  return { ...answer.metrics, stages };
}

test("invariant 8: the order of the pool changes nothing with a derived network", () => {
  const turned = { ...HEAVY, pool: createPool([...TOY_POOL].reverse()) };
  fc.assert(
    fc.property(arbitraryPlacement(HEAVY, { careless: true }), (placed) => {
      expect(evaluate(turned, placed)).toEqual(evaluate(HEAVY, placed));
    }),
  );
});

describe("evaluate is pure", () => {
  test("equal input, equal answer", () => {
    fc.assert(
      fc.property(arbitraryPlacement(HEAVY, { careless: true }), (placed) => {
        expect(evaluate(HEAVY, structuredClone(placed))).toEqual(evaluate(HEAVY, placed));
      }),
    );
  });

  test("frozen input is enough, and stays as it was", () => {
    const frozen = deepFreeze({ ...HEAVY });
    fc.assert(
      fc.property(arbitraryPlacement(HEAVY, { careless: true }), (placed) => {
        const before = structuredClone(placed);
        const answer = evaluate(HEAVY, placed);
        expect(evaluate(frozen, deepFreeze(placed))).toEqual(answer);
        expect(placed).toEqual(before);
      }),
    );
  });
});

function deepFreeze<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  for (const inner of Object.values(value)) deepFreeze(inner);
  return Object.freeze(value);
}
