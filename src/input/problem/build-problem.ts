import { InputError, InternalError } from "../../errors.ts";
import type { HuggingFaceModel } from "../../huggingface/huggingface-model.ts";
import type { Problem } from "../../placement/problem.ts";
import { PRIORITY_WEIGHTS } from "../config/config-keys.ts";
import { type Config, configPlace, parseConfig, type Settings } from "../config/parse-config.ts";
import type { CostModelName } from "../config/serving-keys.ts";
import { flagNumber } from "../config/sourced-value.ts";
import { type BuiltModel, buildModel } from "../model/model-from-config.ts";
import { contextNotes, givenModel } from "../model/model-from-huggingface.ts";
import { parseNetwork } from "../pool/parse-network.ts";
import { type PoolSource, poolOf } from "../pool/pool-source.ts";
import { JOB_TOKENS, SECONDS, STAGES } from "../text/ranges.ts";
import { type OpenNamed, refuseToOpen, type SourceText } from "../text/source-text.ts";
import { checkModelLen } from "./check-model-len.ts";
import {
  costModelName,
  createCostModel,
  engineSettings,
  type ReadCalibration,
  referenceNotes,
} from "./choose-cost-model.ts";
import { DEFAULT_SETTINGS } from "./default-settings.ts";
import { limitsAtRate, mergeLimits, mergeWorkload, type ProblemFlags } from "./merge-flags.ts";

/** The files of a problem; its pool may be a choice from a catalogue instead of files. */
export type ProblemFiles = PoolSource & OtherFiles;

interface OtherFiles {
  /** Null: the defaults hold, and `model` is given. */
  readonly config: SourceText | null;
  /** In place of the model that config.csv describes. */
  readonly model?: HuggingFaceModel | null;
  /** The bandwidth matrix; null derives bandwidths from the instance table. */
  readonly network: SourceText | null;
  /** layers.csv; absent or null: all layers are as config.csv says. */
  readonly layers?: SourceText | null;
  /** Reads files that config.csv or flags name: length histograms, a calibration. Absent: there are none to read. */
  readonly open?: OpenNamed;
}

/** Source: reference model, "keys with defaults". */
const DEFAULT_CROSS_INSTANCE_PENALTY = 0.01;

/**
 * Builds a problem from the texts of its files; needs no file system, so that it runs in a browser.
 * @param readCalibration has to be given where `flags` name a calibration
 * @throws InputError that names file and line, or the flag, for everything that cannot be read or makes no sense together.
 */
export function buildProblem(
  files: ProblemFiles,
  flags: ProblemFlags = {},
  readCalibration: ReadCalibration = noReader,
): Problem {
  const config = files.config && parseConfig(files.config.text, files.config.fileName);
  const settings = config ?? DEFAULT_SETTINGS;
  const open = files.open ?? refuseToOpen;
  const costModelIs = costModelName(settings, flags);
  const engine = engineSettings(costModelIs, settings, flags);
  const { workload, notes } = mergeWorkload(settings, flags, open);
  const { pool, notes: poolNotes } = poolOf(files, flags);
  const { values } = settings;
  const built = chooseModel(costModelIs, config, files);
  const costModel = createCostModel(
    built.model.architecture,
    settings,
    engine,
    flags.calibrationFile === undefined
      ? null
      : { source: open(flags.calibrationFile, "flag"), read: readCalibration },
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
      maxPipelineStages:
        flags.maxPipelineStages === undefined
          ? values.max_pipeline_stages
          : flagNumber("--max-pipeline-stages", flags.maxPipelineStages, STAGES),
      minLayersPerStage: values.min_layers_per_stage,
      minMemoryUtilization: values.min_memory_utilization,
      quantizeSegments: values.enable_segment_quantization,
      ...(flags.anyShape && { anyShape: true }),
    },
    workload,
    limits: limitsAtRate(mergeLimits(settings, flags.limits ?? {}), workload),
    weights: {
      costWeight:
        values.optimization_priority === null
          ? values.cost_throughput_weight
          : PRIORITY_WEIGHTS[values.optimization_priority]!,
      throughputNormalization: values.throughput_normalization,
      costNormalization: values.cost_normalization,
      crossInstancePenalty: values.cross_instance_penalty ?? DEFAULT_CROSS_INSTANCE_PENALTY,
    },
    totalTokensToProcess:
      flags.totalTokens === undefined
        ? values.total_tokens_to_process
        : flagNumber("--total-tokens", flags.totalTokens, JOB_TOKENS),
    timeLimitSeconds:
      flags.timeLimitSeconds === undefined
        ? values.time_limit_seconds
        : flagNumber("--time-limit", flags.timeLimitSeconds, SECONDS),
    warnings: [
      ...ignoredKeys(settings),
      ...(engine ? [] : referenceNotes(settings, flags)),
      ...built.notes,
      ...poolNotes,
      ...notes,
      ...checkModelLen(engine, workload, settings, flags.maxModelLenTokens !== undefined),
      ...(files.model ? contextNotes(files.model, workload, engine) : []),
      ...costModel.hardwareWarnings(pool.types.map((type) => type.instance)),
    ],
  };
}

/** The model that stands in for config.csv's, or config.csv's own. */
function chooseModel(
  costModel: CostModelName,
  config: Config | null,
  { model, layers }: OtherFiles,
): BuiltModel {
  if (model) return givenModel(costModel, model, config);
  if (config) return buildModel(costModel, config, layers ?? null);
  throw new InputError(
    "--model",
    "no model is given.",
    "Give --model NAME (see `llm-placement models`), --model PATH of a config.json, or --config-dir DIR with a config.csv.",
  );
}

function noReader(): never {
  throw new InternalError("a calibration is given, and no reader of calibrations");
}

/** Parameters that are read and do nothing; a value that asks for nothing is not worth a word. */
function ignoredKeys(config: Settings): string[] {
  const { values } = config;
  const warnings: string[] = [];
  if (values.network_bandwidth_percentile_threshold > 0) {
    warnings.push(
      `${configPlace(config, "network_bandwidth_percentile_threshold")}: network_bandwidth_percentile_threshold ${values.network_bandwidth_percentile_threshold} is ignored; slow links are left out only with --bandwidth-percentile.`,
    );
  }
  if (values.optimality_gap > 0) {
    warnings.push(
      `${configPlace(config, "optimality_gap")}: optimality_gap ${values.optimality_gap} is ignored: the default gap is 0; set --gap to change it.`,
    );
  }
  return warnings;
}
