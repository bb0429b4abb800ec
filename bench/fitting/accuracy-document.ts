import type { AccuracyReport } from "../../src/calibration/accuracy.ts";
import { errorSummary } from "../../src/calibration/error-tables.ts";
import type { PredictedRow } from "../../src/calibration/predicted-row.ts";
import { share } from "../../src/report/accuracy-tables.ts";
import { accuracyMarkdown, markdownTable } from "./accuracy-markdown.ts";

/** One way of leaving rows out, and what came of it. */
export interface Validation {
  readonly name: string;
  readonly rows: readonly PredictedRow[];
  readonly report: AccuracyReport;
}

/** The text of docs/accuracy-tables.md. */
export function accuracyDocument(validations: readonly Validation[], dataName: string): string {
  const sections = validations.map(
    ({ name, report }) => `## ${capitalised(name)}\n\n${accuracyMarkdown(report, 3).trimEnd()}`,
  );
  return `# Accuracy: all tables

Written by \`npm run fit -- --data ${dataName}\`; what they mean is in [accuracy.md](accuracy.md). Errors are symmetric,
exp|ln(predicted/measured)| − 1: the median within a config group, then mean and median over the groups. Intervals of a
figure come from residuals of other config groups.

## Summary

${summary(validations)}

${sections.join("\n\n")}
`;
}

const FIGURES: readonly [name: string, keep: (row: PredictedRow) => boolean][] = [
  ["all figures", () => true],
  ["throughput", ({ row }) => row.target.endsWith("tokens_per_s")],
  ["TPOT", ({ row }) => row.target === "tpot_ms"],
  ["TTFT of single prompts", ({ row }) => row.target === "ttft_ms" && row.plan.kind === "prefill"],
  ["TTFT under load", ({ row }) => row.target === "ttft_ms" && row.plan.kind === "online_e2e"],
];

function summary(validations: readonly Validation[]): string {
  const rows = FIGURES.map(([name, keep]) => [
    name,
    ...validations.map(({ rows: predicted }) => {
      const { macro_median, macro_mean } = errorSummary(name, predicted.filter(keep));
      return `${share(macro_median)} / ${share(macro_mean)}`;
    }),
  ]);
  const coverage = validations.map(({ report }) => share(report.coverage?.overall.coverage ?? 0));
  const heads = ["macro median / macro mean", ...validations.map(({ name }) => name)];
  return markdownTable({
    columns: heads.map((head) => ({ head, align: "left" })),
    rows: [...rows, ["coverage of the 80 % intervals", ...coverage]],
  });
}

function capitalised(text: string): string {
  return text[0]!.toUpperCase() + text.slice(1);
}
