import { createReferenceModel } from "../cost/reference/reference-model.ts";
import { InputError } from "../errors.ts";
import { createPool, type Pool } from "../hardware/pool.ts";
import { checkLayerPlan, type Model } from "../model/model.ts";
import { nearestHint } from "../nearest.ts";
import type { Problem } from "../placement/problem.ts";
import { PRIORITY_WEIGHTS } from "./config-keys.ts";
import { flagNumber, mergeLimits, mergeWorkload, type ProblemFlags } from "./merge-flags.ts";
import { type Config, configPlace, parseConfig } from "./parse-config.ts";
import { findInstance, parseInstanceTable } from "./parse-instances.ts";
import { type AlikeModel, alikeLayers, parseLayers } from "./parse-layers.ts";
import { parseNetwork } from "./parse-network.ts";
import { type PoolFile, type PoolRow, parsePool } from "./parse-pool.ts";

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
  /** layers.csv; absent or null: all layers are as config.csv says. */
  readonly layers?: SourceText | null;
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
  const pool = readPool(files, flags);
  const { values } = config;
  const model = modelOf(config, files.layers ?? null);
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

function modelOf({ values }: Config, layers: SourceText | null): Model {
  const alike: AlikeModel = {
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
  const ends = {
    embeddingGib: values.embedding_memory_gb ?? 0,
    lmHeadGib: values.lm_head_memory_gb ?? 0,
  };
  if (layers === null && ends.embeddingGib === 0 && ends.lmHeadGib === 0) return alike;
  const model: Model = {
    ...alike,
    layers:
      layers === null
        ? alikeLayers(alike, ends)
        : parseLayers(layers.text, layers.fileName, alike, ends),
  };
  checkLayerPlan(model);
  return model;
}

function readPool(files: ProblemFiles, flags: ProblemFlags): Pool {
  const provider = flags.cloudProvider ?? DEFAULT_PROVIDER;
  const owned = flags.ownedByType ?? new Map<string, number>();
  const poolFile = parsePool(files.pool.text, files.pool.fileName);
  checkOwned(owned, poolFile);
  const table = parseInstanceTable(files.instances.text, files.instances.fileName);
  return createPool(
    poolFile.rows.map((row) => {
      const ownedCount = owned.get(row.name) ?? 0;
      return {
        ...findInstance(table, provider, poolFile, row),
        count: row.count,
        ...(ownedCount > 0 && { ownedCount }),
      };
    }),
  );
}

/** Only instances of the pool can be owned, and not more of them than the pool has. */
function checkOwned(owned: ReadonlyMap<string, number>, { rows, fileName }: PoolFile): void {
  for (const [name, number] of owned) {
    const row: PoolRow | undefined = rows.find((each) => each.name === name);
    if (!row) {
      const names = rows.map((each) => each.name);
      throw new InputError("--own", `"${name}" is not in the pool.`, nearestHint(name, names));
    }
    flagNumber("--own", number, { unit: "instances", integer: true, min: 0 });
    if (number > row.count) {
      throw new InputError(
        "--own",
        `${number} of ${name} are owned, but the pool has ${row.count} (${fileName}:${row.line}).`,
        `Give at most ${row.count}, or raise the count in the pool.`,
      );
    }
  }
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
