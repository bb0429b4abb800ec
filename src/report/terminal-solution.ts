import { parseInstanceName } from "../placement/placement.ts";
import type { Problem } from "../placement/problem.ts";
import { atAskedRate } from "../placement/rate-service.ts";
import type { FamilyBest } from "../solver/even-splits/even-splits.ts";
import type { SolveRequest } from "../solver/request.ts";
import type { Answer, NoAnswer, Solution } from "../solver/solution.ts";
import { headlineText, verdictText } from "./answer-text.ts";
import type { Colours } from "./colours.ts";
import { count, percent, plural, printable } from "./format.ts";
import { joinBlocks, renderPairs, wrap } from "./layout.ts";
import { rateTargetText } from "./load-text.ts";
import { objectiveText } from "./objective-text.ts";
import { renderDeployable, renderWithoutRestriction } from "./terminal-deployable.ts";
import { renderEvenSplits } from "./terminal-even-splits.ts";
import { renderExplanation, renderGroups } from "./terminal-explanation.ts";
import { renderFrontier } from "./terminal-frontier.ts";
import { renderMemory } from "./terminal-memory.ts";
import { renderInfeasibility, renderNoAnswerTitle } from "./terminal-no-answer.ts";
import { renderMetrics, renderStages } from "./terminal-placement.ts";
import { renderWorkload } from "./terminal-workload.ts";

/**
 * What came of a solve, for people. Holds no time, so that equal input gives equal text.
 * @param typesMissing instance types that the search for even splits did not come to
 */
export function renderSolution(
  problem: Problem,
  request: SolveRequest,
  solution: Solution,
  evenSplits: readonly FamilyBest[],
  colours: Colours,
  typesMissing: number = 0,
): string {
  if (!("placement" in solution)) return renderNoAnswer(problem, solution, colours);
  const { placement, metrics, frontier, explanation } = solution;
  const shown = atAskedRate(problem, solution);
  return joinBlocks([
    `${colours.bold(wrap(headlineText(problem, solution)))}\n${verdict(problem, request, solution, colours)}`,
    renderUnusedOwned(problem, solution, evenSplits),
    renderDeployable(problem, solution, colours),
    renderWorkload(problem, placement, metrics, "solve"),
    renderStages(problem, shown.placement, shown.metrics, colours),
    renderMemory(problem, shown.metrics, colours),
    renderMetrics(problem, placement, metrics, colours),
    renderProof(solution, colours),
    renderGroups(problem, solution, colours),
    explanation ? renderExplanation(problem, solution, explanation, colours) : "",
    frontier ? renderFrontier(problem, solution, frontier, colours) : "",
    renderEvenSplits(problem, evenSplits, solution, colours, typesMissing),
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
          ? "it could serve, but would not improve the objective"
          : split.reason;
      return [wrap(`Owned but not used: ${printable(`${family}: ${why}`)}.`)];
    })
    .join("\n");
}

function renderNoAnswer(problem: Problem, solution: NoAnswer, colours: Colours): string {
  return joinBlocks([
    renderNoAnswerTitle(problem.workload, solution, colours),
    renderInfeasibility(problem.pool, solution, colours),
    renderWithoutRestriction(problem, solution),
    wrap(rateTargetText(problem.workload)),
    renderSearch(solution, [], colours),
    solution.frontier ? renderFrontier(problem, solution, solution.frontier, colours) : "",
  ]);
}

/** Proven or not, and against what. */
function verdict(
  problem: Problem,
  request: SolveRequest,
  answer: Answer,
  colours: Colours,
): string {
  const text = wrap(verdictText(problem, request, answer));
  return answer.status === "feasible" ? colours.yellow(text) : colours.green(text);
}

function renderProof(answer: Answer, colours: Colours): string {
  const { objective, bound, gap } = answer;
  return renderSearch(
    answer,
    [
      ["Objective", `${objective.name}: ${objectiveText(answer, objective.value)}`],
      [
        "Bound",
        Number.isFinite(bound)
          ? `${objectiveText(answer, bound)}, gap ${percent(gap)}`
          : "none: the search stopped before all cases had a bound",
      ],
    ],
    colours,
  );
}

function renderSearch(
  solution: Solution,
  before: readonly (readonly [string, string])[],
  colours: Colours,
): string {
  return `${colours.bold("Proof")}\n${renderPairs([...before, ...searchPairs(solution)])}`;
}

/** What a search came to. */
export type Search = Pick<Solution, "status" | "run" | "frontier_complete">;

/** What was done to prove an answer, or that there is none; of a search that was cut short, what it came to. */
export function searchPairs({
  status,
  run,
  frontier_complete,
}: Search): (readonly [label: string, text: string])[] {
  const { blocks, blocks_excluded, cases, cases_solved, cases_bounded } = run;
  const isWhole = (status === "optimal" || status === "infeasible") && frontier_complete !== false;
  const open = cases - cases_solved - cases_bounded;
  const stopped = isWhole ? "" : " when it stopped";
  return [
    [
      "Search",
      [
        `${plural(blocks, "block")} (batch × stages × site × TP degree)${stopped}: ${count(blocks_excluded)} excluded by bounds`,
        `${plural(cases, "case")} (rates) of the others${isWhole ? "" : " listed"}: ${count(cases_solved)} decided, ${count(cases_bounded)} excluded by bounds${open > 0 ? `, ${count(open)} left open` : ""}`,
      ].join("; "),
    ],
    ["Solver", `${run.backend}, ${plural(run.milps_solved, "MILP")}`],
  ];
}
