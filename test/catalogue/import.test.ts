import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Catalogue, priceKey } from "../../src/catalogue/catalogue.ts";
import {
  applyImport,
  type CatalogueImport,
  driftOf,
  inRegions,
} from "../../src/catalogue/drift.ts";
import { catalogueFiles } from "../../src/input/catalogue/catalogue-csv.ts";
import { importSkyPilot } from "../../src/input/catalogue/import-skypilot.ts";
import { importVantage } from "../../src/input/catalogue/import-vantage.ts";
import { catalogue, parseOwn } from "./made-up.ts";

const LITERAL = `"{'Gpus': [{'Name': 'H100', 'Count': 8.0, 'MemoryInfo': {'SizeInMiB': 81559}}], 'TotalGpuMemoryInMiB': 0}"`;

/** Made-up rows in the shape of SkyPilot's AWS file. */
const AWS_VMS = `InstanceType,AcceleratorName,AcceleratorCount,vCPUs,MemoryGiB,GpuInfo,Price,SpotPrice,Region,AvailabilityZone
p5.48xlarge,H100,8.0,192.0,2048.0,${LITERAL},55.04,22.0,us-east-1,us-east-1a
p5.48xlarge,H100,8.0,192.0,2048.0,${LITERAL},55.04,19.0,us-east-1,us-east-1b
p5.48xlarge,H100,8.0,192.0,2048.0,${LITERAL},60.0,,us-west-2,us-west-2a
g6.xlarge,L4,1.0,4.0,16.0,,0.0,0.9,us-east-1,us-east-1a
g6.xlarge,L4,0.5,4.0,16.0,,0.4,,us-west-2,us-west-2a
g6.xlarge,L4,2.0,4.0,16.0,,1.6,,eu-west-1,eu-west-1a
p9.48xlarge,H900,8.0,192.0,2048.0,,99.0,,us-east-1,us-east-1a
m5.large,,,2.0,8.0,,0.096,0.04,us-east-1,us-east-1a
`;

const sky = (text: string, provider = "AWS", of = catalogue()) =>
  importSkyPilot([{ text, fileName: "vms.csv" }], provider, of, "2026-11-20");
const prices = ({ prices }: CatalogueImport) =>
  Object.fromEntries(prices.map((row) => [priceKey(row), row.microUsdPerHour / 1e6]));
const notes = ({ notes }: CatalogueImport) =>
  notes.map(({ message, rows, firstPlace }) => `${message} | ${rows} from ${firstPlace.line}`);

