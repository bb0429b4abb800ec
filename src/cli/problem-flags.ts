import type { Command } from "commander";
import { InputError } from "../errors.ts";
import type { ProblemFlags } from "../files/merge-flags.ts";
import { readProblem } from "../files/read-problem.ts";
import type { Problem } from "../placement/problem.ts";
import { PHASES, type Phase } from "../workload/workload.ts";
import { choiceOption, numberMapOption, numberOption, textOption } from "./options.ts";

const TOKENS = { unit: "tokens", integer: true };
const SEQUENCES = { unit: "sequences", integer: true, min: 1 };

/** The flags that describe a problem, as the option parser gives them. */
export interface ProblemFlagValues {
  readonly configDir?: string;
  readonly cloudProvider?: string;
  readonly costModel?: string;
  readonly inputLength?: number;
  readonly outputLength?: number;
  readonly phase?: Phase;
  readonly minBatchSize?: number;
  readonly maxBatchSize?: number;
}

/** The flag of commands that know instances which are owned already. */
export interface OwnedFlag {
  readonly own?: ReadonlyMap<string, number>;
}

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
export function ownOption(): ReturnType<typeof numberMapOption> {
  return numberMapOption(
    "--own <list>",
    "instances of the pool that are owned already and cost nothing: TYPE=N,…",
    { unit: "instances", integer: true, min: 1 },
  );
}

/** The option for the directory of a problem's files. */
export function configDirOption(): ReturnType<typeof textOption> {
  return textOption(
    "--config-dir <dir>",
    "directory of config.csv (and layers.csv); gpu_pool.csv, cloud_instances_specs.csv and network_bandwidth.csv lie there or one above",
  );
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
export function readFlaggedProblem(
  flags: ProblemFlagValues,
  more: Pick<ProblemFlags, "limits" | "timeLimitSeconds" | "ownedByType"> = {},
): Problem {
  return readProblem({
    configDir: requireConfigDir(flags),
    cloudProvider: flags.cloudProvider,
    costModel: flags.costModel,
    inputTokens: flags.inputLength,
    outputTokens: flags.outputLength,
    phase: flags.phase,
    minBatch: flags.minBatchSize,
    maxBatch: flags.maxBatchSize,
    ...more,
  });
}
