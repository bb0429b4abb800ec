import { describe, expect, it } from "vitest";
import type { Catalogue } from "../../src/catalogue/catalogue.ts";
import { discountsOf } from "../../src/catalogue/discounts.ts";
import { listOffers } from "../../src/catalogue/listing.ts";
import { marketOf } from "../../src/catalogue/market.ts";
import { poolNames } from "../../src/catalogue/pool-names.ts";
import { selectPool } from "../../src/catalogue/select-pool.ts";
import { catalogue, DISCOUNTS_HEADER, parseOwn, TODAY } from "./made-up.ts";

const TYPES = 20_000;
const REGIONS = ["us-east-1", "us-west-2", "eu-west-1"];

/** Types of ten providers, each at three prices. */
function manyTypes(): Catalogue {
  const [row, price] = [catalogue().instances[0]!, catalogue().prices[0]!];
  const names = Array.from({ length: TYPES }, (_, index) => ({
    provider: `cloud-${index % 10}`,
    instance: `type-${index}`,
  }));
  return {
    ...catalogue(),
    instances: names.map((name) => ({ ...row, ...name })),
    prices: names.flatMap((name) => REGIONS.map((region) => ({ ...price, ...name, region }))),
  };
}

/** Rows that count how often one of their fields is read. */
function counted<Row extends object>(
  rows: readonly Row[],
  field: keyof Row,
): { readonly rows: readonly Row[]; readonly reads: () => number } {
  let reads = 0;
  const get = (row: Row, key: string | symbol): unknown => {
    if (key === field) reads++;
    return Reflect.get(row, key);
  };
  return { rows: rows.map((row) => new Proxy(row, { get })), reads: () => reads };
}

describe("a catalogue of many rows", () => {
  // Looking through all prices for each of these items takes more than ten minutes.
  it("is chosen from by as many items as it has types", () => {
    const items = Array.from({ length: TYPES }, (_, index) => ({
      where: `pool.csv:${index + 2}`,
      types: [`TYPE-${index}`],
      providers: [`cloud-${index % 10}`],
      gpus: ["H100"],
      regions: ["us-west-2"],
      maxCount: 2,
    }));
    const { entries } = selectPool(manyTypes(), items, TODAY);
    expect(entries).toHaveLength(TYPES);
    expect(new Set(entries.map(({ price }) => price.region))).toEqual(new Set(["us-west-2"]));
  });

  it("has the offers of other types left alone", () => {
    const { prices, ...others } = manyTypes();
    const { rows, reads } = counted(prices, "kind");
    const listed = listOffers({ ...others, prices: rows }, { providers: ["cloud-3"] }, "price");
    expect(listed).toHaveLength((TYPES / 10) * REGIONS.length);
    expect(reads()).toBeLessThan(20 * listed.length);
  });

  it("has its machine types found without a look at all of them", () => {
    const market = marketOf(manyTypes());
    expect(market.typesNamed("instance", "Type-4711").map(({ row }) => row.provider)).toEqual([
      "cloud-1",
    ]);
    expect(market.typesNamed("provider", "CLOUD-1")).toHaveLength(TYPES / 10);
    expect(market.typesWithGpu("H100 SXM")).toEqual(market.types);
    expect(market.hasRegion("EU-West-1")).toBe(true);
    expect(market.hasRegion("eu-west-2")).toBe(false);
  });

  it("has discounts found without a look at all of them", () => {
    const text = Array.from(
      { length: 1000 },
      (_, index) => `*,type-${index},${index % 2 === 0 ? "*" : "us-east-1"},*,5,`,
    );
    const { discounts } = parseOwn({ discounts: `${DISCOUNTS_HEADER}\n${text.join("\n")}\n` });
    const { rows, reads } = counted(discounts, "instance");
    const find = discountsOf(rows);
    const found = manyTypes().prices.filter((price) => find(price) !== null);
    expect(found).toHaveLength(500 * 3 + 500);
    expect(reads()).toBeLessThan(20 * rows.length);
  });

  it("gives names to as many entries of a pool", () => {
    const parts = Array.from({ length: 200_000 }, (_, index) => ({
      provider: "AWS",
      instance: `type-${index >> 1}`,
      region: index % 4 === 0 ? "us-east-1" : "us-west-2",
      kind: index % 2 === 0 ? "on-demand" : "spot",
    }));
    expect(poolNames(parts).slice(0, 4)).toEqual([
      "type-0@us-east-1",
      "type-0@us-west-2",
      "type-1@us-west-2:on-demand",
      "type-1@us-west-2:spot",
    ]);
  });
});