describe("importSkyPilot", () => {
  it("takes the lowest price of a region, and leaves out what cannot be right", () => {
    const imported = sky(AWS_VMS);
    expect(prices(imported)).toEqual({
      "AWS p5.48xlarge us-east-1 on-demand": 55.04,
      "AWS p5.48xlarge us-east-1 spot": 19,
      "AWS p5.48xlarge us-west-2 on-demand": 60,
      "AWS g6.xlarge us-east-1 spot": 0.9,
    });
    expect(imported.prices[1]).toMatchObject({
      asOf: "2026-11-20",
      source: "SkyPilot catalogue, vms.csv:3",
      place: { line: 3 },
    });
    expect(notes(imported)).toEqual([
      "the on-demand price of g6.xlarge is 0 and is left out | 1 from 5",
      "g6.xlarge has a fraction of a GPU there (0.5); its prices are left out | 1 from 6",
      "g6.xlarge has 2.0 GPUs there but 1 in the catalogue; its prices are left out | 1 from 7",
      "an instance type is not of the catalogue and left out: p9.48xlarge | 1 from 8",
    ]);
  });

  it("needs no zone column, takes any order of columns, and reads no memory column", () => {
    const lambda = `Price,Region,InstanceType,AcceleratorCount,AcceleratorName,MemoryGiB,GpuInfo
88.25,us-central1,a3-highgpu-8g,8,H100,640,H100
`;
    expect(prices(sky(lambda, "GCP"))).toEqual({
      "GCP a3-highgpu-8g us-central1 on-demand": 88.25,
    });
  });

  it("notes spot prices above on demand, and implausible ones", () => {
    const runPod = `InstanceType,AcceleratorName,AcceleratorCount,Region,SpotPrice,Price,AvailabilityZone
1x_L4_SECURE,L4,1.0,IS,0.5,0.39,EUR-IS-1
1x_L4_SECURE,L4,1.0,US,0.2,39,US-1
`;
    expect(notes(sky(runPod, "RunPod"))).toEqual([
      "the spot price of 1x_L4_SECURE is above the on-demand price | 1 from 2",
      "the on-demand price of 1x_L4_SECURE is 39.00 USD/h a GPU; plausible for L4: 0.15 to 5 | 1 from 3",
    ]);
  });

  it("leaves out local zones, and spot prices that are no offer", () => {
    const vms = `InstanceType,AcceleratorName,AcceleratorCount,Region,SpotPrice,Price,AvailabilityZone
p5.48xlarge,H100,8,us-east-1,18,55.04,use1-az4
p5.48xlarge,H100,8,us-east-1,10,50,use1-atl2-az1
p5.48xlarge,H100,8,us-west-2,10,50,us-west-2-lax-1a
p5.48xlarge,H100,8,us-west-2,56,56,us-west-2a
`;
    const imported = sky(vms);
    expect(prices(imported)).toEqual({
      "AWS p5.48xlarge us-east-1 on-demand": 55.04,
      "AWS p5.48xlarge us-east-1 spot": 18,
      "AWS p5.48xlarge us-west-2 on-demand": 56,
    });
    expect(notes(imported)).toEqual([
      "prices in local zones are not those of their region and are left out | 2 from 3",
      "spot prices that are the on-demand price are left out | 1 from 5",
    ]);
  });

  it("adds host and GPUs up where they are priced apart, in the zone that is cheapest together", () => {
    const gcp = `InstanceType,vCPUs,MemoryGiB,AcceleratorName,AcceleratorCount,GpuInfo,Region,AvailabilityZone,Price,SpotPrice
a2-ultragpu-1g,12.0,170.0,,,,us-central1,us-central1-a,1.1,0.5
a2-ultragpu-1g,12.0,170.0,,,,us-central1,us-central1-b,1.0,0.6
a2-ultragpu-1g,12.0,170.0,,,,europe-west4,europe-west4-a,1.2,0.6
,,,A100-80GB,1.0,A100-80GB,us-central1,us-central1-a,3.9,1.5
,,,A100-80GB,1.0,A100-80GB,us-central1,us-central1-b,4.2,
,,,A100,1.0,A100,us-central1,us-central1-b,0.1,0.1
,,,A100-80GB,2.0,A100-80GB,europe-west4,europe-west4-a,7.8,3.0
a2-ultragpu-1g,12.0,170.0,,,,us-east5,us-east5-a,1.0,
,,,A100-80GB,1.0,A100-80GB,us-east5,us-east5-a,0,
`;
    const imported = sky(gcp, "GCP");
    expect(prices(imported)).toEqual({
      "GCP a2-ultragpu-1g us-central1 on-demand": 5,
      "GCP a2-ultragpu-1g us-central1 spot": 2,
    });
    expect(imported.prices[0]?.source).toBe("SkyPilot catalogue, vms.csv:2 + 5");
    expect(notes(imported)).toEqual([
      "a2-ultragpu-1g is priced without its GPUs and is left out | 1 from 4",
      "the on-demand price of a2-ultragpu-1g is 0 and is left out | 1 from 9",
    ]);
  });

  it.each([
    ["InstanceType,Region\na,b\n", /^vms\.csv:1: the header lacks Price\. Give a vms\.csv/],
    [AWS_VMS.replace("55.04", "free"), /^vms\.csv:2, column Price: Price is "free"/],
    [AWS_VMS.replace("19.0", "-19.0"), /^vms\.csv:3, column SpotPrice: .*below 0/],
  ])("says where a file is broken: %#", (text, message) => {
    expect(() => sky(text)).toThrow(message);
  });
});

