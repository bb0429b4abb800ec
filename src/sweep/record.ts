import { z } from "zod";
import type { Evaluation } from "../placement/evaluation.ts";
import type { Problem } from "../placement/problem.ts";
import { PHASES, type Phase } from "../workload/workload.ts";
import { RUN_FORMAT } from "./identity.ts";
import { type RowFacts, type RowOutcome, type RowShape, rowFacts } from "./row.ts";
import { type RunParameters, runPoint } from "./run.ts";

/** An even split that the pool or the model cannot hold: there is no placement to evaluate. */
interface NoPlacement {
  readonly status: "INFEASIBLE";
  readonly placement: null;
  readonly error: string;
  readonly violations: readonly [];
  readonly warnings: readonly string[];
}

/** What came of a run: exactly what evaluating its placement says. */
export type RunOutcome = Evaluation | NoPlacement;

/** What was run, and for which problem; the names are those of the file. */
interface RunKey extends RowFacts {
  readonly format: typeof RUN_FORMAT;
  /** Hash of everything that decides what the run says: 64 hexadecimal digits. */
  readonly fingerprint: string;
  readonly instance_family: string;
  readonly tp_degree: number;
  readonly pp_stages: number;
  readonly sequence_length: number;
  readonly output_length: number;
  readonly min_batch_size: number;
  readonly max_batch_size: number;
  readonly workload_phase: Phase;
}

/** A run as it is written to placement_metrics.json: the evaluation, and under `run` what was run. */
export type RunRecord = RunOutcome & { readonly run: RunKey };

/** A run as it is read back: what its row needs, and what the user should know. */
export type StoredRun = RowOutcome & {
  readonly warnings: readonly string[];
  readonly run: RunKey;
};

const count = z.int().min(0);
const positive = z.int().min(1);

const runSchema = z.strictObject({
  format: z.literal(RUN_FORMAT),
  fingerprint: z.string().regex(/^[0-9a-f]{64}$/),
  instance_family: z.string().min(1),
  tp_degree: positive,
  pp_stages: positive,
  sequence_length: positive,
  output_length: count,
  min_batch_size: positive,
  max_batch_size: positive,
  workload_phase: z.enum(PHASES),
  model_name: z.string(),
  total_layers: positive,
  total_tokens_to_process: z.number(),
  max_hourly_cost: z.number().nullable(),
  devices: z.array(
    z.strictObject({
      instance_type: z.string(),
      gpu_model: z.string(),
      gpu_memory_gb: z.number(),
    }),
  ),
});

const placementSchema = z.strictObject({
  batch_size: positive,
  sequence_length: positive,
  output_length: count,
  workload_phase: z.enum(PHASES),
  stages: z.array(
    z.strictObject({
      gpu_type: z.string(),
      tp_degree: positive,
      gpu_ids: z.array(count),
      start_layer: positive,
      end_layer: positive,
    }),
  ),
});

/** Metrics without a column are kept in the file but play no part here, so they are not looked at. */
const metricsSchema = z.looseObject({
  throughput_tokens_per_sec: z.number(),
  input_tokens_per_sec: z.number(),
  output_tokens_per_sec: z.number(),
  cost_per_hour: z.number(),
  dollar_per_million_token: z.number(),
  total_cost: z.number(),
  total_runtime_hours: z.number(),
  num_gpus: positive,
});

/** The content of a run's placement_metrics.json, as it is read back. */
export const runRecordSchema: z.ZodType<StoredRun> = z.discriminatedUnion("status", [
  z.strictObject({
    status: z.literal("SUCCESS"),
    placement: placementSchema,
    metrics: metricsSchema,
    warnings: z.array(z.string()),
    run: runSchema,
  }),
  z.strictObject({
    status: z.literal("INFEASIBLE"),
    placement: placementSchema.nullable(),
    error: z.string().min(1),
    violations: z.array(z.looseObject({ rule: z.string(), message: z.string() })),
    warnings: z.array(z.string()),
    run: runSchema,
  }),
]);

/** Joins an outcome with its run. `fingerprint`: hash of the run's identity, 64 hexadecimal digits. */
export function runRecord(
  problem: Problem,
  run: RunParameters,
  outcome: RunOutcome,
  fingerprint: string,
): RunRecord {
  return {
    ...outcome,
    run: {
      format: RUN_FORMAT,
      fingerprint,
      instance_family: run.family,
      tp_degree: run.tpDegree,
      pp_stages: run.ppStages,
      sequence_length: run.inputTokens,
      output_length: run.outputTokens,
      min_batch_size: run.minBatch,
      max_batch_size: run.maxBatch,
      workload_phase: run.phase,
      ...rowFacts(problem, [run.family]),
    },
  };
}

/** The parameters of a stored run. */
export function recordedRun({ run }: StoredRun): RunParameters {
  return {
    family: run.instance_family,
    tpDegree: run.tp_degree,
    ppStages: run.pp_stages,
    inputTokens: run.sequence_length,
    outputTokens: run.output_length,
    minBatch: run.min_batch_size,
    maxBatch: run.max_batch_size,
    phase: run.workload_phase,
  };
}

/** What the row of a stored run is about: the parameters, which a run without a placement has too. */
export function recordedShape(record: StoredRun): RowShape {
  const run = recordedRun(record);
  return { point: runPoint(run), tpDegree: run.tpDegree, ppStages: run.ppStages };
}
