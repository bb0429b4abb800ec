import { ascending } from "../lists.ts";
import { layerCount } from "../model/model.ts";
import { placementPoint } from "../placement/evaluate.ts";
import type { Evaluation, Metrics } from "../placement/evaluation.ts";
import { type Placement, type PlacementStage, parseInstanceName } from "../placement/placement.ts";
import type { Problem } from "../placement/problem.ts";
import type { OperatingPoint } from "../workload/workload.ts";

/** The columns of data.csv, in order; those of the founding program and `reason` after them. */
export const DATA_COLUMNS = [
  "source",
  "model_name",
  "device_type",
  "gpu_type",
  "tp",
  "pp",
  "pipeline_stages",
  "tp_per_stage",
  "num_gpus",
  "num_replicas",
  "max_input_length",
  "max_output_length",
  "batch_size",
  "total_tokens_per_sec",
  "input_tokens_per_sec",
  "output_tokens_per_sec",
  "cost_per_hour",
  "dollar_per_million_token",
  "total_cost",
  "mem_per_gpu_gb",
  "budget_tested",
  "e2e_p50_s",
  "e2e_p90_s",
  "e2e_p99_s",
  "is_best",
  "layer_mapping",
  "num_requests",
  "output_dir",
  "placement",
  "rps",
  "sim_duration_s",
  "source_path",
  "status",
  "total_input_tokens",
  "total_layers",
  "total_output_tokens",
  "total_runtime_hours",
  "tpot_p50_s",
  "tpot_p90_s",
  "tpot_p99_s",
  "ttft_p50_s",
  "ttft_p90_s",
  "ttft_p99_s",
  "reason",
] as const;
type DataColumn = (typeof DATA_COLUMNS)[number];

/** One row of data.csv, ready to be written; an unknown cell is the empty text. */
export type DataRow = Readonly<Record<DataColumn, string>>;

/** An instance type as a row names it. */
interface Device {
  readonly instance_type: string;
  readonly gpu_model: string;
  /** Memory of one GPU, GB of 1024³ bytes. */
  readonly gpu_memory_gb: number;
}

/** What a row says of the problem; kept with every run, so that a row can be rebuilt without the problem. */
export interface RowFacts {
  readonly model_name: string;
  readonly total_layers: number;
  readonly total_tokens_to_process: number;
  /** The hourly budget that the run was held against, USD; null for none. */
  readonly max_hourly_cost: number | null;
  /** The types used, by name. */
  readonly devices: readonly Device[];
}

/** The operating point and the degrees a row is about. */
export interface RowShape {
  readonly point: OperatingPoint;
  /** TP degree of all stages; null when they differ. */
  readonly tpDegree: number | null;
  readonly ppStages: number;
}

/** The metrics that have a column. */
type RowMetrics = Pick<
  Metrics,
  | "throughput_tokens_per_sec"
  | "input_tokens_per_sec"
  | "output_tokens_per_sec"
  | "cost_per_hour"
  | "dollar_per_million_token"
  | "total_cost"
  | "total_runtime_hours"
  | "num_gpus"
>;

/** What came of a run, as far as a row tells it. An even split that the pool cannot hold has no placement. */
export type RowOutcome =
  | {
      readonly status: "SUCCESS";
      readonly placement: Placement;
      readonly metrics: RowMetrics;
      readonly warnings: readonly string[];
    }
  | {
      readonly status: "INFEASIBLE";
      readonly placement: Placement | null;
      readonly error: string;
    };

/** Where a row comes from, relative to the directory of the CSV file that holds it. */
export interface RowLocation {
  /** The run's directory. */
  readonly outputDir: string;
  /** The run's own CSV file. */
  readonly sourcePath: string;
}

/** The row of one evaluated placement. `is_best` needs other rows to compare with and is left empty. */
export function placementRow(
  problem: Problem,
  evaluation: Evaluation,
  location: RowLocation,
): DataRow {
  const { placement } = evaluation;
  const typeNames = placement.stages.map(stageType);
  return dataRow(rowFacts(problem, typeNames), placementShape(placement), evaluation, location);
}

/** Collects what a row says of the problem, for the types used; types that are not in the pool have no facts. */
export function rowFacts(problem: Problem, typeNames: readonly string[]): RowFacts {
  const devices: Device[] = [];
  for (const name of [...new Set(typeNames)].sort(ascending)) {
    const type = problem.pool.byName.get(name);
    if (!type) continue;
    devices.push({
      instance_type: name,
      gpu_model: type.instance.gpuModel,
      gpu_memory_gb: type.instance.gpuMemoryGib,
    });
  }
  return {
    model_name: problem.model.name,
    total_layers: layerCount(problem.model),
    total_tokens_to_process: problem.totalTokensToProcess,
    max_hourly_cost: problem.limits.maxHourlyCostUsd,
    devices,
  };
}

/** The operating point and degrees of a placement. */
function placementShape(placement: Placement): RowShape {
  const degrees = new Set(placement.stages.map((stage) => stage.tp_degree));
  const [tpDegree = null] = degrees.size === 1 ? degrees : [];
  return {
    point: placementPoint(placement),
    tpDegree,
    ppStages: placement.stages.length,
  };
}

