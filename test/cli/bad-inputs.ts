import { configText, instanceRow, instancesText, NETWORK_TEXT } from "../input/texts.ts";
import { type Files, PLACEMENT, WORKLOAD } from "./harness.ts";

/** A command line that is wrong in one way, and the one message it has to give. `DIR` stands for the directory of the files. */
export interface BadInput {
  readonly name: string;
  readonly argv: readonly string[];
  /** Files over those of a valid problem. */
  readonly files?: Files;
  readonly says: string;
}

const PROBLEM = ["--config-dir", "DIR"];
const SOLVE = ["solve", ...PROBLEM, ...WORKLOAD];
const FILE = ["evaluate", ...PROBLEM, "--placement", "DIR/p.json"];
const SPLIT = "--instance-family box.2x --tp-degree 2 --pp-stages 1".split(" ");

const LENGTHS = WORKLOAD.slice(0, WORKLOAD.indexOf("--min-batch-size"));
const SPLIT_OF = ["evaluate", ...PROBLEM, ...WORKLOAD, ...SPLIT];

const placement = (changes: object): Files => ({
  "p.json": JSON.stringify({ ...PLACEMENT, ...changes }),
});
const stage = (changes: object): Files =>
  placement({ stages: [{ ...PLACEMENT.stages[0], ...changes }] });

const bad = (name: string, argv: readonly string[], says: string, files: Files = {}): BadInput => ({
  name,
  argv,
  files,
  says,
});
/** A flag of solve with a value it does not take. */
const flag = (flagName: string, value: string, says: string): BadInput =>
  bad(`${flagName} ${JSON.stringify(value)}`, [...SOLVE, flagName, value], says);
const config = (
  name: string,
  changes: Readonly<Record<string, string | null>>,
  says: string,
): BadInput => bad(name, SOLVE, says, { "config.csv": configText(changes) });
const file = (name: string, path: string, content: string | Uint8Array, says: string): BadInput =>
  bad(name, SOLVE, says, { [path]: content });

