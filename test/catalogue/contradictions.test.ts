import { describe, expect, it } from "vitest";
import { checkConsistency } from "../../src/catalogue/consistency.ts";
import { selectPool } from "../../src/catalogue/select-pool.ts";
import { readCatalogue } from "../../src/files/read-catalogue.ts";
import { cli, scratchDirectory, writeFiles } from "../cli/harness.ts";
import { catalogue, GPUS_HEADER, INSTANCES, PRICES, replaced, TODAY } from "./made-up.ts";

const select = (of: ReturnType<typeof catalogue>, type: string, today = TODAY) =>
  selectPool(of, [{ where: "--test", types: [type], maxCount: 1 }], today).warnings;

const TOO_FAST = catalogue({
  instances: replaced(INSTANCES, "L4,1,24,32,pcie4,2.5", "L4,1,24,256,pcie4,2.5"),
});

describe("a catalogue that contradicts itself", () => {
  it("is warned of where a pool takes its figures", () => {
    expect(select(TOO_FAST, "g6.xlarge")).toEqual([
      "figures of the pool contradict each other, so the answer may be wrong: instances.csv:3: g6.xlarge has 256 GB/s inside, but pcie4 gives at most 32. `instances --check` lists all.",
    ]);
  });

  it("is not warned of where a pool takes none of them", () => {
    expect(select(TOO_FAST, "a3-highgpu-8g")).toEqual([]);
  });

  it("is told once, however many figures contradict", () => {
    const of = catalogue({
      instances: replaced(INSTANCES, "L4,1,24,32,pcie4,2.5", "L4,1,12,256,pcie4,2.5"),
      prices: replaced(PRICES, "0.8048", "0.000001"),
    });
    const [warning, ...others] = select(of, "g6.xlarge");
    expect(others).toEqual([]);
    expect(warning).toContain("There are 2 more;");
  });

  it("has a GPU whose memory is in another unit", () => {
    const gpus = `${GPUS_HEADER}\nL4,ada,121,242,0,2400,23.7,72,pcie4,own\n`;
    const of = catalogue({ gpus });
    expect(checkConsistency(of, TODAY).map(({ severity }) => severity)).toEqual([]);
    const slow = catalogue({ gpus: gpus.replace(",2400,", ",9600,") });
    expect(checkConsistency(slow, TODAY)).toEqual([
      {
        severity: "error",
        where: "gpus.csv:2",
        message:
          "L4 has 121 TFLOPS at 16 bit for 9600 GB/s of memory: 13 operations a byte; GPUs have 15 to 2000. One of the two is in another unit.",
      },
    ]);
    expect(select(slow, "g6.xlarge")[0]).toContain("gpus.csv:2: L4 has 121 TFLOPS");
  });

  it("is not the shipped one", () => {
    const shipped = readCatalogue(undefined);
    const item = {
      where: "--test",
      maxCount: 1,
      kinds: ["on-demand", "spot", "reserved"] as const,
    };
    const { warnings } = selectPool(shipped, [item], TODAY);
    expect(warnings.filter((text) => text.includes("contradict themselves"))).toEqual([]);
  });

  it("is warned of by solve", async () => {
    const directory = writeFiles(scratchDirectory(), {
      "instances.csv":
        "provider,instance,gpu,gpus,gpu_memory_gib,inside_gbytes_per_second,link,network_gbits_per_second\nhome,rig,RTX-3090,2,24,256,pcie4,10\n",
      "prices.csv": "provider,instance,region,kind,usd_per_hour\nhome,rig,cellar,owned,0.3\n",
    });
    const { code, stderr } = await cli([
      "solve",
      ...["--catalogue", directory, "--instances", "rig@cellar:owned=1", "--model", "qwen3-8b"],
      ...["--phase", "aggregated", "--input-length", "512", "--output-length", "128"],
      ...["--concurrency", "4"],
    ]);
    expect(code).toBe(0);
    expect(stderr).toContain(
      "instances.csv:2: rig has 256 GB/s inside, but pcie4 gives at most 32",
    );
  });
});

describe("a clock that stands before the prices", () => {
  it("is told of a pool", () => {
    expect(select(catalogue(), "g6.xlarge", "1970-01-01")).toEqual([
      "the clock (or SOURCE_DATE_EPOCH) says 1970-01-01, before the date of the only price of the pool (latest 2026-11-01): set the clock, or correct the dates. The age of prices is unknown.",
    ]);
  });

  it("is told once for a provider and a date by the check", () => {
    const found = checkConsistency(catalogue(), "2026-10-31").map(({ where, message }) => [
      where,
      message,
    ]);
    expect(found).toEqual([
      [
        "prices.csv:2",
        "4 prices of AWS are dated 2026-11-01, after 2026-10-31: the date or the clock is wrong.",
      ],
      [
        "prices.csv:6",
        "2 prices of GCP are dated 2026-11-01, after 2026-10-31: the date or the clock is wrong.",
      ],
      [
        "prices.csv:8",
        "the price of 1x_L4_SECURE (global, on-demand) is dated 2026-11-01, after 2026-10-31.",
      ],
    ]);
  });

  it("is told of a list", async () => {
    const { stderr } = await cli(["instances", "--gpu", "L4", "--json"], {
      env: { SOURCE_DATE_EPOCH: "0" },
    });
    expect(stderr).toMatch(
      /^warning: the clock \(or SOURCE_DATE_EPOCH\) says 1970-01-01, before the date of all \d+ prices listed/,
    );
  });
});
