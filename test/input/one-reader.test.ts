import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "../../src/errors.ts";
import { importSkyPilot } from "../../src/input/catalogue/import-skypilot.ts";
import { importVantage } from "../../src/input/catalogue/import-vantage.ts";
import { parseCatalogue } from "../../src/input/catalogue/parse-catalogue.ts";
import { parseMeasurements } from "../../src/input/measurements/parse-measurements.ts";
import { parsePlacement } from "../../src/input/placement/parse-placement.ts";
import {
  readExternalBandwidth,
  readGpuCountCell,
  readInsideBandwidth,
  readMemoryCell,
  readPriceCell,
} from "../../src/input/pool/instance-cells.ts";
import { parsePool } from "../../src/input/pool/parse-pool.ts";
import { parsePoolCsv } from "../../src/input/pool/parse-pool-csv.ts";
import { numberProblem, readNumber } from "../../src/input/text/numbers.ts";
import { PRICE } from "../../src/input/text/ranges.ts";
import { parseGridFlags } from "../../src/sweep/grid-text.ts";
import { cli, scratchDirectory, writeFiles } from "../cli/harness.ts";
import { measuredCsv } from "./measured-csv.ts";

const inside = (cell: string): number =>
  readInsideBandwidth({ cell, where: "here" }, { cell: "PCIe Gen4 x16", where: "pcie" });

describe("a price in words", () => {
  it.each([
    "CA$40.96",
    "A$40.96",
    "HK$40.96",
    "C$40.96",
    "40.96 cents",
    "40.96 ct",
    "40.96¢",
    "R$ 40.96",
    "CA 40.96",
    "CAD 40.96",
    "kr 40.96",
    "zł40.96",
    "40.96 Swiss francs",
    "$3k",
    "$3 thousand",
    "from $40.96",
    "$40.96+",
    "$2.50 GPU",
    "$40.96 per node and week",
    "$40.96 fortnightly",
    "$40.96 plus tax",
    "$0.0000001",
    "$2000000",
  ])("%j is refused, with what to write", (cell) => {
    expect(() => readPriceCell(cell, 8, "here")).toThrow(/^here: the price is .* such as \$40\.96/);
  });

  it.each([
    ["US$40.96", 40.96],
    ["40.96 US dollars an hour", 40.96],
    ["$40.96 per instance (list price)", 40.96],
    ["≈ $40.96, average", 40.96],
    ["$2.50 per GPU-hour (on-demand)", 20],
  ])("%j is %d", (cell, usd) => {
    expect(readPriceCell(cell, 8, "here")).toBe(usd);
  });
});

