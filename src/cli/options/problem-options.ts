import type { Command, Option } from "commander";
import { DEFAULT_MAX_COUNT, MOST_INSTANCES } from "../../catalogue/pool-spec.ts";
import { DEFAULT_ENGINE, ENGINE_TABLE, ENGINES } from "../../engines/engines.ts";
import { KV_CACHE_DTYPES } from "../../huggingface/huggingface-model.ts";
import {
  CONCURRENCY_RANGE,
  COST_MODELS,
  DEFAULT_COST_MODEL,
} from "../../input/config/serving-keys.ts";
import {
  EFFICIENCY,
  JOB_TOKENS,
  REQUESTS_PER_SECOND,
  SEQUENCES,
  STAGES,
  TOKENS,
  TOKENS_OR_NONE,
} from "../../input/text/ranges.ts";
import { WEIGHT_FORMATS } from "../../model/architecture.ts";
import { PHASES } from "../../workload/workload.ts";
import {
  addOptions,
  choiceOption,
  configOption,
  nameListOption,
  numberMapOption,
  numberOption,
  switchOption,
  textOption,
} from "./options.ts";

const DEFAULTS = ENGINE_TABLE[DEFAULT_ENGINE].plan;

const INSTANCE_COUNT = { unit: "instances", integer: true, min: 1, max: MOST_INSTANCES };

const PROBLEM_GROUP = "The problem:";

/** Adds the flags that describe a problem to a command, and the file that they may stand in. */
export function addProblemOptions(command: Command): Command {
  return addDescriptionOptions(command.optionsGroup(PROBLEM_GROUP).addOption(configOption()));
}

/** Adds the flags that describe a problem to a command. */
export function addDescriptionOptions(command: Command): Command {
  command.optionsGroup(PROBLEM_GROUP).addOption(configDirOption());
  addModelOptions(command);
  addPoolOptions(command);
  command
    .optionsGroup("The workload:")
    .addOption(
      choiceOption("--phase <phase>", "what to serve", { what: "a phase", choices: PHASES }),
    );
  addLengthOptions(command);
  addLoadOptions(command);
  return addCostModelOptions(command).optionsGroup("Options:");
}

/** What is served, where no config.csv says it. */
function addModelOptions(command: Command): void {
  addOptions(command.optionsGroup("The model:"), [
    textOption(
      "--model <model>",
      "a model in the library (see models), a Hugging Face config.json, or a directory with one",
      { kind: "name-or-path" },
    ),
    choiceOption("--weight-format <format>", "weight format, if not that of the model's files", {
      what: "a format of weights",
      choices: WEIGHT_FORMATS,
    }),
    choiceOption("--kv-cache-dtype <type>", "KV cache type, if not that of the model's files", {
      what: "a type of KV cache",
      choices: KV_CACHE_DTYPES,
    }),
  ]);
}

/** What can be rented. */
function addPoolOptions(command: Command): void {
  addOptions(command.optionsGroup("The pool:"), [
    textOption(
      "--instances <list>",
      "instances of the catalogue: [PROVIDER/]TYPE[@REGION][:KIND]=N,…",
      { kind: "number-map", range: INSTANCE_COUNT },
    ),
    textOption("--pool <file>", "instances of the catalogue, or your own, as CSV"),
    nameListOption("--providers <list>", "only instances of these providers"),
    nameListOption("--regions <list>", "only instances in these regions"),
    nameListOption("--gpus <list>", "only instances with these GPUs"),
    nameListOption("--price-kinds <list>", "on-demand, spot, reserved (default: on-demand)"),
    numberOption(
      "--max-count <n>",
      `instances of each type, region and price kind (default: ${DEFAULT_MAX_COUNT})`,
      INSTANCE_COUNT,
    ),
    textOption(
      "--catalogue <dir>",
      "your own instances.csv, prices.csv, gpus.csv and discounts.csv, overlaid on the shipped ones",
    ),
    textOption(
      "--cloud-provider <name>",
      "provider of the instances in gpu_pool.csv (default: AWS)",
    ),
    numberOption(
      "--max-pipeline-stages <n>",
      "maximum pipeline stages; each has at least layers / n layers (default: 8)",
      STAGES,
    ),
    numberOption(
      "--total-tokens <tokens>",
      "tokens of the whole job, for its time and cost",
      JOB_TOKENS,
    ),
  ]);
}

