import { describe, expect, it } from "vitest";
import { parsePoolSpec } from "../../src/catalogue/pool-spec.ts";
import { parsePoolCsv } from "../../src/input/pool/parse-pool-csv.ts";

describe("parsePoolSpec", () => {
  it("reads types with and without provider, region and kind", () => {
    expect(
      parsePoolSpec("p5.48xlarge=2, GCP/a3-highgpu-8g@us-central1:Spot=1", "--instances"),
    ).toEqual([
      { where: "--instances p5.48xlarge=2", types: ["p5.48xlarge"], maxCount: 2 },
      {
        where: "--instances GCP/a3-highgpu-8g@us-central1:Spot=1",
        types: ["a3-highgpu-8g"],
        providers: ["GCP"],
        regions: ["us-central1"],
        kinds: ["spot"],
        maxCount: 1,
      },
    ]);
  });

  it.each([
    ["", /^--instances: the value is empty\. Give TYPE=N/],
    ["a=1,", /^--instances: an item is empty\./],
    ["a", /^--instances: "a" is not of the form/],
    ["a=one", /"a=one" is not of the form/],
    ["a@b@c=1", /is not of the form/],
    ["a=0", /"a=0" requests 0 instances\. Give a number from 1 to 1000000/],
    ["a=1000001", /requests 1000001 instances/],
    ["a:spto=1", /"spto" is not a price kind\. Did you mean "spot"\?/],
  ])("refuses %j", (text, message) => {
    expect(() => parsePoolSpec(text, "--instances")).toThrow(message);
  });
});

describe("parsePoolCsv", () => {
  it("reads a pool with its optional columns", () => {
    const text =
      "instance,count,region,kind,usd_per_hour,owned\np5.48xlarge,4,,,,\ng6.xlarge,8,lab,owned,0,\nbox,3,x,reserved,1.5,2\n";
    expect(parsePoolCsv(text, "pool.csv")).toEqual([
      { where: "pool.csv:2", types: ["p5.48xlarge"], maxCount: 4 },
      {
        where: "pool.csv:3",
        types: ["g6.xlarge"],
        regions: ["lab"],
        kinds: ["owned"],
        maxCount: 8,
        usdPerHour: 0,
      },
      {
        where: "pool.csv:4",
        types: ["box"],
        regions: ["x"],
        kinds: ["reserved"],
        maxCount: 3,
        usdPerHour: 1.5,
        ownedCount: 2,
      },
    ]);
  });

  it.each([
    ["instance,count\n", /^pool\.csv:1: the pool has no instance type/],
    ["instance,count\na,0\n", /^pool\.csv:2, column count: .*below 1/],
    ["instance,count\n,1\n", /^pool\.csv:2, column instance: the instance type is empty/],
    [
      "instance,count,kind\na,1,spott\n",
      /^pool\.csv:2, column kind: "spott" is not a price kind\. Did you mean "spot"/,
    ],
    ["instance,count,owned\na,1,2\n", /^pool\.csv:2, column owned: .*above 1/],
    ["instance,count,usd_per_hour\na,1,free\n", /^pool\.csv:2, column usd_per_hour: .*"free"/],
    ["instance,count,price\na,1,2\n", /^pool\.csv:1: unknown column "price"/],
  ])("says where %j is wrong", (text, message) => {
    expect(() => parsePoolCsv(text, "pool.csv")).toThrow(message);
  });
});
