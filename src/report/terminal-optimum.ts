import type { ObjectiveName } from "../solver/request.ts";
import type { Answer } from "../solver/solution.ts";
import type { Colours } from "./colours.ts";
import { count, figure, percent, printable, usd } from "./format.ts";
import { joinBlocks, renderItem } from "./layout.ts";
import { type Optimum, pairWith, type RatedAnswer, reasonOf } from "./optimum.ts";
import { placementText } from "./placement-text.ts";
import { renderCauses } from "./terminal-compare.ts";

/** Percentages nearer to 0 than this are rounding. */
const SAME_PERCENT = 1e-7;

/** How far a placement is from the optima, and what makes the difference. `rated` is null for one that breaks rules. */
export function renderOptima(
  rated: RatedAnswer | null,
  optima: readonly Optimum[],
  colours: Colours,
): string {
  return joinBlocks(optima.map((optimum) => renderOptimum(rated, optimum, colours)));
}

function renderOptimum(rated: RatedAnswer | null, optimum: Optimum, colours: Colours): string {
  const { solution, problem } = optimum;
  const title = colours.bold(`Against the optimum ${scopeText(optimum)}`);
  if (!("placement" in solution)) {
    const words =
      solution.status === "infeasible"
        ? "No placement meets all rules and limits (proven)"
        : "None was found before the search stopped";
    return [title, renderItem("- ", printable(`${words}: ${reasonOf(solution)}`))].join("\n");
  }
  const items = [
    distanceText(rated, optimum, solution),
    `${solution.status === "optimal" ? "The optimum" : "The best found"}: ${placementText(problem.pool, solution.placement)}, batch ${count(solution.placement.batch_size)}. ${figureText(solution)}.`,
    ...(solution.status === "optimal" ? [] : [boundText(solution)]),
    ...(rated && !rated.metrics.meets_cost_threshold
      ? ["This placement exceeds limits that the optimum meets."]
      : []),
  ];
  const lines = [title, ...items.map((item) => renderItem("- ", printable(item)))];
  if (!rated || isSame(optimum)) return lines.join("\n");
  const { pair, because } = pairWith(rated, optimum, solution);
  return [
    ...lines,
    ...because.map((sentence) => renderItem("- ", printable(capital(sentence)))),
    ...(pair.decomposition
      ? [
          "",
          renderCauses(pair.decomposition, {
            from: "this",
            to: solution.status === "optimal" ? "optimum" : "best found",
          }),
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

function distanceText(
  rated: RatedAnswer | null,
  { objective, distance_percent }: Optimum,
  { status }: Answer,
): string {
  const best = status === "optimal" ? "the proven optimum" : "the best placement found";
  if (!rated) return "This placement breaks rules, so it has no figures to compare.";
  if (distance_percent === null)
    return `There is no percentage relative to ${best}: its value is 0.`;
  if (Math.abs(distance_percent) <= SAME_PERCENT) return `This placement is as good as ${best}.`;
  const [worse, better] = DISTANCE[objective];
  const words = distance_percent > 0 ? worse : better;
  return `This placement ${words.replace("%", percent(Math.abs(distance_percent) / 100))} than ${best}.`;
}

function figureText({ metrics }: Answer): string {
  return `${usd(metrics.dollar_per_million_token)} per million tokens, ${figure(metrics.throughput_tokens_per_sec)} tokens/s, ${usd(metrics.cost_per_hour)} per hour`;
}

function boundText({ gap }: Answer): string {
  return Number.isFinite(gap)
    ? `That is not proven: the search stopped, and the optimum may be up to ${percent(gap)} better.`
    : "That is not proven: the search stopped before it had a bound.";
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
