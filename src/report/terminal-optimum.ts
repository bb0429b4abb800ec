import type { ObjectiveName } from "../solver/request.ts";
import type { Answer } from "../solver/solution.ts";
import type { Colours } from "./colours.ts";
import { count, percent, printable } from "./format.ts";
import { joinBlocks, renderItem } from "./layout.ts";
import { costText, flightText } from "./load-text.ts";
import { NOT_SEARCHED, type Optimum, pairWith, type RatedAnswer, reasonOf } from "./optimum.ts";
import { placementText } from "./placement-text.ts";
import { renderCauses } from "./terminal-compare.ts";

/** Percentages nearer to 0 than this are rounding. */
const SAME_PERCENT = 1e-7;

/** That a placement which breaks rules is held against nothing. */
export function renderNotSearched(colours: Colours): string {
  return joinBlocks([
    [colours.bold("Against the optimum"), renderItem("- ", NOT_SEARCHED)].join("\n"),
  ]);
}

/** How far a placement is from the optima, and what makes the difference. */
export function renderOptima(
  rated: RatedAnswer,
  optima: readonly Optimum[],
  colours: Colours,
): string {
  return joinBlocks(optima.map((optimum) => renderOptimum(rated, optimum, colours)));
}

function renderOptimum(rated: RatedAnswer, optimum: Optimum, colours: Colours): string {
  const { solution, problem } = optimum;
  const title = colours.bold(`Against the optimum ${scopeText(optimum)}`);
  if (!("placement" in solution)) {
    const words =
      solution.status === "infeasible" ? "" : "None was found before the search stopped: ";
    return [title, renderItem("- ", printable(`${words}${reasonOf(solution)}`))].join("\n");
  }
  const items = [
    distanceText(optimum, solution),
    `${solution.status === "optimal" ? "The optimum" : "The best found"}: ${placementText(problem.pool, solution.placement)}, ${flightText(problem, solution.placement)}. ${costText(problem, solution.placement, solution.metrics)}.`,
    ...(solution.status === "optimal" ? [] : [boundText(solution)]),
    ...(!rated.metrics.meets_cost_threshold
      ? ["This placement exceeds limits that the optimum meets."]
      : []),
  ];
  const lines = [title, ...items.map((item) => renderItem("- ", printable(item)))];
  if (isSame(optimum)) return lines.join("\n");
  const { pair, because } = pairWith(rated, optimum, solution);
  return [
    ...lines,
    ...because.map((sentence) => renderItem("- ", printable(capital(sentence)))),
    ...(pair.decomposition
      ? [
          "",
          renderCauses(
            pair.decomposition,
            {
              from: "this",
              to: solution.status === "optimal" ? "optimum" : "best found",
            },
            problem.workload.load?.kind === "request_rate",
          ),
        ]
      : []),
  ].join("\n");
}

function scopeText({ batches, problem }: Optimum): string {
  const { minBatch, maxBatch, load } = problem.workload;
  if (batches === "same") return `at batch ${count(minBatch!)}`;
  return load || minBatch === null || maxBatch === null
    ? "at any concurrency"
    : `at batches ${count(minBatch)} to ${count(maxBatch)}`;
}

function isSame({ distance_percent }: Optimum): boolean {
  return distance_percent !== null && Math.abs(distance_percent) <= SAME_PERCENT;
}

/** How a distance is told, by objective: what this placement does more or less of. */
const DISTANCE: Readonly<Record<ObjectiveName, readonly [worse: string, better: string]>> = {
  "cost-per-token": ["costs % more per token", "costs % less per token"],
  cost: ["costs % more per hour", "costs % less per hour"],
  throughput: ["serves % fewer tokens/s", "serves % more tokens/s"],
  weighted: ["scores % lower", "scores % higher"],
};

function distanceText({ objective, distance_percent }: Optimum, { status }: Answer): string {
  const best = status === "optimal" ? "the proven optimum" : "the best placement found";
  if (distance_percent === null)
    return `There is no percentage relative to ${best}: its value is 0.`;
  if (Math.abs(distance_percent) <= SAME_PERCENT) return `This placement is as good as ${best}.`;
  const [worse, better] = DISTANCE[objective];
  const words = distance_percent > 0 ? worse : better;
  return `This placement ${words.replace("%", percent(Math.abs(distance_percent) / 100))} than ${best}.`;
}

function boundText({ gap }: Answer): string {
  return Number.isFinite(gap)
    ? `That is not proven: the search stopped, and the optimum may be up to ${percent(gap)} better.`
    : "That is not proven: the search stopped before it had a bound.";
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
