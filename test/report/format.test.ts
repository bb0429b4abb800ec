import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  count,
  duration,
  figure,
  percent,
  plural,
  printable,
  shortGpu,
  usd,
  usdColumn,
} from "../../src/report/format.ts";

describe("numbers for people", () => {
  it.each([
    [0, "0"],
    [0.3, "0.3"],
    [0.6545454545, "0.6545"],
    [1, "1.000"],
    [9.87654, "9.877"],
    [22.68, "22.68"],
    [1210.4114, "1,210.4"],
    [1234567.89, "1,234,567.9"],
    [2.5e12, "2.500e+12"],
    [1e-9, "1.000e-9"],
  ])("figure(%d) is %s", (value, text) => {
    expect(figure(value)).toBe(text);
  });

  it.each([
    [0, "$0.00"],
    [40.96, "$40.96"],
    [13.7, "$13.70"],
    [9.399926, "$9.3999"],
    [3.1, "$3.10"],
    [1.624, "$1.624"],
    [1234.5, "$1,234.50"],
    [0.1, "$0.10"],
    [0.0347872, "$0.03479"],
    [0.05, "$0.05"],
    [0.00012345678, "$0.0001235"],
    [3e10, "$3.000e+10"],
  ])("usd(%d) is %s", (value, text) => {
    expect(usd(value)).toBe(text);
  });

  it.each([
    [1, "100 %"],
    [0, "0 %"],
    [0.1234, "12.3 %"],
    [0.00012, "0.012 %"],
    [1.763, "176.3 %"],
    [25, "2,500 %"],
  ])("percent(%d) is %s", (value, text) => {
    expect(percent(value)).toBe(text);
  });

  it.each([
    [0.001, "3.600 s"],
    [0.2295, "13.77 min"],
    [3.25, "3.250 h"],
    [96, "4.000 days"],
  ])("duration(%d hours) is %s", (hours, text) => {
    expect(duration(hours)).toBe(text);
  });

  it("lines prices up in columns", () => {
    expect([3.1, 12.2186, 1234.5, 0.05].map(usdColumn)).toEqual([
      "$3.1000",
      "$12.2186",
      "$1,234.5000",
      "$0.05",
    ]);
  });

  it("counts with commas and agrees in number", () => {
    expect(count(1000000)).toBe("1,000,000");
    expect(plural(1, "stage")).toBe("1 stage");
    expect(plural(3, "stage")).toBe("3 stages");
  });

  it("never prints anything long, whatever the number", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        for (const text of [figure(value), usd(value), usdColumn(value), percent(value)]) {
          expect(text.length).toBeLessThanOrEqual("$-1,000,000,000.0000".length);
        }
      }),
      // Random numbers seldom lie where the longest texts are.
      { examples: [[99_999_999.99995], [-999_999_999.1234], [-999_999_999.99999]] },
    );
  });
});

describe("names for people", () => {
  it("shows what could steer a terminal", () => {
    expect(printable("g5\u001b[31m.x\nl")).toBe("g5\uFFFD[31m.x\uFFFDl");
  });

  it("keeps the letters of all scripts and drops what has no width of its own", () => {
    expect(printable("阿里云 Größe é ñ")).toBe("阿里云 Größe é ñ");
    expect(printable("a\u0301\u20dd")).toBe("á\uFFFD");
    expect(printable("🚀")).toBe("\uFFFD");
  });

  it("drops the maker of a GPU", () => {
    expect(shortGpu("NVIDIA A10G")).toBe("A10G");
    expect(shortGpu("AMD MI300X")).toBe("AMD MI300X");
  });
});
