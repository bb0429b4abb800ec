import type { AccuracyReport } from "../calibration/accuracy.ts";
import type { DecisionRegret, RegretSummary } from "../calibration/decision-regret.ts";
import type { ErrorSummary, GroupError } from "../calibration/error-tables.ts";
import type { Coverage } from "../calibration/interval-coverage.ts";
import type { MarginSummary } from "../calibration/safety-margin.ts";
import { count, printable } from "./format.ts";
import type { Column } from "./layout.ts";

/** A table as texts, for a terminal or a document. */
export interface TableText {
  readonly title: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly string[])[];
}

const left = (head: string): Column => ({ head, flexible: true });
const right = (head: string): Column => ({ head, align: "right" });

/** A share with one decimal, so that columns line up: 0.1234 is "12.3 %". */
export function share(value: number | null): string {
  return value === null ? "-" : `${(value * 100).toFixed(1)} %`;
}

/** As `share`, with a sign. */
function signedShare(value: number): string {
  return `${value < 0 ? "" : "+"}${share(value)}`;
}

/** What the properties of the tables are called. */
const TITLES: Readonly<Record<string, string>> = {
  kind: "kind",
  target: "figure",
  engine: "engine",
  gpu: "GPU",
  source: "source",
  tp: "TP",
  pp: "PP",
  layers: "layers",
  "limited by": "what limits the sequences in flight",
  confidence: "confidence",
};

/** All tables of a report, in the order in which they are shown. */
export function accuracyTables(report: AccuracyReport): TableText[] {
  const { errors, coverage, decisions, safety_margins } = report;
  return [
    errorTable("Errors", "", [errors.overall]),
    ...errors.tables.map(({ by, lines }) => errorTable(`Errors by ${TITLES[by]}`, by, lines)),
    worstTable(errors.worst_groups),
    ...(coverage
      ? [
          coverageTable("Coverage of the 80 % intervals", "", [coverage.overall]),
          ...coverage.tables.map(({ by, lines }) =>
            coverageTable(`Coverage by ${TITLES[by]}`, by, lines),
          ),
        ]
      : []),
    ...decisions.flatMap(decisionTables),
    ...(safety_margins.some(({ targets }) => targets > 0) ? [marginTable(safety_margins)] : []),
  ];
}

function errorTable(title: string, by: string, lines: readonly ErrorSummary[]): TableText {
  return {
    title,
    columns: [
      left(by),
      right("groups"),
      right("figures"),
      right("mean"),
      right("median"),
      right("bias"),
      right("p90"),
    ],
    rows: lines.map((line) => [
      printable(line.name),
      count(line.groups),
      count(line.rows),
      share(line.macro_mean),
      share(line.macro_median),
      signedShare(line.geometric_bias),
      share(line.p90),
    ]),
  };
}

function worstTable(groups: readonly GroupError[]): TableText {
  return {
    title: "The worst config groups",
    columns: [left("config group"), right("figures"), right("error"), right("bias")],
    rows: groups.map(({ config_group, rows, error, geometric_bias }) => [
      printable(config_group),
      count(rows),
      share(error),
      signedShare(geometric_bias),
    ]),
  };
}

function coverageTable(title: string, by: string, lines: readonly Coverage[]): TableText {
  return {
    title,
    columns: [left(by), right("groups"), right("figures"), right("inside"), right("high/low")],
    rows: lines.map(({ name, groups, rows, coverage, median_width }) => [
      printable(name),
      count(groups),
      count(rows),
      share(coverage),
      median_width.toFixed(2),
    ]),
  };
}

/** A table for a way to choose that had sets, with the sets in which the plain rule fails below the others. */
function decisionTables({ batch, all, non_trivial }: DecisionRegret): TableText[] {
  if (all.every(({ sets }) => sets === 0)) return [];
  const lines = (summaries: readonly RegretSummary[], which: string): string[][] =>
    summaries.map((line) => [
      line.chooser,
      which,
      count(line.sets),
      share(line.mean_regret),
      share(line.p90_regret),
      share(line.max_regret),
      share(line.top1_share),
      share(line.pairwise_agreement),
    ]);
  return [
    {
      title: `What choices lose, ${batch === "fixed_batch" ? "batch given" : "batch free"}`,
      columns: [
        left("chosen by"),
        { head: "sets" },
        right("count"),
        right("mean"),
        right("p90"),
        right("most"),
        right("best"),
        right("in order"),
      ],
      rows: [...lines(all, "all"), ...lines(non_trivial, "non-trivial")],
    },
  ];
}

function marginTable(margins: readonly MarginSummary[]): TableText {
  return {
    title: "Plans chosen under a latency target",
    columns: [
      left("latency"),
      right("margin"),
      right("targets"),
      right("plan chosen"),
      right("target really met"),
    ],
    rows: margins.map(({ latency, margin, targets, chosen, met_share }) => [
      latency.toUpperCase(),
      `${Math.round(margin * 100)} %`,
      count(targets),
      count(chosen),
      share(met_share),
    ]),
  };
}
