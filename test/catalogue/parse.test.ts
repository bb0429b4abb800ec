import { describe, expect, it } from "vitest";
import {
  catalogue,
  DISCOUNTS_HEADER,
  GPUS_HEADER,
  INSTANCES,
  PRICES,
  parseOwn,
  replaced,
} from "./made-up.ts";

describe("parseCatalogue", () => {
  it("reads instances and prices with their places", () => {
    const { instances, prices } = catalogue();
    expect(instances).toHaveLength(5);
    expect(instances[4]).toMatchObject({ vcpus: null, hostMemoryGib: null, place: { line: 6 } });
    expect(prices[1]).toEqual({
      provider: "AWS",
      instance: "p5.48xlarge",
      region: "us-east-1",
      kind: "spot",
      microUsdPerHour: 20_500_000,
      asOf: "2026-11-01",
      source: "made up",
      place: { fileName: "prices.csv", line: 3 },
    });
  });

  it("takes tables without the columns that only tell where figures come from", () => {
    const { prices, instances } = parseOwn({
      prices: "provider,instance,region,kind,usd_per_hour\nown,box,lab,owned,0\n",
      instances:
        "provider,instance,gpu,gpus,gpu_memory_gib,inside_gbytes_per_second,link,network_gbits_per_second\nown,box,L4,4,24,32,pcie4,25\n",
    });
    expect(prices[0]).toMatchObject({ kind: "owned", microUsdPerHour: 0, asOf: null, source: "" });
    expect(instances[0]).toMatchObject({ checkedOn: null, vcpus: null });
  });

  it("reads GPUs of the user's own, and discounts with *", () => {
    const { gpus, discounts } = parseOwn({
      gpus: `${GPUS_HEADER}\nX1,ada,100,200,0,500,30,300,pcie4,lab\n`,
      discounts: `${DISCOUNTS_HEADER}\nAWS,*,*,reserved,12.5,contract\n`,
    });
    expect(gpus[0]?.spec).toMatchObject({ name: "X1", tflops8: 200, usableMemoryGib: 30 });
    expect(discounts[0]).toMatchObject({ provider: "AWS", instance: null, kind: "reserved" });
  });

  it.each([
    [
      { prices: replaced(PRICES, "55.04", "$55.04") },
      /^prices\.csv:2, column usd_per_hour: .*"\$55\.04".* dollars per hour/,
    ],
    [{ prices: replaced(PRICES, "55.04", "-1") }, /^prices\.csv:2, column usd_per_hour: .*below 0/],
    [
      { prices: replaced(PRICES, "55.04", "0.0000001") },
      /^prices\.csv:2, column usd_per_hour: .*below 0\.000001, the least that is plausible/,
    ],
    [
      { prices: replaced(PRICES, "spot", "spott") },
      /^prices\.csv:3, column kind: .*"spott".* Did you mean "spot"\?/,
    ],
    [
      { prices: replaced(PRICES, "2026-11-01", "2026-02-30") },
      /^prices\.csv:2, column as_of: .*"2026-02-30".* YYYY-MM-DD/,
    ],
    [
      { prices: replaced(PRICES, "us-east-1", "us@east") },
      /^prices\.csv:2, column region: .*"us@east".* A name has no blanks/,
    ],
    [
      { prices: replaced(PRICES, "AWS,p5", ",p5") },
      /^prices\.csv:2, column provider: provider is empty/,
    ],
    [
      { prices: replaced(PRICES, "region", "regoin") },
      /^prices\.csv:1: unknown column "regoin"\. Did you mean "region"\?/,
    ],
    [
      { prices: replaced(PRICES, ",made up", "") },
      /^prices\.csv:2: the row has 6 cells, the header has 7/,
    ],
    [
      { instances: replaced(INSTANCES, "nvl4", "nvl9") },
      /^instances\.csv:2, column link: .*"nvl9"/,
    ],
    [
      { instances: replaced(INSTANCES, "5-80GB,8,", "5-80GB,8.5,") },
      /^instances\.csv:2, column gpus: .*not a whole number/,
    ],
    [
      { instances: replaced(INSTANCES, "192,", "many,") },
      /^instances\.csv:2, column vcpus: .*"many"/,
    ],
    [
      { gpus: `${GPUS_HEADER}\nX1,adda,100,200,0,500,30,300,pcie4,lab\n` },
      /^gpus\.csv:2, column gpu_class: .*"adda".* Did you mean "ada"\?/,
    ],
    [
      { discounts: `${DISCOUNTS_HEADER}\n*,*,*,*,100,\n` },
      /^discounts\.csv:2, column discount_percent: .*kind owned/,
    ],
    [
      { discounts: `${DISCOUNTS_HEADER}\n*,*,*,*,120,\n` },
      /^discounts\.csv:2, column discount_percent: .*above 100/,
    ],
  ])("says with file, line and column what is wrong: %#", (texts, message) => {
    expect(() => catalogue(texts)).toThrow(message);
  });
});
