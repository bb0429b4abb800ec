import { recordedRun } from "../../sweep/record.ts";
import { figure, plural, usd, usdColumn } from "../format.ts";
import { counts, type SummarisedRun } from "../sweep.ts";
import { type Content, html, type Markup } from "./markup.ts";
import { pageMarkup } from "./page.ts";
import { type Origin, reproduceMarkup, warningsMarkup } from "./reproduce.ts";
import { scatterMarkup } from "./scatter.ts";
import { type Row, tableMarkup } from "./table.ts";

/** What a report of a sweep is made from. */
export interface SweepReportInput extends Origin {
  /** In the order of data.csv. */
  readonly runs: readonly SummarisedRun[];
  /** What `sweep --json` prints. */
  readonly json: object;
  readonly warnings: readonly string[];
}

/** A sweep as one HTML file that loads nothing: all runs as points and as rows, by type, TP and PP. Equal input gives equal text. */
export function renderSweepReport(input: SweepReportInput): string {
  const { runs, json, warnings, version } = input;
  return pageMarkup({
    title: `${modelNames(runs)}: sweep report`,
    header: html`${headline(runs)}${warningsMarkup(warnings)}`,
    sections: [
      { id: "runs", title: "Runs", content: runsMarkup(runs) },
      { id: "reproduce", title: "Reproduce", content: reproduceMarkup(input, null) },
    ],
    data: json,
    version,
  });
}

function modelNames(runs: readonly SummarisedRun[]): string {
  return [...new Set(runs.map(({ record }) => record.run.model_name))].join(", ");
}

function headline(runs: readonly SummarisedRun[]): Markup {
  const { runs: all, feasible, infeasible } = counts(runs);
  const best = runs.filter(({ isBest }) => isBest);
  const cheapest = best.reduce<SummarisedRun | null>(
    (least, run) => (least === null || perToken(run) < perToken(least) ? run : least),
    null,
  );
  const name = modelNames(runs);
  const title = cheapest
    ? `${name}: from ${usd(perToken(cheapest))} per million tokens in ${plural(all, "run")}`
    : `${name}: none of ${plural(all, "run")} fits`;
  return html`<p class="over">llm-placement sweep of even splits</p>
<h1>${title}</h1>
<p><span class="badge good">✓ ${feasible} feasible</span><span class="badge ${infeasible > 0 ? "warn" : "good"}">${infeasible} infeasible</span></p>
<p>Each run cuts the model evenly over instances of one type. The best of them is no optimum: a search may mix types and cut unevenly (<code>llm-placement solve</code>).</p>
${best.length > 0 ? bestTable(best) : null}`;
}

function perToken({ record }: SummarisedRun): number {
  return record.status === "SUCCESS"
    ? record.metrics.dollar_per_million_token
    : Number.POSITIVE_INFINITY;
}

const COLUMNS = [
  { head: "instance type" },
  { head: "TP", align: "right" },
  { head: "PP", align: "right" },
  { head: "phase" },
  { head: "input", align: "right" },
  { head: "output", align: "right" },
  { head: "batch", align: "right" },
  { head: "tokens/s", align: "right" },
  { head: "$/hour", align: "right" },
  { head: "$/M tokens", align: "right" },
] as const;

function bestTable(best: readonly SummarisedRun[]): Markup {
  return tableMarkup({
    caption: "Lowest cost per token by phase, lengths and batch",
    columns: COLUMNS,
    rows: best.map((run) => ({ cells: runCells(run) })),
  });
}

function runsMarkup(runs: readonly SummarisedRun[]): Content {
  return html`${filters(runs)}
${scatterMarkup(runs)}
${tableMarkup({
  caption: `All runs (${runs.length})`,
  isSortable: true,
  isLong: true,
  columns: [...COLUMNS, { head: "GPU" }, { head: "outcome" }],
  rows: runs.map((run, index): Row => {
    const { family, tpDegree, ppStages } = recordedRun(run.record);
    const gpus = [...new Set(run.record.run.devices.map((device) => device.gpu_model))];
    return {
      id: `run-${index}`,
      isMarked: run.isBest,
      facets: { run: String(index), type: family, tp: String(tpDegree), pp: String(ppStages) },
      cells: [...runCells(run), gpus.join(", "), outcome(run)],
    };
  }),
})}`;
}

function runCells({ record }: SummarisedRun): Row["cells"] {
  const run = recordedRun(record);
  const metrics = record.status === "SUCCESS" ? record.metrics : null;
  const number = (value: number | undefined, words: (value: number) => string): Row["cells"][0] =>
    value === undefined ? "" : { content: words(value), sortBy: value };
  return [
    run.family,
    String(run.tpDegree),
    String(run.ppStages),
    run.phase,
    String(run.inputTokens),
    String(run.outputTokens),
    String(run.minBatch),
    number(metrics?.throughput_tokens_per_sec, figure),
    number(metrics?.cost_per_hour, usd),
    number(metrics?.dollar_per_million_token, usdColumn),
  ];
}

function outcome({ record, isBest }: SummarisedRun): string {
  if (record.status === "INFEASIBLE") return record.error;
  return isBest ? "best of its phase, lengths and batch" : "feasible";
}

/** Shown by the page's script: without it they would do nothing. */
function filters(runs: readonly SummarisedRun[]): Markup {
  const parameters = runs.map(({ record }) => recordedRun(record));
  const select = (label: string, name: string, values: readonly (string | number)[]): Markup =>
    html`<label>${label}<select name="${name}"><option value="">all</option>${[...new Set(values)].map((value) => html`<option>${value}</option>`)}</select></label>`;
  const rising = (numbers: readonly number[]): number[] => [...numbers].sort((a, b) => a - b);
  return html`<form class="filters" hidden aria-label="Filter runs">${select(
    "Instance type",
    "type",
    parameters.map(({ family }) => family),
  )}${select("TP", "tp", rising(parameters.map(({ tpDegree }) => tpDegree)))}${select("PP", "pp", rising(parameters.map(({ ppStages }) => ppStages)))}<button class="button" type="reset">Show all</button><output class="dim"></output></form>`;
}
