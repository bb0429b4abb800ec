import { describe, expect, it } from "vitest";
import { buildProblem } from "../../src/input/problem/build-problem.ts";
import type { ProblemFlags } from "../../src/input/problem/merge-flags.ts";
import {
  BOX_1X,
  CONFIG,
  configLine,
  configText,
  instanceRow,
  instancesText,
  messageOf,
  NETWORK_TEXT,
  POOL_TEXT,
  problemFiles,
} from "./texts.ts";

/** A problem that is wrong in one way, and what the error has to say: place, problem and what to do. */
interface BadInput {
  readonly name: string;
  readonly texts?: Parameters<typeof problemFiles>[0];
  readonly flags?: ProblemFlags;
  readonly says: readonly string[];
}

const at = (key: string): string => `config.csv:${configLine(key)}: `;
const config = (
  name: string,
  changes: Readonly<Record<string, string | null>>,
  ...says: readonly string[]
): BadInput => ({ name, texts: { config: configText(changes) }, says });
const raw = (name: string, text: string, ...says: readonly string[]): BadInput => ({
  name,
  texts: { config: text },
  says,
});
const pool = (name: string, text: string, ...says: readonly string[]): BadInput => ({
  name,
  texts: { pool: text },
  says,
});
const instances = (name: string, text: string, ...says: readonly string[]): BadInput => ({
  name,
  texts: { instances: text },
  says,
});
const network = (name: string, text: string, ...says: readonly string[]): BadInput => ({
  name,
  texts: { network: text },
  says,
});
const flags = (name: string, given: ProblemFlags, ...says: readonly string[]): BadInput => ({
  name,
  flags: given,
  says,
});

const LAST = configLine(Object.keys(CONFIG).at(-1)!);

const CSV_STRUCTURE: readonly BadInput[] = [
  raw("empty file", "", "config.csv:1: ", "empty", "Give a header"),
  raw("only blank lines", "\n  \n", "config.csv:1: ", "empty"),
  raw("header lacks a column", "parameter\nd_model\n", "config.csv:1: ", "lacks the column value"),
  raw(
    "unknown column",
    `parameter,valeu\n`,
    "config.csv:1: ",
    'unknown column "valeu"',
    'Did you mean "value"?',
  ),
  raw("nameless column", "parameter,value,\na,b,c\n", "config.csv:1: ", "column 3 has no name"),
  raw("column twice", "parameter,value,value\n", 'the column "value" occurs twice'),
  raw("semicolons", "parameter;value\nd_model;8\n", "config.csv:1: ", "not separated by commas"),
  raw("no header", "d_model,8\n", "config.csv:1: ", "unknown column", "parameter"),
  raw("short row", "parameter,value\nd_model\n", "config.csv:2: ", "1 cell", "2 columns"),
  raw("long row", "parameter,value\nd_model,1,000\n", "config.csv:2: ", "3 cells", "double quotes"),
  raw(
    "short row behind a quoted line end and an empty line",
    'parameter,value\n\nmodel_name,"a\nb"\nd_model\n',
    "config.csv:5: ",
    "1 cell",
  ),
  raw(
    "row whose own cells hold line ends",
    'parameter,value\nbad_key,"a\nb\nc"\n',
    "config.csv:2: ",
    "unknown parameter",
  ),
  raw(
    "short row in a file with Windows line ends",
    'parameter,value\r\nmodel_name,"a\r\nb"\r\nd_model\r\n',
    "config.csv:4: ",
    "1 cell",
  ),
  raw(
    "quote never closed",
    'parameter,value\nmodel_name,"é\nd_model,8\n',
    "config.csv:2: ",
    "never closed",
    "Close it",
  ),
  raw(
    "quote inside a cell",
    'parameter,value\nmodel_name,a "b" c\n',
    "config.csv:2: ",
    "middle of a cell",
  ),
  raw(
    "text behind a closing quote",
    'parameter,value\nmodel_name,"a" b\n',
    "config.csv:2: ",
    "middle of a cell",
  ),
];

