import type { Command } from "commander";
import { EXPORT_TARGETS, KUBERNETES_KINDS } from "../../export/targets.ts";
import {
  addOptions,
  choiceOption,
  jsonOption,
  numberOption,
  outOption,
  switchOption,
  textOption,
} from "../options/options.ts";
import { addProblemOptions, ownOption } from "../options/problem-options.ts";

/** Adds the flags of `export` to a command. */
export function addExportOptions(command: Command): Command {
  return addOptions(addProblemOptions(command), [
    ownOption(),
    textOption("--placement <file>", "a placement as JSON"),
    textOption(
      "--solution <file>",
      "what solve --out or evaluate --out wrote: solution.json or its directory",
    ),
    choiceOption("--target <name>", "what to write", {
      what: "a target",
      choices: EXPORT_TARGETS,
    }),
    choiceOption("--kind <name>", "resource of the target kubernetes", {
      what: "a kind",
      choices: KUBERNETES_KINDS,
      byDefault: KUBERNETES_KINDS[0],
    }),
    textOption(
      "--checkpoint <id>",
      "what the engine loads: Hugging Face id or path (default: the repository known for the plan's weights)",
    ),
    switchOption(
      "--online-fp8",
      "the checkpoint is 16-bit; the engine quantises it to FP8 while it loads",
    ),
    numberOption(
      "--max-num-seqs <n>",
      "maximum sequences at once (default: the planned ones plus room for bursts)",
      { unit: "sequences", integer: true, min: 1 },
    ),
    numberOption(
      "--burst-headroom <percent>",
      "room for bursts beyond the planned sequences (default: 3 times the square root of their number)",
      { unit: "per cent", min: 0 },
    ),
    switchOption(
      "--expert-parallel",
      "expert parallelism: whole experts on each GPU, not each expert split over all GPUs",
    ),
    switchOption("--trust-remote-code", "let the engine run code from the checkpoint"),
    textOption("--image <name>", "container image of kubernetes and dynamo"),
    outOption("directory to write the files into (default: print them)"),
    jsonOption(),
  ]);
}
