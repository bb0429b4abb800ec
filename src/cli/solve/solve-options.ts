import type { Command } from "commander";
import { GPUS, SECONDS, SHARE, STAGES } from "../../input/text/ranges.ts";
import { DEFAULT_REQUEST, GROUPINGS, OBJECTIVES } from "../../solver/request.ts";
import { DEFAULT_SOLVER, SOLVERS } from "../io/io.ts";
import { addDeployableOptions } from "../options/deployable.ts";
import { addLimitOptions } from "../options/limit-options.ts";
import {
  addOptions,
  choiceOption,
  jsonOption,
  nameListOption,
  numberListOption,
  numberMapOption,
  numberOption,
  outOption,
  switchOption,
  textOption,
} from "../options/options.ts";
import { addProblemOptions, ownOption } from "../options/problem-options.ts";

const INSTANCES = { unit: "instances", integer: true, min: 1 };
const TYPES = { unit: "instance types", integer: true, min: 1 };

/** Adds the flags of `solve` to its command. */
export function addSolveOptions(command: Command): Command {
  addProblemOptions(command);
  addRequestOptions(command);
  return addSearchOptions(command);
}

/** Adds the flags that say what is asked of a problem: what is best, what may be rented, how the model is cut. */
export function addRequestOptions(command: Command): Command {
  addObjectiveOptions(command);
  addRentalOptions(command);
  addParallelismOptions(command);
  return command.optionsGroup("Options:");
}

/** What is best, and within which limits. */
function addObjectiveOptions(command: Command): void {
  addOptions(command.optionsGroup("The objective:"), [
    choiceOption("--objective <name>", "what is best", {
      what: "an objective",
      choices: OBJECTIVES,
      byDefault: DEFAULT_REQUEST.objective,
    }),
    numberOption("--weight <w>", "weight of cost in the weighted objective, 0 to 1", SHARE),
    numberOption(
      "--prefer-simple <percent>",
      "the simplest placement that is at most this much worse than the optimum: fewest stages, then fewest instance types, then one TP degree (default: 0)",
      { unit: "per cent", min: 0, max: 99 },
    ),
  ]);
  addLimitOptions(command);
}

/** What may be rented. */
function addRentalOptions(command: Command): void {
  addOptions(command.optionsGroup("The instances to rent:"), [
    nameListOption("--include <types>", "only these instance types: TYPE,…"),
    nameListOption("--exclude <types>", "not these instance types: TYPE,…"),
    ownOption(),
    numberOption("--max-instance-types <n>", "at most this many types", TYPES),
    numberOption("--max-instances <n>", "at most this many instances", INSTANCES),
    switchOption("--full-instances", "no idle GPU on a rented instance"),
  ]);
}

/** How the model is cut. */
function addParallelismOptions(command: Command): void {
  addOptions(command.optionsGroup("How the model is split:"), [
    numberMapOption("--max-stages <list>", "maximum stages by type: TYPE=N,…", STAGES),
    switchOption("--uniform-tp", "one TP degree for all stages"),
    numberListOption("--tp-degrees <list>", "TP degrees to use (default: 1,2,4,8)", GPUS),
    numberMapOption("--tp-config <list>", "maximum TP degree by type: TYPE=N,…", GPUS),
    numberOption(
      "--bandwidth-percentile <q>",
      "leave out links between instances below this percentile of bandwidth, 0 to 1",
      SHARE,
    ),
  ]);
}

/** How far the search goes, and what is told of it. */
function addSearchOptions(command: Command): Command {
  addOptions(command.optionsGroup("Search and output:"), [
    numberOption(
      "--time-limit <seconds>",
      "time limit; the answer is then the best so far",
      SECONDS,
    ),
    numberOption("--gap <g>", "allowed |objective − bound| / |objective| (default: 0)", SHARE),
    choiceOption("--solver <name>", "MILP solver", {
      what: "a solver",
      choices: SOLVERS,
      byDefault: DEFAULT_SOLVER,
    }),
  ]);
  return addOptions(
    addDeployableOptions(command, "only placements that export can write for a target"),
    [
      switchOption("--frontier", "also find every non-dominated pair of cost and throughput"),
      choiceOption(
        "--by <grouping>",
        "also find the best answer of each group of instance types alone",
        {
          what: "a grouping",
          choices: GROUPINGS,
        },
      ),
      switchOption(
        "--explain",
        "also explain what would change the answer: limits, prices, other types",
      ),
      textOption("--export-model <file>", "write the answer's MILP: FILE.lp or FILE.mps"),
      outOption("write solution.json, solution_summary.csv and frontier.csv here"),
      textOption(
        "--report <file>",
        "write a report as one HTML file; implies --frontier and --explain",
      ),
      jsonOption(),
    ],
  );
}