const CONFIG_VALUES: readonly BadInput[] = [
  config(
    "unknown parameter",
    { num_decoder_layer: "12" },
    `config.csv:${LAST + 1}: `,
    'unknown parameter "num_decoder_layer"',
    'Did you mean "num_decoder_layers"?',
  ),
  config("a name every object has", { constructor: "1" }, 'unknown parameter "constructor"'),
  raw("parameter without a name", "parameter,value\n,8\n", "config.csv:2: ", "no name"),
  raw(
    "parameter twice",
    `${configText()}d_model,768\n`,
    `config.csv:${LAST + 1}: `,
    `already given in line ${configLine("d_model")}`,
  ),
  config(
    "parameter missing",
    { d_hidden: null },
    `config.csv:${LAST - 1}: `,
    "without the parameter d_hidden",
    "`d_hidden,VALUE`",
  ),
  config(
    "two parameters missing",
    { d_hidden: null, vocab_size: null },
    "without the parameters d_hidden, vocab_size",
  ),
  raw("header only", "parameter,value\n", "config.csv:1: ", "model_name, num_decoder_layers"),
  config("empty text", { model_name: "" }, at("model_name"), "model_name is empty"),
  config("empty number", { d_model: "" }, at("d_model"), "d_model is empty", "whole number"),
  config("no layers", { num_decoder_layers: "0" }, at("num_decoder_layers"), "below 1", "layers"),
  config("negative layers", { num_decoder_layers: "-80" }, '"-80", which is below 1'),
  config("endless layers", { num_decoder_layers: "8e9" }, "above 10000", "from 1 to 10000"),
  config("half a layer", { num_decoder_layers: "12.5" }, "not a whole number"),
  config("NaN", { layer_weight_memory_gb: "NaN" }, '"NaN", which is not a decimal number'),
  config("Infinity", { time_limit_seconds: "Infinity" }, "not a decimal number", "seconds above 0"),
  config("hexadecimal", { d_model: "0x300" }, at("d_model"), "not a decimal number"),
  config("too large for a number", { time_limit_seconds: "1e400" }, '"1e400", which is too large'),
  config("too large for a count", { vocab_size: "1e17" }, '"1e17", which is too large'),
  config("thousands", { d_hidden: '"28,672"' }, at("d_hidden"), "thousands separators"),
  config("underscores", { d_hidden: "28_672" }, "not a decimal number"),
  config("unit in the cell", { layer_weight_memory_gb: "1.75 GB" }, "not a decimal number"),
  config("zero weight", { layer_weight_memory_gb: "0" }, "not above 0", "GB above 0"),
  config("zero bytes", { bytes_per_element: "0" }, at("bytes_per_element"), "not above 0"),
  config("no stages", { max_pipeline_stages: "0" }, at("max_pipeline_stages"), "below 1"),
  config("utilisation above 1", { min_memory_utilization: "1.5" }, "above 1", "from 0 to 1"),
  config("utilisation below 0", { min_memory_utilization: "-0.1" }, "below 0"),
  config("percentile above 1", { network_bandwidth_percentile_threshold: "10" }, "above 1"),
  config("gap above 1", { optimality_gap: "1.01" }, at("optimality_gap"), "above 1"),
  config("negative budget", { max_hourly_cost: "-1" }, at("max_hourly_cost"), "below 0"),
  config("no efficiency", { real_world_efficiency: "0" }, "not above 0", "above 0 and up to 1"),
  config("efficiency above 1", { real_world_efficiency: "1.2" }, "above 1"),
  config("no interference factor", { interference_factor: "0" }, "not above 0"),
  config("micro-batch of none", { micro_batch_size: "0" }, "below 1", "sequences"),
  config("negative penalty", { cross_instance_penalty: "-1" }, "below 0"),
  config("zero normalisation", { throughput_normalization: "0" }, "not above 0"),
  config(
    "boolean in other words",
    { enable_segment_quantization: "yes" },
    at("enable_segment_quantization"),
    '"yes", which is neither true nor false',
    "Give true or false",
  ),
  config(
    "unknown priority",
    { optimization_priority: "cost-first" },
    at("optimization_priority"),
    'Did you mean "cost_first"?',
  ),
  config("unknown phase", { workload_phase: "prefil" }, 'Did you mean "prefill"?'),
  config("no batch", { min_batch_size: "0" }, `config.csv:${LAST + 1}: `, "below 1"),
  config("negative output", { output_length: "-1" }, "below 0"),
];