describe("units", () => {
  it.each([
    "600",
    "NVLink 600",
    "50 GB/s x 12",
    "12 x 50 GB/s",
    "12× 50 GB/s",
    "50 GB/s per link",
    "50 GB/s/lane",
    "600 GB/slot",
    "600 Gb/s",
    "600 GiB/s",
    "1e-9 GB/s",
    "0.00001 GB/s",
    "9000000 GB/s",
  ])("%j is no bandwidth inside an instance", (cell) => {
    expect(() => inside(cell)).toThrow(/^here: ".*" is not a bandwidth.*such as 600 GB\/s/);
  });

  it.each([
    ["NVLink 3, 600 GB/s per GPU", 600],
    ["PCIe 4.0 x16", 32],
    ["PCIe Gen4 x16, 32 GB/s", 32],
    ["-", 32],
  ])("%j is %d GB/s inside an instance", (cell, gBytes) => {
    expect(inside(cell)).toBe(gBytes);
  });

  it.each([
    ["50 GBps", "50 GB/s are 400 Gbps"],
    ["12.5 GB/s", "12.5 GB/s are 100 Gbps"],
    ["400 GBPS", "such as 100 Gbps"],
    ["100", "such as 100 Gbps"],
    ["100 Gbps per GPU", "such as 100 Gbps"],
    ["4x 100 Gbps", "such as 100 Gbps"],
    ["100 Gbps x 4", "such as 100 Gbps"],
    ["100 Gbps / 8", "such as 100 Gbps"],
    ["0.0001 Gbps", "below 0.001"],
    ["9000000 Gbps", "above 1000000"],
  ])("%j is no network: %s", (cell, says) => {
    expect(() => readExternalBandwidth(cell, "here")).toThrow(says);
  });

  it.each([
    "100 Gbps",
    "100 gbps",
    "100 Gbit/s",
    "100 Gb/s",
    "100 Gbps (EFA)",
    "100 Gbps Ethernet",
  ])("%j is 100 Gbit/s", (cell) => {
    expect(readExternalBandwidth(cell, "here")).toBe(100);
  });

  it.each([
    "640 GB total",
    "80 GB x 8",
    "8 x 80 GB",
    "80 Gb",
    "80 GB/s",
    "80 GB / 8",
    "80000 MB",
    "80 per node",
    "0.0001 GB",
    "1000000 GB",
  ])("%j is no memory of one GPU", (cell) => {
    expect(() => readMemoryCell(cell, "here")).toThrow("here: the memory of a GPU is");
  });

  it.each(["80 GB", "80gb", "80 GiB HBM2e", "80GB (HBM3)", "80 GB per GPU"])(
    "%j is 80 GiB",
    (cell) => {
      expect(readMemoryCell(cell, "here")).toBe(80);
    },
  );

  it.each(["8 nodes", "8k", "2 x 4", "1001", "8 GPUs per node"])("%j counts no GPUs", (cell) => {
    expect(() => readGpuCountCell(cell, "here")).toThrow("here: the number of GPUs is");
  });
});

describe("a price that would be rounded to nothing", () => {
  const tooSmall =
    /below 0\.000001, the least that is plausible\. .*0 is an instance that is owned/;

  it("is refused in every table", () => {
    expect(() => parsePool("instance_name,count,dollar_per_hour\na,1,1e-9\n", "p.csv")).toThrow(
      tooSmall,
    );
    expect(() => parsePoolCsv("instance,count,usd_per_hour\na,1,1e-9\n", "p.csv")).toThrow(
      tooSmall,
    );
    const prices =
      "provider,instance,region,kind,usd_per_hour,as_of,source\nA,b,c,spot,1e-9,2026-01-01,d\n";
    expect(() => parseCatalogue({ prices: { text: prices, fileName: "prices.csv" } })).toThrow(
      tooSmall,
    );
  });

  it("is refused in a pool of a configuration file, and on the command line's pool", async () => {
    const directory = writeFiles(scratchDirectory(), {
      "problem.yaml":
        "model: llama-3.1-8b\nphase: aggregated\ninput_length: 512\noutput_length: 128\nconcurrency: 4\npool:\n  - { instance: p5.48xlarge, regions: us-east-1, usd_per_hour: 1e-9 }\n",
    });
    const { code, stdout, stderr } = await cli(["solve", "--config", `${directory}/problem.yaml`]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/problem\.yaml:7.*1e-9 .*below 0\.000001/);
  });

  it("is 0 or at least a micro-dollar, whatever it is (property)", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e7, noNaN: true }), (usd) => {
        const isPrice = usd === 0 || (usd >= 1e-6 && usd <= 1e6);
        expect(numberProblem(usd, PRICE) === null).toBe(isPrice);
      }),
    );
  });
});

