import { InternalError } from "../errors.ts";
import { evenSplit } from "../placement/even-split.ts";
import type { Metrics } from "../placement/evaluation.ts";
import type { Problem } from "../placement/problem.ts";
import { NO_LIMITS, type OperatingPoint, pointWarnings } from "../workload/workload.ts";
import { type Extremes, explainLimits, explainNoFit, limitList } from "./explain-infeasible.ts";
import type { MilpBackend, MilpModel } from "./milp/model.ts";
import { isAllowed, tpDegreesOf } from "./hosts/hosts.ts";
import { checkRequest, requestedPoints } from "./requested-points.ts";
import type { ObjectiveName, SolveRequest } from "./request.ts";
import { FrontierGoal } from "./search/frontier-goal.ts";
import type { Found } from "./search/goal.ts";
import type { SearchObjective } from "./search/objectives.ts";
import { type OnCase, SearchSession, type SessionLimits } from "./search/session.ts";
import { SingleGoal } from "./search/single-goal.ts";
import type { Answer, FrontierPoint, Infeasibility, Solution } from "./solution.ts";

/** How far a search has come. */
export interface SolveProgress {
  readonly elapsedSeconds: number;
  readonly casesTotal: number;
  readonly casesOpen: number;
  readonly milpsSolved: number;
  /** Objective of the best placement so far, in its own unit; null while the frontier is searched. */
  readonly bestValue: number | null;
  /** No placement is better than this. */
  readonly bound: number | null;
}

export interface SolveOptions {
  /** Ends the search: the answer is then the best so far. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: SolveProgress) => void;
  /** Seconds of the problem's time limit that are gone already. */
  readonly spentSeconds?: number;
}

/**
 * Finds the best placement and proves it, or says that there is none.
 *
 * The search runs over all batch sizes, numbers of stages and throughput levels; cases are decided by MILPs on `backend` or
 * excluded by bounds. Every placement is evaluated by `evaluate`, and the two have to agree.
 *
 * @returns optimal (proven within `request.gap`), feasible (a limit struck), infeasible (proven) or no_solution
 * @throws InputError when the request or the workload is incomplete or makes no sense
 * @throws InternalError when solver and evaluator disagree or the back end fails for good
 */
export async function solve(
  problem: Problem,
  request: SolveRequest,
  backend: MilpBackend,
  options: SolveOptions = {},
): Promise<Solution> {
  const startedMilliseconds = performance.now();
  checkRequest(problem, request);
  const points = requestedPoints(problem);
  const limits: SessionLimits = {
    deadlineMilliseconds:
      problem.timeLimitSeconds === null
        ? Number.POSITIVE_INFINITY
        : startedMilliseconds + (problem.timeLimitSeconds - (options.spentSeconds ?? 0)) * 1000,
    ...(options.signal ? { signal: options.signal } : {}),
  };
  const session = new SearchSession(problem, request, points, backend, limits);
  const { objective } = session;
  const goal = new SingleGoal(objective, objective.scale, session.allows, request.gap);
  offerEvenSplits(problem, request, points, session, goal);
  const result = await session.run(goal, ({ cases, casesOpen, milps, openKey }) =>
    options.onProgress?.({
      elapsedSeconds: (performance.now() - startedMilliseconds) / 1000,
      casesTotal: cases,
      casesOpen,
      milpsSolved: milps,
      bestValue: goal.best ? objectiveValue(request.objective, objective.key, goal.best) : null,
      bound: objective.value(goal.bound(openKey)),
    }),
  );
  const frontier = request.frontier
    ? await findFrontier(session, problem, request, points, ({ cases, casesOpen, milps }) =>
        options.onProgress?.({
          elapsedSeconds: (performance.now() - startedMilliseconds) / 1000,
          casesTotal: cases,
          casesOpen,
          milpsSolved: milps,
          bestValue: null,
          bound: null,
        }),
      )
    : null;
  const extra = {
    ...(frontier ? { frontier: frontier.points, frontier_complete: frontier.complete } : {}),
    warnings: [...problem.warnings, ...points.slice(0, 1).flatMap(pointWarnings)],
  };
  if (!goal.best) {
    return {
      status: result.complete ? "infeasible" : "no_solution",
      explanation: result.complete
        ? await explain(problem, request, points, backend, limits)
        : {
            sentences: ["A limit struck before any placement was found."],
            conflict: [],
            relaxations: [],
          },
      ...extra,
      run: session.effort(startedMilliseconds),
    };
  }
  if (result.complete && request.gap === 0 && goal.best.origin === null) {
    throw new InternalError("the search ended without a MILP having found the best placement.");
  }
  const best = result.complete ? await session.canonical(goal.best) : goal.best;
  const value = objectiveValue(request.objective, objective.key, best);
  const bound =
    result.complete && request.gap === 0
      ? value
      : besideValue(objective, value, goal.bound(result.openKey));
  return {
    status: result.complete ? "optimal" : "feasible",
    objective: { name: request.objective, value, unit: objective.unit },
    bound,
    gap: value === bound ? 0 : Math.abs(value - bound) / Math.abs(value),
    placement: best.placement,
    metrics: best.metrics,
    ...extra,
    run: session.effort(startedMilliseconds),
  };
}