export const USAGE: readonly BadInput[] = [
  bad(
    "an unknown command",
    ["slove"],
    "unknown command 'slove'\n(Did you mean solve?)\nAdd --help for usage.",
  ),
  bad(
    "an unknown option",
    [...SOLVE, "--tp-degree", "2"],
    "unknown option '--tp-degree'\n(Did you mean --tp-degrees?)\nAdd --help for usage.",
  ),
  bad(
    "an option without its value",
    ["solve", "--config-dir"],
    "option '--config-dir <dir>' argument missing\nAdd --help for usage.",
  ),
  bad(
    "an argument where none belongs",
    [...SOLVE, "more"],
    "too many arguments for 'solve'. Expected 0 arguments but got 1.\nAdd --help for usage.",
  ),
  bad(
    "a flag given twice",
    [...SOLVE, "--gap", "0", "--gap", "0"],
    "--gap: it is given twice. Keep one of the two.",
  ),
  bad(
    "no configuration",
    ["solve", ...WORKLOAD],
    "--model: it is missing. Give a model (`llm-placement models` lists names; a config.json will do), or --config-dir with the directory that holds config.csv.",
  ),
  bad(
    "a workload without lengths",
    ["solve", ...PROBLEM],
    "--phase: is not given. Give --phase, or workload_phase in config.csv.",
  ),
  bad(
    "batches that fall",
    [
      "solve",
      ...PROBLEM,
      ..."--phase prefill --input-length 8 --min-batch-size 8 --max-batch-size 4".split(" "),
    ],
    "--min-batch-size: the smallest batch 8 is above the largest, 4 (--max-batch-size). Give min_batch_size and max_batch_size, or their flags, so that the smallest is not above the largest.",
  ),
  bad(
    "aggregated serving without output",
    [
      "solve",
      ...PROBLEM,
      ..."--phase aggregated --input-length 8 --output-length 0 --min-batch-size 8 --max-batch-size 8".split(
        " ",
      ),
    ],
    "--output-length: aggregated serving (--phase) with an output length of 0 is undefined. Give an output length from 1, or choose the prefill phase.",
  ),
  bad(
    "nothing to evaluate",
    ["evaluate", ...PROBLEM],
    "evaluate: there is nothing to evaluate. Give --placement FILE, or --placements FILE, or --instance-family with --tp-degree and --pp-stages.",
  ),
  bad(
    "two things to evaluate",
    [...FILE, "--placements", "DIR/p.jsonl"],
    "--placement: it cannot be combined with --placements. Give --placement FILE, or --placements FILE, or --instance-family with --tp-degree and --pp-stages.",
  ),
  bad(
    "a placement beside an even split",
    [...FILE, "--tp-degree", "2"],
    "--placement: it cannot be combined with --tp-degree. Give --placement FILE, or --placements FILE, or --instance-family with --tp-degree and --pp-stages.",
  ),
  bad(
    "half an even split",
    ["evaluate", ...PROBLEM, "--instance-family", "box.2x"],
    "--tp-degree: it is missing. An even split needs --instance-family, --tp-degree and --pp-stages.",
  ),
  bad(
    "more owned than the pool has, to evaluate",
    [...SPLIT_OF, "--own", "box.2x=2"],
    "--own: 2 of box.2x are owned, but the pool has 1 (DIR/gpu_pool.csv:2). Give at most 1, or raise the count in the pool.",
  ),
  bad(
    "owned instances in a sweep",
    ["sweep", ...PROBLEM, ...WORKLOAD, "--own", "box.2x=1", "--out", "DIR/out"],
    "unknown option '--own'\nAdd --help for usage.",
  ),
  bad(
    "an even split of an unknown type",
    [
      "evaluate",
      ...PROBLEM,
      ...WORKLOAD,
      ..."--instance-family box.3x --tp-degree 1 --pp-stages 1".split(" "),
    ],
    '--instance-family: "box.3x" is not in the pool. Did you mean "box.2x"?',
  ),
  bad(
    "an even split without a workload",
    ["evaluate", ...PROBLEM, ...SPLIT],
    "--phase: it is missing. Give --phase, or workload_phase in config.csv.",
  ),
  bad(
    "--out for many placements",
    ["evaluate", ...PROBLEM, "--placements", "DIR/p.jsonl", "--out", "DIR/out"],
    "--out: it takes one placement, --placements gives many. Leave it out and redirect the answers from stdout to a file.",
  ),
  bad(
    "a sweep without --out",
    ["sweep", ...PROBLEM, ...WORKLOAD],
    "--out: it is missing. Give the directory for data.csv and the runs.",
  ),
  bad(
    "a sweep over an unknown type",
    ["sweep", ...PROBLEM, ...WORKLOAD, "--instance-families", "box.3x", "--out", "DIR/out"],
    '--instance-families: "box.3x" is not in the pool. Did you mean "box.2x"?',
  ),
  bad(
    "a sweep over a degree nothing has",
    ["sweep", ...PROBLEM, ...WORKLOAD, "--tp-degrees", "4", "--out", "DIR/out"],
    "--tp-degrees: 4 is more than any chosen instance family allows (2 GPUs in an instance). Give values up to 2, or choose other families.",
  ),
  bad(
    "a sweep over lengths that are none",
    ["sweep", ...PROBLEM, ...WORKLOAD, "--io", "2048", "--out", "DIR/out"],
    '--io: "2048" is not a pair of lengths. Give input:output tokens, e.g. 2048:512.',
  ),
  bad(
    "a sweep at maximum load",
    ["sweep", ...PROBLEM, ...LENGTHS, "--max-load", "--out", "DIR/out"],
    "--max-load: a sweep evaluates batch sizes, it does not search for them. Give --batch-sizes or --concurrency.",
  ),
  bad(
    "a sweep over lengths that spread",
    ["sweep", ...PROBLEM, ...WORKLOAD, "--output-length-p95", "64", "--out", "DIR/out"],
    "--output-length: a sweep takes fixed lengths, not a distribution. Leave out the 95th percentile or the histogram, on the command line and in config.csv.",
  ),
  bad(
    "a histogram of lengths that is not there",
    [
      "solve",
      ...PROBLEM,
      ..."--phase prefill --input-lengths DIR/none.csv --concurrency 4".split(" "),
    ],
    "DIR/none.csv: there is no such file. Check the path.",
  ),
  bad(
    "a histogram in config.csv that is not there",
    ["solve", ...PROBLEM, ..."--phase prefill --concurrency 4".split(" ")],
    "DIR/in.csv: there is no such file. Check the path.",
    { "config.csv": configText({ input_lengths_file: "in.csv" }) },
  ),
  bad(
    "a sweep over an unknown phase",
    ["sweep", ...PROBLEM, ...WORKLOAD, "--phases", "prefil", "--out", "DIR/out"],
    '--phases: "prefil" is not a phase. Did you mean "prefill"?',
  ),
  bad(
    "collect without a directory",
    ["collect", "--out", "DIR/data.csv"],
    "missing required argument 'dir'\nAdd --help for usage.",
  ),
  bad(
    "collect without --out",
    ["collect", "DIR"],
    "--out: it is missing. Give the data.csv to write.",
  ),
  bad(
    "collect where no run is",
    ["collect", "DIR", "--out", "DIR/data.csv"],
    "DIR: it contains no runs. Give the --out directory of a sweep, or a directory above some.",
  ),
  bad(
    "collect from a directory that is not there",
    ["collect", "DIR/none", "--out", "DIR/data.csv"],
    "DIR/none: there is no such directory. Check the path.",
  ),
  bad(
    "a network from nowhere",
    ["network", ...PROBLEM, "--out", "DIR/n.csv"],
    "network: it has no source of bandwidths. Give --derive, or both --intra and --inter in GB/s.",
  ),
  bad(
    "a network from two places",
    ["network", ...PROBLEM, "--derive", "--intra", "5", "--out", "DIR/n.csv"],
    "--derive: it cannot be combined with --intra. Give --derive, or both --intra and --inter in GB/s.",
  ),
  bad(
    "half a network",
    ["network", ...PROBLEM, "--intra", "5", "--out", "DIR/n.csv"],
    "--inter: it is missing. Give --derive, or both --intra and --inter in GB/s.",
  ),
  bad(
    "a bandwidth of nothing",
    ["network", ...PROBLEM, "--intra", "5", "--inter", "0", "--out", "DIR/n.csv"],
    '--inter: "0" is not above 0. Give a number of GB/s above 0.',
  ),
  bad(
    "a network to nowhere",
    ["network", ...PROBLEM, "--derive"],
    "--out: it is missing. Give the network_bandwidth.csv to write.",
  ),
];