describe("numbers of other files", () => {
  it.each([
    [{ input_len: "0x10" }, 'input_len is "0x10", which is not a decimal number'],
    [{ tpot_ms: "-25" }, 'tpot_ms is "-25", which is below 0'],
    [{ ttft_ms: "Infinity" }, "not a decimal number"],
    [{ num_layers: "1e9" }, "above 10000, the most that is plausible"],
    [{ num_heads: "0.5" }, "not a whole number"],
    [{ weight_bytes_per_param: "0" }, "not above 0"],
  ])("measured rows refuse %j", (cells, says) => {
    const csv = measuredCsv(cells);
    expect(() => parseMeasurements(csv, "m.csv")).toThrow(says);
    expect(() => parseMeasurements(csv, "m.csv")).toThrow(/^m\.csv:2, column /);
  });

  it("a configuration file takes the numbers that flags take", async () => {
    const directory = writeFiles(scratchDirectory(), {
      "problem.yaml": "model: llama-3.1-8b\ninput_length: 0x200\n",
    });
    const { code, stderr } = await cli(["solve", "--config", `${directory}/problem.yaml`]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/problem\.yaml:2.*"0x200" is not a decimal number/);
  });

  it("SkyPilot's counts are decimal", () => {
    const catalogue = parseCatalogue({
      instances: {
        fileName: "instances.csv",
        text: "provider,instance,gpu,gpus,gpu_memory_gib,inside_gbytes_per_second,link,network_gbits_per_second\nAWS,p5.48xlarge,H100-SXM,8,80,900,nvl4,3200\n",
      },
    });
    const imported = (count: string) =>
      importSkyPilot(
        [
          {
            fileName: "vms.csv",
            text: `InstanceType,AcceleratorName,AcceleratorCount,Region,Price\np5.48xlarge,H100,${count},us-east-1,55.04\n`,
          },
        ],
        "AWS",
        catalogue,
        "2026-01-01",
      ).prices.length;
    expect([imported("8.0"), imported("0x8"), imported("eight")]).toEqual([1, 0, 0]);
  });

  it("Vantage's prices are prices, or words", () => {
    const catalogue = parseCatalogue({
      instances: {
        fileName: "instances.csv",
        text: "provider,instance,gpu,gpus,gpu_memory_gib,inside_gbytes_per_second,link,network_gbits_per_second\nAWS,p5.48xlarge,H100-SXM,8,80,900,nvl4,3200\n",
      },
    });
    const importing = (ondemand: unknown, bandwidth = "3200 Gigabit") => {
      const instance = {
        instance_type: "p5.48xlarge",
        GPU: 8,
        network_performance: bandwidth,
        pricing: { "us-east-1": { linux: { ondemand } } },
      };
      const file = { fileName: "i.json", text: JSON.stringify([instance]) };
      return importVantage([file], "AWS", catalogue, "2026-01-01");
    };
    expect(() => importing("55.04")).not.toThrow();
    expect(() => importing("N/A")).not.toThrow();
    for (const price of ["-5", "1e-9", "1e400", "0x10", "1,000", "2000000"]) {
      expect(() => importing(price)).toThrow(InputError);
    }
    expect(() => importing("55.04", "99999999999 Gigabit")).toThrow("i.json:1, p5.48xlarge");
  });

  it("placements and grids have the bounds of the flags", () => {
    const stages = [{ gpu_type: "a#0", tp_degree: 1, start_layer: 1, end_layer: 1 }];
    const reading = (field: object) => () =>
      parsePlacement(JSON.stringify({ ...field, stages }), "p.json");
    expect(reading({ batch_size: 1_000_000 })).not.toThrow();
    expect(reading({ batch_size: 1_000_001 })).toThrow(
      "p.json: batch_size: it is 1000001. Give a whole number from 1 to 1000000.",
    );
    expect(reading({ output_length: 2e9 })).toThrow("Give a whole number from 0 to 1000000000.");
    expect(() => parseGridFlags({ io: "2048:2000000000" })).toThrow(
      '--io: "2048:2000000000" holds 2000000000, which is above 1000000000, the most that is plausible.',
    );
  });

  it("says the bound of what is not plausible", () => {
    expect(
      readNumber("1e-308", { unit: "", above: 0, plausible: { least: 1e-4, most: 1e6 } }),
    ).toEqual({ problem: '"1e-308", which is below 0.0001, the least that is plausible' });
  });
});
