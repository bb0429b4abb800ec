import type { Command } from "commander";
import { EXPORT_TARGETS, KUBERNETES_KINDS } from "../../export/targets.ts";
import {
  choiceOption,
  jsonOption,
  numberOption,
  outOption,
  textOption,
} from "../options/options.ts";
import { addProblemOptions, ownOption } from "../options/problem-options.ts";

/** Adds the flags of `export` to a command. */
export function addExportOptions(command: Command): Command {
  return addProblemOptions(command)
    .addOption(ownOption())
    .addOption(textOption("--placement <file>", "a placement as JSON"))
    .addOption(
      textOption(
        "--solution <file>",
        "what solve --out or evaluate --out wrote: solution.json or its directory",
      ),
    )
    .addOption(
      choiceOption("--target <name>", "what to write", {
        what: "a target",
        choices: EXPORT_TARGETS,
      }),
    )
    .addOption(
      choiceOption("--kind <name>", "resource of the target kubernetes", {
        what: "a kind",
        choices: KUBERNETES_KINDS,
        byDefault: KUBERNETES_KINDS[0],
      }),
    )
    .addOption(
      textOption(
        "--checkpoint <id>",
        "what the engine loads: Hugging Face id or path (default: the repository known for the plan's weights)",
      ),
    )
    .option(
      "--online-fp8",
      "the checkpoint is 16-bit; the engine quantises it to FP8 while it loads",
    )
    .addOption(
      numberOption(
        "--max-num-seqs <n>",
        "maximum sequences at once (default: the planned ones plus room for bursts)",
        { unit: "sequences", integer: true, min: 1 },
      ),
    )
    .addOption(
      numberOption(
        "--burst-headroom <percent>",
        "room for bursts beyond the planned sequences (default: 3 times the square root of their number)",
        { unit: "per cent", min: 0 },
      ),
    )
    .option(
      "--expert-parallel",
      "expert parallelism: whole experts on each GPU, not each expert split over all GPUs",
    )
    .option("--trust-remote-code", "let the engine run code from the checkpoint")
    .addOption(textOption("--image <name>", "container image of kubernetes and dynamo"))
    .addOption(outOption("directory to write the files into (default: print them)"))
    .addOption(jsonOption());
}
