import type { Interval } from "../placement/evaluation.ts";
import type { Plan, PlanAnswer, PlanAtRate, PlanMetrics, StoredFacts } from "./plan.ts";

/** The figures of plans that can be set against one another, in the order of the table. */
const ROW_NAMES = [
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
  "num_gpus",
  "num_gpus_rented",
  "num_pipeline_stages",
  "batch_size",
  "least_memory_headroom_gb",
] as const;
export type RowName = (typeof ROW_NAMES)[number];

/** A figure of one plan. */
export interface Cell {
  /** Null where the plan has no such figure. */
  readonly value: number | null;
  /** Where 80 % of measured values are expected; null when the cost model does not say. */
  readonly interval: Interval | null;
  /** 100 · (value / that of the first plan − 1); null for the first, without a ratio, and for plans that do not compare. */
  readonly difference_percent: number | null;
  /** Whether no plan that compares with the first has a better one; false where all are the same. */
  readonly best: boolean;
}

/** One figure of all plans, in their order. */
export interface Row {
  readonly name: RowName;
  readonly better: "lower" | "higher" | null;
  readonly cells: readonly Cell[];
}

/** Differences nearer than this, relatively, are rounding: such figures are the same. */
const SAME = 1e-9;

interface RowSpec {
  readonly name: RowName;
  readonly better: Row["better"];
  readonly value: (answer: PlanAnswer, facts: StoredFacts) => number | null;
  readonly interval?: (answer: PlanAnswer) => Interval | null | undefined;
}

const SPECS: Readonly<Record<RowName, Omit<RowSpec, "name">>> = {
  dollar_per_million_token: {
    better: "lower",
    value: ({ metrics }) => metrics.dollar_per_million_token,
    interval: costInterval,
  },
  dollar_per_million_input_token: {
    better: "lower",
    value: ({ metrics }) => perMillion(metrics.cost_per_hour, metrics.input_tokens_per_sec),
  },
  dollar_per_million_output_token: {
    better: "lower",
    value: ({ metrics }) => perMillion(metrics.cost_per_hour, metrics.output_tokens_per_sec),
  },
  cost_per_hour: { better: "lower", value: ({ metrics }) => metrics.cost_per_hour },
  throughput_tokens_per_sec: {
    better: "higher",
    value: ({ metrics }) => metrics.throughput_tokens_per_sec,
    interval: ({ metrics }) => metrics.uncertainty?.throughput_tokens_per_sec,
  },
  ttft_ms: {
    better: "lower",
    value: ({ metrics }) => metrics.ttft_ms,
    interval: ({ metrics }) => metrics.uncertainty?.ttft_ms,
  },
  tpot_ms: {
    better: "lower",
    value: ({ metrics }) => metrics.tpot_ms,
    interval: ({ metrics }) => metrics.uncertainty?.tpot_ms,
  },
  request_rate_per_sec: { better: null, value: atRate("request_rate_per_sec") },
  dollar_per_million_token_at_rate: { better: "lower", value: atRate("dollar_per_million_token") },
  ttft_ms_at_rate: { better: "lower", value: atRate("ttft_ms") },
  tpot_ms_at_rate: { better: "lower", value: atRate("tpot_ms") },
  capacity_used: { better: null, value: atRate("capacity_used") },
  num_gpus: { better: null, value: ({ metrics }) => metrics.num_gpus },
  num_gpus_rented: { better: null, value: ({ metrics }) => metrics.num_gpus_rented },
  num_pipeline_stages: { better: null, value: ({ metrics }) => metrics.stages.length },
  batch_size: { better: null, value: ({ placement }) => placement.batch_size },
  least_memory_headroom_gb: {
    better: null,
    value: ({ metrics }) => Math.min(...metrics.stages.map((stage) => stage.memory_headroom_gb)),
  },
};

/** A figure of the rate that was asked for; null where none was. */
function atRate(field: keyof PlanAtRate): RowSpec["value"] {
  return (_, { at_rate }) => at_rate?.[field] ?? null;
}

/**
 * Where 80 % of measured costs per million tokens are expected, USD: $/h over each end of the throughput's interval. Null when
 * the cost model does not say.
 */
export function costInterval({
  metrics,
}: {
  readonly metrics: Pick<PlanMetrics, "cost_per_hour" | "uncertainty">;
}): Interval | null {
  const { cost_per_hour, uncertainty } = metrics;
  if (!uncertainty) return null;
  const { low, high } = uncertainty.throughput_tokens_per_sec;
  const [least, most] = [perMillion(cost_per_hour, high), perMillion(cost_per_hour, low)];
  return least === null || most === null ? null : { low: least, high: most };
}

/**
 * Cost per million input (or output) tokens: all of the cost over these tokens alone, $/h / (tokens/s · 3600) · 10⁶. The
 * usual definition; input and output costs do not add up to the total.
 */
function perMillion(usdPerHour: number, tokensPerSecond: number): number | null {
  return tokensPerSecond === 0 ? null : (usdPerHour / (tokensPerSecond * 3600)) * 1e6;
}

/**
 * The figures of plans.
 * @param compares whether each plan answers the same question as the first; differences and bests are of these alone
 */
export function planRows(plans: readonly Plan[], compares: readonly boolean[]): Row[] {
  return ROW_NAMES.map((name) => row({ name, ...SPECS[name] }, plans, compares));
}

function row(spec: RowSpec, plans: readonly Plan[], compares: readonly boolean[]): Row {
  const { name, better } = spec;
  const values = plans.map(({ answer, facts }) => (answer ? spec.value(answer, facts) : null));
  const [first = null] = values;
  const best = bestValue(
    values.filter((_, index) => compares[index]),
    better,
  );
  const cells = plans.map(({ answer }, index): Cell => {
    const value = values[index]!;
    const isRelated = index > 0 && compares[index] && value !== null && first !== null;
    return {
      value,
      interval: (answer && spec.interval?.(answer)) ?? null,
      difference_percent: isRelated && first !== 0 ? (value / first - 1) * 100 : null,
      best: best !== null && value !== null && compares[index]! && isSame(value, best),
    };
  });
  return { name, better, cells };
}

/** Null without a direction, and where there is nothing to choose from. */
function bestValue(values: readonly (number | null)[], better: Row["better"]): number | null {
  const known = values.filter((value) => value !== null);
  if (better === null || known.length === 0) return null;
  const [least, most] = [Math.min(...known), Math.max(...known)];
  if (isSame(least, most)) return null;
  return better === "lower" ? least : most;
}

/** Whether two figures are the same but for rounding. */
export function isSame(a: number, b: number): boolean {
  return Math.abs(a - b) <= SAME * Math.max(Math.abs(a), Math.abs(b));
}
