import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Catalogue, PRICE_KINDS, priceKey } from "../../src/catalogue/catalogue.ts";
import { discounted, discountsOf } from "../../src/catalogue/discounts.ts";
import { overlay } from "../../src/catalogue/overlay.ts";
import { catalogue, DISCOUNTS_HEADER, PRICES_HEADER, parseOwn } from "./made-up.ts";

/** Catalogues of a few prices, so that keys meet. */
const catalogues: fc.Arbitrary<Catalogue> = fc
  .uniqueArray(
    fc.record({
      provider: fc.constantFrom("AWS", "GCP"),
      instance: fc.constantFrom("a", "b"),
      region: fc.constantFrom("r1", "r2"),
      kind: fc.constantFrom(...PRICE_KINDS),
      microUsdPerHour: fc.integer({ min: 1, max: 5 }),
      asOf: fc.constant(null),
      source: fc.constant(""),
      place: fc.record({ fileName: fc.constant("p.csv"), line: fc.integer({ min: 2, max: 99 }) }),
    }),
    { selector: priceKey },
  )
  .map((prices) => ({ gpus: [], instances: [], discounts: [], replacements: [], prices }));

describe("overlay", () => {
  it("replaces rows of the same key, keeps the others, and says where figures differ", () => {
    const own = parseOwn(
      {
        prices: `${PRICES_HEADER}\nAWS,p5.48xlarge,us-east-1,on-demand,40,2026-11-20,contract\nAWS,p5.48xlarge,us-west-2,on-demand,56,2026-11-20,contract\nown,box,lab,owned,0,,\n`,
      },
      "mine/",
    );
    const both = overlay(catalogue(), own);
    expect(both.prices).toHaveLength(8);
    expect(both.instances).toEqual(catalogue().instances);
    expect(both.replacements).toEqual([
      {
        what: "price",
        name: "AWS p5.48xlarge us-east-1 on-demand",
        changes: [{ column: "usd_per_hour", before: "55.04", after: "40" }],
        before: { fileName: "prices.csv", line: 2 },
        after: { fileName: "mine/prices.csv", line: 2 },
      },
    ]);
  });

  it("twice is as good as once, and nothing laid over changes nothing", () => {
    fc.assert(
      fc.property(catalogues, catalogues, (base, own) => {
        const once = overlay(base, own);
        expect(overlay(once, own)).toEqual(once);
        expect(overlay(base, { ...own, prices: [] })).toEqual(base);
        // Each key is there once, with the upper figure where there is one.
        const keys = once.prices.map(priceKey);
        expect(new Set(keys).size).toBe(keys.length);
        for (const row of own.prices) expect(once.prices).toContain(row);
        for (const row of base.prices) expect(keys).toContain(priceKey(row));
      }),
      { seed: 1 },
    );
  });
});

describe("discounts", () => {
  const { discounts } = parseOwn({
    discounts: `${DISCOUNTS_HEADER}
*,*,*,*,1,
AWS,*,*,*,2,
AWS,*,us-east-1,*,3,
AWS,*,*,on-demand,4,
AWS,p5.48xlarge,*,*,5,
AWS,p5.48xlarge,us-west-2,on-demand,6,
`,
  });

  it.each([
    ["GCP a3-highgpu-8g us-central1 on-demand", 1],
    ["AWS g6.xlarge us-east-1 on-demand", 3],
    ["AWS p5.48xlarge us-east-1 on-demand", 5],
    ["AWS p5.48xlarge us-east-1 spot", 5],
    ["AWS p5.48xlarge us-west-2 on-demand", 6],
  ])("the row that names most counts: %s", (key, percent) => {
    const price = catalogue().prices.find((row) => priceKey(row) === key)!;
    expect(discountsOf(discounts)(price)?.discountPercent).toBe(percent);
    expect(discountsOf([...discounts].reverse())(price)?.discountPercent).toBe(percent);
  });

  it("name what they are on in any letter case", () => {
    const own = parseOwn({
      discounts: `${DISCOUNTS_HEADER}\naws,P5.48xlarge,US-East-1,*,7,\n`,
    }).discounts;
    const price = catalogue().prices.find(
      (row) => priceKey(row) === "AWS p5.48xlarge us-east-1 spot",
    )!;
    expect(discountsOf(own)(price)?.discountPercent).toBe(7);
  });

  it("are the first of those that name most, by a look at all of them (property)", () => {
    const fields = ["instance", "region", "kind", "provider"] as const;
    const names = fc.record({
      provider: fc.constantFrom("a", "A", "b"),
      instance: fc.constantFrom("x", "X", "y"),
      region: fc.constantFrom("here", "there"),
      kind: fc.constantFrom(...PRICE_KINDS),
    });
    const anyOf = names.chain((each) =>
      fc.record({
        provider: fc.constantFrom(each.provider, null),
        instance: fc.constantFrom(each.instance, null),
        region: fc.constantFrom(each.region, null),
        kind: fc.constantFrom(each.kind, null),
      }),
    );
    fc.assert(
      fc.property(fc.array(anyOf, { maxLength: 12 }), names, (given, price) => {
        const own = given.map((each) => ({ ...discounts[0]!, ...each }));
        const applying = own.filter((row) =>
          fields.every((field) => {
            const name = row[field];
            return name === null || name.toLowerCase() === price[field].toLowerCase();
          }),
        );
        // As binary digits: how many fields are named, then which of them.
        const rank = (row: (typeof own)[number]): number => {
          const bits = fields.map((field) => (row[field] === null ? "0" : "1"));
          return bits.filter((bit) => bit === "1").length * 16 + Number.parseInt(bits.join(""), 2);
        };
        const best = Math.max(...applying.map(rank));
        expect(discountsOf(own)(price)).toBe(applying.find((row) => rank(row) === best) ?? null);
      }),
      { seed: 11, numRuns: 1000 },
    );
  });

  it("take their share off, to the micro-dollar", () => {
    expect(discounted(1_000_001, { ...discounts[0]!, discountPercent: 50 })).toBe(500_001);
    expect(discounted(7, null)).toBe(7);
  });
});
