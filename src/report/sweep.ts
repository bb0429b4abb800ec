import { recordedRun, type StoredRun } from "../sweep/record.ts";
import type { Colours } from "./colours.ts";
import { count, figure, plural, printable, usd, usdColumn } from "./format.ts";
import { joinBlocks, renderTable, wrap, writtenTo } from "./layout.ts";

/** A run with whether it is the best of its model, lengths, batch and phase. */
export interface SummarisedRun {
  readonly record: StoredRun;
  readonly isBest: boolean;
}

/** The best run of one model, lengths, batch and phase; names are those of the JSON. */
interface BestRun {
  readonly model_name: string;
  readonly workload_phase: string;
  readonly sequence_length: number;
  readonly output_length: number;
  readonly batch_size: number;
  readonly instance_family: string;
  readonly tp_degree: number;
  readonly pp_stages: number;
  readonly throughput_tokens_per_sec: number;
  readonly cost_per_hour: number;
  readonly dollar_per_million_token: number;
}

/** What `sweep --json` prints. */
export function sweepJson(
  runs: readonly SummarisedRun[],
  dataCsv: string,
  warnings: readonly string[],
): object {
  return { status: "SUCCESS", ...counts(runs), data_csv: dataCsv, best: bestOf(runs), warnings };
}

/** The runs of a data.csv in short, for people. */
export function renderSweep(
  runs: readonly SummarisedRun[],
  dataCsv: string,
  colours: Colours,
): string {
  const { runs: all, feasible, infeasible } = counts(runs);
  const best = bestOf(runs);
  const models = new Set(best.map((run) => run.model_name));
  const table = renderTable(
    [
      ...(models.size > 1 ? [{ head: "model", flexible: true }] : []),
      { head: "phase" },
      { head: "in:out", align: "right" },
      { head: "batch", align: "right" },
      { head: "instance type", flexible: true },
      { head: "TP", align: "right" },
      { head: "PP", align: "right" },
      { head: "tokens/s", align: "right" },
      { head: "$/hour", align: "right" },
      { head: "$/M tokens", align: "right" },
    ],
    best.map((run) => [
      ...(models.size > 1 ? [printable(run.model_name)] : []),
      run.workload_phase,
      `${run.sequence_length}:${run.output_length}`,
      String(run.batch_size),
      printable(run.instance_family),
      String(run.tp_degree),
      String(run.pp_stages),
      figure(run.throughput_tokens_per_sec),
      usd(run.cost_per_hour),
      usdColumn(run.dollar_per_million_token),
    ]),
  );
  return joinBlocks([
    colours.bold(
      wrap(`${plural(all, "run")}: ${count(feasible)} feasible, ${count(infeasible)} infeasible.`),
    ),
    best.length === 0
      ? ""
      : `${colours.bold("Lowest cost per token by phase, lengths and batch")}\n${table}`,
    writtenTo(dataCsv),
  ]);
}

/** How many runs there are, and how many of them have a placement that keeps all rules. */
export function counts(runs: readonly SummarisedRun[]): {
  readonly runs: number;
  readonly feasible: number;
  readonly infeasible: number;
} {
  const feasible = runs.filter(({ record }) => record.status === "SUCCESS").length;
  return { runs: runs.length, feasible, infeasible: runs.length - feasible };
}

function bestOf(runs: readonly SummarisedRun[]): BestRun[] {
  return runs.flatMap(({ record, isBest }) => {
    if (!isBest || record.status !== "SUCCESS") return [];
    const run = recordedRun(record);
    return [
      {
        model_name: record.run.model_name,
        workload_phase: run.phase,
        sequence_length: run.inputTokens,
        output_length: run.outputTokens,
        batch_size: run.minBatch,
        instance_family: run.family,
        tp_degree: run.tpDegree,
        pp_stages: run.ppStages,
        throughput_tokens_per_sec: record.metrics.throughput_tokens_per_sec,
        cost_per_hour: record.metrics.cost_per_hour,
        dollar_per_million_token: record.metrics.dollar_per_million_token,
      },
    ];
  });
}