/** Made-up entries in the shape of Vantage's file. */
const VANTAGE = [
  { instance_type: "m5.large", GPU: 0, pricing: { "us-east-1": "not read" } },
  { instance_type: "p9.48xlarge", GPU: 8, GPU_model: "NVIDIA H900", pricing: {} },
  {
    instance_type: "p5.48xlarge",
    GPU: 8,
    GPU_model: "NVIDIA H100",
    GPU_memory: 640,
    network_performance: "32x 100 Gigabit",
    pricing: {
      "us-east-1": {
        linux: {
          ondemand: "57.1000000000",
          spot_avg: "21.5",
          spot_min: "20",
          reserved: { "yrTerm1Standard.noUpfront": "37.5", "yrTerm3Standard.noUpfront": "24" },
        },
        mswin: { ondemand: "1" },
      },
      "us-west-2": { linux: { ondemand: "56", spot_avg: "N/A", reserved: {} }, rhel: {} },
      "eu-west-1": { mswin: { ondemand: "1" } },
    },
  },
  {
    instance_type: "g6.xlarge",
    GPU: 1,
    GPU_memory: 22,
    network_performance: "Up to 10 Gigabit",
    baseline_bandwidth_gbps: 5,
    pricing: { "us-east-1": { linux: { ondemand: 0.8048 } } },
  },
];
const vantage = (value: unknown, of = catalogue()) =>
  importVantage([{ text: JSON.stringify(value, null, 1), fileName: "i.json" }], "AWS", of, null);

describe("importVantage", () => {
  it("reads prices as strings and numbers, of Linux, and networks", () => {
    const imported = vantage(VANTAGE);
    expect(prices(imported)).toEqual({
      "AWS p5.48xlarge us-east-1 on-demand": 57.1,
      "AWS p5.48xlarge us-east-1 spot": 21.5,
      "AWS p5.48xlarge us-east-1 reserved": 37.5,
      "AWS p5.48xlarge us-west-2 on-demand": 56,
      "AWS g6.xlarge us-east-1 on-demand": 0.8048,
    });
    expect(imported.regions).toEqual(["us-east-1", "us-west-2"]);
    // 3200 Gbit/s is known; the baseline of "up to" is not.
    expect(imported.instances).toMatchObject([
      { instance: "g6.xlarge", networkGbitsPerSecond: 5, gpus: 1, checkedOn: null },
    ]);
    expect(notes(imported)).toEqual([
      expect.stringContaining("not of the catalogue and left out: p9.48xlarge | 1 from 10"),
    ]);
    expect(driftOf(catalogue(), imported)).toMatchObject({
      new: [{ kind: "reserved" }],
      gone: [],
      changed: [
        { before: { microUsdPerHour: 20_500_000 }, after: { microUsdPerHour: 21_500_000 } },
        { percent: expect.closeTo(3.7427, 4) },
      ],
      unchangedCount: 2,
      uncoveredCount: 0,
      instances: [{ changes: [{ column: "network_gbits_per_second", before: "2.5", after: "5" }] }],
    });
  });

  it("leaves out a type with another number of GPUs, and notes memory that does not fit", () => {
    const half = VANTAGE.map((each) =>
      each.instance_type === "p5.48xlarge"
        ? { ...each, GPU: 4 }
        : each.instance_type === "g6.xlarge"
          ? { ...each, GPU_memory: 3 }
          : each,
    );
    const imported = vantage(half);
    expect(Object.keys(prices(imported))).toEqual(["AWS g6.xlarge us-east-1 on-demand"]);
    expect(notes(imported)).toEqual([
      expect.stringMatching(
        /^p5\.48xlarge has 4 GPUs there but 8 in the catalogue; it is left out \| 2/,
      ),
      expect.stringMatching(/^g6\.xlarge has 3 GiB of GPU memory there, which is not 1 × 24 /),
      expect.stringContaining("p9.48xlarge"),
    ]);
    // What was refused says nothing against the prices that are there.
    expect(driftOf(catalogue(), imported).gone).toEqual([]);
  });

  it.each([
    ["{}", /^i\.json: it is not a JSON list/],
    ["[{]", /^i\.json:1, column 3: invalid JSON/],
    ['[{"instance_type":"g6.xlarge","GPU":"1","pricing":{}}]', /^i\.json, \[0\]\.GPU: /],
    ['[{"instance_type":"g6.xlarge","GPU":1}]', /^i\.json, \[0\]\.pricing: /],
  ])("says where %j is broken", (text, message) => {
    expect(() => importVantage([{ text, fileName: "i.json" }], "AWS", catalogue(), null)).toThrow(
      message,
    );
  });
});

