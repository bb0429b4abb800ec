import type { FamilyBest } from "../solver/even-splits.ts";
import type { Answer } from "../solver/solution.ts";
import type { Workload } from "../workload/workload.ts";
import { figure, printable, usd, usdColumn } from "./format.ts";
import { renderItem, renderTable, wrap } from "./layout.ts";
import { againstWords } from "./objective-words.ts";
import type { Paint } from "./paint.ts";

/** Types of either kind that are listed; a catalogue has hundreds. */
const MOST_LISTED = 20;

/** The answer beside the best even split of every instance type. */
export function renderEvenSplits(
  families: readonly FamilyBest[],
  answer: Answer,
  { load }: Workload,
  paint: Paint,
): string {
  const { metrics } = answer;
  // A rate of requests leaves capacity idle: then the price per hour is what differs, not that per token at full use.
  const isRate = load?.kind === "request_rate";
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
  const without: string[] = [];
  const best = families.filter((family) => family.status === "best");
  for (const family of families) {
    if (family.status === "best") continue;
    without.push(renderItem("- ", printable(`${family.family}: ${family.reason}`)));
  }
  for (const family of best.slice(0, MOST_LISTED)) {
    const { choice, evaluation } = family;
    const { throughput_tokens_per_sec, cost_per_hour, dollar_per_million_token } =
      evaluation.metrics;
    rows.push([
      printable(family.family),
      `TP ${choice.tpDegree} × PP ${choice.ppStages}, batch ${choice.point.batch}`,
      figure(throughput_tokens_per_sec),
      usd(cost_per_hour),
      usdColumn(dollar_per_million_token),
      isRate
        ? againstWords("cost", cost_per_hour, metrics.cost_per_hour)
        : againstWords(
            "cost-per-token",
            dollar_per_million_token,
            metrics.dollar_per_million_token,
          ),
    ]);
  }
  const table = renderTable(
    [
      { head: "instance type", flexible: true },
      { head: "best even split" },
      { head: "tokens/s", align: "right" },
      { head: "$/hour", align: "right" },
      { head: isRate ? "$/M at full use" : "$/M tokens", align: "right" },
      { head: isRate ? "per hour" : "per token", align: "right" },
    ],
    rows,
  );
  const title = paint.bold("Against an even split over instances of one type");
  const rest =
    without.length === 0
      ? ""
      : `\n${wrap("No even split:")}\n${without.slice(0, MOST_LISTED).join("\n")}${more(without.length)}`;
  return `${title}\n${table}${more(best.length)}${rest}`;
}

/** What is said of those that are not listed. */
function more(number: number): string {
  return number > MOST_LISTED ? `\n  … and ${number - MOST_LISTED} more` : "";
}
