import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createRandom, drawIndex, drawItem, type Random } from "../src/bench/random.ts";

/** GPU as tables name it, its spec, memory in GiB, bandwidth inside in GB/s, link, USD per GPU and hour. */
const GPUS = [
  ["NVIDIA H100", "H100-SXM5-80GB", 80, 900, "nvl4", 4],
  ["NVIDIA A100", "A100-SXM4-80GB", 80, 600, "nvl3", 2.5],
  ["NVIDIA L40S", "L40S", 48, 32, "pcie4", 1.5],
  ["NVIDIA A10G", "A10G", 24, 32, "pcie4", 1],
  ["NVIDIA V100", "V100-SXM2-32GB", 32, 300, "nvl2", 2],
  ["Tesla T4", "T4", 16, 16, "pcie3", 0.5],
] as const;
const GPU_COUNTS = [1, 2, 4, 8];
const GBITS_PER_SECOND = [25, 50, 100, 400];
const PROVIDERS = 40;
const REGIONS = 60;
const OWN_GPUS = 200;
const DISCOUNTS = 500;
const KINDS = ["on-demand", "spot", "reserved"];

interface DrawnType {
  readonly provider: string;
  readonly name: string;
  readonly gpu: (typeof GPUS)[number];
  readonly gpus: number;
  readonly gbitsPerSecond: number;
  /** USD an hour of the whole instance, as text. */
  readonly price: string;
}

function drawTypes(random: Random, number: number): readonly DrawnType[] {
  return Array.from({ length: number }, (_, index) => {
    const gpu = drawItem(random, GPUS);
    const gpus = drawItem(random, GPU_COUNTS);
    return {
      provider: `cloud-${index % PROVIDERS}`,
      name: `gpu${index}.${gpus}x-${gpu[1].toLowerCase()}`,
      gpu,
      gpus,
      gbitsPerSecond: drawItem(random, GBITS_PER_SECOND),
      price: (gpu[5] * gpus * (0.8 + 0.4 * random())).toFixed(4),
    };
  });
}

/** gpu_pool.csv with its table, and a placement on one of its types. */
function poolTexts(types: readonly DrawnType[], used: DrawnType): Readonly<Record<string, string>> {
  const specs = types.map(
    ({ name, gpu, gpus, gbitsPerSecond, price }) =>
      `AWS,${name},${gpu[0]},${gpus},PCIe Gen4 x16,${gpu[2]} GB,${gpu[3]} GB/s,${gbitsPerSecond} Gbps,$${price}`,
  );
  const placement = {
    batch_size: 32,
    sequence_length: 2048,
    output_length: 512,
    workload_phase: "aggregated",
    stages: [
      { gpu_type: `${used.name}#0`, tp_degree: 2, start_layer: 1, end_layer: 40 },
      { gpu_type: `${used.name}#1`, tp_degree: 2, start_layer: 41, end_layer: 80 },
    ],
  };
  return {
    "config.csv": readFileSync("config/llama3-70b/config.csv", "utf8"),
    "gpu_pool.csv": lines(
      "instance_name,count",
      types.map(({ name }) => `${name},4`),
    ),
    "cloud_instances_specs.csv": lines(
      "Cloud Provider,Instance Name,GPU Model,GPU Count,PCIe Bandwidth,GPU Memory per GPU,Internal GPU Interconnect Bandwidth,External Network Bandwidth,Price per Hour USD",
      specs,
    ),
    "placement.json": JSON.stringify(placement),
  };
}