describe("drift", () => {
  it("tells what is new, gone and changed, and leaves alone what the source does not cover", () => {
    const drift = driftOf(
      catalogue(),
      sky(AWS_VMS.replace(/^p5.48xlarge,H100.*us-west-2a\n/m, "")),
    );
    // g6.xlarge on demand was refused there, us-west-2 is covered by the refused row of g6.xlarge.
    expect(drift.gone.map(priceKey)).toEqual(["AWS p5.48xlarge us-west-2 on-demand"]);
    expect(drift.new.map(priceKey)).toEqual(["AWS g6.xlarge us-east-1 spot"]);
    expect(drift.changed.map(({ percent }) => percent)).toEqual([expect.closeTo(-7.317, 3)]);
    expect(drift).toMatchObject({ unchangedCount: 1, uncoveredCount: 1 });
  });

  it("replaces a price of which one zone was refused and another one taken", () => {
    const vms = `InstanceType,AcceleratorName,AcceleratorCount,Region,Price,AvailabilityZone
p5.48xlarge,H100,8,us-east-1,0,us-east-1a
p5.48xlarge,H100,8,us-east-1,50,us-east-1b
`;
    const { prices } = applyImport(catalogue(), sky(vms));
    const ofOffer = prices.filter((row) => priceKey(row) === "AWS p5.48xlarge us-east-1 on-demand");
    expect(ofOffer.map(({ microUsdPerHour }) => microUsdPerHour)).toEqual([50_000_000]);
  });

  it("can be narrowed to regions", () => {
    const imported = inRegions(sky(AWS_VMS), ["us-west-2"], "--region");
    expect(Object.keys(prices(imported))).toEqual(["AWS p5.48xlarge us-west-2 on-demand"]);
    expect(driftOf(catalogue(), imported).gone).toEqual([]);
    expect(() => inRegions(imported, ["us-west-3"], "--region")).toThrow(
      /^--region: the files have no region "us-west-3".* Did you mean "us-west-2"\?/,
    );
  });

  const asImport = ({ prices: all }: Catalogue, provider: string): CatalogueImport => {
    const rows = all.filter((row) => row.provider === provider);
    return {
      provider,
      kinds: ["on-demand", "spot", "reserved"],
      regions: [...new Set(rows.map(({ region }) => region))],
      prices: rows,
      refused: new Set(),
      instances: [],
      notes: [],
    };
  };

  it("of a catalogue with itself is empty", () => {
    for (const provider of ["AWS", "GCP", "RunPod"]) {
      const imported = asImport(catalogue(), provider);
      expect(driftOf(catalogue(), imported)).toEqual({
        new: [],
        gone: [],
        changed: [],
        unchangedCount: imported.prices.length,
        uncoveredCount: 0,
        instances: [],
      });
    }
  });

  it("is gone once an import is applied, written and read again, whatever changed", () => {
    const { prices: all } = catalogue();
    fc.assert(
      fc.property(
        fc.subarray([...all], { minLength: 1 }),
        fc.array(fc.integer({ min: 1, max: 1e9 }), {
          minLength: all.length,
          maxLength: all.length,
        }),
        (kept, amounts) => {
          const changed = kept.map((row, index) => ({ ...row, microUsdPerHour: amounts[index]! }));
          const imported = {
            ...asImport(catalogue(), "AWS"),
            prices: changed.filter(({ provider }) => provider === "AWS"),
          };
          const files = catalogueFiles(applyImport(catalogue(), imported));
          const texts = Object.fromEntries(
            [...files].map(([name, text]) => [name.replace(".csv", ""), text]),
          );
          const after = parseOwn(texts);
          expect(driftOf(after, imported)).toMatchObject({
            new: [],
            gone: [],
            changed: [],
            unchangedCount: imported.prices.length,
          });
          // Prices of other providers stay, and nothing depends on the order of rows.
          expect(after.prices.filter(({ provider }) => provider !== "AWS")).toHaveLength(3);
          const reversed = { ...imported, prices: [...imported.prices].reverse() };
          expect(catalogueFiles(applyImport(after, reversed))).toEqual(files);
        },
      ),
      { seed: 3, numRuns: 50 },
    );
  });
});
