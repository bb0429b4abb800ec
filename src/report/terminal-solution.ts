import type { Problem } from "../placement/problem.ts";
import type { FamilyBest } from "../solver/even-splits.ts";
import { DEFAULT_TP_DEGREES, type ObjectiveName, type SolveRequest } from "../solver/request.ts";
import type { Answer, NoAnswer, SearchEffort, Solution } from "../solver/solution.ts";
import { count, figure, percent, plural, usd } from "./format.ts";
import { joinBlocks, renderPairs, wrap } from "./layout.ts";
import { batchWords, rateTargetWords } from "./load-words.ts";
import { objectiveWords } from "./objective-words.ts";
import type { Paint } from "./paint.ts";
import { renderEvenSplits } from "./terminal-even-splits.ts";
import { renderExplanation } from "./terminal-explanation.ts";
import { renderFrontier } from "./terminal-frontier.ts";
import { renderMemory } from "./terminal-memory.ts";
import { renderInfeasibility, renderNoAnswerTitle } from "./terminal-no-answer.ts";
import { renderMetrics, renderStages } from "./terminal-placement.ts";
import { renderWorkload } from "./terminal-workload.ts";
import { rentWords, splitWords } from "./words.ts";

/** What came of a solve, for people. Holds no time, so that equal input gives equal text. */
export function renderSolution(
  problem: Problem,
  request: SolveRequest,
  solution: Solution,
  evenSplits: readonly FamilyBest[],
  paint: Paint,
): string {
  if (!("placement" in solution)) return renderNoAnswer(problem, solution, paint);
  const { placement, metrics, frontier, frontier_complete, explanation } = solution;
  return joinBlocks([
    `${paint.bold(wrap(headline(problem, solution)))}\n${verdict(problem, request, solution, paint)}`,
    renderWorkload(problem, placement, metrics, "solve"),
    renderStages(problem, metrics, paint),
    renderMemory(problem, metrics, paint),
    renderMetrics(problem, placement, metrics, paint),
    renderProof(solution, paint),
    explanation ? renderExplanation(problem, solution, explanation, paint) : "",
    frontier ? renderFrontier(problem.pool, frontier, frontier_complete ?? false, paint) : "",
    renderEvenSplits(evenSplits, solution, paint),
  ]);
}

function renderNoAnswer(problem: Problem, solution: NoAnswer, paint: Paint): string {
  return joinBlocks([
    renderNoAnswerTitle(solution, paint),
    renderInfeasibility(problem.pool, solution, paint),
    wrap(rateTargetWords(problem.workload)),
    renderSearch(solution.run, [], paint),
    solution.frontier
      ? renderFrontier(problem.pool, solution.frontier, solution.frontier_complete ?? false, paint)
      : "",
  ]);
}

function headline({ pool, workload }: Problem, { placement, metrics }: Answer): string {
  return `${rentWords(pool, placement)}: ${splitWords(placement)}, ${batchWords(workload, placement)}. ${usd(metrics.dollar_per_million_token)} per million tokens, ${figure(metrics.throughput_tokens_per_sec)} tokens/s, ${usd(metrics.cost_per_hour)} per hour.`;
}

/** Proven or not, and against what. */
function verdict(problem: Problem, request: SolveRequest, answer: Answer, paint: Paint): string {
  const best = BEST[request.objective];
  if (answer.status === "feasible") {
    return paint.yellow(
      wrap(
        `Not proven: a limit struck. The best placement may ${best.mayBe} ${objectiveWords(answer, answer.bound)} (gap ${percent(answer.gap)}).`,
      ),
    );
  }
  return paint.green(
    wrap(
      answer.gap === 0
        ? `Proven optimal: no placement of this pool${withinWords(problem, request)} ${best.isBetter}.`
        : `Proven within the gap asked for: the best placement may ${best.mayBe} ${objectiveWords(answer, answer.bound)} (gap ${percent(answer.gap)}).`,
    ),
  );
}

const BEST: Readonly<Record<ObjectiveName, { isBetter: string; mayBe: string }>> = {
  "cost-per-token": { isBetter: "serves a token for less", mayBe: "cost as little as" },
  throughput: { isBetter: "serves more tokens per second", mayBe: "reach" },
  cost: { isBetter: "costs less per hour", mayBe: "cost as little as" },
  weighted: { isBetter: "has a better weighted score", mayBe: "reach" },
};

/** What the proof is relative to: better placements may exist beyond the limits and the rules of the request. */
function withinWords({ limits }: Problem, request: SolveRequest): string {
  const {
    maxHourlyCostUsd,
    maxCostPerMillionTokenUsd,
    maxTotalCostUsd,
    maxTotalRuntimeHours,
    minTokensPerSecond,
    maxTtftSeconds,
    maxTpotSeconds,
  } = limits;
  const excluding = [
    maxHourlyCostUsd,
    maxTotalRuntimeHours,
    minTokensPerSecond,
    maxTtftSeconds,
    maxTpotSeconds,
  ];
  // A placement that beats the cheapest token keeps every limit on what a token costs, so there they exclude nothing.
  if (request.objective !== "cost-per-token") {
    excluding.push(maxCostPerMillionTokenUsd, maxTotalCostUsd);
  }
  const within = [
    ...(excluding.some((limit) => limit !== null) ? ["limits"] : []),
    ...(hasRules(request) ? ["rules"] : []),
  ];
  return within.length === 0 ? "" : ` within the ${within.join(" and ")} given`;
}

/** Whether a request leaves out placements that the problem allows. */
function hasRules(request: SolveRequest): boolean {
  return (
    request.includeTypes !== null ||
    request.excludeTypes.length > 0 ||
    request.noIdleGpus ||
    request.maxInstanceTypes !== null ||
    request.maxInstances !== null ||
    request.maxStagesByType.size > 0 ||
    request.maxTpByType.size > 0 ||
    request.tpDegrees !== DEFAULT_TP_DEGREES ||
    request.uniformTp ||
    request.bandwidthPercentile !== null
  );
}

function renderProof(answer: Answer, paint: Paint): string {
  const { objective, bound, gap } = answer;
  return renderSearch(
    answer.run,
    [
      ["Objective", `${objective.name}: ${objectiveWords(answer, objective.value)}`],
      ["Bound", `${objectiveWords(answer, bound)}, gap ${percent(gap)}`],
    ],
    paint,
  );
}

function renderSearch(
  run: SearchEffort,
  before: readonly (readonly [string, string])[],
  paint: Paint,
): string {
  const open = run.cases - run.cases_solved - run.cases_bounded;
  return `${paint.bold("Proof")}\n${renderPairs([
    ...before,
    [
      "Search",
      `${plural(run.cases, "case")} (batch × stages × throughput): ${count(run.cases_solved)} decided by MILPs, ${count(run.cases_bounded)} excluded by bounds${open > 0 ? `, ${count(open)} left open` : ""}`,
    ],
    ["Solver", `${run.backend}, ${plural(run.milps_solved, "MILP")}`],
  ])}`;
}