/** Instances, GPUs of one's own, discounts, and prices in regions and kinds up to a size. */
function catalogueTexts(
  random: Random,
  types: readonly DrawnType[],
  bytes: number,
): Readonly<Record<string, string>> {
  const gpus = Array.from(
    { length: OWN_GPUS },
    (_, index) => `own-${index},hopper,900,1800,0,3300,80,700,nvl4,datasheet ${index}`,
  );
  const instances = types.map(
    ({ provider, name, gpu, gpus, gbitsPerSecond }) =>
      `${provider},${name},${gpu[1]},${gpus},${gpu[2]},${gpu[3]},${gpu[4]},${gbitsPerSecond},${gpus * 12},${gpus * 128},price list of ${provider} as downloaded,2026-11-01`,
  );
  const discounts = Array.from({ length: DISCOUNTS }, (_, index) => {
    const { provider, name } = drawItem(random, types);
    return `${provider},${index % 2 === 0 ? name : "*"},region-${index % REGIONS},${drawItem(random, KINDS)},${1 + (index % 30)},contract ${index}`;
  });
  const prices: string[] = [];
  let left = bytes;
  // Region by region, as long as there is room: every row is another offer.
  for (let round = 0; left > 0 && round < REGIONS * KINDS.length; round++) {
    for (const { provider, name, price } of types) {
      const row = `${provider},${name},region-${Math.floor(round / KINDS.length)},${KINDS[round % KINDS.length]},${(Number(price) * (1 - (round % KINDS.length) * 0.2)).toFixed(4)},2026-11-${String(1 + drawIndex(random, 28)).padStart(2, "0")},price list of ${provider} as downloaded`;
      prices.push(row);
      left -= row.length + 1;
      if (left <= 0) break;
    }
  }
  return {
    "gpus.csv": lines(
      "gpu,gpu_class,tflops_16bit,tflops_8bit,tflops_4bit,memory_gbytes_per_second,usable_memory_gib,tdp_watts,link,source",
      gpus,
    ),
    "instances.csv": lines(
      "provider,instance,gpu,gpus,gpu_memory_gib,inside_gbytes_per_second,link,network_gbits_per_second,vcpus,host_memory_gib,source,checked_on",
      instances,
    ),
    "prices.csv": lines("provider,instance,region,kind,usd_per_hour,as_of,source", prices),
    "discounts.csv": lines("provider,instance,region,kind,discount_percent,source", discounts),
  };
}

function lines(header: string, rows: readonly string[]): string {
  return `${header}\n${rows.join("\n")}\n`;
}

function write(directory: string, texts: Readonly<Record<string, string>>): void {
  mkdirSync(directory, { recursive: true });
  for (const [name, text] of Object.entries(texts)) writeFileSync(join(directory, name), text);
}

/** A command on the inputs, for the arguments of `llm-placement`. */
export interface LargeCommand {
  readonly name: string;
  readonly args: readonly string[];
}

/**
 * Writes DIRECTORY/pool with a number of types, DIRECTORY/catalogue with as many and prices that fill so many MiB, and
 * DIRECTORY/pool.csv, a pool out of it. One seed gives the same bytes every time.
 * @returns the commands that read them
 */
export function writeLargeInputs(
  directory: string,
  {
    types: number,
    mib,
    seed,
  }: { readonly types: number; readonly mib: number; readonly seed: number },
): readonly LargeCommand[] {
  const random = createRandom(seed);
  const types = drawTypes(random, number);
  const pool = join(directory, "pool");
  const catalogue = join(directory, "catalogue");
  const chosen = join(directory, "pool.csv");
  // Two of its GPUs hold half of the model.
  const large = types.findLast(({ gpu, gpus }) => gpu[2] === 80 && gpus >= 2)!;
  write(pool, poolTexts(types, large));
  write(catalogue, catalogueTexts(random, types, mib * 2 ** 20));
  writeFileSync(
    chosen,
    lines(
      "instance,count,region",
      types.map(({ name }) => `${name},4,region-0`),
    ),
  );
  const load = "--phase aggregated --input-length 2048 --output-length 512";
  const split = `--min-batch-size 32 --max-batch-size 32 --instance-family ${large.name} --tp-degree 2 --pp-stages 2`;
  const evaluate = ["evaluate", "--config-dir", pool];
  const list = ["instances", "--catalogue", catalogue];
  return [
    { name: "read-pool", args: [...evaluate, "--placement", join(pool, "placement.json")] },
    {
      name: "read-catalogue-pool",
      args: [
        ...evaluate,
        ...["--catalogue", catalogue, "--pool", chosen],
        ...load.split(" "),
        ...split.split(" "),
      ],
    },
    { name: "read-catalogue-list", args: [...list, "--provider", "cloud-7"] },
    { name: "read-catalogue-check", args: [...list, "--check"] },
  ];
}
