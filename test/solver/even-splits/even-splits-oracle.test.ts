import fc from "fast-check";
import { expect, it } from "vitest";
import { createCalibratedModel } from "../../../src/cost/calibrated/calibrated-model.ts";
import { createPool } from "../../../src/hardware/pool.ts";
import type { Problem } from "../../../src/placement/problem.ts";
import { bestEvenSplits, type FamilyBest } from "../../../src/solver/even-splits/even-splits.ts";
import { DEFAULT_REQUEST, type SolveRequest } from "../../../src/solver/request.ts";
import { type Limits, NO_LIMITS } from "../../../src/workload/workload.ts";
import { FLAVOURS, MESSAGE_FLAVOURS, SERVING_FLAVOURS } from "../../oracle/flavours.ts";
import { createPrng, type Prng } from "../../oracle/prng.ts";
import { drawUnseen } from "../../oracle/random-problem.ts";
import { oracleSeeds } from "../../oracle/seeds.ts";
import {
  arbitraryGpu,
  calibratedProblem,
  defaultSettings,
  instanceOf,
  knowledgeOf,
  llama,
} from "../../support/calibrated.ts";
import { plainSplits } from "./plain-splits.ts";

const arbitraryEntry = fc
  .record({
    gpu: arbitraryGpu,
    gpuCount: fc.constantFrom(1, 2, 4, 8),
    count: fc.integer({ min: 1, max: 4 }),
    network: fc.constantFrom(1, 10, 400),
    cents: fc.integer({ min: 50, max: 5000 }),
    owned: fc.constantFrom(0, 0, 1),
    isScattered: fc.constantFrom(false, false, true),
  })
  .map(({ gpu, gpuCount, count, network, cents, owned, isScattered }) => ({
    instance: {
      ...instanceOf(gpu, gpuCount, { externalGbitsPerSecond: network }),
      ...(isScattered && { isScattered }),
    },
    count,
    ownedCount: Math.min(owned, count),
    price: {
      microUsdPerHour: cents * 10_000,
      provider: "test",
      region: null,
      kind: "on-demand" as const,
      asOf: null,
      source: "test",
    },
  }));

const arbitraryCase = fc.record({
  entries: fc.array(arbitraryEntry, { minLength: 1, maxLength: 4 }),
  layers: fc.integer({ min: 4, max: 40 }),
  input: fc.integer({ min: 16, max: 4000 }),
  output: fc.integer({ min: 1, max: 600 }),
  maxBatch: fc.integer({ min: 8, max: 400 }),
  minMemoryUtilization: fc.constantFrom(0, 0, 0.5),
  limits: fc.record({
    maxTpotSeconds: fc.constantFrom(null, null, 0.02, 0.05),
    maxTtftSeconds: fc.constantFrom(null, null, 0.5),
    maxHourlyCostUsd: fc.constantFrom(null, null, 20),
    minTokensPerSecond: fc.constantFrom(null, null, 500),
  }),
  request: fc.record({
    objective: fc.constantFrom("cost-per-token" as const, "throughput" as const, "cost" as const),
    noIdleGpus: fc.constantFrom(false, false, true),
    maxInstances: fc.constantFrom(null, null, 1),
    mostStages: fc.constantFrom(null, null, 3),
    bandwidthPercentile: fc.constantFrom(null, null, 0.5),
  }),
});

type Case = typeof arbitraryCase extends fc.Arbitrary<infer T> ? T : never;

function problemOf({ entries, layers, input, output, maxBatch, ...rest }: Case): Problem {
  const architecture = llama({ layers });
  const settings = defaultSettings("vllm");
  const base = calibratedProblem(architecture, settings);
  return {
    ...base,
    costModel: createCalibratedModel(architecture, settings, knowledgeOf()),
    pool: createPool(
      entries.map((one, index) => ({
        ...one,
        instance: { ...one.instance, name: `${one.instance.name} ${index}` },
      })),
    ),
    rules: { ...base.rules, minMemoryUtilization: rest.minMemoryUtilization },
    limits: { ...NO_LIMITS, ...rest.limits },
    workload: {
      ...base.workload,
      phase: "aggregated",
      inputTokens: input,
      outputTokens: output,
      minBatch: 1,
      maxBatch,
    },
  };
}

