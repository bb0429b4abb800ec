import { describe, expect, test } from "vitest";
import { nearestHint, nearestName } from "../src/nearest.ts";

const NAMES = ["g5.12xlarge", "g5.48xlarge", "p4de.24xlarge", "batch_size"];

describe("the nearest name", () => {
  test.each([
    ["g5.12xlarg", "g5.12xlarge"],
    ["G5.12XLARGE", "g5.12xlarge"],
    ["g5.4xlarge", "g5.48xlarge"],
    ["p4d.24xlarge", "p4de.24xlarge"],
    ["batchsize", "batch_size"],
  ])("to %s is %s", (name, nearest) => {
    expect(nearestName(name, NAMES)).toBe(nearest);
    expect(nearestHint(name, NAMES)).toBe(`Did you mean "${nearest}"?`);
  });

  test.each(["h100", "", "output_length_in_tokens"])('to "%s" is none of these', (name) => {
    expect(nearestName(name, NAMES)).toBeNull();
    expect(nearestHint(name, NAMES)).toBe(`Known: ${NAMES.join(", ")}.`);
  });

  test("is asked for where names only begin with what is given", () => {
    const names = ["p5.48xlarge@us-east-1", "p5.48xlarge@us-west-2", "g6e.48xlarge@us-east-1"];
    const both = 'Did you mean "p5.48xlarge@us-east-1" or "p5.48xlarge@us-west-2"?';
    expect(nearestHint("p5.48xlarge", names)).toBe(both);
    expect(nearestHint("P5", names)).toBe(both);
    const many = [1, 2, 3, 4].map((index) => `p5.48xlarge@region-${index}`);
    expect(nearestHint("p5", many)).toMatch(
      /"p5.48xlarge@region-3", or another that begins like it\?$/,
    );
  });

  test("of very many is told by some of them", () => {
    const many = Array.from({ length: 50 }, (_, index) => `instance-type-${index}`);
    expect(nearestHint("zzz", many)).toMatch(
      /^Known: instance-type-0, .*instance-type-19 and 30 more\.$/,
    );
  });

  test("among no names is none", () => {
    expect(nearestName("g5.12xlarge", [])).toBeNull();
  });

  test("allows two letters to change places in a short name", () => {
    expect(nearestName("bacth", ["batch"])).toBe("batch");
    expect(nearestName("bahc", ["batch"])).toBe("batch");
    expect(nearestName("bah", ["phase"])).toBeNull();
  });
});
