import type { Command, Option } from "commander";
import { ENGINES } from "../cost/calibrated/engines.ts";
import { CONCURRENCY_RANGE, COST_MODELS, DEFAULT_COST_MODEL } from "../files/serving-keys.ts";
import { PHASES } from "../workload/workload.ts";
import { choiceOption, numberMapOption, numberOption, textOption } from "./options.ts";

const TOKENS = { unit: "tokens", integer: true };
const SEQUENCES = { unit: "sequences", integer: true, min: 1 };

/** Adds the flags that describe a problem to a command. */
export function addProblemOptions(command: Command): Command {
  command
    .addOption(configDirOption())
    .addOption(textOption("--cloud-provider <name>", "whose instances to rent (default: AWS)"))
    .addOption(
      choiceOption("--phase <phase>", "what is served", { what: "a phase", choices: PHASES }),
    );
  addLengthOptions(command);
  addLoadOptions(command);
  return addCostModelOptions(command);
}

/** How long sequences are. */
function addLengthOptions(command: Command): void {
  command
    .addOption(
      numberOption("--input-length <tokens>", "input tokens of a sequence, or their mean", {
        ...TOKENS,
        min: 1,
      }),
    )
    .addOption(
      numberOption(
        "--input-length-p95 <tokens>",
        "95th percentile of the input length, which is then lognormal",
        { ...TOKENS, min: 1 },
      ),
    )
    .addOption(textOption("--input-lengths <file>", "histogram of input lengths: tokens,count"))
    .addOption(
      numberOption("--output-length <tokens>", "output tokens of a sequence, or their mean", {
        ...TOKENS,
        min: 0,
      }),
    )
    .addOption(
      numberOption(
        "--output-length-p95 <tokens>",
        "95th percentile of the output length, which is then lognormal",
        { ...TOKENS, min: 1 },
      ),
    )
    .addOption(textOption("--output-lengths <file>", "histogram of output lengths: tokens,count"));
}

/** How many sequences are in flight. */
function addLoadOptions(command: Command): void {
  command
    .addOption(numberOption("--min-batch-size <n>", "smallest batch", SEQUENCES))
    .addOption(numberOption("--max-batch-size <n>", "largest batch", SEQUENCES))
    .addOption(
      numberOption("--concurrency <n>", "exactly so many sequences in flight", CONCURRENCY_RANGE),
    )
    .option("--max-load", "as many sequences in flight as the KV cache holds")
    .addOption(
      numberOption("--request-rate <rate>", "requests per second that have to be served", {
        unit: "requests per second",
        above: 0,
      }),
    );
}

/** What predicts, and the engine that it stands for. */
function addCostModelOptions(command: Command): Command {
  return command
    .addOption(
      choiceOption("--cost-model <name>", "what predicts speed and memory", {
        what: "a cost model",
        choices: COST_MODELS,
        byDefault: DEFAULT_COST_MODEL,
      }),
    )
    .addOption(
      choiceOption("--engine <name>", "serving engine", {
        what: "an engine",
        choices: ENGINES,
        byDefault: "vllm",
      }),
    )
    .addOption(
      numberOption(
        "--gpu-memory-utilization <share>",
        "share of the GPU memory that the engine may use (default: 0.92 for vllm)",
        { unit: "", above: 0, max: 1 },
      ),
    )
    .addOption(
      numberOption("--max-model-len <tokens>", "longest request, input and output", {
        ...TOKENS,
        min: 1,
      }),
    )
    .addOption(
      numberOption("--max-num-batched-tokens <tokens>", "most tokens of one step (default: 8192)", {
        ...TOKENS,
        min: 1,
      }),
    )
    .addOption(calibrationOption());
}

/** The option for the file that `calibrate` writes. */
export function calibrationOption(): Option {
  return textOption("--calibration <file>", "factors fitted on measurements of your own");
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
