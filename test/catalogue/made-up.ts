import type { Catalogue } from "../../src/catalogue/catalogue.ts";
import { parseCatalogue } from "../../src/input/catalogue/parse-catalogue.ts";

/** A small catalogue with prices that no one asks for. */
export const INSTANCES = `provider,instance,gpu,gpus,gpu_memory_gib,inside_gbytes_per_second,link,network_gbits_per_second,vcpus,host_memory_gib,source,checked_on
AWS,p5.48xlarge,H100-SXM5-80GB,8,80,900,nvl4,3200,192,2048,made up,2026-11-01
AWS,g6.xlarge,L4,1,24,32,pcie4,2.5,4,16,made up,2026-11-01
GCP,a3-highgpu-8g,H100-SXM5-80GB,8,80,900,nvl4,1000,208,1872,made up,2026-11-01
GCP,a2-ultragpu-1g,A100-SXM4-80GB,1,80,600,nvl3,24,12,170,made up,2026-11-01
RunPod,1x_L4_SECURE,L4,1,24,32,pcie4,1,,,made up,2026-11-01
`;

export const PRICES = `provider,instance,region,kind,usd_per_hour,as_of,source
AWS,p5.48xlarge,us-east-1,on-demand,55.04,2026-11-01,made up
AWS,p5.48xlarge,us-east-1,spot,20.5,2026-11-01,made up
AWS,p5.48xlarge,us-west-2,on-demand,56,2026-11-01,made up
AWS,g6.xlarge,us-east-1,on-demand,0.8048,2026-11-01,made up
GCP,a3-highgpu-8g,us-central1,on-demand,88.25,2026-11-01,made up
GCP,a2-ultragpu-1g,us-central1,on-demand,5.07,2026-11-01,made up
RunPod,1x_L4_SECURE,global,on-demand,0.39,2026-11-01,made up
`;

export const TODAY = "2026-11-24";

/** The small catalogue, with other tables where they are given; tables are named as the shipped files. */
export function catalogue(
  texts: {
    readonly instances?: string;
    readonly prices?: string;
    readonly gpus?: string;
    readonly discounts?: string;
  } = {},
): Catalogue {
  return parseOwn({ instances: INSTANCES, prices: PRICES, ...texts });
}

/** A catalogue of these tables alone. */
export function parseOwn(
  texts: Readonly<Record<string, string>>,
  directory: string = "",
): Catalogue {
  return parseCatalogue(
    Object.fromEntries(
      Object.entries(texts).map(([table, text]) => [
        table,
        { text, fileName: `${directory}${table}.csv` },
      ]),
    ),
  );
}

/** A text with one piece replaced, which has to be in it. */
export function replaced(text: string, piece: string, by: string): string {
  if (!text.includes(piece)) throw new Error(`"${piece}" is not in the text`);
  return text.replace(piece, by);
}

export const GPUS_HEADER =
  "gpu,gpu_class,tflops_16bit,tflops_8bit,tflops_4bit,memory_gbytes_per_second,usable_memory_gib,tdp_watts,link,source";
export const DISCOUNTS_HEADER = "provider,instance,region,kind,discount_percent,source";
export const PRICES_HEADER = "provider,instance,region,kind,usd_per_hour,as_of,source";
