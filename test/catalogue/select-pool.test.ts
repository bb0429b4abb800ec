import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PRICE_KINDS } from "../../src/catalogue/catalogue.ts";
import { overlay } from "../../src/catalogue/overlay.ts";
import { parsePoolSpec } from "../../src/catalogue/pool-spec.ts";
import { type PoolItem, selectPool } from "../../src/catalogue/select-pool.ts";
import { createPool } from "../../src/hardware/pool.ts";
import { instanceName, parseInstanceName } from "../../src/placement/placement.ts";
import {
  catalogue,
  DISCOUNTS_HEADER,
  INSTANCES,
  PRICES,
  PRICES_HEADER,
  parseOwn,
  replaced,
  TODAY,
} from "./made-up.ts";

const item = (conditions: Partial<PoolItem>): PoolItem => ({
  where: "--test",
  maxCount: 2,
  ...conditions,
});
const select = (conditions: Partial<PoolItem>, of = catalogue()) =>
  selectPool(of, [item(conditions)], TODAY);
const names = (conditions: Partial<PoolItem>, of = catalogue()) =>
  select(conditions, of).entries.map(({ instance }) => instance.name);

describe("selectPool", () => {
  it("makes an entry of every on-demand offer when nothing else is asked for", () => {
    expect(names({})).toEqual([
      "g6.xlarge",
      "p5.48xlarge@us-east-1",
      "p5.48xlarge@us-west-2",
      "a2-ultragpu-1g",
      "a3-highgpu-8g",
      "1x_L4_SECURE",
    ]);
  });

  it("gives an entry the instance's figures, its GPU's, site and price", () => {
    const [entry] = select({ types: ["P5.48xlarge"], regions: ["US-WEST-2"] }).entries;
    expect(entry).toMatchObject({
      count: 2,
      instance: {
        name: "p5.48xlarge",
        typeName: "p5.48xlarge",
        provider: "AWS",
        site: "AWS/us-west-2",
        gpuModel: "H100-SXM5-80GB",
        gpu: { name: "H100-SXM5-80GB", tflops16: 989.4 },
        gpuCount: 8,
        gpuMemoryGib: 80,
        insideGBytesPerSecond: 900,
        externalGbitsPerSecond: 3200,
      },
      price: {
        microUsdPerHour: 56_000_000,
        region: "us-west-2",
        kind: "on-demand",
        asOf: "2026-11-01",
        source: "prices.csv:4, made up",
      },
    });
    expect(entry).not.toHaveProperty("ownedCount");
  });

  it("filters by words of GPUs, providers, regions and kinds", () => {
    expect(names({ gpus: ["h100"] })).toHaveLength(3);
    expect(names({ gpus: ["NVIDIA H100 SXM", "A100 80GB"], providers: ["gcp"] })).toEqual([
      "a2-ultragpu-1g",
      "a3-highgpu-8g",
    ]);
    expect(names({ gpus: ["L4"], regions: ["global"] })).toEqual(["1x_L4_SECURE"]);
    expect(names({ types: ["p5.48xlarge"], kinds: ["spot", "on-demand"] })).toEqual([
      "p5.48xlarge@us-east-1:on-demand",
      "p5.48xlarge@us-east-1:spot",
      "p5.48xlarge@us-west-2:on-demand",
    ]);
  });

  it("names the provider where two have a type of the name", () => {
    const own = parseOwn({
      instances: replaced(INSTANCES, "RunPod,1x_L4_SECURE", "GCP,p5.48xlarge"),
      prices: `${PRICES}GCP,p5.48xlarge,x,on-demand,50,2026-11-01,\n`.replace(
        "RunPod,1x_L4_SECURE,global,on-demand,0.39,2026-11-01,made up\n",
        "",
      ),
    });
    expect(names({ types: ["p5.48xlarge"] }, own)).toEqual([
      "AWS/p5.48xlarge@us-east-1",
      "AWS/p5.48xlarge@us-west-2",
      "GCP/p5.48xlarge",
    ]);
  });

  it("warns of a GPU that the providers asked for lack, as long as they have another one", () => {
    const { entries, warnings } = select({ providers: ["AWS"], gpus: ["L4", "A100"] });
    expect(new Set(entries.map(({ instance }) => instance.gpuModel))).toEqual(new Set(["L4"]));
    expect(warnings).toContain("--test: no offer matches A100.");
    expect(() => select({ providers: ["AWS"], gpus: ["A100"] })).toThrow(
      /no instance of GPU A100 is of provider AWS/,
    );
  });

  it.each<[Partial<PoolItem>, RegExp]>([
    [
      { types: ["p5.48xlage"] },
      /^--test: the catalogue has no instance type "p5\.48xlage"\. Did you mean "p5\.48xlarge"\?$/,
    ],
    [{ gpus: ["H101"] }, /^--test: the catalogue has no GPU "H101"\. Did you mean "H100"\?$/],
    [
      { gpus: ["B200"] },
      /^--test: no instance of the catalogue has the GPU "B200"\. There are: L4, /,
    ],
    [{ providers: ["AWZ"] }, /has no provider "AWZ"\. Did you mean "AWS"\?$/],
    [{ regions: ["us-eest-1"] }, /no prices in a region "us-eest-1"\. Did you mean "us-east-1"\?$/],
    [
      { types: ["p5.48xlarge"], providers: ["GCP"] },
      /no instance of instance type p5\.48xlarge is of provider GCP\. There are: a2-ultragpu-1g, a3-highgpu-8g\.$/,
    ],
    [
      { types: ["g6.xlarge"], kinds: ["spot"] },
      /there is no spot price of g6\.xlarge\. There are prices of the kind on-demand\.$/,
    ],
    [
      { types: ["p5.48xlarge", "g6.xlarge"], regions: ["us-west-2"] },
      /no on-demand price of g6\.xlarge in us-west-2\. There is one in us-east-1\.$/,
    ],
    [
      { gpus: ["A100"], regions: ["us-east-1"] },
      /no on-demand price of a2-ultragpu-1g in us-east-1\. There is one in us-central1\.$/,
    ],
    [
      { types: ["p5.48xlarge"], ownedCount: 1 },
      /owned instances are in one place, but this matches 2 offers\. Name one of: p5\.48xlarge@us-east-1:on-demand, /,
    ],
    [{ gpus: ["H100"], usdPerHour: 3 }, /does not name the instance type/],
    [
      { types: ["p5.48xlarge"], usdPerHour: 0, kinds: ["spot"] },
      /the spot price is 0\. Give its price/,
    ],
    [{ types: ["p5.48xlarge"], ownedCount: 3 }, /3 of 2 instances cannot be owned/],
    [{ maxCount: 0 }, /0 is not a number of instances/],
  ])("says which condition leaves nothing, and what is near: %#", (conditions, message) => {
    expect(() => select(conditions)).toThrow(message);
  });

  it("says that a type has no price at all", () => {
    const of = catalogue({ prices: PRICES.replace(/^AWS,g6.*\n/m, "") });
    expect(() => select({ types: ["g6.xlarge"] }, of)).toThrow(
      /the catalogue has no price of g6\.xlarge\. Add a row/,
    );
  });

  it("refuses a price of 0 where it stands, unless it is owned", () => {
    const zero = catalogue({ prices: replaced(PRICES, "0.39", "0") });
    expect(() => select({ gpus: ["L4"] }, zero)).toThrow(
      /^prices\.csv:8, column usd_per_hour: the on-demand price of 1x_L4_SECURE in global is 0\./,
    );
    expect(names({ gpus: ["H100"] }, zero)).toHaveLength(3);
    const owned = catalogue({ prices: replaced(PRICES, "on-demand,0.39", "owned,0") });
    expect(select({ gpus: ["L4"], kinds: ["owned"] }, owned).entries).toMatchObject([
      { ownedCount: 2, price: { kind: "owned", microUsdPerHour: 0 } },
    ]);
  });

  it("takes owned instances without a price, wherever they stand, and a price of the user's own", () => {
    const pool = selectPool(
      catalogue(),
      [
        item({ types: ["p5.48xlarge"], regions: ["lab"], kinds: ["owned"] }),
        item({ types: ["g6.xlarge"], ownedCount: 2 }),
        item({
          types: ["a3-highgpu-8g"],
          usdPerHour: 60,
          kinds: ["reserved"],
          where: "pool.csv:4",
        }),
        item({ types: ["p5.48xlarge"], regions: ["us-east-1"], ownedCount: 1 }),
      ],
      TODAY,
    );
    expect(
      pool.entries.map(({ instance, price, ownedCount = 0 }) => [
        instance.name,
        instance.site,
        price.kind,
        price.microUsdPerHour / 1e6,
        price.source,
        ownedCount,
      ]),
    ).toEqual([
      ["g6.xlarge", "AWS", "owned", 0, "--test", 2],
      ["p5.48xlarge@lab", "AWS/lab", "owned", 0, "--test", 2],
      ["p5.48xlarge@us-east-1", "AWS/us-east-1", "on-demand", 55.04, "prices.csv:2, made up", 1],
      ["a3-highgpu-8g", "GCP", "reserved", 60, "pool.csv:4", 0],
    ]);
  });

  it("lets the more specific item say how many, and refuses two that contradict one another", () => {
    const whatever = item({ maxCount: 8 });
    const type = item({ types: ["p5.48xlarge"], maxCount: 4 });
    const region = item({ types: ["p5.48xlarge"], regions: ["us-west-2"], maxCount: 1 });
    const counts = (items: PoolItem[]) =>
      Object.fromEntries(
        selectPool(catalogue(), items, TODAY).entries.map((e) => [e.instance.name, e.count]),
      );
    const expected = { "g6.xlarge": 8, "p5.48xlarge@us-east-1": 4, "p5.48xlarge@us-west-2": 1 };
    expect(counts([whatever, type, region])).toMatchObject(expected);
    expect(counts([region, type, whatever])).toMatchObject(expected);
    expect(() => counts([type, { ...type, where: "--other", maxCount: 3 }])).toThrow(
      /^--other: p5\.48xlarge in us-east-1 \(on-demand\) is requested here and in --test, with different numbers/,
    );
  });

  it("says once what has to be said of the prices", () => {
    const own = parseOwn(
      {
        prices: `${PRICES_HEADER}\nAWS,p5.48xlarge,us-east-1,spot,60,2026-11-20,contract\nAWS,none,us-east-1,spot,60,2026-11-20,contract\n`,
      },
      "mine/",
    );
    const of = overlay(
      catalogue({
        prices: `${replaced(PRICES, "56,2026-11-01", "56,2026-01-02")}GCP,a3-highgpu-8g,us-central1,on-demand,90,2026-10-01,other\nAWS,g6.xlarge,us-west-2,on-demand,1,,\n`,
        discounts: `${DISCOUNTS_HEADER}\nGCP,*,*,*,10,contract\n`,
      }),
      own,
    );
    const { entries, warnings } = select(
      { kinds: ["on-demand", "spot"], regions: ["us-east-1", "us-west-2", "us-central1"] },
      of,
    );
    expect(warnings).toEqual([
      "1 of 7 prices of the pool is more than 90 days old on 2026-11-24; the oldest is from 2026-01-02 (prices.csv:4). Check current prices, and supply your own with --catalogue where they differ.",
      "1 of 7 prices of the pool has no date (prices.csv:10).",
      "1 of 7 prices of the pool is a spot price: such instances can be reclaimed at any time, and their prices change. The only spot price is above the on-demand price (mine/prices.csv:2).",
      "discounts apply to 2 of 7 prices of the pool (discounts.csv:2).",
      "1 of 7 prices of the pool has contradictory rows; the newest is used, or the higher price if dates are equal: GCP a3-highgpu-8g us-central1 on-demand is 88.25 USD/h (prices.csv:6), not 90 (prices.csv:9).",
      "a row of your own replaces one of the catalogue with different figures: price AWS p5.48xlarge us-east-1 spot, usd_per_hour 60 for 20.5 (mine/prices.csv:2 over prices.csv:3).",
      "a price is of instances that the catalogue does not have, and is left out: AWS none (mine/prices.csv:3).",
    ]);
    expect(entries.find(({ instance }) => instance.name === "a2-ultragpu-1g")?.price).toMatchObject(
      {
        microUsdPerHour: 4_563_000,
        source: "prices.csv:7, made up, less 10 % (discounts.csv:2, contract)",
      },
    );
  });

  it("says which name of a list adds nothing", () => {
    expect(select({ gpus: ["H100"], regions: ["us-east-1", "global"] }).warnings).toEqual([
      "--test: no offer matches global.",
    ]);
  });

  it("refuses rows of an instance that contradict one another, and GPUs that no one knows", () => {
    const twice = catalogue({
      instances: `${INSTANCES}AWS,g6.xlarge,L4,2,24,32,pcie4,2.5,4,16,,\n`,
    });
    expect(() => select({}, twice)).toThrow(
      /^instances\.csv:7, column gpus: g6\.xlarge of AWS is also in instances\.csv:3, .* \(2 here, 1 there\)/,
    );
    const unknown = catalogue({ instances: replaced(INSTANCES, ",L4,", ",L44,") });
    expect(() => select({}, unknown)).toThrow(
      /^instances\.csv:3, column gpu: "L44" is not a known GPU\. Did you mean "L40"\?/,
    );
  });

  it("is the same for any order of rows and items; entries are offers that were asked for, of different names", () => {
    const shuffledPrices = (lines: readonly string[]) => [PRICES_HEADER, ...lines, ""].join("\n");
    const lines = PRICES.trimEnd().split("\n").slice(1);
    fc.assert(
      fc.property(
        fc.shuffledSubarray(lines, { minLength: lines.length }),
        fc.subarray(
          [...PRICE_KINDS].filter((kind) => kind !== "reserved" && kind !== "owned"),
          { minLength: 1 },
        ),
        fc.subarray(["us-east-1", "us-west-2", "us-central1"], { minLength: 1 }),
        (prices, kinds, regions) => {
          const conditions = { kinds, regions };
          const plain = attempt(() => select(conditions));
          const other = attempt(() =>
            select(conditions, catalogue({ prices: shuffledPrices(prices) })),
          );
          expect(withoutLines(other)).toBe(withoutLines(plain));
          if (!("entries" in plain)) return;
          const pool = createPool(plain.entries);
          for (const type of pool.types) {
            expect(kinds).toContain(type.price.kind);
            expect(regions).toContain(type.price.region);
            const name = instanceName(type.instance.name, 1);
            expect(parseInstanceName(name)).toEqual({ typeName: type.instance.name, index: 1 });
            // A name is also a way to ask for the entry.
            const [again] = selectPool(
              catalogue(),
              parsePoolSpec(fullSpec(type), "--pool"),
              TODAY,
            ).entries;
            expect(again?.price).toEqual(type.price);
          }
        },
      ),
      { seed: 2, numRuns: 60 },
    );
  });
});

function fullSpec({ instance, price }: ReturnType<typeof createPool>["types"][number]): string {
  return `${instance.provider}/${instance.typeName}@${price.region}:${price.kind}=2`;
}

function attempt<Value>(make: () => Value): Value | { readonly error: string } {
  try {
    return make();
  } catch (error) {
    return { error: String(error) };
  }
}

/** Lines of prices.csv move when rows do. */
function withoutLines(value: unknown): string {
  return JSON.stringify(value).replace(/prices\.csv:\d+/g, "prices.csv");
}
