import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { MatrixNetwork } from "../../src/hardware/network.ts";
import { networkToCsv } from "../../src/input/pool/network-csv.ts";
import { parseNetwork } from "../../src/input/pool/parse-network.ts";
import { NETWORK_TEXT } from "./texts.ts";

const matrix = (gpuCount: number, entries: readonly number[]): MatrixNetwork => ({
  kind: "matrix",
  gpuCount,
  gBytesPerSecond: Float64Array.from(entries),
});

describe("network_bandwidth.csv", () => {
  it("is read row by row, source before target", () => {
    const read = parseNetwork(",gpu_0,gpu_1\ngpu_0,1,2.5\ngpu_1,3e2,4\n", "n", 2);
    expect(read).toEqual(matrix(2, [1, 2.5, 300, 4]));
  });

  it("is read the same with quotes, blanks, other line ends and a byte order mark", () => {
    const expected = parseNetwork(NETWORK_TEXT, "n", 4);
    for (const text of [
      NETWORK_TEXT.replaceAll("\n", "\r\n"),
      `\uFEFF${NETWORK_TEXT.replace(",gpu_0", "GB/s,gpu_0")}`,
      NETWORK_TEXT.replaceAll(",", " , ").replaceAll("\n", "\n\n"),
      NETWORK_TEXT.replace(/gpu_\d/g, '"$&"'),
    ]) {
      expect(parseNetwork(text, "n", 4)).toEqual(expected);
    }
  });

  it("is written as it is read, bit for bit (property)", () => {
    const positive = fc.double({ min: 1e-4, max: 1e6, noNaN: true });
    const networks = fc
      .integer({ min: 1, max: 6 })
      .chain((size) =>
        fc
          .array(positive, { minLength: size * size, maxLength: size * size })
          .map((entries) => matrix(size, entries)),
      );
    fc.assert(
      fc.property(networks, (network) => {
        expect(parseNetwork(networkToCsv(network), "n", network.gpuCount)).toEqual(network);
      }),
    );
  });

  it("is written with labels and shortest numbers", () => {
    expect(networkToCsv(matrix(2, [10000, 0.1, 6.25, 1e21]))).toBe(
      ",gpu_0,gpu_1\ngpu_0,10000,0.1\ngpu_1,6.25,1e+21\n",
    );
  });
});
