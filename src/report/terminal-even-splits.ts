import { isTie } from "../compare/tie.ts";
import { groupBy } from "../lists.ts";
import type { Problem } from "../placement/problem.ts";
import { atFullUse } from "../placement/rate-service.ts";
import type { FamilyBest } from "../solver/even-splits/even-splits.ts";
import type { Answer } from "../solver/solution.ts";
import type { Colours } from "./colours.ts";
import { figure, printable, usd, usdColumn } from "./format.ts";
import { renderItem, renderTable, wrap } from "./layout.ts";
import { perTokenHead } from "./load-text.ts";
import { againstText, TIE_LEGEND, TIE_MARK } from "./objective-text.ts";

const SPLIT_LEGEND =
  "even: identical stages, layers split as evenly as possible, one instance per stage unless noted";
const SHARED_LEGEND = "on N: the stages share N instances, equally many on each";

/** Types of either kind that are listed; a catalogue has hundreds. */
const MOST_LISTED = 20;

/**
 * The answer beside the best even split of every instance type.
 * @param typesMissing types that the search for even splits did not come to
 */
export function renderEvenSplits(
  problem: Problem,
  families: readonly FamilyBest[],
  answer: Answer,
  colours: Colours,
  typesMissing: number = 0,
): string {
  const { workload } = problem;
  const { metrics } = atFullUse(problem, answer);
  // A rate of requests leaves capacity idle: then the price per hour is what differs, not that per token at full use.
  const isRate = workload.load?.kind === "request_rate";
  const rows = [
    [
      "this answer",
      "",
      figure(metrics.throughput_tokens_per_sec),
      usd(metrics.cost_per_hour),
      usdColumn(metrics.dollar_per_million_token),
      "",
    ],
  ];
  const best = families.filter((family) => family.status === "best");
  let hasTie = false;
  let hasShared = false;
  for (const family of best.slice(0, MOST_LISTED)) {
    const { choice } = family;
    const evaluation = atFullUse(problem, family.evaluation);
    const against = isRate
      ? againstText("cost", evaluation.metrics.cost_per_hour, metrics.cost_per_hour)
      : againstText(
          "cost-per-token",
          evaluation.metrics.dollar_per_million_token,
          metrics.dollar_per_million_token,
        );
    // A price an hour is no prediction: there is nothing to be unsure of.
    const ties = !isRate && isTie(evaluation.metrics, metrics);
    hasTie ||= ties;
    const { tpDegree, ppStages, instances } = choice;
    const isShared = instances < ppStages;
    hasShared ||= isShared;
    const shared = isShared ? ` on ${instances}` : "";
    const { throughput_tokens_per_sec, cost_per_hour, dollar_per_million_token } =
      evaluation.metrics;
    rows.push([
      printable(family.family),
      `TP ${tpDegree} × PP ${ppStages}${shared}, batch ${evaluation.placement.batch_size}`,
      figure(throughput_tokens_per_sec),
      usd(cost_per_hour),
      usdColumn(dollar_per_million_token),
      `${against}${ties ? TIE_MARK : ""}`,
    ]);
  }
  const table = renderTable(
    [
      { head: "instance type", flexible: true },
      { head: "best even split" },
      { head: "tokens/s", align: "right" },
      { head: "$/hour", align: "right" },
      { head: perTokenHead(workload), align: "right" },
      { head: isRate ? "per hour" : "per token", align: "right" },
    ],
    rows,
  );
  const title = colours.bold("Against an even split over instances of one type");
  const without = withoutSplit(families);
  const rest = without.length === 0 ? "" : `\n${wrap("No even split:")}\n${without.join("\n")}`;
  const legends = [
    SPLIT_LEGEND,
    ...(hasShared ? [SHARED_LEGEND] : []),
    ...(hasTie ? [TIE_LEGEND] : []),
  ];
  const legend =
    best.length === 0 ? "" : `\n${legends.map((each) => colours.dim(`  ${each}`)).join("\n")}`;
  return `${title}\n${table}${more(best.length)}${notWhole(families.length, typesMissing)}${legend}${rest}`;
}

/** Of types that one cause keeps out the first are named. */
const MOST_NAMED = 3;

/** The types that have no even split, those of one cause in one item: "38 too small: …". */
function withoutSplit(families: readonly FamilyBest[]): string[] {
  const without = families.filter((family) => family.status !== "best");
  return [...groupBy(without, ({ cause }) => cause)]
    .sort(([, a], [, b]) => b.length - a.length)
    .map(([cause, types]) => {
      const [first] = types;
      if (types.length === 1)
        return renderItem("- ", printable(`${first!.family}: ${first!.reason}`));
      const named = types.slice(0, MOST_NAMED).map(({ family }) => family);
      const rest = types.length > MOST_NAMED ? ` and ${types.length - MOST_NAMED} more` : "";
      const example = cause === "too small" ? `; ${first!.family} ${first!.reason}` : "";
      return renderItem(
        "- ",
        printable(`${types.length} ${cause}: ${named.join(", ")}${rest}${example}`),
      );
    });
}

/** What is said where a limit has cut the search for even splits short. */
function notWhole(types: number, missing: number): string {
  if (missing === 0) return "";
  return `\n${wrap(`Not whole: the search stopped before ${missing} of ${types + missing} instance types were split.`)}`;
}

/** What is said of those that are not listed. */
function more(number: number): string {
  return number > MOST_LISTED ? `\n  … and ${number - MOST_LISTED} more` : "";
}
