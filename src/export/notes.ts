import type { Problem } from "../placement/problem.ts";
import type { LaunchPlan } from "./launch-plan.ts";
import type { LaunchSettings } from "./settings.ts";
import type { LaunchEngine } from "./targets.ts";

/** What a user has to know of launch files: what is not the plan's, and what the engine does in its own way. */
export function launchNotes(
  engine: LaunchEngine,
  problem: Problem,
  plan: LaunchPlan,
  settings: LaunchSettings,
  hasCheckpoint: boolean,
): string[] {
  return [
    ...(hasCheckpoint
      ? []
      : [
          `the engine is told to load "${settings.checkpoint}", the model's name in the plan; give --checkpoint for another one.`,
        ]),
    ...weightNotes(problem, settings),
    ...[settings.longest.note, settings.sequences.note].filter((note) => note !== null),
    ...codeNotes(problem, settings),
    ...expertNotes(problem, settings),
    ...(problem.engine ? [] : [unplannedNote(engine, problem, settings)]),
    ...(engine === "sglang" ? sglangNotes(problem, plan) : []),
    ...(engine === "tensorrt-llm" ? tensorrtLlmNotes(plan, settings) : []),
  ];
}

/** A checkpoint that nobody looked at may have other weights than the plan, and then fits otherwise. */
function weightNotes({ model }: Problem, { onlineFp8, checkpoint }: LaunchSettings): string[] {
  const format = model.architecture?.weightFormat ?? "16bit";
  if (format === "16bit" || onlineFp8 || checkpoint === model.checkpoint) return [];
  return [
    `the plan is for ${format} weights: the checkpoint has to have them${format === "fp8" ? ", or --online-fp8 has the engine make them while it loads" : ""}.`,
  ];
}

/** Code of a checkpoint runs with the rights of the engine. */
function codeNotes({ model }: Problem, { trustRemoteCode }: LaunchSettings): string[] {
  if (!trustRemoteCode || !model.hasOwnCode) return [];
  return [
    "the checkpoint brings code of its own (auto_map in its config.json), which the files let the engine run; an engine that knows the model by itself does without the flag.",
  ];
}

function expertNotes({ model }: Problem, { expertParallel }: LaunchSettings): string[] {
  if (!expertParallel) return [];
  const format = model.architecture ? "" : ", and whether the model has experts is not known";
  return [
    `the plan is predicted with every expert cut over all GPUs of a stage; with expert parallelism speed and memory differ${format}.`,
  ];
}

function unplannedNote(
  engine: LaunchEngine,
  { costModel }: Problem,
  { memoryShare, maxBatchedTokens }: LaunchSettings,
): string {
  const share = engine === "sglang" ? "" : `the memory share ${memoryShare} and `;
  return `the cost model "${costModel.name}" knows no engine: ${share}${maxBatchedTokens} tokens a step are defaults, not planned.`;
}

/**
 * Source: SGLang, model_runner.profile_max_num_token: the free memory that counts is the least of all ranks, whatever layers and
 * memory each has.
 */
function sglangNotes({ engine }: Problem, { nodes }: LaunchPlan): string[] {
  const sizesGib = new Set(nodes.map(({ type }) => type.instance.gpuMemoryGib));
  return [
    ...(engine ? [`predictions are those of ${engine.engine}: SGLang is not calibrated.`] : []),
    ...(sizesGib.size > 1
      ? [
          "SGLang sizes the KV cache of every GPU by the least free memory of all; where GPUs differ, it is smaller than predicted.",
        ]
      : []),
  ];
}

function tensorrtLlmNotes(
  { layerPartition }: LaunchPlan,
  { sequences: { most, planned } }: LaunchSettings,
): string[] {
  const stages = layerPartition.length;
  const perStage = Math.ceil(most / stages);
  // Rounded up into the room for bursts it is nothing to speak of.
  if (perStage * stages === most || most > planned) return [];
  return [
    `max_batch_size counts the sequences of one of the ${stages} micro-batches: the engine takes up to ${perStage * stages} sequences, ${most} are planned.`,
  ];
}
