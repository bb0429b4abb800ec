/**
 * Solves restricted to what a target can start, against enumeration with `limitsOf` as the judge: the best placement of those that
 * it lets pass, and their frontier.
 *
 * ORACLE_PROBLEMS and ORACLE_FIRST choose the problems, see seeds.ts.
 */
import { describe, expect, it } from "vitest";
import { deployableRequest } from "../../src/export/deployable.ts";
import { limitsOf } from "../../src/export/limits.ts";
import { solveDeployable } from "../../src/export/solve-deployable.ts";
import { EXPORT_FORMS, type ExportForm } from "../../src/export/targets.ts";
import { layerCount } from "../../src/model/model.ts";
import type { Metrics } from "../../src/placement/evaluation.ts";
import type { Problem } from "../../src/placement/problem.ts";
import type { SolveRequest } from "../../src/solver/request.ts";
import { requestedPoints } from "../../src/solver/search/operating-points.ts";
import { answerModel } from "../../src/solver/solve.ts";
import { NO_LIMITS } from "../../src/workload/workload.ts";
import { TooManyError } from "./brute-force.ts";
import { expectBest, isMaximised } from "./check-solution.ts";
import { backend, solve } from "./counted-solve.ts";
import { drawDeployable, FULL_NODES, NODE_FLAVOURS, TINY_FLAVOURS } from "./deployable-problem.ts";
import { visitPlacements } from "./exhaustive.ts";
import {
  collected,
  exportable,
  type Judged,
  outcomeOf,
  restricted,
  type Visit,
} from "./exportable.ts";
import { visitNodePlacements } from "./node-placements.ts";
import { createPrng, type Prng } from "./prng.ts";
import { oracleSeeds } from "./seeds.ts";

const OBJECTIVES: readonly Pick<SolveRequest, "objective" | "weight">[] = [
  { objective: "cost-per-token", weight: null },
  { objective: "cost-per-token", weight: null },
  { objective: "throughput", weight: null },
  { objective: "cost", weight: null },
  { objective: "weighted", weight: 0.3 },
  { objective: "weighted", weight: 0 },
];

function latencies(ttftMs: number | null, tpotMs: number | null): Problem["limits"] {
  return {
    ...NO_LIMITS,
    latencySafetyMargin: 0,
    maxTtftSeconds: ttftMs === null ? null : ttftMs / 1000,
    maxTpotSeconds: tpotMs === null ? null : tpotMs / 1000,
  };
}

/**
 * Limits on latencies at what placements have: each at that of any, or both just at those of one with several stages on a node, whose
 * layers can then be cut in few ways only.
 */
function latencyLimits(prng: Prng, all: readonly Judged[]): Problem["limits"] {
  const shared = all.filter(({ metrics }) => metrics.num_pipeline_stages > metrics.num_instances);
  if (shared.length > 0 && prng.chance(0.6)) {
    const { ttft_ms, tpot_ms } = prng.pick(shared).metrics;
    return latencies(ttft_ms, tpot_ms);
  }
  const near = (name: "ttft_ms" | "tpot_ms"): number =>
    prng.pick(all).metrics[name]! * prng.pick([1, 1, 0.999, 1.001, 1.2]);
  const which = prng.pick(["ttft", "tpot", "both", "both"] as const);
  return latencies(
    which === "tpot" ? null : near("ttft_ms"),
    which === "ttft" ? null : near("tpot_ms"),
  );
}

const counts = { searches: 0, several: 0, infeasible: 0 };

async function check(
  form: ExportForm,
  problem: Problem,
  request: SolveRequest,
  all: readonly Judged[],
): Promise<void> {
  const asked = restricted(form, problem, request, all);
  if (!asked) return;
  const solution = await solve(problem, asked);
  const outcomes = exportable(form, problem, all)
    .filter(({ metrics }) => metrics.meets_cost_threshold)
    .map(outcomeOf);
  expectBest(problem, asked, solution, outcomes);
  counts.searches++;
  if (!("placement" in solution)) {
    counts.infeasible++;
    return;
  }
  expect(limitsOf(form, problem, solution.placement)).toEqual([]);
  if (hasFullNodes(solution.metrics)) counts.several++;
}

const MOST_PLACEMENTS = 6_000;

/** After so many attempts a little less is wanted. */
const PATIENCE = 60;

function hasFullNodes({ num_instances, num_pipeline_stages }: Metrics): boolean {
  return num_instances > 1 && num_pipeline_stages > num_instances;
}

/** Whether the fastest, or the cheapest a token, of what vLLM can start are several nodes with several stages each. */
function needsNodes(problem: Problem, all: readonly Judged[]): boolean {
  if (!all.some(({ metrics }) => hasFullNodes(metrics))) return false;
  const able = exportable("vllm", problem, all).map(({ metrics }) => metrics);
  const bestBy = (badness: (metrics: Metrics) => number): Metrics | undefined =>
    able.toSorted((a, b) => badness(a) - badness(b))[0];
  return [
    bestBy((metrics) => metrics.dollar_per_million_token),
    bestBy((metrics) => -metrics.throughput_tokens_per_sec),
  ].some((metrics) => metrics && hasFullNodes(metrics));
}

