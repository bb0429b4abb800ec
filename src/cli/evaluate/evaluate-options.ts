import type { Command } from "commander";
import { GPUS, SECONDS, STAGES } from "../../input/text/ranges.ts";
import { OBJECTIVES } from "../../solver/request.ts";
import { addDeployableOptions } from "../options/deployable-options.ts";
import { addLimitOptions } from "../options/limit-options.ts";
import {
  choiceOption,
  jsonOption,
  numberOption,
  outOption,
  textOption,
} from "../options/options.ts";
import { addProblemOptions, ownOption } from "../options/problem-options.ts";

/** Adds the flags of `evaluate` to its command. */
export function addEvaluateOptions(command: Command): Command {
  addProblemOptions(command)
    .addOption(textOption("--placement <file>", "a placement as JSON"))
    .addOption(textOption("--placements <file>", "one placement per line (JSON Lines)"))
    .addOption(textOption("--instance-family <type>", "even split over instances of this type"))
    .addOption(numberOption("--tp-degree <n>", "GPUs per stage of the even split", GPUS))
    .addOption(numberOption("--pp-stages <n>", "stages of the even split", STAGES))
    .addOption(ownOption());
  addLimitOptions(command)
    .option(
      "--compare-optimum",
      "also solve the problem, and print how far the placement is from the optimum",
    )
    .addOption(
      choiceOption("--objective <name>", "what to optimise, with --compare-optimum", {
        what: "an objective",
        choices: OBJECTIVES,
        byDefault: "cost-per-token",
      }),
    )
    .addOption(
      numberOption(
        "--time-limit <seconds>",
        "time limit of the command, with --compare-optimum",
        SECONDS,
      ),
    );
  return addDeployableOptions(command, "warn if a target cannot start the placement")
    .addOption(outOption("write solution.json and solution_summary.csv here"))
    .addOption(jsonOption());
}
