import { InternalError } from "../errors.ts";
import type { MilpBackend } from "../milp/model.ts";
import type { Problem } from "../placement/problem.ts";
import type { SolveRequest } from "../solver/request.ts";
import { isMaximised } from "../solver/search/objectives.ts";
import { requestedPoints } from "../solver/search/operating-points.ts";
import type { Solution } from "../solver/solution.ts";
import { solve } from "../solver/solve.ts";
import type { BenchCase } from "./case.ts";
import type { Heuristic } from "./heuristic.ts";
import { bestOf, type Scored } from "./score.ts";

/** What one heuristic made of a case. */
export interface HeuristicResult {
  readonly heuristic: string;
  /** Its best placement over all batch sizes; null when it found none. */
  readonly best: Scored | null;
  /** See `savingOver`; null when it found nothing, or for the weighted objective, whose values have no shares. */
  readonly saving: number | null;
  /** Whether it is as good as the solver's answer. */
  readonly isOptimum: boolean;
}

/** A case with the solver's answer and what the heuristics found. */
export interface CaseResult {
  readonly benchCase: BenchCase;
  readonly solution: Solution;
  readonly heuristics: readonly HeuristicResult[];
  readonly solveSeconds: number;
  readonly heuristicsSeconds: number;
}

/** Relative difference that rounding may make between two computations of one number. */
const ROUNDING = 1e-9;

/** Solves a case, lets the heuristics try it. @throws InternalError when one of them beats an answer called optimal */
export async function runCase(
  benchCase: BenchCase,
  runners: readonly Heuristic[],
  backend: MilpBackend,
): Promise<CaseResult> {
  const { problem, request } = benchCase;
  const started = performance.now();
  const solution = await solve(problem, request, backend);
  const solved = performance.now();
  const heuristics = runners.map(
    (heuristic): HeuristicResult => resultOf(problem, request, heuristic, solution),
  );
  requireNeverWorse(benchCase, solution, heuristics);
  return {
    benchCase,
    solution,
    heuristics,
    solveSeconds: (solved - started) / 1000,
    heuristicsSeconds: (performance.now() - solved) / 1000,
  };
}

function resultOf(
  problem: Problem,
  request: SolveRequest,
  heuristic: Heuristic,
  solution: Solution,
): HeuristicResult {
  const best = bestOf(
    problem,
    request,
    requestedPoints(problem).map((point) => heuristic.place(problem, request, point)),
  );
  const optimum = "objective" in solution ? solution.objective.value : null;
  const known = best !== null && optimum !== null;
  return {
    heuristic: heuristic.name,
    best,
    saving: known ? savingOver(request, optimum, best.value) : null,
    isOptimum: known && Math.abs(best.value - optimum) <= ROUNDING * Math.abs(optimum),
  };
}

/**
 * By which share the optimum is better than a heuristic's answer: the share of the heuristic's cost that the optimum saves,
 * or, of throughputs, the share of the optimum's throughput that the heuristic misses. null for the weighted objective.
 */
export function savingOver(
  { objective }: SolveRequest,
  optimum: number,
  heuristic: number,
): number | null {
  if (objective === "weighted") return null;
  return objective === "throughput" ? 1 - heuristic / optimum : 1 - optimum / heuristic;
}

/**
 * Invariant 4: no heuristic beats an answer called optimal, nor finds anything where nothing is possible.
 * @throws InternalError naming the case
 */
export function requireNeverWorse(
  { name, problem, request }: Omit<BenchCase, "note">,
  solution: Solution,
  heuristics: readonly Pick<HeuristicResult, "heuristic" | "best">[],
): void {
  // What a limit cut short claims nothing.
  if (solution.status === "feasible" || solution.status === "no_solution") return;
  for (const { heuristic, best } of heuristics) {
    if (!best) continue;
    if (!("objective" in solution)) {
      throw new InternalError(
        `case ${name}: called infeasible, but ${heuristic} found ${JSON.stringify(best.placement)}.`,
      );
    }
    const { value } = solution.objective;
    const lead = isMaximised(problem, request) ? best.value - value : value - best.value;
    if (lead > ROUNDING * Math.abs(value)) {
      throw new InternalError(
        `case ${name}: ${heuristic} found ${best.value} where ${value} is called optimal: ${JSON.stringify(best.placement)}.`,
      );
    }
  }
}

/** Savings over many results. */
export interface SavingSummary {
  /** Of so many savings. */
  readonly count: number;
  /** null of none. */
  readonly median: number | null;
  readonly max: number | null;
}

/** The middle and the largest saving of one heuristic over all cases in which it found something. */
export function runnerSummary(results: readonly CaseResult[], heuristic: string): SavingSummary {
  return summarise(
    results.map(
      ({ heuristics }) =>
        heuristics.find((result) => result.heuristic === heuristic)?.saving ?? null,
    ),
  );
}

/** The middle and the largest saving over the best heuristic of each case. */
export function bestSummary(results: readonly CaseResult[]): SavingSummary {
  return summarise(results.map(savingOverBest));
}

/** The saving over the best heuristic of a case; null when there is none. */
export function savingOverBest({ heuristics }: CaseResult): number | null {
  const savings = heuristics.flatMap(({ saving }) => (saving === null ? [] : [saving]));
  return savings.length === 0 ? null : Math.min(...savings);
}

function summarise(savings: readonly (number | null)[]): SavingSummary {
  const known = savings.filter((saving) => saving !== null).sort((a, b) => a - b);
  const middle = known.length >> 1;
  return {
    count: known.length,
    median:
      known.length === 0
        ? null
        : known.length % 2 === 1
          ? known[middle]!
          : (known[middle - 1]! + known[middle]!) / 2,
    max: known.at(-1) ?? null,
  };
}
