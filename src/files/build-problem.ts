import { createReferenceModel } from "../cost/reference/reference-model.ts";
import { InputError } from "../errors.ts";
import { createPool, type Pool } from "../hardware/pool.ts";
import type { Model } from "../model/model.ts";
import { nearestHint } from "../nearest.ts";
import type { Problem } from "../placement/problem.ts";
import { type Limits, PHASES, type Phase, type Workload } from "../workload/workload.ts";
import { type ConfigKey, PRIORITY_WEIGHTS } from "./config-keys.ts";
import { type NumberRange, numberProblem, rangeHint } from "./numbers.ts";
import { type Config, configPlace, parseConfig } from "./parse-config.ts";
import { findInstance, parseInstanceTable } from "./parse-instances.ts";
import { parseNetwork } from "./parse-network.ts";
import { parsePool } from "./parse-pool.ts";

/** A file that has been read: its text and the name that messages give it. */
export interface SourceText {
  readonly text: string;
  readonly fileName: string;
}

/** The files of a problem. */
export interface ProblemFiles {
  readonly config: SourceText;
  readonly pool: SourceText;
  readonly instances: SourceText;
  /** The bandwidth matrix; null derives bandwidths from the instance table. */
  readonly network: SourceText | null;
}

/** What the command line says about a problem; every flag wins over the key of config.csv. */
export interface ProblemFlags {
  /** --cloud-provider; default AWS. */
  readonly cloudProvider?: string | undefined;
  /** --cost-model; default reference. */
  readonly costModel?: string | undefined;
  /** --input-length, tokens. */
  readonly inputTokens?: number | undefined;
  /** --output-length, tokens. */
  readonly outputTokens?: number | undefined;
  /** --phase, one of PHASES. */
  readonly phase?: string | undefined;
  /** --min-batch-size, sequences. */
  readonly minBatch?: number | undefined;
  /** --max-batch-size, sequences. */
  readonly maxBatch?: number | undefined;
  /** Budgets and targets, literal: 999 is 999. */
  readonly limits?: { readonly [K in keyof Limits]?: Limits[K] | undefined } | undefined;
  /** --time-limit, seconds. */
  readonly timeLimitSeconds?: number | undefined;
}

/** Values of parameters that config.csv may leave out. Source: reference model, "keys with defaults". */
const DEFAULTS = {
  real_world_efficiency: 0.3,
  micro_batch_size: 8,
  interference_factor: 0.8,
  cross_instance_penalty: 0.01,
};
const DEFAULT_PROVIDER = "AWS";
const COST_MODELS = ["reference"];

/**
 * Builds a problem from the texts of its files; needs no file system, so that it runs in a browser.
 * @throws InputError that names file and line, or the flag, for everything that cannot be read or makes no sense together.
 */
export function buildProblem(files: ProblemFiles, flags: ProblemFlags = {}): Problem {
  checkCostModel(flags.costModel ?? "reference");
  const config = parseConfig(files.config.text, files.config.fileName);
  const workload = mergeWorkload(config, flags);
  const pool = readPool(files, flags.cloudProvider ?? DEFAULT_PROVIDER);
  const { values } = config;
  const model = modelOf(config);
  const costModel = createReferenceModel(model, {
    realWorldEfficiency: values.real_world_efficiency ?? DEFAULTS.real_world_efficiency,
    microBatchSize: values.micro_batch_size ?? DEFAULTS.micro_batch_size,
    interferenceFactor: values.interference_factor ?? DEFAULTS.interference_factor,
  });
  return {
    model,
    pool,
    network: files.network
      ? parseNetwork(files.network.text, files.network.fileName, pool.gpuCount)
      : { kind: "derived" },
    costModel,
    rules: {
      maxPipelineStages: values.max_pipeline_stages,
      minLayersPerStage: values.min_layers_per_stage,
      minMemoryUtilization: values.min_memory_utilization,
      quantizeSegments: values.enable_segment_quantization,
    },
    workload,
    limits: mergeLimits(config, flags.limits ?? {}),
    weights: {
      costWeight:
        values.optimization_priority === null
          ? values.cost_throughput_weight
          : PRIORITY_WEIGHTS[values.optimization_priority]!,
      throughputNormalization: values.throughput_normalization,
      costNormalization: values.cost_normalization,
      crossInstancePenalty: values.cross_instance_penalty ?? DEFAULTS.cross_instance_penalty,
    },
    totalTokensToProcess: values.total_tokens_to_process,
    timeLimitSeconds:
      flags.timeLimitSeconds === undefined
        ? values.time_limit_seconds
        : flagNumber("--time-limit", flags.timeLimitSeconds, { unit: "seconds", above: 0 }),
    warnings: [
      ...ignoredKeys(config),
      ...costModel.hardwareWarnings(pool.types.map((type) => type.instance)),
    ],
  };
}

function checkCostModel(name: string): void {
  if (COST_MODELS.includes(name)) return;
  throw new InputError(
    "--cost-model",
    name === "calibrated"
      ? 'the cost model "calibrated" is not part of this version.'
      : `there is no cost model "${name}".`,
    `Only "reference" exists in this version: give that, or leave the flag out.`,
  );
}

function modelOf({ values }: Config): Model {
  return {
    name: values.model_name,
    numLayers: values.num_decoder_layers,
    dModel: values.d_model,
    dHidden: values.d_hidden,
    vocabSize: values.vocab_size,
    numAttentionHeads: values.num_attention_heads,
    numKvHeads: values.num_kv_heads ?? values.num_attention_heads,
    bytesPerElement: values.bytes_per_element,
    layerWeightGib: values.layer_weight_memory_gb,
  };
}

