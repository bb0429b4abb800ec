import { ascending, groupBy } from "../lists.ts";
import type { ConcurrencyLimit, PredictedRow } from "./predicted-row.ts";
import { mean, median, quantile } from "./statistics.ts";

/**
 * Errors of some figures. Each config group counts once: with the median of its figures' symmetric errors. All are shares:
 * 0.1 is 10 %.
 */
export interface ErrorSummary {
  readonly name: string;
  readonly groups: number;
  readonly rows: number;
  /** Mean over the groups. */
  readonly macro_mean: number;
  /** Median over the groups. */
  readonly macro_median: number;
  /** exp(mean over the groups of the mean of ln(predicted/measured)) − 1: above 0 when the model predicts too much. */
  readonly geometric_bias: number;
  /** 90th percentile over the groups. */
  readonly p90: number;
}

/** The figures divided by one property. */
interface ErrorTable {
  /** Which property. */
  readonly by: string;
  readonly lines: readonly ErrorSummary[];
}

/** One config group. */
export interface GroupError {
  readonly config_group: string;
  readonly rows: number;
  /** Median symmetric error, a share. */
  readonly error: number;
  readonly geometric_bias: number;
}

export interface ErrorTables {
  readonly overall: ErrorSummary;
  readonly tables: readonly ErrorTable[];
  /** The largest errors first. */
  readonly worst_groups: readonly GroupError[];
}

/** A measured figure and what was predicted for it, in the same unit. */
export type ComparedRow = Pick<PredictedRow, "row" | "predicted">;

/** exp|ln(predicted/measured)| − 1: twice too much and half as much are both 1 (100 %). */
export function symmetricError(predicted: number, measured: number): number {
  return Math.max(predicted / measured, measured / predicted) - 1;
}

const LIMIT_WORDS: Readonly<Record<ConcurrencyLimit, string>> = {
  kv_cache: "KV cache",
  requests: "requests in flight",
  step: "one step or prompt",
};

/** The properties that the tables are divided by, in the order of the tables. */
export const DIMENSIONS: readonly {
  readonly by: string;
  readonly keyOf: (row: PredictedRow) => string;
}[] = [
  { by: "kind", keyOf: ({ row }) => row.plan.kind },
  { by: "target", keyOf: ({ row }) => row.target },
  { by: "engine", keyOf: ({ row }) => row.plan.profile },
  { by: "gpu", keyOf: ({ row }) => row.plan.gpu.name },
  { by: "source", keyOf: ({ row }) => row.measurement.source },
  { by: "tp", keyOf: ({ row }) => String(row.plan.tpDegree) },
  { by: "pp", keyOf: ({ row }) => String(row.plan.pipelineStages) },
  { by: "layers", keyOf: ({ row }) => (hasExperts(row) ? "MoE" : "dense") },
  { by: "limited by", keyOf: ({ limit }) => LIMIT_WORDS[limit] },
];

function hasExperts({ plan }: PredictedRow["row"]): boolean {
  return plan.architecture.kinds.some(({ experts }) => experts > 0);
}

const WORST_GROUPS = 15;

/** The errors of all figures, by each property, and the worst groups by name. The order of the rows means nothing. */
export function errorTables(rows: readonly PredictedRow[]): ErrorTables {
  return {
    overall: errorSummary("all", rows),
    tables: DIMENSIONS.map(({ by, keyOf }) => ({
      by,
      lines: sortedGroups(rows, keyOf).map(([name, part]) => errorSummary(name, part)),
    })),
    worst_groups: worstGroups(rows, WORST_GROUPS),
  };
}

/** Rows by a property, the names in order: numbers by size, texts by their letters. */
export function sortedGroups(
  rows: readonly PredictedRow[],
  keyOf: (row: PredictedRow) => string,
): [name: string, rows: PredictedRow[]][] {
  return [...groupBy(rows, keyOf)].sort(([a], [b]) => {
    const difference = Number(a) - Number(b);
    return Number.isNaN(difference) ? ascending(a, b) : difference;
  });
}

/** The errors of some figures together, whoever predicted them. */
export function errorSummary(name: string, rows: readonly ComparedRow[]): ErrorSummary {
  const groups = groupErrors(rows);
  const errors = groups.map(({ error }) => error);
  return {
    name,
    groups: groups.length,
    rows: rows.length,
    macro_mean: mean(errors),
    macro_median: median(errors),
    geometric_bias: Math.expm1(
      mean(groups.map(({ geometric_bias }) => Math.log1p(geometric_bias))),
    ),
    p90: quantile(errors, 0.9),
  };
}

function groupErrors(rows: readonly ComparedRow[]): GroupError[] {
  return [...groupBy(rows, ({ row }) => row.measurement.configGroup)].map(([name, group]) => ({
    config_group: name,
    rows: group.length,
    error: median(group.map(({ predicted, row }) => symmetricError(predicted, row.measured))),
    geometric_bias: Math.expm1(
      mean(group.map(({ predicted, row }) => Math.log(predicted / row.measured))),
    ),
  }));
}

function worstGroups(rows: readonly ComparedRow[], most: number): GroupError[] {
  return groupErrors(rows)
    .sort((a, b) => b.error - a.error || ascending(a.config_group, b.config_group))
    .slice(0, most);
}
