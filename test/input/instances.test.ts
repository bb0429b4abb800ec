import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  readExternalBandwidth,
  readGpuCountCell,
  readInsideBandwidth,
  readMemoryCell,
  readPriceCell,
} from "../../src/input/pool/instance-cells.ts";
import { buildProblem } from "../../src/input/problem/build-problem.ts";
import { instanceRow, instancesText, problemFiles } from "./texts.ts";

describe("a price cell", () => {
  it.each([
    ["$40.96", 40.96],
    ["40.96", 40.96],
    ["USD 40.96", 40.96],
    ["40.96 USD", 40.96],
    ["$40.96/hr", 40.96],
    ["$.75", 0.75],
    ["~ $98 (on-demand)", 98],
    ["$1,234.50", 1234.5],
    ["$140-160 (estimated)", 150],
    ["$140 – $160", 150],
    ["140 to 160 USD", 150],
    ["$1,000-1,500", 1250],
    ["$2.50 per GPU", 20],
    ["$2.50/GPU-hr", 20],
    ["$2-3 per GPU (spot)", 20],
    ["$0", 0],
  ])("%s for 8 GPUs is %d", (cell, usd) => {
    expect(readPriceCell(cell, 8, "here")).toBeCloseTo(usd, 12);
  });

  it.each(["", "Contact sales", "contact us (~$90)"])("%j is no price", (cell) => {
    expect(readPriceCell(cell, 8, "here")).toBeNull();
  });

  it.each([
    "NaN",
    "Infinity",
    "0x10",
    "1e400",
    "1e3",
    "1,23",
    "1,2345",
    "1.2.3",
    "$-5",
    "−5",
    "8x $3",
  ])("%j is refused", (cell) => {
    expect(() => readPriceCell(cell, 8, "here")).toThrow(`here: the price is "${cell}"`);
  });

  it("is read however it is written (property)", () => {
    const amount = fc.tuple(fc.nat(999_999), fc.nat(99)).map(([whole, cents]) => {
      const decimals = String(cents).padStart(2, "0");
      const grouped = String(whole).replace(/\B(?=(\d{3})+$)/g, ",");
      return {
        usd: Number(`${whole}.${decimals}`),
        texts: [`${whole}.${decimals}`, `${grouped}.${decimals}`],
      };
    });
    const prefix = fc.constantFrom("", "$", "~$", "USD ", "about $");
    const suffix = fc.constantFrom("", "/hr", " per hour", " USD", " (estimated)");
    fc.assert(
      fc.property(
        amount,
        fc.nat(1),
        prefix,
        suffix,
        fc.boolean(),
        fc.integer({ min: 1, max: 16 }),
        ({ usd, texts }, style, before, after, perGpu, gpus) => {
          const cell = `${before}${texts[style]}${after}${perGpu ? " per GPU" : ""}`;
          const expected = usd * (perGpu ? gpus : 1);
          fc.pre(expected <= 1_000_000);
          expect(readPriceCell(cell, gpus, "here")).toBe(expected);
        },
      ),
    );
    fc.assert(
      fc.property(amount, amount, fc.constantFrom("-", " - ", "–", " to "), (a, b, sign) => {
        const [low, high] = a.usd <= b.usd ? [a, b] : [b, a];
        const cell = `$${low.texts[1]}${sign}$${high.texts[0]}`;
        expect(readPriceCell(cell, 8, "here")).toBe((low.usd + high.usd) / 2);
      }),
    );
  });
});

