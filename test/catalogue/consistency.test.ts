import { describe, expect, it } from "vitest";
import { namedGpuCount } from "../../src/catalogue/check-instance.ts";
import { checkConsistency } from "../../src/catalogue/consistency.ts";
import { overlay } from "../../src/catalogue/overlay.ts";
import {
  catalogue,
  DISCOUNTS_HEADER,
  GPUS_HEADER,
  INSTANCES,
  PRICES,
  PRICES_HEADER,
  parseOwn,
  replaced,
  TODAY,
} from "./made-up.ts";

/** Findings of the small catalogue with one piece of a table replaced, as lines. */
function found(
  table: "instances" | "prices",
  piece: string,
  by: string,
  today: string = TODAY,
): readonly string[] {
  const text = table === "instances" ? INSTANCES : PRICES;
  return lines(catalogue({ [table]: replaced(text, piece, by) }), today);
}

function lines(of: ReturnType<typeof catalogue>, today: string = TODAY): readonly string[] {
  return checkConsistency(of, today).map(
    ({ severity, where, message }) => `${severity}: ${where}: ${message}`,
  );
}

describe("checkConsistency", () => {
  it("finds nothing in a catalogue that is consistent", () => {
    expect(lines(catalogue())).toEqual([]);
  });

  it.each([
    [
      "H100-SXM5-80GB,8,80,",
      "H100-SXM5-80GB,8,40,",
      "error: instances.csv:2: p5.48xlarge has 8 × 40 GiB, but a H100-SXM5-80GB has 79.2 GiB that can be used.",
    ],
    ["L4,1,24,32,pcie4", "L4,1,24,32,nvl3", "error"],
    ["L4,1,24,32,pcie4", "L4,1,24,16,pcie3", null],
    [
      "L4,1,24,32,pcie4",
      "L4,1,24,64,pcie5",
      "error: instances.csv:3: g6.xlarge has pcie5 between its GPUs, but a L4 has pcie4.",
    ],
    [
      "L4,1,24,32,pcie4",
      "L4,1,24,32,xgmi",
      "error: instances.csv:3: g6.xlarge has xgmi between its GPUs, but a L4 has pcie4.",
    ],
    [
      "H100-SXM5-80GB,8,80,900,nvl4",
      "H100-SXM5-80GB,8,80,900,nvl3",
      "error: instances.csv:2: p5.48xlarge has nvl3 between its GPUs, but a H100-SXM5-80GB has nvl4.",
    ],
    [
      "900,nvl4",
      "1800,nvl4",
      "error: instances.csv:2: p5.48xlarge has 1800 GB/s inside, but nvl4 gives at most 900.",
    ],
    [
      "900,nvl4",
      "200,nvl4",
      "warning: instances.csv:2: p5.48xlarge has 200 GB/s inside, far below the 900 of nvl4.",
    ],
    [
      "AWS,g6.xlarge,L4",
      "AWS,g6.xlarge,L44",
      'error: instances.csv:3: g6.xlarge has the GPU "L44", which is not known. Did you mean "L40"?',
    ],
    [
      "a3-highgpu-8g,H100-SXM5-80GB,8",
      "a3-highgpu-8g,H100-SXM5-80GB,4",
      "error: instances.csv:4: a3-highgpu-8g is named for 8 GPUs but has 4.",
    ],
    [
      "3200,192,2048,made up,2026-11-01",
      "3200,192,2048,,",
      "warning: instances.csv:2: p5.48xlarge has no source.",
    ],
  ])("instances: %s as %s", (piece, by, expected) => {
    const findings = found("instances", piece, by);
    if (expected === null) expect(findings).toEqual([]);
    else if (expected === "error")
      expect(findings[0]).toMatch(/^(error|warning): instances\.csv:3: g6\.xlarge has nvl3/);
    else expect(findings).toContain(expected);
  });

  it("knows memory that a name tells", () => {
    const text = replaced(
      INSTANCES,
      "RunPod,1x_L4_SECURE,L4,1,24,32,pcie4",
      "RunPod,1x_A100-80GB_SECURE,A100-PCIe-40GB,1,40,32,pcie4",
    );
    expect(
      lines(
        catalogue({
          instances: text,
          prices: replaced(
            PRICES,
            "1x_L4_SECURE,global,on-demand,0.39",
            "1x_A100-80GB_SECURE,global,on-demand,1.39",
          ),
        }),
      ),
    ).toEqual(["error: instances.csv:6: 1x_A100-80GB_SECURE is named for 80 GB but has 40 GiB."]);
  });

  it.each([
    ["a3-highgpu-8g", 8],
    ["a2-ultragpu-1g", 1],
    ["BM.GPU.H100.8", 8],
    ["BM.GPU4.8", 8],
    ["BM.GPU.A100-v2.8", 8],
    ["VM.GPU.A10.2", 2],
    ["gpu_8x_h100_sxm5", 8],
    ["gd-8xh100ib-i128", 8],
    ["gpu-h100-sxm_8gpu-128vcpu-1600gb", 8],
    ["8x_H100_SECURE", 8],
    ["p5.48xlarge", null],
    ["g6e.2xlarge", null],
    ["g2-standard-96", null],
    ["Standard_ND96isr_H100_v5", null],
    ["Standard_NC24ads_A100_v4", null],
  ])("reads the number of GPUs in the name %s as %s", (name, count) => {
    expect(namedGpuCount(name)).toBe(count);
  });

  it.each([
    // The price of one GPU for eight, and one that is off by more than any offer.
    [
      "55.04",
      "6.88",
      "warning: prices.csv:2: p5.48xlarge (us-east-1, on-demand) costs 6.88 USD/h, 0.86 a GPU; plausible for H100-SXM5-80GB: 1.20 to 16.",
    ],
    [
      "55.04",
      "4",
      "error: prices.csv:2: p5.48xlarge (us-east-1, on-demand) costs 4 USD/h, 0.50 a GPU; plausible for H100-SXM5-80GB: 1.20 to 16.",
    ],
    [
      "0.8048",
      "80.48",
      "error: prices.csv:5: g6.xlarge (us-east-1, on-demand) costs 80.48 USD/h, 80.48 a GPU; plausible for L4: 0.15 to 5.",
    ],
    [
      "0.39",
      "0.1",
      "warning: prices.csv:8: 1x_L4_SECURE (global, on-demand) costs 0.1 USD/h, 0.10 a GPU; plausible for L4: 0.15 to 5.",
    ],
    [
      "5.07",
      "0",
      "error: prices.csv:7: a2-ultragpu-1g (us-central1, on-demand) costs 0; only owned instances do.",
    ],
    [
      "20.5",
      "60",
      "warning: prices.csv:3: p5.48xlarge (us-east-1) costs 60 USD/h as spot, more than 55.04 on demand.",
    ],
    [
      "AWS,p5.48xlarge,us-west-2",
      "AWS,p6,us-west-2",
      "error: prices.csv:4: p6 (us-west-2, on-demand) has a price, but AWS has no such instance in instances.csv.",
    ],
    [
      "RunPod,1x_L4_SECURE",
      "AWS,g6.xlarge",
      "warning: instances.csv:6: 1x_L4_SECURE of RunPod has no price.",
    ],
    [
      "55.04,2026-11-01",
      "55.04,2026-11-25",
      "error: prices.csv:2: the price of p5.48xlarge (us-east-1, on-demand) is dated 2026-11-25, after 2026-11-24.",
    ],
    [
      "55.04,2026-11-01",
      "55.04,",
      "warning: prices.csv:2: the price of p5.48xlarge (us-east-1, on-demand) has no date.",
    ],
    [
      "55.04,2026-11-01,made up",
      "55.04,2026-11-01,",
      "warning: prices.csv:2: the price of p5.48xlarge (us-east-1, on-demand) has no source.",
    ],
    [
      "us-west-2,on-demand,56",
      "us-east-1,on-demand,56",
      "error: prices.csv:4: the price AWS p5.48xlarge us-east-1 on-demand is also in prices.csv:2, with usd_per_hour 55.04 where here it is 56.",
    ],
    [
      "us-west-2,on-demand,56",
      "us-east-1,on-demand,55.04",
      "warning: prices.csv:4: the price AWS p5.48xlarge us-east-1 on-demand is already in prices.csv:2.",
    ],
  ])("prices: %s as %s", (piece, by, expected) => {
    expect(found("prices", piece, by)).toContain(expected);
  });

  it("takes what a large host costs off before it calls a price too high", () => {
    // One T4 with 64 virtual CPUs.
    const instances = replaced(
      INSTANCES,
      "g6.xlarge,L4,1,24,32,pcie4,2.5,4,16",
      "g4dn.16xlarge,T4,1,16,16,pcie3,50,64,256",
    );
    const prices = replaced(
      PRICES,
      "g6.xlarge,us-east-1,on-demand,0.8048",
      "g4dn.16xlarge,us-east-1,on-demand,4.352",
    );
    expect(lines(catalogue({ instances, prices }))).toEqual([]);
    const few = replaced(instances, "50,64,256", "50,4,256");
    expect(lines(catalogue({ instances: few, prices }))).toHaveLength(1);
  });

  it("says once for a provider and a date that prices are stale, from the 91st day on", () => {
    expect(lines(catalogue(), "2027-01-30")).toEqual([]);
    expect(lines(catalogue(), "2027-01-31")).toEqual([
      "warning: prices.csv:2: 4 prices of AWS are dated 2026-11-01, 91 days before 2027-01-31.",
      "warning: prices.csv:6: 2 prices of GCP are dated 2026-11-01, 91 days before 2027-01-31.",
      "warning: prices.csv:8: a price of RunPod is dated 2026-11-01, 91 days before 2027-01-31.",
    ]);
  });

  it("checks GPUs of the user's own, discounts, and what was replaced; errors come first", () => {
    const own = parseOwn(
      {
        gpus: `${GPUS_HEADER}\nX1,ada,100,50,0,500,30,300,pcie4,\n`,
        discounts: `${DISCOUNTS_HEADER}\nAWS,*,*,*,5,\nAzure,*,*,*,5,\n`,
        prices: `${PRICES_HEADER}\nRunPod,1x_L4_SECURE,global,on-demand,0.45,2026-11-20,contract\n`,
      },
      "mine/",
    );
    expect(lines(overlay(catalogue(), own))).toEqual([
      "error: mine/gpus.csv:2: X1 has fewer TFLOPS with fewer bits: 100 at 16, 50 at 8, 0 at 4.",
      "warning: mine/discounts.csv:3: the discount applies to no price.",
      "warning: mine/gpus.csv:2: X1 has no source.",
      "warning: mine/prices.csv:2: replaced: price RunPod 1x_L4_SECURE global on-demand, usd_per_hour 0.45 for 0.39 (mine/prices.csv:2 over prices.csv:8).",
    ]);
  });
});
