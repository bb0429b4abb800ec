import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeLargeInputs } from "./large-input-files.ts";

/** A command that is measured from the start of its process to its end. */
export interface WholeCommand {
  /** Unique, and what `--only` takes. */
  readonly name: string;
  /** The arguments of `llm-placement`. */
  readonly args: readonly string[];
  /** 2: infeasible, which is explained. */
  readonly exitCode: 0 | 2;
}

/** `solve` arguments of the founding problem. */
export const FOUNDING_ARGUMENTS: readonly string[] = words(
  "--config-dir config/llama3-70b --cost-model reference --phase aggregated --input-length 2048 --output-length 512 --min-batch-size 32 --max-batch-size 32",
);

const LENGTHS = "--input-length 2048 --output-length 512";
/** The 70B model on the catalogue: no load is given, so every level of concurrency is searched. */
const CATALOGUE = `--model llama-3.3-70b ${LENGTHS}`;
const REGION = `${CATALOGUE} --providers AWS --regions us-east-1`;
/** What AWS has with these GPUs on demand: 16 offers. */
const SIXTEEN_OFFERS = "--providers AWS --gpus H100,H200,B200,B300";

/** What users run on the shipped files. */
const SOLVES: readonly (readonly [name: string, flags: string, exitCode?: 2])[] = [
  ["region-any-load", REGION],
  ["whole-any-load", CATALOGUE],
  ["region-rate-limits", `${REGION} --request-rate 3 --max-ttft-ms 2000 --max-tpot-ms 60`],
  ["region-infeasible", `${REGION} --request-rate 200 --max-ttft-ms 1000 --max-tpot-ms 30`, 2],
  ["region-budget", `${REGION} --max-hourly-cost 10`],
  [
    "spot-moe-any-load",
    `--model deepseek-r1 ${LENGTHS} --providers AWS,GCP --price-kinds on-demand,spot`,
  ],
  [
    "moe-16-offers-frontier",
    `--model glm-4.5-air ${LENGTHS} ${SIXTEEN_OFFERS} --max-load --frontier`,
  ],
];

/** Larger than anything real. */
const LARGE = { types: 10_000, mib: 50, seed: 1 };

/**
 * Every command that is measured: the founding problem, models of the library on the catalogue, a small weighted problem, and what
 * reads large files. Writes the files that are not shipped.
 * @param scratch an empty directory
 * @param large sizes of the large files
 */
export function wholeCommands(scratch: string, large: typeof LARGE = LARGE): WholeCommand[] {
  const solve = (name: string, flags: readonly string[], exitCode: 0 | 2 = 0): WholeCommand => ({
    name,
    args: ["solve", ...flags],
    exitCode,
  });
  return [
    solve("founding", FOUNDING_ARGUMENTS),
    solve("founding-frontier", [...FOUNDING_ARGUMENTS, "--frontier"]),
    ...SOLVES.map(([name, flags, exitCode]) => solve(name, words(flags), exitCode)),
    solve("weighted-one-instance", [
      "--config-dir",
      writeSixLayers(join(scratch, "six-layers")),
      ...words(
        "--cost-model reference --phase prefill --input-length 512 --min-batch-size 1 --max-batch-size 1024 --objective weighted --weight 0.5 --max-instances 1",
      ),
    ]),
    ...writeLargeInputs(scratch, large).map(
      ({ name, args }): WholeCommand => ({ name, args, exitCode: 0 }),
    ),
  ];
}

/** What differs from the founding configuration in one of six layers whose stages may have any size. */
const SIX_LAYERS: Readonly<Record<string, string | number>> = {
  num_decoder_layers: 6,
  layer_weight_memory_gb: 3,
  enable_segment_quantization: "false",
  max_pipeline_stages: 6,
  min_layers_per_stage: 1,
  min_memory_utilization: 0,
  max_cost_per_million_token: 999_999,
};

/** Two of the four offers differ in their name alone, so that answers tie. */
const FOUR_OFFERS = `Cloud Provider,Instance Name,GPU Model,GPU Count,PCIe Bandwidth,GPU Memory per GPU,Internal GPU Interconnect Bandwidth,External Network Bandwidth,Price per Hour USD
AWS,two-rtx,NVIDIA RTX 4090,2,PCIe Gen4 x16,24 GB,32 GB/s,5 Gbps,$9.2306
AWS,four-a100,NVIDIA A100,4,PCIe Gen4 x16,40 GB,600 GB/s,100 Gbps,$19.2306
AWS,four-v100,NVIDIA V100,4,PCIe Gen3 x16,16 GB,300 GB/s,50 Gbps,$12.2
AWS,two-rtx-again,NVIDIA RTX 4090,2,PCIe Gen4 x16,24 GB,32 GB/s,5 Gbps,$9.2306
`;

/** A model of six layers on four offers. @returns the directory */
function writeSixLayers(directory: string): string {
  mkdirSync(directory, { recursive: true });
  const config = readFileSync("config/llama3-70b/config.csv", "utf8").replace(
    /^(\w+),.*$/gm,
    (line, key: string) => (key in SIX_LAYERS ? `${key},${SIX_LAYERS[key]}` : line),
  );
  const pool = "instance_name,count\ntwo-rtx,3\nfour-a100,2\nfour-v100,2\ntwo-rtx-again,2\n";
  writeFileSync(join(directory, "config.csv"), config);
  writeFileSync(join(directory, "gpu_pool.csv"), pool);
  writeFileSync(join(directory, "cloud_instances_specs.csv"), FOUR_OFFERS);
  return directory;
}

function words(text: string): string[] {
  return text.split(" ");
}