/** The first problem of a seed that can be enumerated. */
function drawEnumerable(
  seed: number,
  flavours: typeof NODE_FLAVOURS,
  walkOf: (problem: Problem, request: SolveRequest, most: number) => Visit,
): {
  readonly problem: Problem;
  readonly request: SolveRequest;
  readonly all: Judged[];
  readonly prng: Prng;
} {
  const prng = createPrng(seed * 6_700_417 + 11);
  const flavour = flavours[seed % flavours.length]!;
  for (let attempt = 0; attempt < 1000; attempt++) {
    const { problem, request } = drawDeployable(prng, flavour);
    try {
      const all = collected(walkOf(problem, request, MOST_PLACEMENTS));
      // As a rule the best is several nodes with several stages each; now and then there is nothing at all.
      const isWanted =
        seed % 3 === 0 || attempt > PATIENCE
          ? all.length > 0 || seed % 2 === 0
          : needsNodes(problem, all);
      if (isWanted) return { problem, request, all, prng };
    } catch (error) {
      if (!(error instanceof TooManyError)) throw error;
    }
  }
  throw new Error(`seed ${seed}: no ${flavour.name} problem can be enumerated`);
}

const everyNodePlacement =
  (problem: Problem, request: SolveRequest, most: number): Visit =>
  (visit) =>
    visitNodePlacements(problem, request, requestedPoints(problem), most, visit);

/** Every placement of equal nodes; none where they are too many. */
function enumerated(problem: Problem, request: SolveRequest): Judged[] {
  try {
    return collected(everyNodePlacement(problem, request, MOST_PLACEMENTS));
  } catch (error) {
    if (!(error instanceof TooManyError)) throw error;
    return [];
  }
}

const everyPlacement =
  (problem: Problem, request: SolveRequest, most: number): Visit =>
  (visit) => {
    if (evaluationsOf(problem, request) > most * 4) throw new TooManyError();
    visitPlacements(problem, request, requestedPoints(problem), visit);
  };

/** How many placements the enumeration looks at, about: seats for every stage, times the cuts. */
function evaluationsOf({ pool, network, model, rules }: Problem, request: SolveRequest): number {
  const seats = pool.types.reduce((sum, { count, instance: { gpuCount } }) => {
    const groups = request.tpDegrees
      .filter((t) => t <= gpuCount)
      .map((t) => (network.kind === "matrix" ? choose(gpuCount, t) : 1));
    return sum + count * groups.reduce((a, b) => a + b, 0);
  }, 0);
  let all = 0;
  const most = Math.min(rules.maxPipelineStages, layerCount(model));
  for (let stages = 1; stages <= most; stages++) {
    all += seats ** stages * choose(layerCount(model) - 1, stages - 1);
  }
  return all;
}

function choose(n: number, k: number): number {
  let ways = 1;
  for (let i = 1; i <= k; i++) ways = (ways * (n - k + i)) / i;
  return ways;
}

describe("a restricted solve agrees with enumeration", { timeout: 120_000 }, () => {
  const seeds = oracleSeeds(24);

  for (const seed of seeds) {
    it(`over equal nodes, on problem ${seed}`, async () => {
      const { problem, request, all, prng } = drawEnumerable(
        seed,
        NODE_FLAVOURS,
        everyNodePlacement,
      );
      const forms = prng.shuffle(EXPORT_FORMS.filter((form) => form !== "ray")).slice(0, 4);
      for (const form of forms) {
        const choice = { ...prng.pick(OBJECTIVES), frontier: prng.chance(0.4) };
        await check(form, problem, { ...request, ...choice }, all);
      }
      if (!problem.costModel.predictsLatency || all.length === 0) return;
      const limited = { ...problem, limits: latencyLimits(prng, all) };
      const within = collected(everyNodePlacement(limited, request, Number.POSITIVE_INFINITY));
      for (const form of forms) {
        await check(form, limited, { ...request, ...prng.pick(OBJECTIVES) }, within);
      }
    });

    it(`over every placement, on tiny problem ${seed}`, async () => {
      const { problem, request, all, prng } = drawEnumerable(seed, TINY_FLAVOURS, everyPlacement);
      for (const form of prng.shuffle(EXPORT_FORMS).slice(0, 5)) {
        const choice = { ...prng.pick(OBJECTIVES), frontier: prng.chance(0.4) };
        await check(form, problem, { ...request, ...choice }, all);
      }
      if (!problem.costModel.predictsLatency || all.length === 0) return;
      const limited = { ...problem, limits: latencyLimits(prng, all) };
      const within = collected(everyPlacement(limited, request, Number.POSITIVE_INFINITY));
      for (const form of prng.shuffle(EXPORT_FORMS).slice(0, 3)) {
        await check(form, limited, { ...request, ...prng.pick(OBJECTIVES) }, within);
      }
    });
  }

  it("had answers with several stages on each of several nodes, and problems without one", () => {
    expect(counts.searches).toBeGreaterThan(5 * seeds.length);
    expect(counts.several).toBeGreaterThan(seeds.length / 2);
    expect(counts.infeasible).toBeGreaterThan(0);
  });
});

