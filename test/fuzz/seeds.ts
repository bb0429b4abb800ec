import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  CALIBRATED_PARAMETERS,
  type CalibratedParameter,
  type Calibration,
  type Multiplier,
  valueName,
} from "../../src/calibration/calibration-file.ts";
import { SHIPPED } from "../../src/cost/calibrated/shipped.ts";
import { calibrationText } from "../../src/input/measurements/parse-calibration.ts";
import { benchResult } from "../input/bench-results.ts";
import { measuredCsv } from "../input/measured-csv.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** A file of the repository. */
export function shipped(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}

/** The files of a folder of the repository, by the end of their names. */
export function shippedIn(folder: string, suffix: string): readonly string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(suffix))
    .sort()
    .map((name) => shipped(join(folder, name)));
}

/** The header of a table and every nth of its rows: a small table is changed in more telling places. */
function thinned(csv: string, step: number): string {
  const [header, ...rows] = csv.trimEnd().split("\n");
  return `${[header, ...rows.filter((_, index) => index % step === 0)].join("\n")}\n`;
}

export const INSTANCES_CSV: string = thinned(shipped("config/catalogue/instances.csv"), 12);
export const PRICES_CSV: string = thinned(shipped("config/catalogue/prices.csv"), 30);
export const GPUS_CSV: string = `gpu,gpu_class,tflops_16bit,tflops_8bit,tflops_4bit,memory_gbytes_per_second,usable_memory_gib,tdp_watts,link,source
X1,hopper,989,1979,0,3350,79.2,700,nvl4,sheet
L4,ada,121,242,0,300,22,72,pcie4,sheet
`;
export const DISCOUNTS_CSV: string = `provider,instance,region,kind,discount_percent,source
AWS,*,*,on-demand,12,private
AWS,p5.48xlarge,us-east-1,spot,30,private
`;

export const POOL_CSV: string = `instance,count,provider,region,kind,usd_per_hour,owned
p5.48xlarge,2,AWS,us-east-1,on-demand,,
p5.48xlarge,1,AWS,us-east-1,spot,12.5,1
g6.xlarge,4,,,,0,
`;

export const LENGTHS: readonly string[] = [
  "tokens,count\n128,10\n1024,5\n4096,1\n",
  "tokens,probability\n128,0.5\n1024,0.25\n8192,0.25\n",
];

export const NETWORK_CSVS: readonly string[] = [
  ",gpu_0,gpu_1,gpu_2,gpu_3\ngpu_0,10000,600,6.25,6.25\ngpu_1,600,10000,6.25,6.25\ngpu_2,6.25,6.25,10000,12.5\ngpu_3,6.25,6.25,12.5,10000\n",
];

export const LAYERS_CSVS: readonly string[] = [
  "first_layer,last_layer,layer_weight_memory_gb,d_hidden,num_kv_heads,attention_window_tokens,cut_after\n1,6,0.5,3072,12,,yes\n7,12,0.25,1536,12,128,last\n",
];

export const MEASURED: readonly string[] = [
  measuredCsv({}, { batch_or_concurrency: "16", tpot_ms: "30" }),
  measuredCsv(
    { kind: "offline_e2e", output_tokens_per_s: "500" },
    { tp: "2", gpu: "H100-SXM5-80GB" },
  ),
];

export const BENCHES: readonly string[] = [
  JSON.stringify([benchResult(), benchResult({ max_concurrency: 16, request_rate: 4 })]),
  JSON.stringify(benchResult({ num_layers: null })),
];

export const SKYPILOTS: readonly string[] = [
  `InstanceType,AcceleratorName,AcceleratorCount,vCPUs,MemoryGiB,GpuInfo,Price,SpotPrice,Region,AvailabilityZone
p5.48xlarge,H100,8.0,192.0,2048.0,"{'Gpus': [{'Name': 'H100'}]}",55.04,22.0,us-east-1,us-east-1a
p5.48xlarge,H100,8.0,192.0,2048.0,,60.0,,us-west-2,us-west-2a
g6.xlarge,L4,1.0,4.0,16.0,,0.0,0.9,us-east-1,us-east-1a
,L4,1.0,,,,0.5,0.2,us-central1,us-central1-a
`,
];

export const VANTAGES: readonly string[] = [
  JSON.stringify([
    {
      instance_type: "p5.48xlarge",
      GPU: 8,
      GPU_memory: 640,
      network_performance: "3200 Gigabit",
      pricing: {
        "us-east-1": {
          linux: {
            ondemand: "55.04",
            spot_avg: "20.1",
            reserved: { "yrTerm1Standard.noUpfront": "38" },
          },
        },
      },
    },
    { instance_type: "m5.large", GPU: 0, pricing: {} },
  ]),
];

const CALIBRATION: Calibration = {
  engine: "vllm",
  gpus: ["L40S"],
  multipliers: Object.fromEntries(
    CALIBRATED_PARAMETERS.map((name) => [
      name,
      {
        multiplier: 1.1,
        log_sd: 0.1,
        shipped: SHIPPED.values[valueName(name, "vllm")],
        figures: 3,
      },
    ]),
  ) as Record<CalibratedParameter, Multiplier>,
  rows: 3,
  figures: 6,
  errors: {
    before: { macro_mean: 0.3, macro_median: 0.2 },
    after: { macro_mean: 0.1, macro_median: 0.1 },
    left_out: { what: "row", folds: 3, macro_mean: 0.15, macro_median: 0.12 },
  },
  sources: ["a.json"],
};
export const CALIBRATIONS: readonly string[] = [calibrationText(CALIBRATION)];

export const PLACEMENTS: readonly string[] = [
  JSON.stringify({
    batch_size: 4,
    sequence_length: 128,
    output_length: 32,
    workload_phase: "aggregated",
    stages: [
      { gpu_type: "box.2x#0", tp_degree: 2, gpu_ids: [0, 1], start_layer: 1, end_layer: 8 },
      { gpu_type: "box.1x#1", tp_degree: 1, start_layer: 9, segment_size: 4 },
    ],
  }),
  JSON.stringify({
    placement: { stages: [{ gpu_type: "box.2x#0", tp_degree: 2, start_layer: 1, end_layer: 12 }] },
  }),
];

/** Answers of solve, evaluate and sweep, as examples keep them. */
export const PLANS: readonly string[] = shippedIn("examples", ".json").filter((text) =>
  text.includes('"metrics": {'),
);

export const PROBLEM_YAMLS: readonly string[] = [
  "model: llama-3.1-8b\nphase: aggregated\ninput_length: 512\noutput_length: 128\nconcurrency: 4\npool:\n  - { instance: p5.48xlarge, regions: us-east-1, max_count: 1 }\n  - { gpus: [L4], providers: [AWS], regions: [us-east-1], usd_per_hour: 1.5 }\nmax_tpot_ms: 60\ntp_degrees: [1, 2, 8]\n",
  "config_dir: .\nphase: prefill\ninput_length: 128\nmin_batch_size: 4\nmax_batch_size: 8\nobjective: throughput\nmax_hourly_cost: 20\nown: { box.1x: 1 }\nmax_stages: { box.2x: 1 }\nuniform_tp: true\n",
];