export const FLAGS: readonly BadInput[] = [
  flag("--time-limit", "x", '--time-limit: "x" is not a number. Give a number of seconds above 0.'),
  flag("--time-limit", "0", '--time-limit: "0" is not above 0. Give a number of seconds above 0.'),
  flag("--time-limit", "", "--time-limit: the value is empty. Give a number of seconds above 0."),
  flag("--gap", "-0.1", '--gap: "-0.1" is below 0. Give a number from 0 to 1.'),
  flag("--gap", "NaN", '--gap: "NaN" is not a number. Give a number from 0 to 1.'),
  flag("--gap", "1", "--gap: 1 is not a gap. Give a number from 0 up to 1."),
  flag(
    "--max-hourly-cost",
    "1e400",
    '--max-hourly-cost: "1e400" is too large. Give a number of dollars per hour from 0.',
  ),
  flag(
    "--max-hourly-cost",
    "-1",
    '--max-hourly-cost: "-1" is below 0. Give a number of dollars per hour from 0.',
  ),
  flag(
    "--max-hourly-cost",
    "$5",
    '--max-hourly-cost: "$5" is not a number. Give a number of dollars per hour from 0.',
  ),
  flag(
    "--max-cost-per-million-token",
    "5usd",
    '--max-cost-per-million-token: "5usd" is not a number. Give a number of dollars per million tokens from 0.',
  ),
  flag(
    "--max-total-cost",
    "Infinity",
    '--max-total-cost: "Infinity" is too large. Give a number of dollars from 0.',
  ),
  flag(
    "--max-total-runtime-hours",
    "0x10",
    '--max-total-runtime-hours: "0x10" is not a decimal number. Give a number of hours from 0.',
  ),
  flag(
    "--min-throughput",
    "1,000",
    '--min-throughput: "1,000" is not a number. Give a number of tokens per second from 0.',
  ),
  flag(
    "--max-ttft-ms",
    "200",
    '--max-ttft-ms: the cost model "reference" predicts no latency. Leave the target out, or use a cost model that predicts latency.',
  ),
  flag(
    "--max-tpot-ms",
    "20",
    '--max-tpot-ms: the cost model "reference" predicts no latency. Leave the target out, or use a cost model that predicts latency.',
  ),
  flag(
    "--tp-degrees",
    "x",
    '--tp-degrees: "x" is not a number. Give a whole number of GPUs from 1.',
  ),
  flag(
    "--tp-degrees",
    "1,,2",
    '--tp-degrees: an item of "1,,2" is empty. Give a whole number of GPUs from 1.',
  ),
  flag(
    "--tp-degrees",
    "1.5",
    '--tp-degrees: "1.5" is not a whole number. Give a whole number of GPUs from 1.',
  ),
  flag("--tp-degrees", "0", '--tp-degrees: "0" is below 1. Give a whole number of GPUs from 1.'),
  flag(
    "--tp-config",
    "box.2x",
    '--tp-config: "box.2x" is not of the form NAME=NUMBER. Give pairs such as g5.48xlarge=4, separated by commas.',
  ),
  flag(
    "--tp-config",
    "box.2x=1,box.2x=2",
    "--tp-config: box.2x is given twice. Keep one of the two.",
  ),
  flag(
    "--tp-config",
    "box.2x=two",
    '--tp-config box.2x: "two" is not a number. Give a whole number of GPUs from 1.',
  ),
  flag(
    "--tp-config",
    "bocks.2x=1",
    '--tp-config: "bocks.2x" is not in the pool. Known: box.2x, box.1x.',
  ),
  flag(
    "--bandwidth-percentile",
    "10",
    '--bandwidth-percentile: "10" is above 1. Give a number from 0 to 1.',
  ),
  flag(
    "--weight",
    "0.5",
    "--weight: it only applies to the weighted objective; the objective is cost-per-token. Add --objective weighted, or leave --weight out.",
  ),
  flag("--objective", "costs", '--objective: "costs" is not an objective. Did you mean "cost"?'),
  flag("--include", "box.3x", '--include: "box.3x" is not in the pool. Did you mean "box.2x"?'),
  flag(
    "--include",
    "box.2x,,box.1x",
    '--include: an item of "box.2x,,box.1x" is empty. Give names separated by commas, without spaces.',
  ),
  flag(
    "--include",
    "",
    "--include: the value is empty. Give names separated by commas, without spaces.",
  ),
  flag("--include", "box.2x,box.2x", "--include: box.2x is given twice. Keep one of the two."),
  flag("--exclude", "box.1", '--exclude: "box.1" is not in the pool. Did you mean "box.1x"?'),
  flag(
    "--exclude",
    "box.1x,box.2x",
    "--exclude: every instance type of the pool is excluded (box.2x, box.1x). Leave at least one, or use --include.",
  ),
  bad(
    "a type that is included and excluded",
    [...SOLVE, "--include", "box.2x,box.1x", "--exclude", "box.2x"],
    '--exclude: "box.2x" is included as well. Name it in one of the two.',
  ),
  flag("--own", "box.3x=1", '--own: "box.3x" is not in the pool. Did you mean "box.2x"?'),
  flag(
    "--own",
    "box.1x=3",
    "--own: 3 of box.1x are owned, but the pool has 2 (DIR/gpu_pool.csv:3). Give at most 2, or raise the count in the pool.",
  ),
  flag(
    "--own",
    "box.1x=0",
    '--own box.1x: "0" is below 1. Give a whole number of instances from 1.',
  ),
  flag(
    "--own",
    "box.1x",
    '--own: "box.1x" is not of the form NAME=NUMBER. Give pairs such as g5.48xlarge=4, separated by commas.',
  ),
  flag(
    "--max-instance-types",
    "0",
    '--max-instance-types: "0" is below 1. Give a whole number of instance types from 1.',
  ),
  flag(
    "--max-instances",
    "1.5",
    '--max-instances: "1.5" is not a whole number. Give a whole number of instances from 1.',
  ),
  flag(
    "--max-stages",
    "box.2x=0",
    '--max-stages box.2x: "0" is below 1. Give a whole number of stages from 1.',
  ),
  flag(
    "--max-stages",
    "box.9x=1",
    '--max-stages: "box.9x" is not in the pool. Did you mean "box.2x"?',
  ),
  flag("--solver", "gurobi", '--solver: "gurobi" is not a solver. Known: highs, jslp.'),
  flag(
    "--export-model",
    "DIR/model.txt",
    '--export-model: "DIR/model.txt" ends neither in .lp nor in .mps. Give FILE.lp or FILE.mps: the ending chooses the format.',
  ),
  flag(
    "--export-model",
    "DIR/config.csv/model.lp",
    "--export-model: DIR/config.csv is a file, not a directory. Choose another path.",
  ),
  flag(
    "--out",
    "DIR/config.csv",
    "--out: DIR/config.csv is a file, not a directory. Choose another directory.",
  ),
  flag(
    "--cost-model",
    "referense",
    '--cost-model: "referense" is not a cost model. Did you mean "reference"?',
  ),
  flag("--engine", "vlm", '--engine: "vlm" is not an engine. Did you mean "vllm"?'),
  flag(
    "--engine",
    "vllm",
    '--engine: the cost model "reference" has no engine. Omit the flag, or use --cost-model calibrated.',
  ),
  flag(
    "--calibration",
    "DIR/none.json",
    '--calibration: the cost model "reference" has no engine. Omit the flag, or use --cost-model calibrated.',
  ),
  flag(
    "--gpu-memory-utilization",
    "0",
    '--gpu-memory-utilization: "0" is not above 0. Give a number above 0 and up to 1.',
  ),
  flag(
    "--max-model-len",
    "0",
    '--max-model-len: "0" is below 1. Give a whole number of tokens from 1.',
  ),
  flag(
    "--concurrency",
    "4",
    "--min-batch-size: it cannot be combined with --concurrency. Give one of batch sizes, --concurrency, --max-load and --request-rate.",
  ),
  flag(
    "--concurrency",
    "2000",
    '--concurrency: "2000" is above 1024. Give a whole number of sequences from 1 to 1024.',
  ),
  flag(
    "--request-rate",
    "0",
    '--request-rate: "0" is not above 0. Give a number of requests per second above 0.',
  ),
  flag(
    "--input-lengths",
    "DIR/none.csv",
    "--input-lengths: it cannot be combined with --input-length. Give the file, or --input-length with or without --input-length-p95.",
  ),
  flag(
    "--input-length-p95",
    "1000",
    "--input-length-p95: no lognormal distribution with a mean of 128 tokens has a 95th percentile of 1000: the most is 3.868 times the mean. Give one up to 495, or a histogram.",
  ),
  flag(
    "--cloud-provider",
    "Azure",
    '--cloud-provider: DIR/cloud_instances_specs.csv has no row of the provider "Azure". Known: AWS.',
  ),
  bad(
    "--input-length 1e400",
    ["solve", ...PROBLEM, "--input-length", "1e400"],
    '--input-length: "1e400" is too large. Give a whole number of tokens from 1.',
  ),
  bad(
    "--input-length 0",
    ["solve", ...PROBLEM, "--input-length", "0"],
    '--input-length: "0" is below 1. Give a whole number of tokens from 1.',
  ),
  bad(
    "--output-length 1.5",
    ["solve", ...PROBLEM, "--output-length", "1.5"],
    '--output-length: "1.5" is not a whole number. Give a whole number of tokens from 0.',
  ),
  bad(
    "--phase training",
    ["solve", ...PROBLEM, "--phase", "decoding"],
    '--phase: "decoding" is not a phase. Known: prefill, decode, aggregated.',
  ),
  bad(
    "--min-batch-size 0",
    ["solve", ...PROBLEM, "--min-batch-size", "0"],
    '--min-batch-size: "0" is below 1. Give a whole number of sequences from 1.',
  ),
];

