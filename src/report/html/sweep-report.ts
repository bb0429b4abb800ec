import { ascending } from "../../lists.ts";
import { recordedRun } from "../../sweep/record.ts";
import type { RunParameters } from "../../sweep/run.ts";
import { figure, plural, shortGpu, usd, usdColumn } from "../format.ts";
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
<p>Each run cuts the model evenly over instances of one type. The best run is not an optimum: a search may mix types and cut unevenly (<code>llm-placement solve</code>).</p>
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
  { head: "in:out", align: "right" },
  { head: "batch", align: "right" },
  { head: "tokens/s", align: "right" },
  { head: "$/hour", align: "right" },
  { head: "$/M tokens", align: "right" },
] as const;

function bestTable(best: readonly SummarisedRun[]): Markup {
  return tableMarkup({
    caption: "The best of each kind: lowest cost per token by phase, lengths and batch",
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
  columns: [...COLUMNS, { head: "GPU" }, { head: "outcome", flexible: true }],
  // Runs without a placement come last: a token of theirs costs Infinity.
  rows: runs
    .map((run, index) => ({ run, index }))
    .sort((a, b) => ascending(perToken(a.run), perToken(b.run)) || a.index - b.index)
    .map(({ run, index }): Row => {
      const parameters = recordedRun(run.record);
      const gpus = run.record.run.devices.map((device) => shortGpu(device.gpu_model));
      const facets = FACETS.map(({ name, value }) => [name, value(parameters)]);
      return {
        id: `run-${index}`,
        isMarked: run.isBest,
        facets: { run: String(index), ...Object.fromEntries(facets) },
        cells: [...runCells(run), [...new Set(gpus)].join(", "), outcome(run)],
      };
    }),
})}`;
}

/** What runs can be filtered by. */
const FACETS: readonly {
  readonly label: string;
  readonly name: string;
  readonly value: (run: RunParameters) => string;
}[] = [
  { label: "Instance type", name: "type", value: ({ family }) => family },
  { label: "TP", name: "tp", value: ({ tpDegree }) => String(tpDegree) },
  { label: "PP", name: "pp", value: ({ ppStages }) => String(ppStages) },
  { label: "Phase", name: "phase", value: ({ phase }) => phase },
  { label: "Input:output", name: "lengths", value: lengthsText },
  { label: "Batch", name: "batch", value: ({ minBatch }) => String(minBatch) },
];

function lengthsText({ inputTokens, outputTokens }: RunParameters): string {
  return `${inputTokens}:${outputTokens}`;
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
    lengthsText(run),
    String(run.minBatch),
    number(metrics?.throughput_tokens_per_sec, figure),
    number(metrics?.cost_per_hour, usd),
    number(metrics?.dollar_per_million_token, usdColumn),
  ];
}

function outcome({ record, isBest }: SummarisedRun): string {
  if (record.status === "INFEASIBLE") return record.error;
  return isBest ? "best of its kind" : "feasible";
}

/** Choices with more than one value. Shown by the page's script: without it they would do nothing. */
function filters(runs: readonly SummarisedRun[]): Markup {
  const parameters = runs.map(({ record }) => recordedRun(record));
  const selects = FACETS.flatMap(({ label, name, value }) => {
    const values = [...new Set(parameters.map(value))].sort(compareNumbersFirst);
    if (values.length < 2) return [];
    return [
      html`<label>${label}<select name="${name}"><option value="">all</option>${values.map((each) => html`<option>${each}</option>`)}</select></label>`,
    ];
  });
  return html`<form class="filters" hidden aria-label="Filter runs">${selects}<button class="button" type="reset">Show all</button><output class="dim"></output></form>`;
}

function compareNumbersFirst(a: string, b: string): number {
  return Number(a) - Number(b) || ascending(a, b);
}
