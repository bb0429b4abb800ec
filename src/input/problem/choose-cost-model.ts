import { applyCalibration, type Calibration } from "../../calibration/calibration-file.ts";
import type { ParameterValues } from "../../cost/calibrated/parameters.ts";
import { SHIPPED } from "../../cost/calibrated/shipped.ts";
import type { CostModel, CostModelOrigin } from "../../cost/cost-model.ts";
import { costModelOf } from "../../cost/origin.ts";
import type { EngineSettings } from "../../engines/engine-settings.ts";
import { DEFAULT_ENGINE, ENGINE_TABLE, ENGINES, type Engine } from "../../engines/engines.ts";
import { InputError } from "../../errors.ts";
import type { Architecture } from "../../model/architecture.ts";
import { nearestHint } from "../../nearest.ts";
import type { ConfigKey, ConfigValues } from "../config/config-keys.ts";
import { configPlace, type Settings } from "../config/parse-config.ts";
import { COST_MODELS, type CostModelName, DEFAULT_COST_MODEL } from "../config/serving-keys.ts";
import { flagNumber } from "../config/sourced-value.ts";
import { EFFICIENCY, TOKENS } from "../text/ranges.ts";
import type { SourceText } from "../text/source-text.ts";
import type { LengthFlags } from "./merge-lengths.ts";

/** What the command line says of the cost model and of the engine that it stands for. */
export interface CostModelFlags {
  /** --cost-model. */
  readonly costModel?: string | undefined;
  /** --engine. */
  readonly engine?: string | undefined;
  /** --gpu-memory-utilization, 0 to 1. */
  readonly gpuMemoryUtilization?: number | undefined;
  /** --max-model-len, tokens. */
  readonly maxModelLenTokens?: number | undefined;
  /** --max-num-batched-tokens, tokens. */
  readonly maxBatchedTokens?: number | undefined;
  /** --calibration: path of a calibration file. */
  readonly calibrationFile?: string | undefined;
}

/**
 * `parseCalibration`, handed in: its schema takes longer to load than all the rest that a small problem needs, and most problems have no
 * calibration.
 */
export type ReadCalibration = (text: string, fileName: string) => Calibration;

/** A calibration that is read only where the cost model has a use for it. */
interface CalibrationSource {
  readonly source: SourceText;
  readonly read: ReadCalibration;
}

/** Values of the reference model's parameters that config.csv may leave out. Source: reference model, "keys with defaults". */
const REFERENCE_DEFAULTS = {
  real_world_efficiency: 0.3,
  micro_batch_size: 8,
  interference_factor: 0.8,
};

/** The cost model that a flag or config.csv names. @throws InputError for an unknown name */
export function costModelName({ values }: Settings, flags: CostModelFlags): CostModelName {
  if (flags.costModel === undefined) return values.cost_model ?? DEFAULT_COST_MODEL;
  const known = COST_MODELS.find((name) => name === flags.costModel);
  if (known) return known;
  throw new InputError(
    "--cost-model",
    `there is no cost model "${flags.costModel}".`,
    nearestHint(flags.costModel, COST_MODELS),
  );
}

/**
 * The engine and its settings: flags over config keys over the engine's own defaults; null with the reference model, which
 * knows no engine.
 * @throws InputError for values out of range, and for flags on the engine with the reference model
 */
export function engineSettings(
  name: CostModelName,
  config: Settings,
  flags: CostModelFlags,
): EngineSettings | null {
  if (name === "reference") {
    refuseEngineFlags(flags);
    return null;
  }
  const { values } = config;
  const engine =
    flags.engine === undefined ? (values.engine ?? DEFAULT_ENGINE) : flagEngine(flags.engine);
  const { plan } = ENGINE_TABLE[engine];
  const number = (
    flag: string,
    value: number | undefined,
    range: Parameters<typeof flagNumber>[2],
  ): number | null => (value === undefined ? null : flagNumber(flag, value, range));
  return {
    engine,
    gpuMemoryUtilization:
      number("--gpu-memory-utilization", flags.gpuMemoryUtilization, EFFICIENCY) ??
      values.gpu_memory_utilization ??
      plan.memoryShare,
    maxModelLenTokens:
      number("--max-model-len", flags.maxModelLenTokens, TOKENS) ?? values.max_model_len,
    maxBatchedTokens:
      number("--max-num-batched-tokens", flags.maxBatchedTokens, TOKENS) ??
      values.max_num_batched_tokens ??
      plan.maxBatchedTokens,
  };
}