/**
 * The MILP whose optimum is an answer: its batch, its number of stages, its raw throughput as the floor.
 * @throws InternalError when the answer is not one of this problem
 */
export function answerModel(
  problem: Problem,
  request: SolveRequest,
  answer: Answer,
  backend: MilpBackend,
): MilpModel {
  const session = new SearchSession(problem, request, requestedPoints(problem), backend, {
    deadlineMilliseconds: Number.POSITIVE_INFINITY,
  });
  const { placement, metrics } = answer;
  const model = session.modelOf(
    placement.batch_size,
    metrics.num_pipeline_stages,
    placement.stages[0]!.tp_degree,
    metrics.raw_throughput_tokens_per_sec,
  );
  if (!model) throw new InternalError("the answer belongs to no case of this problem.");
  return model;
}

/** A bound in the objective's unit, never on the wrong side of the value by a rounding error. */
function besideValue(objective: SearchObjective, value: number, boundKey: number): number {
  const bound = objective.value(boundKey);
  return objective.value(0) - objective.value(1) > 0
    ? Math.max(bound, value)
    : Math.min(bound, value);
}

/** The reported value of a placement: the very number that `evaluate` gives, where it gives one. */
function objectiveValue(
  name: ObjectiveName,
  key: (cost: number, tokensPerSecond: number) => readonly [number, number],
  found: Found,
): number {
  const metrics: Metrics = found.metrics;
  switch (name) {
    case "cost-per-token":
      return metrics.dollar_per_million_token;
    case "throughput":
      return metrics.throughput_tokens_per_sec;
    case "cost":
      return metrics.cost_per_hour;
    case "weighted":
      return -key(found.cost, found.tokensPerSecond)[0];
  }
}

/** Even splits are cheap to score and give a limit that strikes early something to fall back on. */
function offerEvenSplits(
  problem: Problem,
  request: SolveRequest,
  points: readonly OperatingPoint[],
  session: SearchSession,
  goal: SingleGoal,
): void {
  if (request.bandwidthPercentile !== null) return;
  for (const point of points) {
    for (const type of problem.pool.types.filter((type) => isAllowed(type, request))) {
      const most = Math.min(type.count, problem.rules.maxPipelineStages, problem.model.numLayers);
      for (const tpDegree of tpDegreesOf(type, request)) {
        for (let ppStages = 1; ppStages <= most; ppStages++) {
          const split = evenSplit(
            problem,
            { family: type.instance.name, tpDegree, ppStages },
            point,
          );
          if (split.status !== "placement") continue;
          const found = session.scoreHeuristic(split.placement);
          if (found) goal.offer(found);
        }
      }
    }
  }
}

async function findFrontier(
  session: SearchSession,
  problem: Problem,
  request: SolveRequest,
  points: readonly OperatingPoint[],
  onCase: OnCase,
): Promise<{ readonly points: readonly FrontierPoint[]; readonly complete: boolean }> {
  // A weighted search cost is not the price, so the frontier then needs cases of its own.
  const own = session.objective.minimisesPrice
    ? session
    : session.fork(problem, { ...request, objective: "cost-per-token" }, points);
  const goal = new FrontierGoal(own.objective.scale, own.allows);
  const { complete } = await own.run(goal, onCase);
  const found: FrontierPoint[] = [];
  for (const point of goal.points) {
    const { metrics, placement } = complete ? await own.canonical(point) : point;
    found.push({
      cost_per_hour: metrics.cost_per_hour,
      throughput_tokens_per_sec: metrics.throughput_tokens_per_sec,
      dollar_per_million_token: metrics.dollar_per_million_token,
      batch_size: placement.batch_size,
      placement,
    });
  }
  return { points: found, complete };
}

/** Why nothing fits, in sentences: sizes and memory, or the limits beside what is possible without them. */
async function explain(
  problem: Problem,
  request: SolveRequest,
  points: readonly OperatingPoint[],
  backend: MilpBackend,
  limits: SessionLimits,
): Promise<Infeasibility> {
  const because = (sentences: readonly string[]): Infeasibility => ({
    sentences,
    conflict: [],
    relaxations: [],
  });
  const noFit = explainNoFit(problem, request, points);
  if (noFit.length === points.length) return because(noFit);
  const unlimited: Problem = { ...problem, limits: NO_LIMITS };
  const best = async (objective: ObjectiveName): Promise<Found | null> => {
    const session = new SearchSession(
      unlimited,
      { ...request, objective },
      points,
      backend,
      limits,
    );
    const goal = new SingleGoal(session.objective, session.objective.scale, session.allows, 0);
    await session.run(goal);
    return goal.best;
  };
  const cheapest = await best("cost");
  if (!cheapest) {
    return because([
      ...noFit,
      "No combination of instances, TP degrees and stage sizes covers the model within the rules, even without budgets and targets: every case was excluded by a bound or a MILP.",
    ]);
  }
  const extremes: Extremes = {
    leastUsdPerHour: cheapest.metrics.cost_per_hour,
    leastUsdPerMillionTokens: (await best("cost-per-token"))!.metrics.dollar_per_million_token,
    mostTokensPerSecond: (await best("throughput"))!.metrics.throughput_tokens_per_sec,
  };
  return because([
    `Placements exist, but none within the limits (${limitList(problem.limits).join(", ")}).`,
    ...explainLimits(problem, extremes),
  ]);
}
