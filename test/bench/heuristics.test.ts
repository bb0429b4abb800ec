import { describe, expect, it } from "vitest";
import { RUNNERS } from "../../src/bench/heuristics.ts";
import { createRandom } from "../../src/bench/random.ts";
import { scorePlacement } from "../../src/bench/score.ts";
import { evaluate } from "../../src/placement/evaluate.ts";
import { parseInstanceName } from "../../src/placement/placement.ts";
import type { Problem } from "../../src/placement/problem.ts";
import { DEFAULT_REQUEST, type SolveRequest } from "../../src/solver/request.ts";
import { NO_LIMITS, type OperatingPoint } from "../../src/workload/workload.ts";
import { foundingProblem, RELAXED_RULES } from "../support/founding.ts";
import { restated } from "../support/models.ts";

const POINT: OperatingPoint = {
  phase: "aggregated",
  batch: 32,
  inputTokens: 2048,
  outputTokens: 512,
};

const place = (
  name: string,
  problem: Problem,
  request: SolveRequest = DEFAULT_REQUEST,
  point: OperatingPoint = POINT,
) => RUNNERS.find((heuristic) => heuristic.name === name)!.place(problem, request, point);

describe.each(RUNNERS.map(({ name }) => name))("%s", (name) => {
  it("gives the same placement every time", () => {
    expect(place(name, foundingProblem())).toEqual(place(name, foundingProblem()));
  });

  it("keeps the rules, the limits and what the request allows", () => {
    const problem = foundingProblem({
      rules: RELAXED_RULES,
      limits: { ...NO_LIMITS, maxHourlyCostUsd: 60 },
    });
    const request: SolveRequest = {
      ...DEFAULT_REQUEST,
      tpDegrees: [1, 2],
      uniformTp: true,
      excludeTypes: ["p4de.24xlarge", "p3dn.24xlarge"],
      maxInstances: 6,
    };
    const placement = place(name, problem, request);
    if (placement === null) return expect(name).not.toBe("homogeneous");
    const evaluation = evaluate(problem, placement);
    if (evaluation.status !== "SUCCESS") return expect(evaluation.error).toBe("");
    expect(evaluation.warnings).toEqual([]);
    expect(evaluation.metrics.cost_per_hour).toBeLessThanOrEqual(60);
    expect(evaluation.metrics.num_instances).toBeLessThanOrEqual(6);
    const degrees = new Set(placement.stages.map((stage) => stage.tp_degree));
    expect(degrees.size).toBe(1);
    expect([1, 2]).toContain([...degrees][0]);
    for (const { gpu_type } of placement.stages) {
      expect(gpu_type).not.toMatch(/^p/);
    }
  });

  it("finds nothing where nothing is possible", () => {
    const problem = foundingProblem({ limits: { ...NO_LIMITS, maxHourlyCostUsd: 1 } });
    expect(place(name, problem)).toBeNull();
  });
});

describe("the runners", () => {
  it("have names and say what they do", () => {
    expect(new Set(RUNNERS.map(({ name }) => name)).size).toBe(RUNNERS.length);
    for (const { description } of RUNNERS) expect(description).not.toBe("");
  });

  it("stay on one type where they say so, and mix types where they may", () => {
    const typesOf = (name: string, problem: Problem, request?: SolveRequest): number =>
      new Set(
        place(name, problem, request)!.stages.map(
          ({ gpu_type }) => parseInstanceName(gpu_type)!.typeName,
        ),
      ).size;
    for (const name of ["vllm-default", "sglang-default", "even-split", "homogeneous"]) {
      expect(typesOf(name, foundingProblem())).toBe(1);
    }
    const scarce = foundingProblem({ rules: RELAXED_RULES });
    const request: SolveRequest = {
      ...DEFAULT_REQUEST,
      includeTypes: ["g6e.4xlarge", "g6e.12xlarge", "g5.4xlarge"],
    };
    expect(typesOf("memory-greedy", scarce, request)).toBe(2);
  });

  it("put several stages on one instance only where that is their way", () => {
    // One 8-GPU machine alone: PP 4 × TP 2 inside it, which an even split over instances cannot do.
    const request: SolveRequest = {
      ...DEFAULT_REQUEST,
      tpDegrees: [2],
      includeTypes: ["g6e.48xlarge"],
      maxInstances: 1,
    };
    const problem = foundingProblem();
    const prefill: OperatingPoint = { ...POINT, phase: "prefill", batch: 64 };
    expect(place("even-split", problem, request, prefill)).toBeNull();
    for (const name of ["vllm-default", "homogeneous"]) {
      expect(place(name, problem, request, prefill)?.stages).toHaveLength(4);
    }
  });

  it("search from what the others found, never to end below it", () => {
    const problem = foundingProblem({
      rules: RELAXED_RULES,
      limits: { ...NO_LIMITS, maxHourlyCostUsd: 120 },
    });
    const request: SolveRequest = { ...DEFAULT_REQUEST, objective: "throughput" };
    const reached = RUNNERS.map(({ name }) => {
      const placement = place(name, problem, request, { ...POINT, batch: 64 });
      return placement ? scorePlacement(problem, request, placement)!.value : 0;
    });
    const others = Math.max(...reached.slice(0, -1));
    expect(RUNNERS.at(-1)!.name).toBe("local-search");
    // Here mixing types is worth a tenth, which no other heuristic finds.
    expect(reached.at(-1)).toBeGreaterThan(1.05 * others);
  });
});

