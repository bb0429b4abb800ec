import { describe, expect, it } from "vitest";
import { checkConsistency } from "../../src/catalogue/consistency.ts";
import { marketOf } from "../../src/catalogue/market.ts";
import { selectPool } from "../../src/catalogue/select-pool.ts";
import { readCatalogue } from "../../src/files/read-catalogue.ts";
import { createPool } from "../../src/hardware/pool.ts";
import { parseInstanceName } from "../../src/placement/placement.ts";

const shipped = readCatalogue(undefined);
const newest = shipped.prices.reduce(
  (day, { asOf }) => (asOf !== null && asOf > day ? asOf : day),
  "",
);

describe("the shipped catalogue", () => {
  it("is consistent: no error, and nothing odd but the age of prices and types without one", () => {
    const findings = checkConsistency(shipped, newest);
    expect(findings.filter(({ severity }) => severity === "error")).toEqual([]);
    const told = findings.filter(
      ({ message }) => !/ days before | of \S+ has no price\.$|as spot, more than/.test(message),
    );
    expect(told).toEqual([]);
  });

  it("has every figure's source and date", () => {
    for (const { source, checkedOn } of shipped.instances) {
      expect(source).not.toBe("");
      expect(checkedOn).not.toBeNull();
    }
    for (const { source, asOf } of shipped.prices) {
      expect(source).not.toBe("");
      expect(asOf).not.toBeNull();
    }
  });

  it("offers the GPUs that models are served on", () => {
    const { offers } = marketOf(shipped);
    const gpus = new Set(offers.map(({ type }) => type.gpu.name));
    for (const name of ["H100-SXM5-80GB", "A100-SXM4-80GB", "L4", "L40S", "A10G", "T4"]) {
      expect(gpus).toContain(name);
    }
    expect(new Set(offers.map(({ price }) => price.provider)).size).toBeGreaterThanOrEqual(4);
  });

  it("makes a pool of everything, each entry of its own name", () => {
    const { entries } = selectPool(
      shipped,
      [{ where: "all", maxCount: 1, kinds: ["on-demand", "spot", "reserved"] }],
      newest,
    );
    expect(createPool(entries).types).toHaveLength(marketOf(shipped).offers.length);
    for (const { instance } of entries) {
      expect(parseInstanceName(`${instance.name}#0`)?.typeName).toBe(instance.name);
    }
  });
});
