import { evaluate } from "../placement/evaluate.ts";
import type { Evaluation, Metrics } from "../placement/evaluation.ts";
import type { SplitShape } from "../placement/even-split.ts";
import type { Problem } from "../placement/problem.ts";
import { requestedPoints } from "../solver/search/operating-points.ts";
import type { FrontierPoint, NoAnswer, Solution } from "../solver/solution.ts";
import { DATA_COLUMNS, dataRow, placementRow, rowFacts } from "../sweep/row.ts";
import type { OperatingPoint } from "../workload/workload.ts";

/** A row as text cells by column; a column that is absent is an empty cell. */
export type SummaryRow = Readonly<Record<string, string>>;

/** The file that rows of a summary say they come from. */
const LOCATION = { outputDir: ".", sourcePath: "solution_summary.csv" };

/**
 * The columns of solution_summary.csv: all of data.csv in their order, so that the two can be read by one reader and stacked,
 * then what only a solve knows and the phase.
 */
export const SUMMARY_COLUMNS: readonly string[] = [
  ...DATA_COLUMNS,
  "workload_phase",
  "solve_status",
  "objective",
  "objective_value",
  "objective_unit",
  "bound",
  "gap",
  "ttft_ms",
  "tpot_ms",
  "kv_cache_tokens",
  "confidence",
];

/** The columns of frontier.csv. */
export const FRONTIER_COLUMNS: readonly string[] = [
  "cost_per_hour",
  "throughput_tokens_per_sec",
  "dollar_per_million_token",
  "batch_size",
  "device_type",
  "pp",
  "num_gpus",
  "tp_per_stage",
  "layer_mapping",
  "placement",
];

/** The summary of a solve. */
export function solutionSummary(problem: Problem, solution: Solution): SummaryRow {
  if (!("placement" in solution)) return noAnswerSummary(problem, solution);
  const { placement, objective, bound, gap } = solution;
  return {
    ...placementRow(problem, evaluate(problem, placement), LOCATION),
    workload_phase: placement.workload_phase,
    solve_status: solution.status,
    objective: objective.name,
    objective_value: String(objective.value),
    objective_unit: objective.unit,
    bound: Number.isFinite(bound) ? String(bound) : "",
    gap: Number.isFinite(gap) ? String(gap) : "",
    ...servingCells(solution.metrics),
  };
}

/** What a cost model that predicts serving says; empty cells for one that does not. */
function servingCells({ ttft_ms, tpot_ms, kv_cache_tokens, uncertainty }: Metrics): SummaryRow {
  const cell = (value: number | null): string => (value === null ? "" : String(value));
  return {
    ttft_ms: cell(ttft_ms),
    tpot_ms: cell(tpot_ms),
    kv_cache_tokens: cell(kv_cache_tokens),
    confidence: uncertainty?.confidence ?? "",
  };
}

/** The summary of an evaluated placement. */
export function evaluationSummary(problem: Problem, evaluation: Evaluation): SummaryRow {
  return {
    ...placementRow(problem, evaluation, LOCATION),
    workload_phase: evaluation.placement.workload_phase,
    ...(evaluation.status === "SUCCESS" && servingCells(evaluation.metrics)),
  };
}

/** The summary of an even split that the pool or the model cannot hold. */
export function noPlacementSummary(
  problem: Problem,
  split: SplitShape,
  point: OperatingPoint,
  error: string,
): SummaryRow {
  return {
    ...dataRow(
      rowFacts(problem, [split.family]),
      { point, tpDegree: split.tpDegree, ppStages: split.ppStages },
      { status: "INFEASIBLE", placement: null, error },
      LOCATION,
    ),
    workload_phase: point.phase,
  };
}

/** The row of a point of the frontier. */
export function frontierRow(problem: Problem, point: FrontierPoint): SummaryRow {
  return {
    ...placementRow(problem, evaluate(problem, point.placement), LOCATION),
    throughput_tokens_per_sec: String(point.throughput_tokens_per_sec),
  };
}

/** What is known without a placement: the problem, and why there is none. */
function noAnswerSummary(problem: Problem, solution: NoAnswer): SummaryRow {
  const points = requestedPoints(problem);
  const point = points[0]!;
  const facts = dataRow(
    rowFacts(problem, []),
    { point, tpDegree: null, ppStages: 0 },
    { status: "INFEASIBLE", placement: null, error: solution.explanation.sentences.join(" ") },
    LOCATION,
  );
  return {
    ...facts,
    pp: "",
    pipeline_stages: "",
    batch_size: points.length === 1 ? facts.batch_size : "",
    status: solution.status === "infeasible" ? "INFEASIBLE" : "NO_SOLUTION",
    workload_phase: point.phase,
    solve_status: solution.status,
  };
}
