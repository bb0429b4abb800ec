import { InternalError } from "../errors.ts";
import type { MilpBackend, MilpModel } from "../milp/model.ts";
import { lowMemoryWarnings } from "../placement/low-memory.ts";
import { type Placement, parseInstanceName } from "../placement/placement.ts";
import type { Problem } from "../placement/problem.ts";
import { pointWarnings } from "../workload/workload.ts";
import { EvenSplits } from "./even-splits/even-splits.ts";
import { bestByGroup } from "./explain/by-group.ts";
import { goesByGpus, withFewestGpus } from "./explain/fewest-gpus.ts";
import { explainInfeasible } from "./explain/infeasibility.ts";
import { explainAnswer, frontierPoint } from "./explain/sensitivity.ts";
import { simplestWithin } from "./explain/simplicity.ts";
import { ExplanationCut, WhatIf } from "./explain/what-if.ts";
import { isAllowed } from "./instances/instance-classes.ts";
import type { SolveRequest } from "./request.ts";
import { FrontierGoal } from "./search/frontier-goal.ts";
import type { Candidate } from "./search/goal.ts";
import { objectiveValue, type SearchObjective } from "./search/objectives.ts";
import { allowedPoints, checkRequest, requestedPoints } from "./search/operating-points.ts";
import {
  type OnCase,
  type SearchMeans,
  SearchSession,
  type SessionLimits,
} from "./search/session.ts";
import { SingleGoal } from "./search/single-goal.ts";
import type { Question } from "./search/subproblems.ts";
import type { Answer, FrontierPoint, Infeasibility, Sensitivity, Solution } from "./solution.ts";
import { TableCache } from "./stages/table-cache.ts";

/** How far a search has come. */
export interface SolveProgress {
  readonly phase: SolvePhase;
  /** How much of the phase is done, from 0 to 1; null where nobody knows. */
  readonly share: number | null;
  readonly elapsedSeconds: number;
  readonly casesTotal: number;
  readonly casesOpen: number;
  readonly milpsSolved: number;
  /** Changed problems solved for the explanation, the present one included. */
  readonly questions: number;
  /** Objective of the best placement so far, in its own unit; null before any. */
  readonly bestValue: number | null;
  /** No placement is better than this; null when nothing is known. */
  readonly bound: number | null;
}

/**
 * What a solve is at: even splits as a first answer, bounds without tables of stages, the search for the answer, the one for the
 * frontier, what explains the answer.
 */
export type SolvePhase = "even splits" | "bounds" | "answer" | "frontier" | "explanation";

export interface SolveOptions {
  /** Ends the search: the answer is then the best so far. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: SolveProgress) => void;
  /**
   * Tables of stages that earlier solves have made, and that this one adds to. They know no prices, limits and counts, so solves of the
   * same model and cost model (the same objects) that differ in these share them. Absent: tables of its own.
   */
  readonly tables?: TableCache;
  /** Seconds of the problem's time limit that are gone already. */
  readonly spentSeconds?: number;
  /** False: what is infeasible is proven, and not explained, which takes longer than the proof: the explanation is empty. Default: true. */
  readonly explainInfeasible?: boolean;
  /**
   * Called once for each case that is decided on its own, optimal or infeasible, with what decided it: "plans" (solver/plans/), or the
   * name of a MILP's formulation, with ", arranged" behind it where its answer stands only with its stages in another order.
   */
  readonly onFormulation?: (name: string) => void;
}

