import type { MatrixNetwork } from "../../hardware/network.ts";
import { gpuLabel } from "./parse-network.ts";

/**
 * A bandwidth matrix as the text of network_bandwidth.csv, GB/s; reading it back gives the same numbers, bit for bit. Labels
 * and numbers never need quotes, so that cells are joined as they are.
 */
export function networkToCsv({ gpuCount, gBytesPerSecond }: MatrixNetwork): string {
  const labels = Array.from({ length: gpuCount }, (_, index) => gpuLabel(index));
  const lines = [["", ...labels].join(",")];
  for (let row = 0; row < gpuCount; row++) {
    const entries = gBytesPerSecond.subarray(row * gpuCount, (row + 1) * gpuCount);
    lines.push(`${labels[row]},${entries.join(",")}`);
  }
  return `${lines.join("\n")}\n`;
}
