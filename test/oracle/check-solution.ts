import { expect } from "vitest";
import { tpGroup } from "../../src/cost/cost-model.ts";
import { evaluate } from "../../src/placement/evaluate.ts";
import type { Metrics } from "../../src/placement/evaluation.ts";
import type { Placement } from "../../src/placement/placement.ts";
import type { Problem } from "../../src/placement/problem.ts";
import type { ObjectiveName, SolveRequest } from "../../src/solver/request.ts";
import type { Answer, Solution } from "../../src/solver/solution.ts";
import { type Best, bestOf, frontierOf, weightedValue, withinLimits } from "./best-outcome.ts";
import type { Outcome } from "./brute-force.ts";

/** Numbers of solver and brute force agree to this, relative. */
const AGREEMENT = 1e-9;

/** A score this small beside what it is the difference of (relative) is rounding, and rounding decides its ties. */
const NEXT_TO_NOTHING = 1e-6;

/** @param size what the difference is measured by, where that is not the number itself */
function expectClose(
  actual: number,
  expected: number,
  what: string,
  size: number = Math.abs(expected),
): void {
  const difference = Math.abs(actual - expected);
  expect(difference, `${what}: ${actual} instead of ${expected}`).toBeLessThanOrEqual(
    AGREEMENT * size,
  );
}

/** The status says that the search ended with a proof; narrows the solution to an answer. */
export function expectAnswer(solution: Solution): Answer {
  if (solution.status !== "optimal") {
    const why = "explanation" in solution ? JSON.stringify(solution.explanation) : "";
    throw new Error(`the solver says ${solution.status} where a placement exists. ${why}`);
  }
  return solution;
}

/**
 * Holds a solution of gap 0 against everything the brute force has found: status, value, the rule on ties, the limits, the
 * frontier if asked for, and (invariants 2, 3 and 6) every number of it against `evaluate`.
 */
export function expectBest(
  problem: Problem,
  request: SolveRequest,
  solution: Solution,
  outcomes: readonly Outcome[],
): void {
  const weight = request.weight ?? problem.weights.costWeight!;
  const allowed = withinLimits(problem, problem.limits, outcomes);
  const servesRate = problem.workload.load?.kind === "request_rate";
  const best = bestOf(allowed, request.objective, weight, problem.weights, servesRate);
  if (best === null) {
    expect(solution.status).toBe("infeasible");
    if (request.frontier) expect(solution.frontier).toEqual([]);
    return;
  }
  const answer = expectAnswer(solution);
  expectHonest(problem, answer, weight);
  expectClose(answer.objective.value, best.value, request.objective, best.size);
  expect(answer.bound).toBe(answer.objective.value);
  expect(answer.gap).toBe(0);
  // Ties of what costs nothing at a rate go by the GPUs in use: order.test.ts.
  const isFreeAtRate = servesRate && best.value === 0;
  if (Math.abs(best.value) >= NEXT_TO_NOTHING * best.size && !isFreeAtRate) {
    expectTies(request, weight, answer, best);
  }
  if (request.frontier) expectFrontier(problem, answer, allowed);
}

/** The rule on ties: what the objective says, the lower latency, fewer GPUs, fewer stages, the smaller batch, fewer instances. */
function expectTies(
  request: SolveRequest,
  weight: number,
  { metrics, placement }: Answer,
  best: Best,
): void {
  if (best.second !== null) {
    expectClose(
      isOfThroughput(request.objective, weight)
        ? metrics.cost_per_hour
        : metrics.throughput_tokens_per_sec,
      best.second,
      "what decides ties",
    );
  }
  expect(
    {
      gpus: metrics.num_gpus_rented,
      stages: metrics.num_pipeline_stages,
      batch: placement.batch_size,
      instances: metrics.num_instances,
    },
    "the rule on ties",
  ).toEqual({
    gpus: best.gpus,
    stages: best.stages,
    batch: best.batch,
    instances: best.instances,
  });
}

