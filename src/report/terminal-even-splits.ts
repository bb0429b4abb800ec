import type { FamilyBest } from "../solver/even-splits.ts";
import type { Answer } from "../solver/solution.ts";
import { figure, printable, usd, usdColumn } from "./format.ts";
import { renderItem, renderTable, wrap } from "./layout.ts";
import { againstWords } from "./objective-words.ts";
import type { Paint } from "./paint.ts";

/** The answer beside the best even split of every instance type. */
export function renderEvenSplits(
  families: readonly FamilyBest[],
  answer: Answer,
  paint: Paint,
): string {
  const { metrics } = answer;
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
  for (const best of families) {
    if (best.status !== "best") {
      without.push(renderItem("- ", printable(`${best.family}: ${best.reason}`)));
      continue;
    }
    const { choice, evaluation } = best;
    const { throughput_tokens_per_sec, cost_per_hour, dollar_per_million_token } =
      evaluation.metrics;
    rows.push([
      printable(best.family),
      `TP ${choice.tpDegree} × PP ${choice.ppStages}, batch ${choice.point.batch}`,
      figure(throughput_tokens_per_sec),
      usd(cost_per_hour),
      usdColumn(dollar_per_million_token),
      againstWords("cost-per-token", dollar_per_million_token, metrics.dollar_per_million_token),
    ]);
  }
  const table = renderTable(
    [
      { head: "instance type", flexible: true },
      { head: "best even split" },
      { head: "tokens/s", align: "right" },
      { head: "$/hour", align: "right" },
      { head: "$/M tokens", align: "right" },
      { head: "per token", align: "right" },
    ],
    rows,
  );
  const title = paint.bold("Against an even split over instances of one type");
  const rest = without.length === 0 ? "" : `\n${wrap("No even split:")}\n${without.join("\n")}`;
  return `${title}\n${table}${rest}`;
}