const CONFIG_TOGETHER: readonly BadInput[] = [
  config(
    "priority and its older name",
    { cost_throughput_weight: "0.5" },
    `config.csv:${LAST + 1}: `,
    `optimization_priority in line ${configLine("optimization_priority")}`,
    "Keep one",
  ),
  config(
    "neither priority nor its older name",
    { optimization_priority: null },
    `config.csv:${LAST - 1}: `,
    "without the parameter optimization_priority",
  ),
  config("weight above 1", { optimization_priority: null, cost_throughput_weight: "2" }, "above 1"),
  config(
    "heads do not divide the width",
    { num_attention_heads: "7" },
    at("num_attention_heads"),
    `num_attention_heads 7 does not divide d_model 768 (line ${configLine("d_model")})`,
  ),
  config(
    "key/value heads do not divide heads",
    { num_kv_heads: "5" },
    `config.csv:${LAST + 1}: `,
    "num_kv_heads 5 does not divide num_attention_heads 12",
  ),
  config(
    "more key/value heads than heads",
    { num_kv_heads: "24" },
    "num_kv_heads 24 does not divide",
  ),
  config(
    "stages larger than the network",
    { min_layers_per_stage: "13" },
    at("min_layers_per_stage"),
    "more than num_decoder_layers 12",
    "at most 12",
  ),
  config(
    "smallest batch above the largest",
    { min_batch_size: "64", max_batch_size: "32" },
    `config.csv:${LAST + 1}: `,
    `64 is above the largest, 32 (config.csv:${LAST + 2})`,
  ),
  config(
    "aggregated without output",
    { workload_phase: "aggregated", output_length: "0" },
    `config.csv:${LAST + 2}: `,
    `aggregated serving (config.csv:${LAST + 1})`,
  ),
];

const POOLS: readonly BadInput[] = [
  pool("pool without rows", "instance_name,count\n", "gpu_pool.csv:1: ", "no instance type"),
  pool("count column missing", "instance_name\nbox.2x\n", "gpu_pool.csv:1: ", "column count"),
  pool(
    "unknown pool column",
    "instance_name,count,price\nbox.2x,1,2\n",
    "gpu_pool.csv:1: ",
    'unknown column "price"',
    "dollar_per_hour",
  ),
  pool("type without a name", "instance_name,count\n,4\n", "gpu_pool.csv:2, column instance_name"),
  pool(
    "type twice",
    "instance_name,count\nbox.2x,1\nbox.1x,1\nbox.2x,3\n",
    "gpu_pool.csv:4: ",
    "already in the pool, in line 2",
  ),
  pool("count of 0", "instance_name,count\nbox.2x,0\n", "gpu_pool.csv:2, column count", "below 1"),
  pool("broken count", "instance_name,count\nbox.2x,1.5\n", "not a whole number", "instances"),
  pool("empty count", "instance_name,count\nbox.2x,\n", "the count of box.2x is empty"),
  pool(
    "negative own price",
    "instance_name,count,dollar_per_hour\nbox.2x,1,-2\n",
    "gpu_pool.csv:2, column dollar_per_hour",
    "below 0",
  ),
  pool("own price NaN", "instance_name,count,dollar_per_hour\nbox.2x,1,nan\n", "not a decimal"),
  pool("own price in words", "instance_name,count,dollar_per_hour\nbox.2x,1,$2\n", '"$2"'),
  pool(
    "own price that rounds to nothing",
    "instance_name,count,dollar_per_hour\nbox.2x,1,1e-9\n",
    "below 0.000001, the least that is plausible",
    "0 is an instance that is owned",
  ),
  pool(
    "type not in the table",
    "instance_name,count\nbox.1x,1\nbox.3x,1\n",
    "gpu_pool.csv:3: ",
    '"box.3x" of AWS is not in specs.csv',
    'Did you mean "box.',
  ),
  pool(
    "type in another letter case",
    "instance_name,count\nBox.2X,1\n",
    "gpu_pool.csv:2: ",
    'Did you mean "box.2x"?',
  ),
  pool(
    "type with a blank inside",
    "instance_name,count\nbox. 2x,1\n",
    "gpu_pool.csv:2: ",
    'Did you mean "box.2x"?',
  ),
  pool(
    "type like no other",
    "instance_name,count\nND96asr_v4,1\n",
    "gpu_pool.csv:2: ",
    "Add a row for it to specs.csv",
  ),
  {
    name: "type of another provider only",
    texts: {
      pool: "instance_name,count\nbox.9x,1\n",
      instances: instancesText(
        {},
        instanceRow({ "Cloud Provider": "GCP", "Instance Name": "box.9x" }),
      ),
    },
    says: ["gpu_pool.csv:2: ", "for GCP only (line 4)", "Give --cloud-provider GCP"],
  },
];