describe("limits on both latencies that few cuts of a node keep", { timeout: 120_000 }, () => {
  let tight = 0;
  const seeds = oracleSeeds(8);
  for (const seed of seeds) {
    it(`are kept, on problem ${seed}`, async () => {
      const prng = createPrng(seed * 32_452_843 + 7);
      const flavour = { ...FULL_NODES, unevenChance: seed % 2 };
      for (let attempt = 0; attempt < 1000; attempt++) {
        const { problem, request } = drawDeployable(prng, flavour, true);
        const all = enumerated(problem, request);
        const shared = exportable("vllm", problem, all).filter(
          ({ metrics }) => metrics.num_pipeline_stages > metrics.num_instances,
        );
        const chosen = shared.filter((one) => isTight(one.metrics, shared));
        if (chosen.length === 0) continue;
        for (const { metrics } of prng.shuffle(chosen).slice(0, 4)) {
          const limits = latencies(metrics.ttft_ms, metrics.tpot_ms);
          const limited = { ...problem, limits };
          const within = collected(everyNodePlacement(limited, request, Number.POSITIVE_INFINITY));
          const asked = { ...request, ...prng.pick(OBJECTIVES) };
          await check("vllm", limited, asked, within);
          await expectModel(limited, deployableRequest("vllm", limited, asked));
          tight++;
        }
        return;
      }
      throw new Error(`seed ${seed}: no problem has latencies to trade`);
    });
  }

  /** The MILP that is exported for an answer has a solution. */
  async function expectModel(problem: Problem, request: SolveRequest): Promise<void> {
    const solution = await solve(problem, request);
    if (!("placement" in solution)) return;
    const milp = await answerModel(problem, request, solution, backend);
    expect((await backend.solve(milp, {})).status).toBe("optimal");
  }

  /** Whether others with as many stages and nodes are faster to the first token, and others for the later ones. */
  function isTight(own: Metrics, all: readonly Judged[]): boolean {
    const like = all
      .map(({ metrics }) => metrics)
      .filter(
        (other) =>
          other.num_pipeline_stages === own.num_pipeline_stages &&
          other.num_instances === own.num_instances,
      );
    return (
      like.some((other) => other.ttft_ms! < own.ttft_ms! * (1 - 1e-6)) &&
      like.some((other) => other.tpot_ms! < own.tpot_ms! * (1 - 1e-6)) &&
      !like.some(
        (other) =>
          other !== own &&
          other.ttft_ms! <= own.ttft_ms! * (1 - 1e-9) &&
          other.tpot_ms! <= own.tpot_ms! * (1 - 1e-9),
      )
    );
  }

  it("were tried", () => {
    expect(tight).toBeGreaterThan(seeds.length);
  });
});

describe("what a restriction costs", { timeout: 120_000 }, () => {
  for (const seed of oracleSeeds(16)) {
    it(`is what two solves say, on problem ${seed}`, async () => {
      const prng = createPrng(seed * 15_485_867 + 3);
      const { problem, request: drawn } = drawDeployable(prng, prng.pick(NODE_FLAVOURS));
      const request = { ...drawn, ...prng.pick(OBJECTIVES) };
      const form = prng.pick(EXPORT_FORMS);
      if (!restricted(form, problem, request, [])) return;
      const solution = await solveDeployable(problem, request, form, backend);
      const free = await solve(problem, request);
      const { deployable } = solution;
      expect(deployable?.status_without).toBe(free.status);
      if (!("placement" in free)) {
        expect(solution.status).toBe("infeasible");
        return;
      }
      if (!("placement" in solution)) {
        expect(solution.explanation.sentences[0]).toMatch(
          /^The restriction to .* leaves nothing: /,
        );
        expect(deployable).toMatchObject({ objective_without: free.objective.value });
        return;
      }
      expect(limitsOf(form, problem, solution.placement)).toEqual([]);
      const [own, other] = [solution.objective.value, free.objective.value];
      const worse = isMaximised(request) ? other - own : own - other;
      expect(worse).toBeGreaterThanOrEqual(-1e-9 * Math.abs(other));
      expect(deployable!.objective_without).toBeCloseTo(other, 9);
      if (limitsOf(form, problem, free.placement).length === 0) {
        expect(deployable).toMatchObject({
          cost_of_restriction_percent: 0,
          placement_without: null,
        });
        expect(solution.placement).toEqual(free.placement);
      } else if (worse > 1e-6 * Math.abs(other)) {
        expect(deployable!.placement_without).toEqual(free.placement);
        expect(deployable!.cost_of_restriction_percent).toBeCloseTo(
          (100 * worse) / Math.abs(other),
          6,
        );
      }
    });
  }
});