/**
 * Finds the best placement and proves it, or says that there is none.
 *
 * The search runs over all batch sizes, numbers of stages and throughput levels; cases are decided by plans, by MILPs on `backend`, or
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
  const points = allowedPoints(requestedPoints(problem), request);
  const limits: SessionLimits = {
    deadlineMilliseconds:
      problem.timeLimitSeconds === null
        ? Number.POSITIVE_INFINITY
        : startedMilliseconds + (problem.timeLimitSeconds - (options.spentSeconds ?? 0)) * 1000,
    ...(options.signal ? { signal: options.signal } : {}),
    ...(options.onFormulation ? { onFormulation: options.onFormulation } : {}),
  };
  const question: Question = { problem, request, points };
  const means: SearchMeans = { backend, limits, tables: options.tables ?? new TableCache() };
  const session = new SearchSession(question, means);
  const { objective } = session;
  const goal = new SingleGoal(objective, objective.scale, session.allows, request.gap);
  let told: Omit<SolveProgress, "elapsedSeconds"> = NOTHING_TOLD;
  const tell = (news: Partial<SolveProgress>): void => {
    told = { ...told, ...news };
    const elapsedSeconds = (performance.now() - startedMilliseconds) / 1000;
    options.onProgress?.({ ...told, elapsedSeconds });
  };
  const best = (): number | null =>
    goal.best && objectiveValue(problem, request, goal.best.metrics);
  await submitEvenSplits(problem, request, session, goal, (share) =>
    tell({ phase: "even splits", share, bestValue: best() }),
  );
  const result = await session.run(goal, {
    onShare: (share) => tell({ phase: "bounds", share, bestValue: best() }),
    onCase: ({ cases, casesOpen, milps, openKey }) =>
      tell({
        phase: "answer",
        share: null,
        casesTotal: cases,
        casesOpen,
        milpsSolved: milps,
        bestValue: best(),
        bound: objective.value(goal.bound(openKey)),
      }),
  });
  if (result.complete && goal.best) {
    const bestValue = best();
    tell({ casesOpen: 0, bestValue, bound: request.gap === 0 ? bestValue : told.bound });
  }
  const frontier = request.frontier
    ? await findFrontier(session, question, ({ cases, casesOpen, milps }) =>
        tell({ phase: "frontier", casesTotal: cases, casesOpen, milpsSolved: milps }),
      )
    : null;
  const extra = {
    ...(frontier ? { frontier: frontier.points, frontier_complete: frontier.complete } : {}),
    warnings: [...problem.warnings, ...points.slice(0, 1).flatMap(pointWarnings)],
  };
  const whatIf = new WhatIf(question, means, (questions) =>
    tell({ phase: "explanation", questions }),
  );
  if (!goal.best) {
    return {
      status: result.complete ? "infeasible" : "no_solution",
      explanation: await whyNothing(whatIf, result.complete, options.explainInfeasible ?? true),
      ...extra,
      run: session.effort(startedMilliseconds),
    };
  }
  if (result.complete && request.gap === 0 && goal.best.origin === null) {
    throw new InternalError("the search ended without a MILP having found the best placement.");
  }
  const found = result.complete ? await session.canonical(goal.best) : goal.best;
  const value = objectiveValue(problem, request, found.metrics);
  const isProven = result.complete || goal.isProven(result.openKey);
  const bound =
    isProven && request.gap === 0
      ? value
      : besideValue(objective, value, goal.bound(result.openKey));
  const first = { found, value };
  const isFree =
    isProven && request.objective !== "throughput" && value === 0 && goesByGpus(problem, first);
  const optimum = isFree ? await withFewestGpus(whatIf, first) : first;
  const simple =
    isProven && request.preferSimplePercent > 0
      ? await simplestWithin(whatIf, optimum)
      : { answer: optimum };
  const { answer } = simple;
  const isOptimum = answer === optimum;
  if (request.explain && !isOptimum) {
    extra.warnings.push(
      "nothing explains what would change the answer: it is the requested simplest placement, not the optimum.",
    );
  }
  return {
    status: isProven ? "optimal" : "feasible",
    objective: { name: request.objective, value: answer.value, unit: objective.unit },
    bound,
    gap: answer.value === bound ? 0 : Math.abs(answer.value - bound) / Math.abs(answer.value),
    placement: answer.found.placement,
    metrics: answer.found.metrics,
    ...("simplicity" in simple && { simplicity: simple.simplicity }),
    ...extra,
    warnings: [...extra.warnings, ...lowMemoryWarnings(answer.found.metrics)],
    ...(request.by !== null &&
      result.complete && {
        by: { grouping: request.by, groups: await bestByGroup(whatIf, request.by, optimum) },
      }),
    ...(request.explain && result.complete && isOptimum
      ? await whatChanges(whatIf, optimum.found, value)
      : {}),
    run: session.effort(startedMilliseconds),
  };
}

const NOTHING_TOLD: Omit<SolveProgress, "elapsedSeconds"> = {
  phase: "even splits",
  share: 0,
  casesTotal: 0,
  casesOpen: 0,
  milpsSolved: 0,
  questions: 0,
  bestValue: null,
  bound: null,
};

/** Why there is no placement; of a search that was cut short, that is all there is to say. */
async function whyNothing(
  whatIf: WhatIf,
  complete: boolean,
  isExplained: boolean,
): Promise<Infeasibility> {
  const because = (...sentences: string[]): Infeasibility => ({
    sentences,
    conflict: [],
    relaxations: [],
    joint_relaxations: [],
  });
  if (!complete) return because("The search stopped before it found a placement.");
  if (!isExplained) return because();
  try {
    return await explainInfeasible(whatIf);
  } catch (error) {
    if (!(error instanceof ExplanationCut)) throw error;
    return because("Proven infeasible, but the search stopped before it could explain why.");
  }
}

