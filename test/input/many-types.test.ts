import { describe, expect, it } from "vitest";
import {
  readExternalBandwidth,
  readGpuCountCell,
  readInsideBandwidth,
  readMemoryCell,
  readPriceCell,
} from "../../src/input/pool/instance-cells.ts";
import { poolOf } from "../../src/input/pool/pool-source.ts";
import { readNumber } from "../../src/input/text/numbers.ts";
import { instanceRow, instancesText, messageOf } from "./texts.ts";

const TYPES = 50_000;

describe("a pool of many types", () => {
  const names = Array.from({ length: TYPES }, (_, index) => `box.${index}`);
  const rows = names.map((name) => instanceRow({ "Instance Name": name }));
  const pool = { fileName: "gpu_pool.csv", text: `instance_name,count\n${names.join(",2\n")},2\n` };
  const instances = { fileName: "specs.csv", text: instancesText({}, ...rows) };

  // Looking through the table for each type takes many minutes.
  it("is read, with what is owned of each", () => {
    const ownedByType = new Map(names.map((name) => [name, 1]));
    const { types, gpuCount } = poolOf({ pool, instances }, { ownedByType }).pool;
    expect(types).toHaveLength(TYPES);
    expect(types.every(({ ownedCount }) => ownedCount === 1)).toBe(true);
    expect(gpuCount).toBe(TYPES * 4);
  });

  it("names the row of a type that stands twice, and disagrees", () => {
    const again = instanceRow({ "Instance Name": "box.49999", "GPU Count": "4", num_gpus: "4" });
    const text = instancesText({}, ...rows, again);
    expect(messageOf(() => poolOf({ pool, instances: { ...instances, text } }, {}))).toBe(
      `specs.csv:${TYPES + 4}, column num_gpus: box.49999 of AWS is also in line ${TYPES + 3}, and the two rows disagree ("4" here, "2.0" there). Keep the row that is right.`,
    );
  });
});

describe("a cell that is almost read and very long", () => {
  const LENGTH = 500_000;
  const blanks = " ".repeat(LENGTH);
  const at = (cell: string) => ({ cell, where: "here" });

  // A pattern that tries all splits of the blanks or digits takes many minutes.
  it.each([
    ["price", () => readPriceCell(`$1${blanks}!`, 8, "here")],
    ["price after a minus", () => readPriceCell(`-${blanks}$ a 5`, 8, "here")],
    ["range of prices", () => readPriceCell(`$1 to USD${blanks}!`, 8, "here")],
    ["number of GPUs", () => readGpuCountCell(`8${blanks}5`, "here")],
    ["memory", () => readMemoryCell(`80${blanks}5`, "here")],
    ["link", () => readInsideBandwidth(at(`NVLink4${blanks}5`), at(""))],
    ["network", () => readExternalBandwidth(`-${blanks}$ 5 Gbps`, "here")],
  ])("is refused as a %s", (_, read) => {
    expect(messageOf(read)).toMatch(/^here: /);
  });

  it("is refused as a number", () => {
    const reading = readNumber(`${"1".repeat(LENGTH)}x`, { unit: "" });
    expect(reading).toHaveProperty("problem");
  });
});