/** The flag of every setting of the engine. */
const ENGINE_FLAGS: Readonly<Record<keyof Omit<CostModelFlags, "costModel">, string>> = {
  engine: "--engine",
  gpuMemoryUtilization: "--gpu-memory-utilization",
  maxModelLenTokens: "--max-model-len",
  maxBatchedTokens: "--max-num-batched-tokens",
  calibrationFile: "--calibration",
};

function refuseEngineFlags(flags: CostModelFlags): void {
  for (const [name, flag] of Object.entries(ENGINE_FLAGS)) {
    if (flags[name as keyof CostModelFlags] === undefined) continue;
    throw new InputError(
      flag,
      'the cost model "reference" has no engine.',
      "Omit the flag, or use --cost-model calibrated.",
    );
  }
}

function flagEngine(name: string): Engine {
  const known = ENGINES.find((engine) => engine === name);
  if (known) return known;
  throw new InputError(
    "--engine",
    `"${name}" is not a supported engine.`,
    nearestHint(name, ENGINES),
  );
}

/** Parameters of config.csv that the reference model does not read, by what they are about. */
const NOT_OF_THE_REFERENCE: readonly ConfigKey[] = [
  "engine",
  "gpu_memory_utilization",
  "max_model_len",
  "max_num_batched_tokens",
  "sequence_length_p95",
  "output_length_p95",
  "input_lengths_file",
  "output_lengths_file",
  "head_dim",
  "ffn_matrices",
  "num_experts",
  "weight_format",
  "weight_bytes_per_parameter",
  "kv_cache_dtype",
  "sliding_window",
  "kv_lora_rank",
  "tie_word_embeddings",
];

/** What config.csv and flags say and the reference model does not know. */
export function referenceNotes(config: Settings, flags: LengthFlags): string[] {
  const values: Partial<ConfigValues> = config.values;
  const ignored = NOT_OF_THE_REFERENCE.filter((key) => (values[key] ?? null) !== null);
  const [first] = ignored;
  const spreads = [
    ["--input-length-p95", flags.inputP95Tokens],
    ["--input-lengths", flags.inputLengthsFile],
    ["--output-length-p95", flags.outputP95Tokens],
    ["--output-lengths", flags.outputLengthsFile],
  ].filter(([, value]) => value !== undefined);
  return [
    ...(first === undefined
      ? []
      : [`${configPlace(config, first)}: the reference cost model ignores ${ignored.join(", ")}.`]),
    ...spreads.map(([flag]) => `${flag}: the reference cost model uses mean lengths only.`),
  ];
}

/**
 * Makes the cost model. `engine` is null for the reference model.
 * @throws InputError for a calibration file that is none, or one of another engine or version
 */
export function createCostModel(
  architecture: Architecture,
  { values }: Settings,
  engine: EngineSettings | null,
  calibration: CalibrationSource | null,
): CostModel {
  const origin: CostModelOrigin =
    engine === null
      ? {
          name: "reference",
          realWorldEfficiency:
            values.real_world_efficiency ?? REFERENCE_DEFAULTS.real_world_efficiency,
          microBatchSize: values.micro_batch_size ?? REFERENCE_DEFAULTS.micro_batch_size,
          interferenceFactor: values.interference_factor ?? REFERENCE_DEFAULTS.interference_factor,
        }
      : { name: "calibrated", factors: changedValues(parameterValues(engine, calibration)) };
  return costModelOf(origin, architecture, engine);
}

/** The values that are not the shipped ones. */
function changedValues(values: ParameterValues): Record<string, number> {
  return Object.fromEntries(
    Object.entries(values).filter(([name, value]) => value !== SHIPPED.values[name]),
  );
}

/** The shipped parameters, with the factors of a calibration on them where there is one. */
function parameterValues(
  { engine }: EngineSettings,
  calibration: CalibrationSource | null,
): ParameterValues {
  if (calibration === null) return SHIPPED.values;
  const { text, fileName } = calibration.source;
  const parsed = calibration.read(text, fileName);
  if (parsed.engine !== engine) {
    throw new InputError(
      `${fileName}: engine`,
      `the calibration is for ${parsed.engine}, but the engine is ${engine}.`,
      `Give --engine ${parsed.engine}, or a calibration for ${engine}.`,
    );
  }
  return applyCalibration(SHIPPED.values, parsed, fileName);
}
