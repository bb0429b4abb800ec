import { InputError } from "../errors.ts";
import { createPool, type Pool } from "../hardware/pool.ts";
import { nearestHint } from "../nearest.ts";
import type { Problem } from "../placement/problem.ts";
import { buildModel } from "./build-model.ts";
import { checkModelLen } from "./check-model-len.ts";
import {
  costModelName,
  createCostModel,
  engineSettings,
  referenceNotes,
} from "./choose-cost-model.ts";
import { PRIORITY_WEIGHTS } from "./config-keys.ts";
import { limitsAtRate, mergeLimits, mergeWorkload, type ProblemFlags } from "./merge-flags.ts";
import { type Config, configPlace, parseConfig } from "./parse-config.ts";
import { findInstance, parseInstanceTable } from "./parse-instances.ts";
import { parseNetwork } from "./parse-network.ts";
import { type PoolFile, type PoolRow, parsePool } from "./parse-pool.ts";
import { flagNumber } from "./placed.ts";
import type { OpenNamed, SourceText } from "./source-text.ts";

/** The files of a problem. */
export interface ProblemFiles {
  readonly config: SourceText;
  readonly pool: SourceText;
  readonly instances: SourceText;
  /** The bandwidth matrix; null derives bandwidths from the instance table. */
  readonly network: SourceText | null;
  /** layers.csv; absent or null: all layers are as config.csv says. */
  readonly layers?: SourceText | null;
  /** Reads files that config.csv or flags name: length histograms, a calibration. Absent: there are none to read. */
  readonly open?: OpenNamed;
}

/** Source: reference model, "keys with defaults". */
const DEFAULT_CROSS_INSTANCE_PENALTY = 0.01;
const DEFAULT_PROVIDER = "AWS";

/**
 * Builds a problem from the texts of its files; needs no file system, so that it runs in a browser.
 * @throws InputError that names file and line, or the flag, for everything that cannot be read or makes no sense together.
 */
export function buildProblem(files: ProblemFiles, flags: ProblemFlags = {}): Problem {
  const config = parseConfig(files.config.text, files.config.fileName);
  const open = files.open ?? refuseToOpen;
  const costModelIs = costModelName(config, flags);
  const engine = engineSettings(costModelIs, config, flags);
  const { workload, notes } = mergeWorkload(config, flags, open);
  const pool = readPool(files, flags);
  const { values } = config;
  const built = buildModel(costModelIs, config, files.layers ?? null);
  const costModel = createCostModel(
    built.model,
    config,
    engine,
    flags.calibrationFile === undefined ? null : open(flags.calibrationFile, "flag"),
  );
  return {
    model: built.model,
    pool,
    network: files.network
      ? parseNetwork(files.network.text, files.network.fileName, pool.gpuCount)
      : { kind: "derived" },
    costModel,
    ...(engine && { engine }),
    rules: {
      maxPipelineStages: values.max_pipeline_stages,
      minLayersPerStage: values.min_layers_per_stage,
      minMemoryUtilization: values.min_memory_utilization,
      quantizeSegments: values.enable_segment_quantization,
    },
    workload,
    limits: limitsAtRate(mergeLimits(config, flags.limits ?? {}), workload),
    weights: {
      costWeight:
        values.optimization_priority === null
          ? values.cost_throughput_weight
          : PRIORITY_WEIGHTS[values.optimization_priority]!,
      throughputNormalization: values.throughput_normalization,
      costNormalization: values.cost_normalization,
      crossInstancePenalty: values.cross_instance_penalty ?? DEFAULT_CROSS_INSTANCE_PENALTY,
    },
    totalTokensToProcess: values.total_tokens_to_process,
    timeLimitSeconds:
      flags.timeLimitSeconds === undefined
        ? values.time_limit_seconds
        : flagNumber("--time-limit", flags.timeLimitSeconds, { unit: "seconds", above: 0 }),
    warnings: [
      ...ignoredKeys(config),
      ...(engine ? [] : referenceNotes(config, flags)),
      ...built.notes,
      ...notes,
      ...checkModelLen(engine, workload, config, flags.maxModelLenTokens !== undefined),
      ...costModel.hardwareWarnings(pool.types.map((type) => type.instance)),
    ],
  };
}

function refuseToOpen(path: string): never {
  throw new InputError(path, "files that a problem names cannot be read here.", "");
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