const used = (
  name: string,
  changes: Parameters<typeof instancesText>[0],
  ...says: readonly string[]
): BadInput => instances(name, instancesText(changes), "specs.csv:2, column ", ...says);

const INSTANCES: readonly BadInput[] = [
  instances("empty table", "", "specs.csv:1: ", "empty"),
  instances(
    "table without prices",
    "Cloud Provider,Instance Name,GPU Model,External Network Bandwidth\n",
    "specs.csv:1: ",
    "lacks the column Price per Hour USD",
  ),
  instances(
    "table without GPU counts",
    instancesText().replace("GPU Count", "vCPUs").replace("num_gpus", "total_vram_gb"),
    "specs.csv:1: ",
    "neither the column num_gpus nor GPU Count",
  ),
  instances(
    "unknown table column",
    instancesText().replace("num_gpus", "num_gpu"),
    "specs.csv:1: ",
    'Did you mean "num_gpus"?',
  ),
  instances("broken row of no interest", `${instancesText()}Azure,x\n`, "specs.csv:4: ", "2 cells"),
  used("no price", { "Price per Hour USD": "" }, "the cell is empty", "gpu_pool.csv:2"),
  used("price on request", { "Price per Hour USD": "Contact sales" }, '"Contact sales"'),
  used("price of nothing", { "Price per Hour USD": "$0.00" }, "which is 0", "owned"),
  used("price in words", { "Price per Hour USD": "N/A" }, "which is not a number"),
  used("price below zero", { "Price per Hour USD": "-$3" }, "negative"),
  used("price range backwards", { "Price per Hour USD": "$160-140" }, "ends below its start"),
  used("three prices", { "Price per Hour USD": "$1-2-3" }, "not one number or a range"),
  used("decimal comma", { "Price per Hour USD": "40,96" }, "not one number", "such as $40.96"),
  used("price in euros", { "Price per Hour USD": "€8.50" }, "not in USD"),
  used("price per month", { "Price per Hour USD": "$6,205 per month" }, "not a price per hour"),
  used("price in thousands", { "Price per Hour USD": "$3k" }, 'in which "k" is not understood'),
  used("price beyond reason", { "Price per Hour USD": "$2,000,000" }, "above 1000000"),
  used("GPU without a name", { "GPU Model": "" }, "column GPU Model (box.2x)", "no name"),
  used("no GPUs", { num_gpus: "0" }, "column num_gpus (box.2x)", "whole number from 1"),
  used("part of a GPU", { num_gpus: "0.5" }, "column num_gpus"),
  used("two GPU counts", { num_gpus: "", "GPU Count": "2 of 8" }, "column GPU Count", '"2 of 8"'),
  used("memory of nothing", { vram_gb_per_gpu: "0" }, "column vram_gb_per_gpu", "80 GB"),
  used(
    "memory in megabytes",
    { vram_gb_per_gpu: "", "GPU Memory per GPU": "81920 MB" },
    '"81920 MB"',
  ),
  used("negative memory", { vram_gb_per_gpu: "-80" }, '"-80"'),
  used(
    "interconnect in bits",
    { "Internal GPU Interconnect Bandwidth": "600 Gb/s" },
    "column Internal GPU Interconnect Bandwidth",
    '"600 Gb/s" is not a bandwidth',
  ),
  used("interconnect of 0", { "Internal GPU Interconnect Bandwidth": "0 GB/s" }, '"0 GB/s"'),
  used(
    "no interconnect at all",
    { "Internal GPU Interconnect Bandwidth": "none", "PCIe Bandwidth": "" },
    'neither "none" nor the PCIe cell ""',
    "PCIe Gen4 x16",
  ),
  used(
    "PCIe generation without a rate",
    { "Internal GPU Interconnect Bandwidth": "", "PCIe Bandwidth": "PCIe Gen7 x16" },
    "column PCIe Bandwidth",
    "generations 2 to 5",
  ),
  used(
    "PCIe lanes that do not exist",
    { "Internal GPU Interconnect Bandwidth": "", "PCIe Bandwidth": "PCIe Gen4 x12" },
    "column PCIe Bandwidth",
  ),
  used("network in other words", { "External Network Bandwidth": "Very high" }, '"Very high"'),
  used("network missing", { "External Network Bandwidth": "" }, "(box.2x)", "such as 100 Gbps"),
  used("network of 0", { "External Network Bandwidth": "0 Gbps" }, '"0 Gbps"'),
  used("network with a factor", { "External Network Bandwidth": "4x 100 Gbps" }, '"4x 100 Gbps"'),
  instances(
    "rows that disagree on the price",
    instancesText({}, instanceRow({ "Price per Hour USD": "$9" })),
    "specs.csv:4, column Price per Hour USD",
    "also in line 2",
    '"$9" here, "$8.50" there',
  ),
  instances(
    "rows that disagree on the GPUs",
    instancesText({ num_gpus: "" }, instanceRow({ num_gpus: "", "GPU Count": "4" })),
    "specs.csv:4, column GPU Count",
    "also in line 2",
  ),
  instances(
    "rows that disagree on the region",
    instancesText({}, instanceRow())
      .split("\n")
      .map((line, index) => line && `${line},${["Region", "us-east-1", "", "eu-west-1"][index]}`)
      .join("\n"),
    "specs.csv:4, column Region",
    "also in line 2",
  ),
  instances(
    "unknown kind of price",
    withColumn("Price Kind", "on demand"),
    "specs.csv:2, column Price Kind",
    'Did you mean "on-demand"?',
  ),
  instances(
    "price date that is no date",
    withColumn("Price Date", "2025-02-30"),
    "specs.csv:2, column Price Date",
    "YYYY-MM-DD",
  ),
];