function readPool(files: ProblemFiles, provider: string): Pool {
  const poolFile = parsePool(files.pool.text, files.pool.fileName);
  const table = parseInstanceTable(files.instances.text, files.instances.fileName);
  return createPool(
    poolFile.rows.map((row) => ({
      ...findInstance(table, provider, poolFile, row),
      count: row.count,
    })),
  );
}

/** A value with the place it comes from. */
interface Placed<T> {
  readonly value: T;
  readonly where: string;
}

/** Flags over config keys; what neither says is null. Output defaults to 0 once the phase is known to allow that. */
function mergeWorkload(config: Config, flags: ProblemFlags): Workload {
  const count = (
    flag: string,
    value: number | undefined,
    key: ConfigKey,
    range: NumberRange,
  ): Placed<number> | null =>
    value === undefined
      ? fromConfig<number>(config, key)
      : { value: flagNumber(flag, value, range), where: flag };
  const tokens = { unit: "tokens", integer: true };
  const sequences = { unit: "sequences", integer: true, min: 1 };

  const phase =
    flags.phase === undefined
      ? fromConfig<Phase>(config, "workload_phase")
      : { value: flagPhase(flags.phase), where: "--phase" };
  const input = count("--input-length", flags.inputTokens, "sequence_length", {
    ...tokens,
    min: 1,
  });
  const output = count("--output-length", flags.outputTokens, "output_length", {
    ...tokens,
    min: 0,
  });
  const minBatch = count("--min-batch-size", flags.minBatch, "min_batch_size", sequences);
  const maxBatch = count("--max-batch-size", flags.maxBatch, "max_batch_size", sequences);

  if (minBatch && maxBatch && minBatch.value > maxBatch.value) {
    throw new InputError(
      minBatch.where,
      `the smallest batch ${minBatch.value} is above the largest, ${maxBatch.value} (${maxBatch.where}).`,
      "Give min_batch_size and max_batch_size, or their flags, so that the smallest is not above the largest.",
    );
  }
  if (phase?.value === "aggregated" && output?.value === 0) {
    throw new InputError(
      output.where,
      `aggregated serving (${phase.where}) with an output length of 0 is undefined.`,
      "Give an output length from 1, or choose the prefill phase.",
    );
  }
  const outputDefault = phase && phase.value !== "aggregated" ? 0 : null;
  return {
    phase: phase?.value ?? null,
    inputTokens: input?.value ?? null,
    outputTokens: output?.value ?? outputDefault,
    minBatch: minBatch?.value ?? null,
    maxBatch: maxBatch?.value ?? null,
  };
}

function fromConfig<T>(config: Config, key: ConfigKey): Placed<T> | null {
  const value = config.values[key];
  return value === null ? null : { value: value as T, where: configPlace(config, key) };
}

function flagPhase(phase: string): Phase {
  const known = PHASES.find((each) => each === phase);
  if (known) return known;
  throw new InputError("--phase", `"${phase}" is no phase.`, nearestHint(phase, PHASES));
}

function flagNumber(flag: string, value: number, range: NumberRange): number {
  const problem = numberProblem(value, range);
  if (problem === null) return value;
  throw new InputError(flag, `${value} is ${problem}.`, rangeHint(range));
}

/** The flag and the unit of every limit. */
const LIMIT_FLAGS: Readonly<Record<keyof Limits, readonly [flag: string, unit: string]>> = {
  maxHourlyCostUsd: ["--max-hourly-cost", "dollars per hour"],
  maxCostPerMillionTokenUsd: ["--max-cost-per-million-token", "dollars per million tokens"],
  maxTotalCostUsd: ["--max-total-cost", "dollars"],
  maxTotalRuntimeHours: ["--max-total-runtime-hours", "hours"],
  minTokensPerSecond: ["--min-throughput", "tokens per second"],
};

function mergeLimits({ values }: Config, flags: NonNullable<ProblemFlags["limits"]>): Limits {
  const merge = (limit: keyof Limits, configured: number | null): number | null => {
    const value = flags[limit];
    if (value === undefined || value === null) return value === null ? null : configured;
    const [flag, unit] = LIMIT_FLAGS[limit];
    return flagNumber(flag, value, { unit, min: 0 });
  };
  return {
    maxHourlyCostUsd: merge("maxHourlyCostUsd", values.max_hourly_cost),
    maxCostPerMillionTokenUsd: merge(
      "maxCostPerMillionTokenUsd",
      values.max_cost_per_million_token,
    ),
    maxTotalCostUsd: merge("maxTotalCostUsd", values.max_total_cost),
    maxTotalRuntimeHours: merge("maxTotalRuntimeHours", values.max_total_runtime_hours),
    minTokensPerSecond: merge("minTokensPerSecond", null),
  };
}

/** Parameters that are read and do nothing; a value that asks for nothing is not worth a word. */
function ignoredKeys(config: Config): string[] {
  const { values } = config;
  const warnings: string[] = [];
  if (values.network_bandwidth_percentile_threshold > 0) {
    warnings.push(
      `${configPlace(config, "network_bandwidth_percentile_threshold")}: network_bandwidth_percentile_threshold ${values.network_bandwidth_percentile_threshold} is ignored; slow links are left out only with --bandwidth-percentile.`,
    );
  }
  if (values.optimality_gap > 0) {
    warnings.push(
      `${configPlace(config, "optimality_gap")}: optimality_gap ${values.optimality_gap} is ignored; answers are proven to a gap of 0 unless --gap says otherwise.`,
    );
  }
  return warnings;
}
