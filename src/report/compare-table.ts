import type { Comparison } from "../compare/compare.ts";
import { type Plan, type PlanAnswer, typesUsed } from "../compare/plan.ts";
import type { Cell, Row, RowName } from "../compare/rows.ts";
import type { LimitedBy } from "../cost/cost-model.ts";
import type { Colours } from "./colours.ts";
import { count, figure, percent, printable, shortGpu, usd } from "./format.ts";
import { renderTable } from "./layout.ts";
import { listOrOne } from "./placement-text.ts";

/** Plans beside the first one in one table; more of them go into further tables that begin with the first again. */
const PLANS_BESIDE_FIRST = 3;

const FIGURES: Readonly<
  Record<RowName, readonly [label: string, write: (value: number) => string]>
> = {
  dollar_per_million_token: ["$ per million tokens", usd],
  dollar_per_million_input_token: ["$ per million input", usd],
  dollar_per_million_output_token: ["$ per million output", usd],
  cost_per_hour: ["$ per hour", usd],
  throughput_tokens_per_sec: ["tokens/s", figure],
  ttft_ms: ["TTFT, ms", figure],
  tpot_ms: ["TPOT, ms", figure],
  request_rate_per_sec: ["rate, requests/s", figure],
  dollar_per_million_token_at_rate: ["  $ per million at rate", usd],
  ttft_ms_at_rate: ["  TTFT at rate, ms", figure],
  tpot_ms_at_rate: ["  TPOT at rate, ms", figure],
  capacity_used: ["  capacity in use", percent],
  num_gpus: ["GPUs used", count],
  num_gpus_rented: ["GPUs rented", count],
  num_pipeline_stages: ["PP, stages", count],
  batch_size: ["sequences in flight", count],
  least_memory_headroom_gb: ["min headroom, GiB", (value) => value.toFixed(2)],
};

const LIMIT_WORDS: Readonly<Record<LimitedBy | "network" | "bubble", string>> = {
  compute: "compute",
  memory_bandwidth: "memory bandwidth",
  collectives: "TP collectives",
  links: "messages between stages",
  overhead: "overhead",
  bubble: "pipeline bubble",
  network: "network",
};

/** The figures of all plans, differences against the first in percent, the best of a row marked with a star. */
export function renderPlanTable(
  comparison: Comparison,
  label: (plan: number) => string,
  colours: Colours,
): string {
  const tables: string[] = [];
  const { length } = comparison.plans;
  for (let start = 1; start < Math.max(length, 2); start += PLANS_BESIDE_FIRST) {
    const end = Math.min(start + PLANS_BESIDE_FIRST, length);
    const shown = [0, ...Array.from({ length: end - start }, (_, k) => start + k)];
    tables.push(renderGroup(comparison, shown, label));
  }
  const hasBest = comparison.rows.some(({ cells }) => cells.some(({ best }) => best));
  return [
    tables.join("\n\n"),
    ...(hasBest ? [colours.dim("  % relative to A; * best in the row")] : []),
  ].join("\n");
}

function renderGroup(
  { plans, rows }: Comparison,
  shown: readonly number[],
  label: (plan: number) => string,
): string {
  const figures = new Map(rows.map((row) => [row.name, row]));
  const text = (name: string, write: (answer: PlanAnswer) => string): string[] => [
    name,
    ...shown.map((plan) => {
      const { answer } = plans[plan]!;
      return answer ? printable(write(answer)) : "-";
    }),
  ];
  const numbers = (...names: readonly RowName[]): string[][] =>
    names.flatMap((name) => figureRows(figures.get(name)!, shown));
  return renderTable(
    [{ head: "" }, ...shown.map((plan) => ({ head: label(plan), flexible: true }))],
    [
      ["status", ...shown.map((plan) => statusText(plans[plan]!))],
      ...numbers(
        "dollar_per_million_token",
        "dollar_per_million_input_token",
        "dollar_per_million_output_token",
        "cost_per_hour",
        "throughput_tokens_per_sec",
        "ttft_ms",
        "tpot_ms",
        "request_rate_per_sec",
        "dollar_per_million_token_at_rate",
        "ttft_ms_at_rate",
        "tpot_ms_at_rate",
        "capacity_used",
      ),
      text("instances", ({ metrics }) =>
        typesUsed(metrics)
          .map(({ instances, instance_type }) => `${instances} × ${instance_type}`)
          .join(" + "),
      ),
      text("GPUs", ({ metrics }) => gpuText(metrics.stages)),
      ...numbers("num_gpus", "num_gpus_rented"),
      text("TP", ({ metrics }) => listOrOne(metrics.stages.map((stage) => stage.tp_degree))),
      ...numbers("num_pipeline_stages"),
      text("layers per stage", ({ metrics }) =>
        listOrOne(metrics.stages.map((stage) => stage.layers)),
      ),
      ...numbers("batch_size", "least_memory_headroom_gb"),
      text("limited by", bottleneckCell),
    ],
  );
}

/** A row, with differences where one figure is better than another, and one with its 80 % intervals where a plan has any; nothing where no plan has the figure. */
function figureRows({ name, better, cells }: Row, shown: readonly number[]): string[][] {
  const [label, write] = FIGURES[name];
  const own = shown.map((plan) => cells[plan]!);
  if (own.every(({ value }) => value === null)) return [];
  const intervals = own.map(({ interval }) =>
    interval ? `${write(interval.low)} to ${write(interval.high)}` : "",
  );
  return [
    [label, ...own.map((cell) => cellText(cell, better !== null, write))],
    ...(intervals.some((text) => text !== "") ? [["  80 % interval", ...intervals]] : []),
  ];
}

function cellText(
  { value, difference_percent, best }: Cell,
  withDifference: boolean,
  write: (value: number) => string,
): string {
  if (value === null) return "-";
  const difference = withDifference ? differenceText(difference_percent) : "";
  return `${write(value)}${difference}${best ? " *" : ""}`;
}

/** Percentages nearer to 0 than this are rounding. */
const SAME_PERCENT = 1e-7;

function differenceText(differencePercent: number | null): string {
  if (differencePercent === null || Math.abs(differencePercent) < SAME_PERCENT) return "";
  return ` ${differencePercent < 0 ? "-" : "+"}${percent(Math.abs(differencePercent) / 100)}`;
}

/** The outcome and its proof. */
function statusText({ status, gap, answer }: Plan): string {
  switch (status) {
    case "optimal":
      return gap === 0 || gap === null ? "optimal, proven" : `optimal within ${percent(gap)}`;
    case "feasible":
      return gap === null ? "not proven" : `not proven, gap ${percent(gap)}`;
    case "no_solution":
      return "no answer in time";
    case "infeasible":
      return "infeasible, proven";
    case "INFEASIBLE":
      return "breaks rules";
    case "SUCCESS":
      return answer ? "evaluated" : "-";
  }
}

/** GPUs in use by model: "2 L40S + 4 A10G". */
function gpuText(stages: PlanAnswer["metrics"]["stages"]): string {
  const gpus = new Map<string, number>();
  for (const { gpu_model, tp_degree } of stages) {
    gpus.set(gpu_model, (gpus.get(gpu_model) ?? 0) + tp_degree);
  }
  return [...gpus].map(([model, number]) => `${number} ${shortGpu(model)}`).join(" + ");
}

function bottleneckCell({ metrics }: PlanAnswer): string {
  const { kind, index, limited_by } = metrics.bottleneck;
  const place = kind === "link" ? `link ${index} to ${index + 1}` : `stage ${index}`;
  return `${place}, ${LIMIT_WORDS[limited_by]}`;
}
