import type { Command, Option } from "commander";
import { PHASES } from "../workload/workload.ts";
import { choiceOption, numberMapOption, numberOption, textOption } from "./options.ts";

const TOKENS = { unit: "tokens", integer: true };
const SEQUENCES = { unit: "sequences", integer: true, min: 1 };

/** Adds the flags that describe a problem to a command. */
export function addProblemOptions(command: Command): Command {
  return command
    .addOption(configDirOption())
    .addOption(textOption("--cloud-provider <name>", "whose instances to rent (default: AWS)"))
    .addOption(textOption("--cost-model <name>", "reference or calibrated (default: reference)"))
    .addOption(
      numberOption("--input-length <tokens>", "input tokens of a sequence", { ...TOKENS, min: 1 }),
    )
    .addOption(
      numberOption("--output-length <tokens>", "output tokens of a sequence", {
        ...TOKENS,
        min: 0,
      }),
    )
    .addOption(
      choiceOption("--phase <phase>", "what is served", { what: "a phase", choices: PHASES }),
    )
    .addOption(numberOption("--min-batch-size <n>", "smallest batch", SEQUENCES))
    .addOption(numberOption("--max-batch-size <n>", "largest batch", SEQUENCES));
}

/** The option for instances that are owned already. */
export function ownOption(): Option {
  return numberMapOption(
    "--own <list>",
    "instances of the pool that are owned already and cost nothing: TYPE=N,…",
    { unit: "instances", integer: true, min: 1 },
  );
}

/** The option for the directory of a problem's files. */
export function configDirOption(): Option {
  return textOption(
    "--config-dir <dir>",
    "directory of config.csv (and layers.csv); gpu_pool.csv, cloud_instances_specs.csv and network_bandwidth.csv lie there or one above",
  );
}
