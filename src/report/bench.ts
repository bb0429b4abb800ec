import {
  bestSummary,
  type CaseResult,
  type HeuristicResult,
  runnerSummary,
  type SavingSummary,
  savingOverBest,
} from "../bench/compare.ts";
import type { Heuristic } from "../bench/heuristic.ts";
import type { ObjectiveName } from "../solver/request.ts";
import type { Colours } from "./colours.ts";
import { percent, plural } from "./format.ts";
import { mergeWarnings } from "./json.ts";
import { renderItem, renderPairs, renderTable, wrap } from "./layout.ts";
import { againstText, OBJECTIVE_HEAD, objectiveCell, objectiveText } from "./objective-text.ts";
import { placementText } from "./placement-text.ts";

/** One case: the optimum, and every heuristic beside it. Holds no time. */
export function renderBenchCase(result: CaseResult, colours: Colours): string {
  const { benchCase, heuristics } = result;
  const { name, note, problem, request } = benchCase;
  const table = renderTable(
    [
      { head: "heuristic" },
      { head: OBJECTIVE_HEAD[request.objective], align: "right" },
      { head: SAVING_HEAD[request.objective], align: "right" },
      { head: "its placement", flexible: true },
    ],
    heuristics.map(({ heuristic, best, saving }) => [
      heuristic,
      best ? objectiveCell(request.objective, best.value) : "-",
      differenceText(result, { best, saving }),
      best ? placementText(problem.pool, best.placement) : "finds none",
    ]),
  );
  return [colours.bold(name), wrap(note), optimumText(result, colours), table].join("\n");
}

/** The difference of a heuristic as a column says it. */
const SAVING_HEAD: Readonly<Record<ObjectiveName, string>> = {
  "cost-per-token": "optimum cheaper by",
  cost: "optimum cheaper by",
  throughput: "falls short by",
  weighted: "difference",
};

/** How a heuristic's answer stands beside the optimum; scores have no shares. */
function differenceText(
  { benchCase, solution }: CaseResult,
  { best, saving }: Pick<HeuristicResult, "best" | "saving">,
): string {
  if (saving !== null) return savingText(saving);
  if (!best || !("objective" in solution)) return "-";
  return againstText(benchCase.request.objective, best.value, solution.objective.value);
}

function optimumText({ benchCase, solution }: CaseResult, colours: Colours): string {
  if (!("placement" in solution)) {
    return colours.yellow(solution.status === "infeasible" ? "Proven infeasible." : "No answer.");
  }
  const { status, objective, placement } = solution;
  const verdict = status === "optimal" ? "Optimum, proven" : "Not proven";
  const text = `${verdict}: ${objectiveText(solution, objective.value)} with ${placementText(benchCase.problem.pool, placement)}, batch ${placement.batch_size}`;
  return (status === "optimal" ? colours.green : colours.yellow)(wrap(text));
}

/** What the cases say together. */
export function renderBenchSummary(
  results: readonly CaseResult[],
  runners: readonly Heuristic[],
  colours: Colours,
): string {
  const proven = results.filter(({ solution }) => solution.status === "optimal").length;
  const best = bestSummary(results);
  return [
    colours.bold(`Summary of ${plural(results.length, "case")}`),
    renderPairs([
      ["Proven", `${proven} of ${results.length}`],
      ["Never worse than a heuristic", "yes"],
      [
        "Saving over the best heuristic",
        `median ${shareText(best.median)}, most ${shareText(best.max)}`,
      ],
    ]),
    "",
    renderTable(
      [
        { head: "heuristic" },
        { head: "finds a placement", align: "right" },
        { head: "finds the optimum", align: "right" },
        { head: "median saving", align: "right" },
        { head: "most", align: "right" },
      ],
      runners.map(({ name }) => {
        const { median, max } = runnerSummary(results, name);
        const own = resultsOf(results, name);
        return [
          name,
          String(own.filter(({ best }) => best !== null).length),
          String(own.filter(({ isOptimum }) => isOptimum).length),
          shareText(median),
          shareText(max),
        ];
      }),
    ),
    "",
    ...runners.map(({ name, description }) => renderItem("- ", `${name}: ${description}`)),
  ].join("\n");
}

function resultsOf(results: readonly CaseResult[], name: string): readonly HeuristicResult[] {
  return results.flatMap(({ heuristics }) =>
    heuristics.filter((heuristic) => heuristic.heuristic === name),
  );
}

/** A saving; what is only rounding is none. */
function savingText(share: number): string {
  return Math.abs(share) < 1e-9 ? "0 %" : percent(share);
}

function shareText(share: number | null): string {
  return share === null ? "-" : savingText(share);
}

/** What `bench --json` prints; times are in `run` only. */
export function benchJson(
  results: readonly CaseResult[],
  runners: readonly Heuristic[],
  totalSeconds: number,
): object {
  return {
    cases: results.map((result) => caseJson(result)),
    summary: {
      cases: results.length,
      proven: results.filter(({ solution }) => solution.status === "optimal").length,
      never_worse: true,
      saving_over_best: bestSummary(results),
      heuristics: runners.map(({ name, description }) => ({
        name,
        description,
        found: resultsOf(results, name).filter(({ best }) => best !== null).length,
        optimal: resultsOf(results, name).filter(({ isOptimum }) => isOptimum).length,
        saving: runnerSummary(results, name) satisfies SavingSummary,
      })),
    },
    warnings: mergeWarnings(...results.map(({ solution }) => solution.warnings)),
    run: {
      total_seconds: totalSeconds,
      cases: results.map(({ benchCase, solution, solveSeconds, heuristicsSeconds }) => ({
        name: benchCase.name,
        solve_seconds: solveSeconds,
        heuristics_seconds: heuristicsSeconds,
        milps_solved: solution.run.milps_solved,
      })),
    },
  };
}

function caseJson(result: CaseResult): object {
  const { benchCase, solution, heuristics } = result;
  const answer = "placement" in solution ? solution : null;
  return {
    name: benchCase.name,
    note: benchCase.note,
    status: solution.status,
    objective: answer?.objective ?? null,
    bound: answer?.bound ?? null,
    gap: answer?.gap ?? null,
    placement: answer?.placement ?? null,
    saving_over_best: savingOverBest(result),
    heuristics: heuristics.map(({ heuristic, best, saving }) => ({
      name: heuristic,
      value: best?.value ?? null,
      saving,
      placement: best?.placement ?? null,
    })),
  };
}