/**
 * Builds a row. A run that breaks a rule keeps what is known of it (hardware, split, lengths) and the first breach as
 * `reason`; its rates and costs stay empty. Of one that breaks none, `reason` is what it warns of. Percentiles, request rates and simulated times are measurements, which no run
 * of this program has, so they stay empty too.
 */
export function dataRow(
  facts: RowFacts,
  shape: RowShape,
  outcome: RowOutcome,
  location: RowLocation,
): DataRow {
  const metrics = outcome.status === "SUCCESS" ? outcome.metrics : null;
  const stages = outcome.placement?.stages ?? null;
  const tokens = jobTokens(facts.total_tokens_to_process, shape.point);
  const known: Partial<Record<DataColumn, string>> = {
    source: "solver",
    model_name: facts.model_name,
    device_type: facts.devices.map((device) => device.instance_type).join(","),
    gpu_type: [...new Set(facts.devices.map((device) => device.gpu_model))]
      .sort(ascending)
      .join(","),
    tp: cell(shape.tpDegree),
    pp: cell(shape.ppStages),
    pipeline_stages: cell(shape.ppStages),
    num_replicas: "1",
    max_input_length: cell(shape.point.inputTokens),
    max_output_length: cell(shape.point.outputTokens),
    batch_size: cell(shape.point.batch),
    total_tokens_per_sec: cell(metrics?.throughput_tokens_per_sec),
    input_tokens_per_sec: cell(metrics?.input_tokens_per_sec),
    output_tokens_per_sec: cell(metrics?.output_tokens_per_sec),
    cost_per_hour: cell(metrics?.cost_per_hour),
    dollar_per_million_token: cell(metrics?.dollar_per_million_token),
    total_cost: cell(metrics?.total_cost),
    total_runtime_hours: cell(metrics?.total_runtime_hours),
    budget_tested: cell(facts.max_hourly_cost),
    output_dir: location.outputDir,
    source_path: location.sourcePath,
    status: outcome.status,
    total_layers: cell(facts.total_layers),
    total_input_tokens: cell(tokens.input),
    total_output_tokens: cell(tokens.output),
    reason: outcome.status === "INFEASIBLE" ? outcome.error : outcome.warnings.join(" "),
    ...(stages && stageCells(stages, facts.devices)),
  };
  return fillRow(known);
}

/** The cells that are written stage by stage. */
function stageCells(
  stages: readonly PlacementStage[],
  devices: readonly Device[],
): Partial<Record<DataColumn, string>> {
  const memory = new Map(devices.map((device) => [device.instance_type, device.gpu_memory_gb]));
  const capacities = stages.map((stage) => memory.get(stageType(stage)));
  return {
    num_gpus: cell(stages.reduce((sum, stage) => sum + stage.tp_degree, 0)),
    placement: byStage(stages, (stage) => `{${stage.gpu_type}:${stage.tp_degree}}`),
    layer_mapping: byStage(stages, (stage) => `${stage.start_layer}-${stage.end_layer}`),
    tp_per_stage: byStage(stages, (stage) => cell(stage.tp_degree)),
    mem_per_gpu_gb: capacities.every((gigabytes) => gigabytes !== undefined)
      ? byStage(capacities, decimal)
      : "",
  };
}

/** `{PP_1:…, PP_2:…}`, stages counted from 1 as in the founding program. */
function byStage<T>(items: readonly T[], write: (item: T) => string): string {
  return `{${items.map((item, index) => `PP_${index + 1}:${write(item)}`).join(", ")}}`;
}

/** The type of a stage's instance, or the name as it stands when it is not of the form `type#index`. */
function stageType(stage: PlacementStage): string {
  return parseInstanceName(stage.gpu_type)?.typeName ?? stage.gpu_type;
}

/**
 * Input and output tokens of the whole job, whole numbers that add up to it: all input for prefill, all output for decode,
 * in proportion s : o for aggregated. Source: reference model, "End to end".
 */
function jobTokens(total: number, point: OperatingPoint): { input: number; output: number } {
  if (point.phase === "prefill") return { input: total, output: 0 };
  if (point.phase === "decode") return { input: 0, output: total };
  const { inputTokens, outputTokens } = point;
  const input = Math.round((total * inputTokens) / (inputTokens + outputTokens));
  return { input, output: total - input };
}

/** A number in its shortest form that reads back as the same number. */
function cell(value: number | null | undefined): string {
  return value === null || value === undefined ? "" : String(value);
}

/** As `cell`, with a decimal point even in whole numbers: `24.0`. */
function decimal(value: number | undefined): string {
  return Number.isInteger(value) ? `${value}.0` : cell(value);
}

function fillRow(known: Partial<Record<DataColumn, string>>): DataRow {
  return Object.fromEntries(DATA_COLUMNS.map((column) => [column, known[column] ?? ""])) as Record<
    DataColumn,
    string
  >;
}
