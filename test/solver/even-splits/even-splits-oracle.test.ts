import fc from "fast-check";
import { expect, it } from "vitest";
import { createCalibratedModel } from "../../../src/cost/calibrated/calibrated-model.ts";
import { createPool } from "../../../src/hardware/pool.ts";
import { evaluate } from "../../../src/placement/evaluate.ts";
import type { Success } from "../../../src/placement/evaluation.ts";
import { evenSplit } from "../../../src/placement/even-split.ts";
import type { Problem } from "../../../src/placement/problem.ts";
import { bestEvenSplits } from "../../../src/solver/even-splits/even-splits.ts";
import { DEFAULT_REQUEST, type SolveRequest } from "../../../src/solver/request.ts";
import { requestedPoints } from "../../../src/solver/search/operating-points.ts";
import { brokenRentalRule } from "../../../src/solver/search/rental-rules.ts";
import { NO_LIMITS } from "../../../src/workload/workload.ts";
import {
  arbitraryGpu,
  calibratedProblem,
  defaultSettings,
  instanceOf,
  knowledgeOf,
  llama,
} from "../../support/calibrated.ts";

const arbitraryEntry = fc
  .record({
    gpu: arbitraryGpu,
    gpuCount: fc.constantFrom(1, 2, 4, 8),
    count: fc.integer({ min: 1, max: 4 }),
    network: fc.constantFrom(1, 10, 400),
    cents: fc.integer({ min: 50, max: 5000 }),
    owned: fc.constantFrom(0, 0, 1),
  })
  .map(({ gpu, gpuCount, count, network, cents, owned }) => ({
    instance: instanceOf(gpu, gpuCount, { externalGbitsPerSecond: network }),
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

/** All even splits of a type that serve within the rules and limits, straight from `evaluate`. */
function all(problem: Problem, request: SolveRequest, family: string): Success[] {
  const found: Success[] = [];
  const type = problem.pool.byName.get(family)!;
  for (const tpDegree of request.tpDegrees) {
    for (let ppStages = 1; ppStages <= problem.rules.maxPipelineStages; ppStages++) {
      for (let instances = 1; instances <= Math.min(ppStages, type.count); instances++) {
        for (const point of requestedPoints(problem)) {
          if (tpDegree > type.instance.gpuCount) continue;
          const split = evenSplit(problem, { family, tpDegree, ppStages, instances }, point);
          if (split.status !== "placement") continue;
          const evaluation = evaluate(problem, split.placement);
          if (evaluation.status !== "SUCCESS") continue;
          const { metrics, placement } = evaluation;
          if (!metrics.meets_cost_threshold) continue;
          if (brokenRentalRule(problem, request, placement, metrics) === null) {
            found.push(evaluation);
          }
        }
      }
    }
  }
  return found;
}

function value({ objective }: SolveRequest, { metrics }: Success): number {
  if (objective === "throughput") return -metrics.throughput_tokens_per_sec;
  return objective === "cost" ? metrics.cost_per_hour : metrics.dollar_per_million_token;
}

it("no even split is better than the one that is named, of any shape on any number of instances", () => {
  let several = 0;
  fc.assert(
    fc.property(arbitraryCase, ({ entries, layers, input, output, maxBatch, ...rest }) => {
      const architecture = llama({ layers });
      const settings = defaultSettings("vllm");
      const base = calibratedProblem(architecture, settings);
      const problem: Problem = {
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
      // Links are another matter, see even-splits.test.ts: here the rule may only take splits away.
      const request: SolveRequest = { ...DEFAULT_REQUEST, ...rest.request };
      for (const best of bestEvenSplits(problem, request)) {
        const values = all(problem, request, best.family).map((one) => value(request, one));
        if (best.status !== "best") {
          if (request.bandwidthPercentile === null) expect(values).toEqual([]);
          continue;
        }
        const { choice, evaluation } = best;
        const own = value(request, evaluation);
        expect(values).toContain(own);
        // Where nothing is paid more tokens/s decide.
        if (request.bandwidthPercentile === null && evaluation.metrics.cost_per_hour > 0) {
          expect(Math.min(...values)).toBe(own);
        }
        if (choice.instances < choice.ppStages) several++;
        expect(evaluation.metrics.num_instances).toBe(choice.instances);
      }
    }),
    { numRuns: 40 },
  );
  expect(several).toBeGreaterThan(0);
});