/** The instance table with one more column, filled for box.2x. */
function withColumn(column: string, cell: string): string {
  const [header, first, ...rest] = instancesText().trimEnd().split("\n");
  return [`${header},${column}`, `${first},${cell}`, ...rest.map((line) => `${line},`)].join("\n");
}

const entry = (from: string, to: string): string => NETWORK_TEXT.replace(from, to);

const NETWORKS: readonly BadInput[] = [
  network("empty matrix", "", "network.csv:1: ", "empty"),
  network("matrix of another pool", ",gpu_0\ngpu_0,1\n", "network.csv:1: ", "1 columns", "4 GPUs"),
  network("row missing", entry("gpu_3,6.25,6.25,12.5,10000\n", ""), "network.csv:4: ", "3 rows"),
  network("row label wrong", entry("\ngpu_2,", "\ngpu_3,"), "network.csv:4, column 1", '"gpu_3"'),
  network("column label wrong", entry(",gpu_1,", ",gpu1,"), "network.csv:1, column 3", '"gpu1"'),
  network("zero", entry("gpu_1,600", "gpu_1,0"), "network.csv:3, column gpu_0", "not above 0"),
  network("negative entry", entry("12.5,10000", "-12.5,10000"), "network.csv:5, column gpu_2"),
  network("missing entry", entry("6.25,10000", ",10000"), "network.csv:4, column gpu_1", "empty"),
  network("entry NaN", entry("10000,600", "10000,NaN"), "network.csv:2, column gpu_1", '"NaN"'),
  network("entry in hex", entry("10000,600", "10000,0x10"), "network.csv:2, column gpu_1"),
  network("entry too large", entry("10000,600", "10000,1e999"), "network.csv:2", "too large"),
  network("short row of the matrix", entry("12.5,10000", "12.5"), "network.csv:5: ", "3 entries"),
  network(
    "matrix with quotes and a bad entry",
    entry("gpu_0,10000,600", '"gpu_0","10000","-600"'),
    "network.csv:2, column gpu_1",
    "not above 0",
  ),
];

