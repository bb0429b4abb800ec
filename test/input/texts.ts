import type { ProblemFiles } from "../../src/input/problem/build-problem.ts";

/** The parameters of a small, valid configuration, one a line from line 2 on. */
export const CONFIG: Readonly<Record<string, string>> = {
  model_name: "tiny",
  num_decoder_layers: "12",
  d_model: "768",
  d_hidden: "3072",
  vocab_size: "50257",
  num_attention_heads: "12",
  layer_weight_memory_gb: "0.5",
  time_limit_seconds: "60",
  optimality_gap: "0",
  bytes_per_element: "2",
  enable_segment_quantization: "false",
  max_pipeline_stages: "4",
  min_layers_per_stage: "1",
  min_memory_utilization: "0",
  network_bandwidth_percentile_threshold: "0",
  optimization_priority: "balanced",
  max_hourly_cost: "999",
  max_cost_per_million_token: "999999",
  max_total_cost: "999.0",
  max_total_runtime_hours: "999999.0",
  throughput_normalization: "1000",
  cost_normalization: "1",
  total_tokens_to_process: "1000000",
  cost_model: "reference",
};

/** Line of a parameter of CONFIG in `configText()`. */
export function configLine(key: string): number {
  return Object.keys(CONFIG).indexOf(key) + 2;
}

/** config.csv with parameters changed (null removes one) or added at the end. */
export function configText(changes: Readonly<Record<string, string | null>> = {}): string {
  const lines = Object.entries({ ...CONFIG, ...changes }).flatMap(([key, value]) =>
    value === null ? [] : [`${key},${value}`],
  );
  return `parameter,value\n${lines.join("\n")}\n`;
}

export const POOL_TEXT = "instance_name,count\nbox.2x,1\nbox.1x,2\n";

const INSTANCE_COLUMNS = [
  "Cloud Provider",
  "Instance Name",
  "GPU Model",
  "GPU Count",
  "PCIe Bandwidth",
  "GPU Memory per GPU",
  "Internal GPU Interconnect Bandwidth",
  "External Network Bandwidth",
  "Price per Hour USD",
  "num_gpus",
  "vram_gb_per_gpu",
] as const;
export type InstanceColumn = (typeof INSTANCE_COLUMNS)[number];

const BOX_2X: Readonly<Record<InstanceColumn, string>> = {
  "Cloud Provider": "AWS",
  "Instance Name": "box.2x",
  "GPU Model": "NVIDIA A100",
  "GPU Count": "2",
  "PCIe Bandwidth": "PCIe Gen4 x16",
  "GPU Memory per GPU": "80 GB",
  "Internal GPU Interconnect Bandwidth": "600 GB/s",
  "External Network Bandwidth": "100 Gbps",
  "Price per Hour USD": "$8.50",
  num_gpus: "2.0",
  vram_gb_per_gpu: "80.0",
};

/** A row of the instance table: box.2x with some cells changed. */
export function instanceRow(changes: Partial<Record<InstanceColumn, string>> = {}): string {
  const cells = { ...BOX_2X, ...changes };
  return INSTANCE_COLUMNS.map((column) => `"${cells[column]}"`).join(",");
}

export const BOX_1X: Partial<Record<InstanceColumn, string>> = {
  "Instance Name": "box.1x",
  "GPU Model": "NVIDIA T4",
  "GPU Count": "1",
  "GPU Memory per GPU": "16 GB",
  num_gpus: "1",
  vram_gb_per_gpu: "16",
  "Price per Hour USD": "$0.75",
};

/** The instance table: box.2x with changes in line 2, box.1x in line 3, then further rows. */
export function instancesText(
  changes: Partial<Record<InstanceColumn, string>> = {},
  ...more: readonly string[]
): string {
  const rows = [instanceRow(changes), instanceRow(BOX_1X), ...more];
  return `${INSTANCE_COLUMNS.join(",")}\n${rows.join("\n")}\n`;
}

/** The bandwidth matrix of POOL_TEXT: four GPUs. */
export const NETWORK_TEXT: string = [
  ",gpu_0,gpu_1,gpu_2,gpu_3",
  "gpu_0,10000,600,6.25,6.25",
  "gpu_1,600,10000,6.25,6.25",
  "gpu_2,6.25,6.25,10000,12.5",
  "gpu_3,6.25,6.25,12.5,10000",
  "",
].join("\n");

/** A valid problem with some of its texts replaced. */
export function problemFiles(
  texts: {
    readonly config?: string;
    readonly pool?: string;
    readonly instances?: string;
    readonly network?: string;
    readonly layers?: string;
  } = {},
): ProblemFiles {
  return {
    config: { text: texts.config ?? configText(), fileName: "config.csv" },
    pool: { text: texts.pool ?? POOL_TEXT, fileName: "gpu_pool.csv" },
    instances: { text: texts.instances ?? instancesText(), fileName: "specs.csv" },
    network: texts.network === undefined ? null : { text: texts.network, fileName: "network.csv" },
    layers: texts.layers === undefined ? null : { text: texts.layers, fileName: "layers.csv" },
  };
}

/** The message of the error that a function throws; it has to be an InputError. */
export function messageOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof Error && error.name === "InputError") return error.message;
    throw error;
  }
  throw new Error("nothing was thrown");
}