/** Invariant 3: the reported metrics are those of the reported placement, and the value follows from them. */
export function expectHonest(problem: Problem, answer: Answer, weight: number): Metrics {
  const metrics = metricsOf(problem, answer.placement);
  expect(answer.metrics).toEqual(metrics);
  expect(metrics.meets_cost_threshold, "the limits are kept").toBe(true);
  const value = valueByMetrics(answer.objective.name, metrics, weight, problem);
  const gain = metrics.throughput_tokens_per_sec / problem.weights.throughputNormalization;
  const size = answer.objective.name === "weighted" ? Math.abs(value) + gain : Math.abs(value);
  expectClose(answer.objective.value, value, "objective by evaluate", size);
  return metrics;
}

/** The metrics of a placement that the solver may propose. */
export function metricsOf(problem: Problem, placement: Placement): Metrics {
  const evaluation = evaluate(problem, placement);
  if (evaluation.status !== "SUCCESS") throw new Error(evaluation.error);
  for (const { gpu_type, tp_degree, start_layer } of placement.stages) {
    const { instance } = problem.pool.byName.get(gpu_type.slice(0, gpu_type.lastIndexOf("#")))!;
    const point = {
      phase: placement.workload_phase,
      batch: placement.batch_size,
      inputTokens: placement.sequence_length,
      outputTokens: placement.output_length,
    };
    const range = problem.costModel.segmentRange(
      {
        instance,
        ...tpGroup(tp_degree),
        startLayer: start_layer,
        pipelineStages: placement.stages.length,
      },
      point,
      0,
    );
    expect(range.fits, `${gpu_type} at TP ${tp_degree} holds a layer`).toBe(true);
  }
  return evaluation.metrics;
}

/** Invariant 6, and point by point what the brute force has. */
function expectFrontier(problem: Problem, answer: Answer, allowed: readonly Outcome[]): void {
  const points = answer.frontier!;
  const expected = frontierOf(allowed);
  expect(answer.frontier_complete).toBe(true);
  expect(points.map((point) => Math.round(point.cost_per_hour * 1e6))).toEqual(
    expected.map((point) => point.microUsdPerHour),
  );
  for (const [index, point] of points.entries()) {
    expectClose(
      point.throughput_tokens_per_sec,
      expected[index]!.tokensPerSecond,
      `frontier point ${index}`,
    );
    const metrics = metricsOf(problem, point.placement);
    expect(metrics.meets_cost_threshold, "the limits are kept").toBe(true);
    expect(metrics).toMatchObject({
      cost_per_hour: point.cost_per_hour,
      throughput_tokens_per_sec: point.throughput_tokens_per_sec,
      dollar_per_million_token: point.dollar_per_million_token,
    });
    expect(point.batch_size).toBe(point.placement.batch_size);
    const previous = points[index - 1];
    if (!previous) continue;
    expect(point.cost_per_hour).toBeGreaterThan(previous.cost_per_hour);
    expect(point.throughput_tokens_per_sec).toBeGreaterThan(previous.throughput_tokens_per_sec);
  }
}

/** Whether more is better, in the value that an objective reports; weight 1 reports the cost. */
export function isMaximised({ objective, weight }: SolveRequest): boolean {
  return objective === "throughput" || (objective === "weighted" && weight !== 1);
}

/** Objectives in which the cost has no say. */
function isOfThroughput(objective: ObjectiveName, weight: number): boolean {
  return objective === "throughput" || (objective === "weighted" && weight === 0);
}

function valueByMetrics(
  objective: ObjectiveName,
  metrics: Metrics,
  weight: number,
  problem: Problem,
): number {
  switch (objective) {
    case "cost-per-token":
      return metrics.dollar_per_million_token;
    case "throughput":
      return metrics.throughput_tokens_per_sec;
    case "cost":
      return metrics.cost_per_hour;
    case "weighted":
      if (weight === 1) return metrics.cost_per_hour;
      return weightedValue(
        {
          tokensPerSecond: metrics.throughput_tokens_per_sec,
          microUsdPerHour: Math.round(metrics.cost_per_hour * 1e6),
          crossings: metrics.links.filter((link) => link.crosses_instances).length,
        },
        weight,
        problem.weights,
      );
  }
}