describe("a score", () => {
  const problem = foundingProblem();
  const placement = place("even-split", problem)!;
  const evaluation = evaluate(problem, placement);
  if (evaluation.status !== "SUCCESS") throw new Error(evaluation.error);
  const { metrics } = evaluation;
  const scoreOf = (request: Partial<SolveRequest>) =>
    scorePlacement(problem, { ...DEFAULT_REQUEST, ...request }, placement);

  it("is the number that evaluate gives, turned so that less is better", () => {
    expect(scoreOf({})?.badness).toBe(metrics.dollar_per_million_token);
    expect(scoreOf({ objective: "cost" })?.badness).toBe(metrics.cost_per_hour);
    expect(scoreOf({ objective: "throughput" })?.badness).toBe(-metrics.throughput_tokens_per_sec);
  });

  it("is the founding program's weighted sum", () => {
    const score = scoreOf({ objective: "weighted", weight: 0.5 });
    // One stage on one instance: no links. w/(1 − w) = 1, norms 10,000 tokens/s and $1.
    expect(score?.value).toBeCloseTo(1210.4114 / 10_000 - 40.96, 6);
    expect(score?.badness).toBe(-score!.value);
    // At weight 1 it is the cost, to be made small.
    expect(scoreOf({ objective: "weighted", weight: 1 })).toMatchObject({
      value: 40.96,
      badness: 40.96,
    });
  });

  it("is none for what breaks a limit, a rule or the request", () => {
    expect(scoreOf({ excludeTypes: ["p4de.24xlarge"] })).toBeNull();
    expect(scoreOf({ tpDegrees: [1, 2, 4] })).toBeNull();
    const limited = foundingProblem({ limits: { ...NO_LIMITS, maxHourlyCostUsd: 40.95 } });
    expect(scorePlacement(limited, DEFAULT_REQUEST, placement)).toBeNull();
    const short = { ...placement, stages: placement.stages.slice(1) };
    expect(scorePlacement(problem, DEFAULT_REQUEST, short)).toBeNull();
  });

  it("is none for a stage that passes only by the model's quirk", () => {
    // One layer of 30 GiB on a 24 GiB GPU: evaluate lets it pass with a warning.
    const heavy = foundingProblem({
      rules: { ...RELAXED_RULES, maxPipelineStages: 80 },
      model: restated(foundingProblem().model, { numLayers: 1, layerWeightGib: 30 }),
    });
    const misfit = {
      ...placement,
      stages: [{ gpu_type: "g5.4xlarge#0", tp_degree: 1, start_layer: 1, end_layer: 1 }],
    };
    expect(evaluate(heavy, misfit).status).toBe("SUCCESS");
    expect(scorePlacement(heavy, DEFAULT_REQUEST, misfit)).toBeNull();
  });
});

describe("seeded numbers", () => {
  it("are the same for a seed, different for another, and spread over [0, 1)", () => {
    const draw = (seed: number): number[] => Array.from({ length: 200 }, createRandom(seed));
    expect(draw(3)).toEqual(draw(3));
    expect(draw(3)).not.toEqual(draw(4));
    const mean = draw(3).reduce((sum, value) => sum + value, 0) / 200;
    expect(mean).toBeGreaterThan(0.4);
    expect(mean).toBeLessThan(0.6);
    for (const value of draw(3)) {
      expect(value).toBeGreaterThanOrEqual(0);
      expect(value).toBeLessThan(1);
    }
  });
});