describe("other cells of the instance table", () => {
  it.each([
    ["8", 8],
    ["8.0", 8],
    ["8x", 8],
    ["8 GPUs", 8],
    ["x16", 16],
  ])("counts %s GPUs", (cell, count) => {
    expect(readGpuCountCell(cell, "here")).toBe(count);
  });

  it.each(["", "eight", "-8", "8.5", "4-8", "0x8", "1e400", "NaN"])(
    "counts no GPUs in %j",
    (cell) => {
      expect(() => readGpuCountCell(cell, "here")).toThrow(`here: the number of GPUs is "${cell}"`);
    },
  );

  it.each([
    ["80", 80],
    ["80.0", 80],
    ["80 GB", 80],
    ["80GB HBM2e", 80],
    ["22.5 GiB", 22.5],
    ["1,024 GB", 1024],
  ])("reads %s of memory", (cell, gib) => {
    expect(readMemoryCell(cell, "here")).toBe(gib);
  });

  it.each(["", "HBM", "80 TB", "40-80", "-80 GB", "0 GB", "1e400", "0x50"])(
    "reads no memory in %j",
    (cell) => {
      expect(() => readMemoryCell(cell, "here")).toThrow(`here: the memory of a GPU is "${cell}"`);
    },
  );

  it.each([
    ["600 GB/s", "", 600],
    ["NVLink 3.0, 600 GB/s (bidirectional)", "PCIe Gen3 x16", 600],
    ["NVSwitch 1.8 TB/s", "", 1800],
    ["1,800 GB/s", "", 1800],
    ["64 GB/s to 900 GB/s", "", 64],
    ["", "PCIe Gen2 x16", 8],
    ["None", "PCIe Gen3 x16", 16],
    ["PCIe", "PCIe 4.0 x16", 32],
    ["-", "PCIe Gen 5", 64],
    ["", "PCIe Gen4 x8", 16],
    ["", "Gen4x8", 16],
    ["", "x4 PCIe v3.0", 4],
    ["", "PCIe Generation 3, 8 lanes", 8],
    ["", "PCI-Express 3.0 16x", 16],
  ])("connects GPUs by %j, %j at %d GB/s", (inside, pcie, gBytesPerSecond) => {
    const read = readInsideBandwidth(
      { cell: inside, where: "inside" },
      { cell: pcie, where: "pcie" },
    );
    expect(read).toBe(gBytesPerSecond);
  });

  it.each([
    ["600 GBps", "PCIe Gen4 x16", "inside"],
    ["600 Gbit/s", "PCIe Gen4 x16", "inside"],
    ["-600 GB/s", "PCIe Gen4 x16", "inside"],
    ["1,2345 GB/s", "PCIe Gen4 x16", "inside"],
    ["none", "PCIe", "inside"],
    ["", "", "pcie"],
    ["", "PCIe Gen1 x16", "pcie"],
    ["", "PCIe Gen4 x3", "pcie"],
  ])("does not connect GPUs by %j, %j", (inside, pcie, where) => {
    expect(() =>
      readInsideBandwidth({ cell: inside, where: "inside" }, { cell: pcie, where: "pcie" }),
    ).toThrow(new RegExp(`^${where}: `));
  });

  it.each([
    ["400 Gbps", 400],
    ["3,200 Gbps EFA", 3200],
    ["12.5Gbps", 12.5],
    ["High", 25],
    ["moderate", 10],
    ["Low", 5],
    ["Up to 10", 10],
    ["Up to 25", 25],
    ["Up to 25 Gbps", 25],
  ])("reads the network %s as %d Gbit/s", (cell, gbitsPerSecond) => {
    expect(readExternalBandwidth(cell, "here")).toBe(gbitsPerSecond);
  });

  it.each(["", "Up to 50", "100", "100 Mbps", "100 GB/s", "-100 Gbps", "Higher", "1e400 Gbps"])(
    "reads no network in %j",
    (cell) => {
      expect(() => readExternalBandwidth(cell, "here")).toThrow(
        `here: the network bandwidth is "${cell}"`,
      );
    },
  );
});