const FLAGS: readonly BadInput[] = [
  flags(
    "unknown cost model",
    { costModel: "calibrate" },
    '--cost-model: there is no cost model "calibrate".',
    'Did you mean "calibrated"?',
  ),
  flags(
    "an engine of the reference model",
    { engine: "vllm" },
    '--engine: the cost model "reference" has no engine.',
    "--cost-model calibrated",
  ),
  flags("provider in lower case", { cloudProvider: "aws" }, "--cloud-provider: ", '"AWS"?'),
  flags("unknown phase flag", { phase: "agregated" }, "--phase: ", 'Did you mean "aggregated"?'),
  flags("no input", { inputTokens: 0 }, "--input-length: ", "0 is below 1", "tokens from 1"),
  flags("half an output", { outputTokens: 0.5 }, "--output-length: ", "not a whole number"),
  flags("batch NaN", { minBatch: Number.NaN }, "--min-batch-size: ", "not a number"),
  flags(
    "batches crossed",
    { minBatch: 8, maxBatch: 4 },
    "--min-batch-size: ",
    "above the largest, 4 (--max-batch-size)",
  ),
  flags("negative limit", { limits: { maxHourlyCostUsd: -1 } }, "--max-hourly-cost: ", "below 0"),
  flags(
    "an owned type that is not there",
    { ownedByType: new Map([["box.3x", 1]]) },
    '--own: "box.3x" is not in the pool.',
    'Did you mean "box.2x"?',
  ),
  flags(
    "more owned than there are",
    {
      ownedByType: new Map([
        ["box.2x", 1],
        ["box.1x", 3],
      ]),
    },
    "--own: 3 of box.1x are owned, but the pool has 2 (gpu_pool.csv:3).",
    "Give at most 2",
  ),
  flags("half an owned instance", { ownedByType: new Map([["box.1x", 0.5]]) }, "not a whole"),
  flags("time limit of 0", { timeLimitSeconds: 0 }, "--time-limit: ", "not above 0"),
  {
    name: "flag against a key",
    texts: { config: configText({ workload_phase: "aggregated" }) },
    flags: { outputTokens: 0 },
    says: ["--output-length: ", `aggregated serving (config.csv:${LAST + 1})`],
  },
];

const ALL = [
  ...CSV_STRUCTURE,
  ...CONFIG_VALUES,
  ...CONFIG_TOGETHER,
  ...POOLS,
  ...INSTANCES,
  ...NETWORKS,
  ...FLAGS,
];

describe("bad input is refused with its place and what to do", () => {
  it("starts from a problem that is fine", () => {
    expect(buildProblem(problemFiles({ network: NETWORK_TEXT })).pool.gpuCount).toBe(4);
    expect(POOL_TEXT).toContain(BOX_1X["Instance Name"]);
  });

  it.each(ALL.map((bad) => [bad.name, bad] as const))("%s", (_name, { texts, flags, says }) => {
    const message = messageOf(() => buildProblem(problemFiles(texts), flags));
    for (const part of says) expect(message).toContain(part);
    // A sentence that says what is wrong and one that says what to do.
    expect(message).toMatch(/^[^ ]+.*: .*[.?] [A-Z].*[.?]$/su);
  });
});
