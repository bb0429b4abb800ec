import type { PoolItem } from "../../catalogue/select-pool.ts";
import { InputError } from "../../errors.ts";
import { type ProblemOptions, readProblem } from "../../files/read-problem.ts";
import type { KvCacheDtype } from "../../huggingface/huggingface-model.ts";
import type { ProblemFlags } from "../../input/problem/merge-flags.ts";
import type { WeightFormat } from "../../model/architecture.ts";
import type { Problem } from "../../placement/problem.ts";
import type { Phase } from "../../workload/workload.ts";
import type { CliIo } from "../io/io.ts";
import { today } from "../io/today.ts";

/** The flags that describe a problem, as the option parser gives them. */
export interface ProblemFlagValues {
  readonly configDir?: string;
  readonly model?: string;
  readonly weightFormat?: WeightFormat;
  readonly kvCacheDtype?: KvCacheDtype;
  readonly instances?: string;
  /** Path of a CSV, or what `pool:` of a configuration file lists. */
  readonly pool?: string | readonly PoolItem[];
  readonly providers?: readonly string[];
  readonly regions?: readonly string[];
  readonly gpus?: readonly string[];
  readonly priceKinds?: readonly string[];
  readonly maxCount?: number;
  readonly catalogue?: string;
  readonly maxPipelineStages?: number;
  readonly totalTokens?: number;
  readonly anyShape?: true;
  readonly cloudProvider?: string;
  readonly phase?: Phase;
  readonly inputLength?: number;
  readonly inputLengthP95?: number;
  readonly inputLengths?: string;
  readonly outputLength?: number;
  readonly outputLengthP95?: number;
  readonly outputLengths?: string;
  readonly minBatchSize?: number;
  readonly maxBatchSize?: number;
  readonly concurrency?: number;
  readonly maxLoad?: true;
  readonly requestRate?: number;
  readonly costModel?: string;
  readonly engine?: string;
  readonly gpuMemoryUtilization?: number;
  readonly maxModelLen?: number;
  readonly maxNumBatchedTokens?: number;
  readonly calibration?: string;
}

/** The flag of commands that know instances which are owned already. */
export interface OwnedFlag {
  readonly own?: ReadonlyMap<string, number>;
}

/** The directory a command has to be given. @throws InputError when it is not. */
export function requireConfigDir({ configDir }: { readonly configDir?: string }): string {
  return requireFlag("--config-dir", configDir, "Give the directory that holds config.csv.");
}

/** @throws InputError for a flag that is not given. */
export function requireFlag<T>(flag: string, value: T | undefined, hint: string): T {
  if (value !== undefined) return value;
  throw new InputError(flag, "it is missing.", hint);
}

/** Reads the problem that flags describe, with what else the command says of it. */
export async function readFlaggedProblem(
  flags: ProblemFlagValues,
  { env }: Pick<CliIo, "env">,
  more: Pick<ProblemFlags, "limits" | "timeLimitSeconds" | "ownedByType"> = {},
  read: typeof readProblem = readProblem,
): Promise<Problem> {
  const options: ProblemOptions = {
    configDir: flags.configDir,
    model: flags.model,
    overrides: { weightFormat: flags.weightFormat, kvCacheDtype: flags.kvCacheDtype },
    today: today(env),
    instances: flags.instances,
    poolItems: flags.pool,
    providers: flags.providers,
    regions: flags.regions,
    gpus: flags.gpus,
    priceKinds: flags.priceKinds,
    maxCount: flags.maxCount,
    catalogueDirectory: flags.catalogue,
    maxPipelineStages: flags.maxPipelineStages,
    totalTokens: flags.totalTokens,
    anyShape: flags.anyShape,
    cloudProvider: flags.cloudProvider,
    phase: flags.phase,
    inputTokens: flags.inputLength,
    inputP95Tokens: flags.inputLengthP95,
    inputLengthsFile: flags.inputLengths,
    outputTokens: flags.outputLength,
    outputP95Tokens: flags.outputLengthP95,
    outputLengthsFile: flags.outputLengths,
    minBatch: flags.minBatchSize,
    maxBatch: flags.maxBatchSize,
    concurrency: flags.concurrency,
    maxLoad: flags.maxLoad,
    requestRate: flags.requestRate,
    costModel: flags.costModel,
    engine: flags.engine,
    gpuMemoryUtilization: flags.gpuMemoryUtilization,
    maxModelLenTokens: flags.maxModelLen,
    maxBatchedTokens: flags.maxNumBatchedTokens,
    calibrationFile: flags.calibration,
    ...more,
  };
  if (flags.calibration === undefined) return read(options);
  const { parseCalibration } = await import("../../input/measurements/parse-calibration.ts");
  return read(options, parseCalibration);
}