describe("the pool's instances", () => {
  const priceOf = (texts: Parameters<typeof problemFiles>[0], provider?: string) =>
    buildProblem(problemFiles(texts), { cloudProvider: provider }).pool.types[0]!.price;

  it("carry the place of their price", () => {
    expect(priceOf({})).toEqual({
      microUsdPerHour: 8_500_000,
      provider: "AWS",
      region: null,
      kind: "unspecified",
      asOf: null,
      source: "specs.csv:2",
    });
  });

  it("take region, kind, date and source of a price from columns of the table", () => {
    const extra = [
      "Region,Price Kind,Price Date,Price Source",
      "us-east-1,spot,2025-11-24,price list",
      ",,,",
    ];
    const instances = instancesText()
      .trimEnd()
      .split("\n")
      .map((line, index) => `${line},${extra[index]}`)
      .join("\n");
    expect(priceOf({ instances })).toEqual({
      microUsdPerHour: 8_500_000,
      provider: "AWS",
      region: "us-east-1",
      kind: "spot",
      asOf: "2025-11-24",
      source: "specs.csv:2, price list",
    });
  });

  it("take the pool's own price, whatever the table says", () => {
    const instances = instancesText({ "Price per Hour USD": "Contact sales" });
    const pool = "instance_name,count,dollar_per_hour\nbox.2x,1,3.25\nbox.1x,2,\n";
    const { types } = buildProblem(problemFiles({ pool, instances })).pool;
    expect(types[0]!.price).toMatchObject({
      microUsdPerHour: 3_250_000,
      kind: "unspecified",
      source: "gpu_pool.csv:2",
    });
    expect(types[1]!.price).toMatchObject({ microUsdPerHour: 750_000, source: "specs.csv:3" });
  });

  it("are owned at an own price of 0", () => {
    const pool = "instance_name,count,dollar_per_hour\nbox.2x,1,0\n";
    expect(priceOf({ pool })).toMatchObject({ microUsdPerHour: 0, kind: "owned" });
  });

  it("may stand twice in the table when the rows say the same in other words", () => {
    const twin = instanceRow({
      "Price per Hour USD": "8.50 USD",
      num_gpus: "",
      "Internal GPU Interconnect Bandwidth": "0.6 TB/s",
    });
    expect(priceOf({ instances: instancesText({}, twin) }).source).toBe("specs.csv:2");
  });

  it("may differ in the price of the table when the pool has its own", () => {
    const instances = instancesText({}, instanceRow({ "Price per Hour USD": "$9" }));
    const pool = "instance_name,count,dollar_per_hour\nbox.2x,1,7\n";
    expect(priceOf({ instances, pool }).microUsdPerHour).toBe(7_000_000);
  });

  it("are those of the provider that was chosen", () => {
    const instances = instancesText(
      {},
      instanceRow({ "Cloud Provider": "GCP", "Price per Hour USD": "$5" }),
    );
    const pool = "instance_name,count\nbox.2x,1\n";
    expect(priceOf({ instances, pool }, "GCP")).toMatchObject({
      microUsdPerHour: 5_000_000,
      provider: "GCP",
    });
  });

  it("do not mind rows of the table that the pool does not use", () => {
    const unused = instanceRow({
      "Instance Name": "box.0x",
      "GPU Model": "",
      num_gpus: "?",
      "GPU Count": "many",
      "External Network Bandwidth": "fast",
      "Price per Hour USD": "free",
    });
    expect(priceOf({ instances: instancesText({}, unused, unused) }).source).toBe("specs.csv:2");
  });

  it("warn of GPUs that the cost model does not know", () => {
    const { warnings } = buildProblem(
      problemFiles({ instances: instancesText({ "GPU Model": "NVIDIA B200" }) }),
    );
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('"NVIDIA B200" (box.2x)');
  });

  it("keep the order of the pool, whatever the order of the table (invariant 8)", () => {
    const [header, ...rows] = instancesText().trimEnd().split("\n");
    const reordered = [header, ...rows.reverse()].join("\n");
    const names = (instances: string) =>
      buildProblem(problemFiles({ instances })).pool.types.map(({ instance }) => instance);
    expect(names(reordered)).toEqual(names(instancesText()));
  });
});