it("the splits that are named, and what keeps out the others, are those of an evaluation of all splits", () => {
  let several = 0;
  fc.assert(
    fc.property(arbitraryCase, (drawn) => {
      const problem = problemOf(drawn);
      const request: SolveRequest = { ...DEFAULT_REQUEST, ...drawn.request };
      const families = bestEvenSplits(problem, request);
      expect(families).toEqual(plainSplits(problem, request));
      for (const family of families) {
        if (family.status !== "best") continue;
        if (family.choice.instances < family.choice.ppStages) several++;
      }
    }),
    { numRuns: 40 },
  );
  expect(several).toBeGreaterThan(0);
});

const ALL_FLAVOURS = [...FLAVOURS, ...SERVING_FLAVOURS, ...MESSAGE_FLAVOURS];

it("so they are of other cost models, of matrices, and of layers that are not alike", () => {
  const statuses = new Map<string, number>();
  for (const seed of oracleSeeds(400)) {
    const prng = createPrng(seed * 27_644_437 + 11);
    const { problem, request } = drawUnseen(prng, prng.pick(ALL_FLAVOURS));
    const free = plainSplits(problem, request);
    expect(bestEvenSplits(problem, request), `seed ${seed}`).toEqual(free);
    const limited = { ...problem, limits: limitsNear(prng, free) };
    const families = bestEvenSplits(limited, request);
    expect(families, `seed ${seed}, limited`).toEqual(plainSplits(limited, request));
    for (const { status } of families) statuses.set(status, (statuses.get(status) ?? 0) + 1);
  }
  expect([...statuses.keys()].sort()).toEqual(["best", "infeasible", "over_limits"]);
});

/** Limits at what some split has, a hair beside it, or well off. */
function limitsNear(prng: Prng, families: readonly FamilyBest[]): Limits {
  const best = families.filter((family) => family.status === "best");
  if (best.length === 0) return NO_LIMITS;
  const { metrics } = prng.pick(best).evaluation;
  const near = (value: number): number => value * prng.pick([1, 1, 0.999, 1.001, 0.7, 1.5]);
  const seconds = (milliseconds: number | null): number | null =>
    milliseconds === null ? null : near(milliseconds / 1000);
  const all: Partial<Limits> = {
    maxHourlyCostUsd: near(metrics.cost_per_hour),
    maxCostPerMillionTokenUsd: near(metrics.dollar_per_million_token),
    maxTotalRuntimeHours: near(metrics.total_runtime_hours),
    minTokensPerSecond: near(metrics.throughput_tokens_per_sec),
    maxTtftSeconds: seconds(metrics.ttft_ms),
    maxTpotSeconds: seconds(metrics.tpot_ms),
  };
  const names = prng.shuffle(Object.keys(all)).slice(0, prng.int(1, 2));
  const chosen = Object.entries(all).filter(([name]) => names.includes(name));
  return { ...NO_LIMITS, ...Object.fromEntries(chosen) };
}

it("operating points are skipped where more sequences never take less time, and it changes nothing", () => {
  let asked = 0;
  let askedOfAll = 0;
  fc.assert(
    fc.property(arbitraryCase, (drawn) => {
      const given = problemOf(drawn);
      const workload: Problem["workload"] = { ...given.workload, load: { kind: "max" } };
      const problem: Problem = { ...given, workload, limits: NO_LIMITS };
      const request: SolveRequest = { ...DEFAULT_REQUEST, ...drawn.request };
      const { sublinearInBatch, ...unknown } = problem.costModel;
      expect(sublinearInBatch).toBe(true);
      const counted = (costModel: typeof unknown, count: () => void): Problem => ({
        ...problem,
        costModel: {
          ...costModel,
          stage: (shape, point) => {
            count();
            return costModel.stage(shape, point);
          },
        },
      });
      const skipping = counted(problem.costModel, () => asked++);
      const all = counted(unknown, () => askedOfAll++);
      expect(bestEvenSplits(skipping, request)).toEqual(bestEvenSplits(all, request));
    }),
    { numRuns: 25 },
  );
  expect(asked).toBeLessThan(askedOfAll);
});
