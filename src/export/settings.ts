import { ENGINE_TABLE, type LaunchEngine, launchDefaults } from "../engines/engines.ts";
import { InputError } from "../errors.ts";
import { knownArchitecture, type Model } from "../model/model.ts";
import type { Placement } from "../placement/placement.ts";
import type { Problem } from "../placement/problem.ts";
import { type LongestRequest, longestRequest } from "./longest-request.ts";
import { type SequenceChoices, type SequenceLimit, sequenceLimit } from "./sequences.ts";

/** What a user chooses beside the placement. */
export interface LaunchChoices extends SequenceChoices {
  /** What the engine loads: a Hugging Face id or a path; null: the repository that is known to have the plan's weights. */
  readonly checkpoint: string | null;
  /** The checkpoint has 16-bit weights and the engine quantises them to FP8 while it loads. */
  readonly onlineFp8: boolean;
  /** Whole experts on each GPU in place of parts of all; absent: no. */
  readonly expertParallel?: boolean;
  /** The engine may run code that the checkpoint brings, also where it is not known to bring any; absent: no. */
  readonly trustRemoteCode?: boolean;
}

/** What an engine is told beside the parallelism. */
export interface LaunchSettings {
  readonly checkpoint: string;
  readonly longest: LongestRequest;
  readonly sequences: SequenceLimit;
  /** Tokens of one step. */
  readonly maxBatchedTokens: number;
  /** As the engine means it: share of all GPU memory (vLLM), or of what weights leave (TensorRT-LLM). */
  readonly memoryShare: number;
  /** Whether that share is the plan's, or the engine's default because the cost model knows no engine. */
  readonly isSharePlanned: boolean;
  readonly kvCacheFp8: boolean;
  readonly onlineFp8: boolean;
  readonly expertParallel: boolean;
  readonly trustRemoteCode: boolean;
  /** No CUDA graphs. */
  readonly eager: boolean;
}

/** Bytes of one KV cache element. */
export function kvElementBytes(model: Model): number {
  return model.architecture.kvBytes;
}

/** How weights are stored, in words. */
function weightText(model: Model): string {
  return knownArchitecture(model)?.weightFormat ?? `${8 * model.architecture.weightBytes}-bit`;
}

/**
 * The settings that a placement was planned with.
 * @throws InputError for a checkpoint that is none or not known, a length limit below the placement's own lengths, more sequences than tokens of a
 *   step, and where `onlineFp8` or `expertParallel` contradicts the model
 */
export function launchSettings(
  engine: LaunchEngine,
  problem: Problem,
  placement: Placement,
  choices: LaunchChoices,
): LaunchSettings {
  const { model, engine: planned } = problem;
  if (choices.onlineFp8) checkOnlineFp8(engine, model);
  if (choices.expertParallel) checkExperts(model);
  const checkpoint = choices.checkpoint ?? knownCheckpoint(engine, model, choices.onlineFp8);
  checkCheckpoint(checkpoint);
  const defaults = launchDefaults(engine);
  const maxBatchedTokens = planned?.maxBatchedTokens ?? defaults.maxBatchedTokens;
  const sequences = sequenceLimit(problem, placement, maxBatchedTokens, choices);
  return {
    checkpoint,
    longest: longestRequest(problem, placement, sequences.most),
    sequences,
    maxBatchedTokens,
    memoryShare: planned?.gpuMemoryUtilization ?? defaults.memoryShare,
    isSharePlanned: planned !== undefined,
    kvCacheFp8: kvElementBytes(model) === 1,
    onlineFp8: choices.onlineFp8,
    expertParallel: choices.expertParallel ?? false,
    trustRemoteCode: choices.trustRemoteCode || model.hasOwnCode === true,
    eager: planned !== undefined && !ENGINE_TABLE[planned.engine].graphs,
  };
}

/** `owner/name` on Hugging Face. */
const REPOSITORY = /^[\w.-]+\/[\w.-]+$/;

/**
 * What has the plan's weights; of a model that is named like a repository, that. An engine that quantises while it loads takes the
 * 16-bit weights.
 * @throws InputError where nothing is known: an engine does not start with the name of a model alone
 */
function knownCheckpoint(engine: LaunchEngine, model: Model, onlineFp8: boolean): string {
  const { checkpoint, checkpoint16Bit, quantisedCheckpoint, name, architecture } = model;
  const known = onlineFp8 ? checkpoint16Bit : checkpoint;
  if (known !== undefined) return known;
  if (!onlineFp8 && quantisedCheckpoint && ENGINE_TABLE[engine].launch.compressedTensors) {
    return quantisedCheckpoint;
  }
  const isOfOtherWeights = checkpoint16Bit !== undefined;
  if (!isOfOtherWeights && REPOSITORY.test(name)) return name;
  const wanted = onlineFp8 ? "16-bit" : weightText(model);
  const given = `Give --checkpoint OWNER/NAME, a Hugging Face repository with ${wanted} weights of the model, or --checkpoint ./DIRECTORY with such weights on each node`;
  const hint = !isOfOtherWeights
    ? `${given}.`
    : architecture.weightFormat === "fp8"
      ? `${given}; or --online-fp8 alone, with which vLLM and SGLang make FP8 of ${checkpoint16Bit} while they load.`
      : `${given}; ${checkpoint16Bit} has 16-bit weights.`;
  throw new InputError(
    "--checkpoint",
    `no repository with ${wanted} weights of ${name} is known.`,
    hint,
  );
}

function checkOnlineFp8(engine: LaunchEngine, model: Model): void {
  const { onlineFp8, title } = ENGINE_TABLE[engine].launch;
  if (!onlineFp8) {
    throw new InputError(
      "--online-fp8",
      `${title} takes weights as the checkpoint has them.`,
      "Omit it, and give an FP8 checkpoint.",
    );
  }
  if (model.architecture.weightFormat === "fp8") return;
  throw new InputError(
    "--online-fp8",
    `the plan has ${weightText(model)} weights.`,
    "Omit it, or plan with FP8 weights: weight_format,fp8 in config.csv.",
  );
}

/** @throws InputError for expert parallelism of a model without experts */
function checkExperts(model: Model): void {
  const architecture = knownArchitecture(model);
  if (!architecture || architecture.kinds.some(({ experts }) => experts > 0)) return;
  throw new InputError("--expert-parallel", `${model.name} has no experts.`, "Leave it out.");
}

/** What no engine may take for a flag of its own. @throws InputError for a checkpoint that starts with a dash or has control characters */
function checkCheckpoint(checkpoint: string): void {
  if (checkpoint.startsWith("-")) {
    throw new InputError(
      "--checkpoint",
      `"${checkpoint}" starts with "-": an engine would read it as a flag.`,
      "Give a Hugging Face id (owner/name) or a path; ./NAME for a directory with such a name.",
    );
  }
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(checkpoint)) {
    throw new InputError(
      "--checkpoint",
      "it has control characters or line breaks.",
      "Give a Hugging Face id (owner/name) or a path.",
    );
  }
}
