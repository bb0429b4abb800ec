import type { Problem } from "../placement/problem.ts";
import type { FamilyBest } from "../solver/even-splits.ts";
import type { ObjectiveName, SolveRequest } from "../solver/request.ts";
import type { Answer, NoAnswer, SearchEffort, Solution } from "../solver/solution.ts";
import { count, figure, percent, plural, printable, usd } from "./format.ts";
import { joinBlocks, renderItem, renderPairs, wrap } from "./layout.ts";
import type { Paint } from "./paint.ts";
import { renderEvenSplits } from "./terminal-even-splits.ts";
import { renderFrontier } from "./terminal-frontier.ts";
import { renderMetrics, renderStages, renderWorkload } from "./terminal-placement.ts";
import { rentedWords, splitWords } from "./words.ts";

/** What came of a solve, for people. Holds no time, so that equal input gives equal text. */
export function renderSolution(
  problem: Problem,
  request: SolveRequest,
  solution: Solution,
  evenSplits: readonly FamilyBest[],
  paint: Paint,
): string {
  if (!("placement" in solution)) return renderNoAnswer(solution, paint);
  const { placement, metrics, frontier, frontier_complete } = solution;
  return joinBlocks([
    `${paint.bold(wrap(headline(solution)))}\n${verdict(request, solution, paint)}`,
    renderWorkload(problem, placement),
    renderStages(metrics, paint),
    renderMetrics(problem, placement, metrics, paint),
    renderProof(solution, paint),
    frontier ? renderFrontier(frontier, frontier_complete ?? false, paint) : "",
    renderEvenSplits(evenSplits, solution, paint),
  ]);
}

function renderNoAnswer(solution: NoAnswer, paint: Paint): string {
  const title =
    solution.status === "infeasible"
      ? "Infeasible: no placement of this pool keeps the rules and limits. This is proven."
      : "No answer: a limit struck before any placement was found. One may exist.";
  return joinBlocks([
    paint.red(wrap(title)),
    solution.explanation.sentences.map((sentence) => renderItem("- ", printable(sentence))).join("\n"),
    renderSearch(solution.run, [], paint),
    solution.frontier
      ? renderFrontier(solution.frontier, solution.frontier_complete ?? false, paint)
      : "",
  ]);
}

function headline({ placement, metrics }: Answer): string {
  return `Rent ${rentedWords(placement)}: ${splitWords(placement)}, batch ${count(placement.batch_size)}. ${usd(metrics.dollar_per_million_token)} per million tokens, ${figure(metrics.throughput_tokens_per_sec)} tokens/s, ${usd(metrics.cost_per_hour)} per hour.`;
}

/** Proven or not, and against what. */
function verdict(request: SolveRequest, answer: Answer, paint: Paint): string {
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
        ? `Proven optimal: no placement of this pool ${best.isBetter}.`
        : `Proven within the gap asked for: the best placement may ${best.mayBe} ${objectiveWords(answer, answer.bound)} (gap ${percent(answer.gap)}).`,
    ),
  );
}

const BEST: Readonly<Record<ObjectiveName, { isBetter: string; mayBe: string }>> = {
  "cost-per-token": { isBetter: "serves a token for less", mayBe: "cost as little as" },
  throughput: { isBetter: "within the limits serves more tokens per second", mayBe: "reach" },
  cost: { isBetter: "within the limits costs less per hour", mayBe: "cost as little as" },
  weighted: { isBetter: "has a better weighted score", mayBe: "reach" },
};

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

/** A value of the objective with its unit. */
function objectiveWords({ objective }: Answer, value: number): string {
  switch (objective.name) {
    case "cost-per-token":
      return `${usd(value)} per million tokens`;
    case "cost":
      return `${usd(value)} per hour`;
    case "throughput":
      return `${figure(value)} tokens/s`;
    case "weighted":
      return `${figure(value)} (${objective.unit})`;
  }
}
