import { describe, expect, it, test } from "vitest";
import { GPU_NAMES, gpuByName } from "../../src/hardware/gpu-specs.ts";
import { DATASHEETS } from "./datasheets.ts";
import { datasheetOf, differences, impossible } from "./gpu-figures.ts";
import { FACTORS, NO_UNITS, SLIPS, type Slip } from "./slips.ts";

describe("the figures of GPUs", () => {
  it("stand twice, for every GPU", () => {
    expect(DATASHEETS.map(({ name }) => name)).toEqual([...GPU_NAMES]);
  });

  it.each([...GPU_NAMES])("of %s are possible, and those of its data sheet", (name) => {
    const gpu = gpuByName(name)!;
    expect(impossible(gpu)).toEqual([]);
    expect(differences(gpu, datasheetOf(name))).toEqual([]);
  });
});

const isImpossible = ({ gpu }: Slip): boolean => impossible(gpu).length > 0;
const isCaught = (slip: Slip): boolean =>
  isImpossible(slip) || differences(slip.gpu, datasheetOf(slip.gpu.name)).length > 0;

/** Digits that few look at: a change that is below what data sheets round away. */
const ROUNDED_AWAY = 0.007;

describe("a mistyped figure", () => {
  const all = [...SLIPS, ...NO_UNITS];

  test("is one of many: all figures of all GPUs", () => {
    expect(SLIPS.length).toBeGreaterThanOrEqual(GPU_NAMES.length * 40);
  });

  test.each([...Object.keys(FACTORS), "units"])("is found when it is %s", (kind) => {
    const missed = all.filter((slip) => slip.kind === kind && !isCaught(slip));
    expect(missed.map(({ gpu, figure }) => `${gpu.name} ${figure}`)).toEqual([]);
  });

  test("is found when two of its digits are swapped, but for the last ones", () => {
    const missed = all.filter((slip) => slip.kind === "swap" && !isCaught(slip));
    expect(missed.filter(({ change }) => change > ROUNDED_AWAY)).toEqual([]);
    expect(missed.length).toBeLessThanOrEqual(0.02 * all.length);
  });

  test("is found in most cases by physics alone, where it is far off", () => {
    const far = all.filter(({ change }) => change >= 0.5);
    expect(far.filter(isImpossible).length).toBeGreaterThanOrEqual(0.75 * far.length);
  });
});
