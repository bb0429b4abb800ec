import { parseInstanceName } from "../placement/placement.ts";
import type { Problem } from "../placement/problem.ts";
import { atAskedRate } from "../placement/rate-service.ts";
import type { FamilyBest } from "../solver/even-splits/even-splits.ts";
import type { SolveRequest } from "../solver/request.ts";
import type { Answer, NoAnswer, SearchEffort, Solution } from "../solver/solution.ts";
import { headlineWords, verdictWords } from "./answer-words.ts";
import { count, percent, plural, printable } from "./format.ts";
import { joinBlocks, renderPairs, wrap } from "./layout.ts";
import { rateTargetWords } from "./load-words.ts";
import { objectiveWords } from "./objective-words.ts";
import type { Paint } from "./paint.ts";
import { renderDeployable, renderWithoutRestriction } from "./terminal-deployable.ts";
import { renderEvenSplits } from "./terminal-even-splits.ts";
import { renderExplanation, renderGroups } from "./terminal-explanation.ts";
import { renderFrontier } from "./terminal-frontier.ts";
import { renderMemory } from "./terminal-memory.ts";
import { renderInfeasibility, renderNoAnswerTitle } from "./terminal-no-answer.ts";
import { renderMetrics, renderStages } from "./terminal-placement.ts";
import { renderWorkload } from "./terminal-workload.ts";

/** What came of a solve, for people. Holds no time, so that equal input gives equal text. */
export function renderSolution(
  problem: Problem,
  request: SolveRequest,
  solution: Solution,
  evenSplits: readonly FamilyBest[],
  paint: Paint,
): string {
  if (!("placement" in solution)) return renderNoAnswer(problem, solution, paint);
  const { placement, metrics, frontier, explanation } = solution;
  const shown = atAskedRate(problem, solution);
  return joinBlocks([
    `${paint.bold(wrap(headlineWords(problem, solution)))}\n${verdict(problem, request, solution, paint)}`,
    renderUnusedOwned(problem, solution, evenSplits),
    renderDeployable(problem, solution, paint),
    renderWorkload(problem, placement, metrics, "solve"),
    renderStages(problem, shown.placement, shown.metrics, paint),
    renderMemory(problem, shown.metrics, paint),
    renderMetrics(problem, placement, metrics, paint),
    renderProof(solution, paint),
    renderGroups(problem, solution, paint),
    explanation ? renderExplanation(problem, solution, explanation, paint) : "",
    frontier ? renderFrontier(problem, solution, frontier, paint) : "",
    renderEvenSplits(problem, evenSplits, solution, paint),
  ]);
}

/** What is owned and stays idle, with what keeps it out: whoever has machines wants to know before renting others. */
function renderUnusedOwned(
  { pool }: Problem,
  { placement }: Answer,
  evenSplits: readonly FamilyBest[],
): string {
  const used = new Set(
    placement.stages.map(({ gpu_type }) => parseInstanceName(gpu_type)?.typeName),
  );
  return evenSplits
    .flatMap((split) => {
      const { family } = split;
      if (used.has(family) || (pool.byName.get(family)?.ownedCount ?? 0) === 0) return [];
      const why =
        split.status === "best"
          ? "it could serve, and the answer is no worse by the objective"
          : split.reason;
      return [wrap(`Not used of what is owned: ${printable(`${family}: ${why}`)}.`)];
    })
    .join("\n");
}

function renderNoAnswer(problem: Problem, solution: NoAnswer, paint: Paint): string {
  return joinBlocks([
    renderNoAnswerTitle(problem.workload, solution, paint),
    renderInfeasibility(problem.pool, solution, paint),
    renderWithoutRestriction(problem, solution),
    wrap(rateTargetWords(problem.workload)),
    renderSearch(solution.run, [], paint),
    solution.frontier ? renderFrontier(problem, solution, solution.frontier, paint) : "",
  ]);
}

/** Proven or not, and against what. */
function verdict(problem: Problem, request: SolveRequest, answer: Answer, paint: Paint): string {
  const text = wrap(verdictWords(problem, request, answer));
  return answer.status === "feasible" ? paint.yellow(text) : paint.green(text);
}

function renderProof(answer: Answer, paint: Paint): string {
  const { objective, bound, gap } = answer;
  return renderSearch(
    answer.run,
    [
      ["Objective", `${objective.name}: ${objectiveWords(answer, objective.value)}`],
      [
        "Bound",
        Number.isFinite(bound)
          ? `${objectiveWords(answer, bound)}, gap ${percent(gap)}`
          : "none: a limit struck before all cases were known",
      ],
    ],
    paint,
  );
}

function renderSearch(
  run: SearchEffort,
  before: readonly (readonly [string, string])[],
  paint: Paint,
): string {
  return `${paint.bold("Proof")}\n${renderPairs([...before, ...searchPairs(run)])}`;
}

/** What was done to prove an answer, or that there is none. */
export function searchPairs(run: SearchEffort): (readonly [label: string, text: string])[] {
  const open = run.cases - run.cases_solved - run.cases_bounded;
  return [
    [
      "Search",
      `${plural(run.cases, "case")} (batch × stages × throughput): ${count(run.cases_solved)} decided by MILPs, ${count(run.cases_bounded)} excluded by bounds${open > 0 ? `, ${count(open)} left open` : ""}`,
    ],
    ["Solver", `${run.backend}, ${plural(run.milps_solved, "MILP")}`],
  ];
}
