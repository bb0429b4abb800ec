import { ENGINE_TABLE, type LaunchEngine } from "../engines/engines.ts";
import { knownArchitecture } from "../model/model.ts";
import type { Problem } from "../placement/problem.ts";
import type { Launch } from "./launch.ts";
import type { LaunchSettings } from "./settings.ts";

/** What a user has to know of launch files: what is not the plan's, and what the engine does in its own way. */
export function launchNotes(
  { traits, writer, problem, plan, settings }: Omit<Launch, "notes" | "id">,
  hasCheckpoint: boolean,
): string[] {
  return [
    ...(hasCheckpoint ? [] : [loadNote(problem, settings)]),
    ...weightNotes(problem, settings),
    ...[settings.longest.note, settings.sequences.note].filter((note) => note !== null),
    ...codeNotes(problem, settings),
    ...expertNotes(problem, settings),
    ...engineNotes(traits.engine, problem, settings),
    ...writer.notes(plan, settings),
  ];
}

/** Where weights are from that the user did not name. */
function loadNote({ model }: Problem, { checkpoint }: LaunchSettings): string {
  const what =
    checkpoint === model.quantisedCheckpoint
      ? `${knownArchitecture(model)?.weightFormat} weights that another publisher made of ${model.checkpoint16Bit ?? model.name}`
      : "the model name in the plan";
  return `the engine will load "${checkpoint}", ${what}; give --checkpoint for another one.`;
}

/** A checkpoint that nobody looked at may have other weights than the plan, and then fits otherwise. */
function weightNotes({ model }: Problem, { onlineFp8, checkpoint }: LaunchSettings): string[] {
  const format = knownArchitecture(model)?.weightFormat ?? "16bit";
  const known = [model.checkpoint, model.quantisedCheckpoint];
  if (format === "16bit" || onlineFp8 || known.includes(checkpoint)) return [];
  return [
    `the plan is for ${format} weights: the checkpoint must have them${format === "fp8" ? ", or --online-fp8 lets the engine quantise them while it loads" : ""}.`,
  ];
}

/** Code of a checkpoint runs with the rights of the engine. */
function codeNotes({ model }: Problem, { trustRemoteCode }: LaunchSettings): string[] {
  if (!trustRemoteCode || !model.hasOwnCode) return [];
  return [
    "the checkpoint contains its own code (auto_map in its config.json), which the files let the engine run; an engine that supports the model natively does not need the flag.",
  ];
}

function expertNotes({ model }: Problem, { expertParallel }: LaunchSettings): string[] {
  if (!expertParallel) return [];
  const format = knownArchitecture(model)
    ? ""
    : ", and it is unknown whether the model has experts";
  return [
    `predictions assume every expert split over all GPUs of a stage; with expert parallelism speed and memory differ${format}.`,
  ];
}

/** How far the plan is one for the engine that is launched. */
function engineNotes(
  name: LaunchEngine,
  { costModel, engine: planned }: Problem,
  { memoryShare, maxBatchedTokens }: LaunchSettings,
): string[] {
  const { title, predictedAs, sharesAsPlanned } = ENGINE_TABLE[name].launch;
  if (planned) {
    return predictedAs === name
      ? []
      : [`predictions are those of ${planned.engine}: ${title} is not calibrated.`];
  }
  const share = sharesAsPlanned ? `the memory share ${memoryShare} and ` : "";
  return [
    `the cost model "${costModel.name}" has no engine: ${share}${maxBatchedTokens} tokens a step are defaults, not planned.`,
  ];
}