/** How long sequences are. */
function addLengthOptions(command: Command): void {
  addOptions(command.optionsGroup("Sequence lengths:"), [
    numberOption("--input-length <tokens>", "input tokens of a sequence, or their mean", TOKENS),
    numberOption(
      "--input-length-p95 <tokens>",
      "95th percentile of the input length; the distribution is then lognormal",
      TOKENS,
    ),
    textOption("--input-lengths <file>", "histogram of input lengths: tokens,count"),
    numberOption(
      "--output-length <tokens>",
      "output tokens of a sequence, or their mean",
      TOKENS_OR_NONE,
    ),
    numberOption(
      "--output-length-p95 <tokens>",
      "95th percentile of the output length; the distribution is then lognormal",
      TOKENS,
    ),
    textOption("--output-lengths <file>", "histogram of output lengths: tokens,count"),
  ]);
}

/** How many sequences are in flight. */
function addLoadOptions(command: Command): void {
  addOptions(command.optionsGroup("Sequences in flight:"), [
    numberOption("--min-batch-size <n>", "smallest batch", SEQUENCES),
    numberOption("--max-batch-size <n>", "largest batch", SEQUENCES),
    numberOption("--concurrency <n>", "exact number of sequences in flight", CONCURRENCY_RANGE),
    switchOption("--max-load", "as many sequences in flight as the KV cache holds"),
    numberOption("--request-rate <rate>", "requests per second to serve", REQUESTS_PER_SECOND),
  ]);
}

/** What predicts, and the engine that it stands for. */
function addCostModelOptions(command: Command): Command {
  return addOptions(command.optionsGroup("The cost model:"), [
    choiceOption("--cost-model <name>", "what predicts speed and memory", {
      what: "a cost model",
      choices: COST_MODELS,
      byDefault: DEFAULT_COST_MODEL,
    }),
    choiceOption("--engine <name>", "serving engine", {
      what: "an engine",
      choices: ENGINES,
      byDefault: DEFAULT_ENGINE,
    }),
    switchOption(
      "--any-shape",
      "also allow TP degrees that the engine rejects (heads, widths, weight groups, vocabulary)",
    ),
    numberOption(
      "--gpu-memory-utilization <share>",
      `share of the GPU memory that the engine may use (default: ${DEFAULTS.memoryShare} for ${DEFAULT_ENGINE})`,
      EFFICIENCY,
    ),
    numberOption("--max-model-len <tokens>", "longest request, input and output", TOKENS),
    numberOption(
      "--max-num-batched-tokens <tokens>",
      `maximum tokens per step (default: ${DEFAULTS.maxBatchedTokens})`,
      TOKENS,
    ),
    calibrationOption(),
  ]);
}

/** The option for the file that `calibrate` writes. */
export function calibrationOption(): Option {
  return textOption("--calibration <file>", "factors fitted to your own measurements");
}

/** The option for instances that are owned already. */
export function ownOption(): Option {
  return numberMapOption(
    "--own <list>",
    "instances of the pool that you already own, at no cost: TYPE=N,…",
    { unit: "instances", integer: true, min: 1 },
  );
}

/** The option for the directory of a problem's files. */
export function configDirOption(): Option {
  return textOption(
    "--config-dir <dir>",
    "directory of config.csv (and layers.csv); gpu_pool.csv, cloud_instances_specs.csv and network_bandwidth.csv are there or one level up",
  );
}