export const FILES: readonly BadInput[] = [
  bad(
    "a directory that is not there",
    ["solve", "--config-dir", "DIR/none", ...WORKLOAD],
    "DIR/none: there is no such directory. Give --config-dir the directory that holds config.csv.",
  ),
  bad(
    "a directory that is a file",
    ["solve", "--config-dir", "DIR/config.csv", ...WORKLOAD],
    "DIR/config.csv: it is a file, not a directory. Give --config-dir the directory that holds config.csv.",
  ),
  bad(
    "a directory one too high",
    ["solve", "--config-dir", "DIR/above", ...WORKLOAD],
    "DIR/above: there is no config.csv in it. Did you mean --config-dir DIR/above/below?",
    {
      "above/below/config.csv": configText(),
    },
  ),
  file(
    "an empty configuration",
    "config.csv",
    "",
    "DIR/config.csv:1: the file is empty. Give a header line and rows.",
  ),
  file(
    "a binary configuration",
    "config.csv",
    new Uint8Array([0x70, 0x0a, 0, 1, 2]),
    "DIR/config.csv:2: there is a NUL byte: the file is binary. Give a text file in UTF-8.",
  ),
  file(
    "a configuration in another encoding",
    "config.csv",
    new Uint8Array([0x70, 0xe9, 0x0a]),
    "DIR/config.csv:1: it is not UTF-8 text. Save it as UTF-8.",
  ),
  file(
    "a configuration in UTF-16",
    "config.csv",
    new Uint8Array([0xff, 0xfe, 0x70, 0]),
    "DIR/config.csv: it is UTF-16 text. Save it as UTF-8.",
  ),
  config(
    "an unknown parameter",
    { d_modell: "8" },
    'DIR/config.csv:26: unknown parameter "d_modell". Did you mean "d_model"?',
  ),
  config(
    "a missing parameter",
    { d_model: null },
    "DIR/config.csv:24: the file ends without the parameter d_model. Add a line `d_model,VALUE`.",
  ),
  config(
    "a parameter that is no number",
    { d_model: "NaN" },
    'DIR/config.csv:4: d_model is "NaN", which is not a decimal number. Give a whole number of elements from 1.',
  ),
  config(
    "a negative parameter",
    { num_decoder_layers: "-12" },
    'DIR/config.csv:3: num_decoder_layers is "-12", which is below 1. Give a whole number of layers from 1 to 10000.',
  ),
  config(
    "a parameter out of its range",
    { min_memory_utilization: "1.5" },
    'DIR/config.csv:15: min_memory_utilization is "1.5", which is above 1. Give a number from 0 to 1.',
  ),
  config(
    "neither true nor false",
    { enable_segment_quantization: "maybe" },
    'DIR/config.csv:12: enable_segment_quantization is "maybe", which is neither true nor false. Give true or false.',
  ),
  config(
    "heads that do not divide the width",
    { num_attention_heads: "7" },
    "DIR/config.csv:7: num_attention_heads 7 does not divide d_model 768 (line 4). Give the head count and width of the same network, or head_dim where heads have a width of their own.",
  ),
  file(
    "a parameter twice",
    "config.csv",
    `${configText()}d_model,9\n`,
    "DIR/config.csv:26: d_model is already given in line 4. Keep one of the two lines.",
  ),
  file(
    "a configuration with three columns",
    "config.csv",
    "parameter,value,unit\n",
    'DIR/config.csv:1: unknown column "unit". Known: parameter, value.',
  ),
  file(
    "a pool without a column",
    "gpu_pool.csv",
    "instance_name\nbox.2x\n",
    "DIR/gpu_pool.csv:1: the header lacks the column count. Begin the file with a header line that names instance_name, count.",
  ),
  file(
    "a pool without rows",
    "gpu_pool.csv",
    "instance_name,count\n",
    "DIR/gpu_pool.csv:1: the pool has no instance type. Add a line such as `g5.48xlarge,4`.",
  ),
  file(
    "a pool with a type twice",
    "gpu_pool.csv",
    "instance_name,count\nbox.2x,1\nbox.2x,2\n",
    "DIR/gpu_pool.csv:3: box.2x is already in the pool, in line 2. Keep one line with the total count.",
  ),
  file(
    "a pool with half an instance",
    "gpu_pool.csv",
    "instance_name,count\nbox.2x,0.5\n",
    'DIR/gpu_pool.csv:2, column count: the count of box.2x is "0.5", which is not a whole number. Give a whole number of instances from 1 to 1000000.',
  ),
  file(
    "a pool with an unknown type",
    "gpu_pool.csv",
    "instance_name,count\nbox.3x,1\n",
    'DIR/gpu_pool.csv:2: instance type "box.3x" of AWS is not in DIR/cloud_instances_specs.csv. Did you mean "box.2x"?',
  ),
  file(
    "a pool with a negative price",
    "gpu_pool.csv",
    "instance_name,count,dollar_per_hour\nbox.2x,1,-3\n",
    'DIR/gpu_pool.csv:2, column dollar_per_hour: the dollar_per_hour of box.2x is "-3", which is below 0. Give a number of dollars per hour from 0 to 1000000. 0 is an instance that is owned.',
  ),
  file(
    "a table without a column",
    "cloud_instances_specs.csv",
    "Cloud Provider,Instance Name\nAWS,box.2x\n",
    "DIR/cloud_instances_specs.csv:1: the header lacks the columns GPU Model, External Network Bandwidth, Price per Hour USD. Begin the file with a header line that names Cloud Provider, Instance Name, GPU Model, External Network Bandwidth, Price per Hour USD.",
  ),
  file(
    "a table with a price of nothing",
    "cloud_instances_specs.csv",
    instancesText({ "Price per Hour USD": "$0.00" }),
    'DIR/cloud_instances_specs.csv:2, column Price per Hour USD: the price of box.2x is "$0.00", which is 0. Give its price here, or in the column dollar_per_hour of DIR/gpu_pool.csv:2 (there, 0 means owned).',
  ),
  file(
    "a table with a negative price",
    "cloud_instances_specs.csv",
    instancesText({ "Price per Hour USD": "-5" }),
    'DIR/cloud_instances_specs.csv:2, column Price per Hour USD (box.2x): the price is "-5", which is negative. Give one price per hour in USD, such as $40.96, or a range, such as $140-160, with "per GPU" behind it if it is that of one GPU; remarks belong in the column Price Source.',
  ),
  file(
    "a table without a price",
    "cloud_instances_specs.csv",
    instancesText({ "Price per Hour USD": "Contact sales" }),
    'DIR/cloud_instances_specs.csv:2, column Price per Hour USD: box.2x is in the pool and has no price ("Contact sales"). Give its price here, or in the column dollar_per_hour of DIR/gpu_pool.csv:2.',
  ),
  file(
    "a table with an unknown bandwidth",
    "cloud_instances_specs.csv",
    instancesText({ "External Network Bandwidth": "Fast" }),
    'DIR/cloud_instances_specs.csv:2, column External Network Bandwidth (box.2x): the network bandwidth is "Fast". Give gigabits per second above 0, such as 100 Gbps, or High, Moderate, Low, Up to 10 or Up to 25.',
  ),
  file(
    "a table with two rows that disagree",
    "cloud_instances_specs.csv",
    instancesText({}, instanceRow({ "Price per Hour USD": "$9.00" })),
    'DIR/cloud_instances_specs.csv:4, column Price per Hour USD: box.2x of AWS is also in line 2, and the two rows disagree ("$9.00" here, "$8.50" there). Keep the row that is right.',
  ),
  file(
    "a table with a broken quote",
    "cloud_instances_specs.csv",
    'Cloud Provider,"Instance Name\n',
    "DIR/cloud_instances_specs.csv:1: a double quote is opened in this row and never closed. Close it, or write a quote inside a quoted cell twice.",
  ),
  file(
    "layers that leave one out",
    "layers.csv",
    "first_layer,last_layer\n1,5\n7,12\n",
    "DIR/layers.csv:3: layer 6 is in no row before the run that begins at layer 7. Describe every layer once.",
  ),
  file(
    "layers with an unknown column",
    "layers.csv",
    "first_layer,last_layer,window\n1,12,8\n",
    'DIR/layers.csv:1: unknown column "window". Known: layer_weight_memory_gb, d_hidden, num_kv_heads, attention_window_tokens, cut_after.',
  ),
  file(
    "a matrix of another size",
    "network_bandwidth.csv",
    ",gpu_0\ngpu_0,1\n",
    "DIR/network_bandwidth.csv:1: the matrix has 1 columns of bandwidths, the pool has 4 GPUs. Give one row and one column for every GPU of the pool, in pool order, or remove the file to derive bandwidths from the instance table.",
  ),
  file(
    "a matrix with a bandwidth of nothing",
    "network_bandwidth.csv",
    NETWORK_TEXT.replace("12.5,10000", "0,10000"),
    'DIR/network_bandwidth.csv:5, column gpu_2: the bandwidth is "0", which is not above 0. Give a number of GB/s above 0.',
  ),
  file(
    "a matrix with an empty cell",
    "network_bandwidth.csv",
    NETWORK_TEXT.replace("12.5,10000", ",10000"),
    "DIR/network_bandwidth.csv:5, column gpu_2: the bandwidth is empty. Give a number of GB/s above 0.",
  ),
  file(
    "a matrix in another order",
    "network_bandwidth.csv",
    NETWORK_TEXT.replace("gpu_0,gpu_1", "gpu_1,gpu_0"),
    'DIR/network_bandwidth.csv:1, column 2: the label is "gpu_1" where gpu_0 belongs. Label rows and columns gpu_0, gpu_1, … in pool order, instance by instance.',
  ),
];