/** What would change the answer; nothing when a limit strikes before all of it is known. */
async function whatChanges(
  whatIf: WhatIf,
  found: Candidate,
  value: number,
): Promise<{ readonly explanation?: Sensitivity }> {
  try {
    return { explanation: await explainAnswer(whatIf, { found, value }) };
  } catch (error) {
    if (!(error instanceof ExplanationCut)) throw error;
    return {};
  }
}

/**
 * The MILP whose optimum is an answer: its batch, its number of stages, its raw throughput as the rate threshold.
 * @throws InternalError when the answer is not one of this problem
 */
export async function answerModel(
  problem: Problem,
  request: SolveRequest,
  answer: Answer,
  backend: MilpBackend,
): Promise<MilpModel> {
  const { placement, metrics } = answer;
  const session = new SearchSession(
    {
      problem,
      request: { ...request, includeTypes: typesAtSite(problem, request, placement) },
      points: requestedPoints(problem),
    },
    {
      backend,
      limits: { deadlineMilliseconds: Number.POSITIVE_INFINITY },
      tables: new TableCache(),
    },
  );
  const model = await session.modelOf(placement, metrics.raw_throughput_tokens_per_sec);
  if (!model) throw new InternalError("the answer belongs to no case of this problem.");
  return model;
}

/** Names of the types that may be used where a placement stands: a case is one of a site. */
function typesAtSite(problem: Problem, request: SolveRequest, { stages }: Placement): string[] {
  const { typeName } = parseInstanceName(stages[0]!.gpu_type)!;
  const { site } = problem.pool.byName.get(typeName)!.instance;
  return problem.pool.types
    .filter((type) => isAllowed(type, request) && type.instance.site === site)
    .map(({ instance }) => instance.name);
}

/** A bound in the objective's unit, never on the wrong side of the value by a rounding error. */
function besideValue(objective: SearchObjective, value: number, boundKey: number): number {
  const bound = objective.value(boundKey);
  return objective.value(0) - objective.value(1) > 0
    ? Math.max(bound, value)
    : Math.min(bound, value);
}

/**
 * Even splits are looked for at least so long, and longer while there is none, so that a limit that is over when the search begins leaves
 * an answer as a rule.
 */
const LEAST_MILLISECONDS = 100;
const LEAST_MILLISECONDS_FOR_ANY = 200;

/** The best even splits as first answers, as far as it gets before a limit strikes: what strikes later has something to fall back on. */
async function submitEvenSplits(
  problem: Problem,
  request: SolveRequest,
  session: SearchSession,
  goal: SingleGoal,
  onShare: (share: number) => void,
): Promise<void> {
  const startedMilliseconds = performance.now();
  await EvenSplits.of(problem, request).search(session.pace, {
    onSplit: (placement) => {
      const found = session.scoreHeuristic(placement);
      if (found) goal.submit(found);
    },
    onShare,
    shouldStop: () => {
      const least = goal.best === null ? LEAST_MILLISECONDS_FOR_ANY : LEAST_MILLISECONDS;
      return session.isOver && performance.now() - startedMilliseconds >= least;
    },
  });
}

async function findFrontier(
  session: SearchSession,
  question: Question,
  onCase: OnCase,
): Promise<{ readonly points: readonly FrontierPoint[]; readonly complete: boolean }> {
  // A weighted search cost is not the price, so the frontier then needs cases of its own.
  const own =
    session.objective.linked === null
      ? session
      : session.fork({
          ...question,
          request: { ...question.request, objective: "cost-per-token" },
        });
  const goal = new FrontierGoal(own.objective.scale, own.allows);
  const { complete } = await own.run(goal, { onCase });
  const found: FrontierPoint[] = [];
  for (const point of goal.points) {
    found.push(frontierPoint(complete ? await own.canonical(point) : point));
  }
  return { points: found, complete };
}
