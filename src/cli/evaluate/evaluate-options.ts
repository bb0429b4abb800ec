import type { Command } from "commander";
import { GPUS, SECONDS, STAGES } from "../../input/text/ranges.ts";
import { OBJECTIVES } from "../../solver/request.ts";
import { addDeployableOptions } from "../options/deployable.ts";
import { addLimitOptions } from "../options/limit-options.ts";
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

/** Adds the flags of `evaluate` to its command. */
export function addEvaluateOptions(command: Command): Command {
  addOptions(addProblemOptions(command), [
    textOption("--placement <file>", "a placement as JSON"),
    textOption("--placements <file>", "one placement per line (JSON Lines)"),
    textOption("--instance-family <type>", "even split over instances of this type"),
    numberOption("--tp-degree <n>", "GPUs per stage of the even split", GPUS),
    numberOption("--pp-stages <n>", "stages of the even split", STAGES),
    ownOption(),
  ]);
  addOptions(addLimitOptions(command), [
    switchOption(
      "--compare-optimum",
      "also solve the problem, and print how far the placement is from the optimum",
    ),
    choiceOption("--objective <name>", "what to optimise, with --compare-optimum", {
      what: "an objective",
      choices: OBJECTIVES,
      byDefault: "cost-per-token",
    }),
    numberOption(
      "--time-limit <seconds>",
      "time limit of the command, with --compare-optimum",
      SECONDS,
    ),
  ]);
  return addOptions(addDeployableOptions(command, "warn if a target cannot start the placement"), [
    outOption("write solution.json and solution_summary.csv here"),
    jsonOption(),
  ]);
}