export const PLACEMENTS: readonly BadInput[] = [
  bad("a placement that is not there", FILE, "DIR/p.json: there is no such file. Check the path."),
  bad(
    "an empty placement file",
    FILE,
    'DIR/p.json:1: there is no placement. Give a JSON object with "stages".',
    { "p.json": "" },
  ),
  bad(
    "a placement that is no JSON",
    FILE,
    'DIR/p.json:2, column 14: invalid JSON: expected a value or ], found ",". Correct the JSON.',
    { "p.json": '{\n  "stages": [,]\n}' },
  ),
  bad("a placement that is no object", FILE, "DIR/p.json: it is []. Give a JSON object.", {
    "p.json": "[]",
  }),
  bad(
    "a placement without stages",
    FILE,
    "DIR/p.json: stages: it is missing. Give an array of stages.",
    placement({ stages: undefined }),
  ),
  bad(
    "a placement with an unknown field",
    FILE,
    'DIR/p.json: batchsize: unknown field "batchsize". Did you mean "batch_size"?',
    placement({ batchsize: 4 }),
  ),
  bad(
    "a placement with a word for a number",
    FILE,
    'DIR/p.json: batch_size: it is "4". Give a whole number from 1, without quotes.',
    placement({ batch_size: "4" }),
  ),
  bad(
    "a placement with half a sequence",
    FILE,
    "DIR/p.json: batch_size: it is 0.5. Give a whole number from 1.",
    placement({ batch_size: 0.5 }),
  ),
  bad(
    "a placement with an unknown phase",
    FILE,
    'DIR/p.json: workload_phase: "decoding" is not a workload phase. Known: prefill, decode, aggregated.',
    placement({ workload_phase: "decoding" }),
  ),
  bad(
    "a placement without its batch",
    FILE,
    'DIR/p.json: neither the placement nor the problem gives batch_size. Put "batch_size" into the placement, min_batch_size into config.csv, or give --min-batch-size.',
    placement({ batch_size: undefined }),
  ),
  bad(
    "a placement without output",
    FILE,
    "DIR/p.json: aggregated serving with output_length 0 is undefined. Give an output_length from 1, or workload_phase prefill.",
    placement({ output_length: 0 }),
  ),
  bad(
    "a stage with an unknown field",
    FILE,
    'DIR/p.json: stages[0].tp: unknown field "tp". Did you mean "tp_degree"?',
    stage({ tp: 2 }),
  ),
  bad(
    "a stage without its instance",
    FILE,
    "DIR/p.json: stages[0].gpu_type: it is missing. Give an instance such as g5.48xlarge#0.",
    stage({ gpu_type: undefined }),
  ),
  bad(
    "a stage whose size contradicts its end",
    FILE,
    "DIR/p.json: stages[0]: segment_size 5 from start_layer 1 ends at layer 5, but end_layer is 12. Make the two agree, or keep one of them.",
    stage({ segment_size: 5 }),
  ),
  bad(
    "a stage with words for GPUs",
    FILE,
    'DIR/p.json: stages[0].gpu_ids[0]: it is "0". Give the whole number of a GPU, from 0, without quotes.',
    stage({ gpu_ids: ["0", 1] }),
  ),
  bad(
    "a length that contradicts the placement",
    [...FILE, "--input-length", "256"],
    "--input-length: 256 contradicts sequence_length 128 of the placement in DIR/p.json. Leave out the flag, or the placement's sequence_length.",
    placement({}),
  ),
  bad(
    "an output that contradicts the placement",
    [...FILE, "--output-length", "64"],
    "--output-length: 64 contradicts output_length 32 of the placement in DIR/p.json. Leave out the flag, or the placement's output_length.",
    placement({}),
  ),
  bad(
    "a phase that contradicts the placement",
    [...FILE, "--phase", "decode"],
    "--phase: decode contradicts workload_phase aggregated of the placement in DIR/p.json. Leave out the flag, or the placement's workload_phase.",
    placement({}),
  ),
  bad(
    "a batch that contradicts the placement",
    [...FILE, "--min-batch-size", "8"],
    "--min-batch-size: 8 contradicts batch_size 4 of the placement in DIR/p.json. Leave out the flag, or the placement's batch_size.",
    placement({}),
  ),
  bad(
    "a largest batch that contradicts the placement",
    [...FILE, "--max-batch-size", "2"],
    "--max-batch-size: 2 contradicts batch_size 4 of the placement in DIR/p.json. Leave out the flag, or the placement's batch_size.",
    placement({}),
  ),
  bad(
    "another concurrency than the placement's batch",
    [...FILE, "--concurrency", "2"],
    "--concurrency: 2 contradicts batch_size 4 of the placement in DIR/p.json. Leave out the flag, or the placement's batch_size.",
    placement({}),
  ),
  bad(
    "maximum load beside the placement's batch",
    [...FILE, "--max-load"],
    "--max-load: it leaves the batch open, but the placement in DIR/p.json has batch_size 4. Leave out the flag, or the placement's batch_size.",
    placement({}),
  ),
  bad(
    "a mean length that is not the placement's",
    [...FILE, "--input-lengths", "DIR/in.csv"],
    "--input-lengths: 100 contradicts sequence_length 128 of the placement in DIR/p.json. Leave out the flag, or the placement's sequence_length.",
    { ...placement({}), "in.csv": "tokens,count\n50,1\n150,1\n" },
  ),
  bad(
    "a file of placements that is not there",
    ["evaluate", ...PROBLEM, "--placements", "DIR/none.jsonl"],
    "DIR/none.jsonl: there is no such file. Check the path.",
  ),
  bad(
    "a file of placements that is a directory",
    ["evaluate", ...PROBLEM, "--placements", "DIR"],
    "DIR: it is a directory, not a file. Give the path of a file.",
  ),
];
