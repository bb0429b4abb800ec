import type { GpuSpec } from "../../hardware/gpu-specs.ts";
import type { Parameters } from "./parameters.ts";

/** Bytes of one element of the residual stream, which links carry. */
export const HIDDEN_BYTES = 2;

/** What one message from a stage to the next reaches inside a machine, GB/s. Source: engineering default, not fitted. */
const NVLINK_GBYTES_PER_SECOND = 150;
const PCIE_GBYTES_PER_SECOND = 12;

/** Seconds of a message: what it takes whatever its size, and for every byte. */
export interface Hop {
  readonly latencySeconds: number;
  readonly bytesPerSecond: number;
}

/**
 * A hop to a stage on the same instance, over NVLink or PCIe.
 * @param insideGBytesPerSecond what the instance itself says of its inside bandwidth: a message is never faster
 */
export function insideHop(
  { link }: Pick<GpuSpec, "link">,
  insideGBytesPerSecond: number,
  { hopInsideUs }: Parameters["common"],
): Hop {
  const most = link.startsWith("pcie") ? PCIE_GBYTES_PER_SECOND : NVLINK_GBYTES_PER_SECOND;
  return {
    latencySeconds: hopInsideUs * 1e-6,
    bytesPerSecond: Math.min(most, insideGBytesPerSecond) * 1e9,
  };
}

/** A hop to a stage on another instance. @param gBytesPerSecond network bandwidth that the stage has for it */
export function outsideHop(
  gBytesPerSecond: number,
  { hopOutsideUs, ethernetShare }: Parameters["common"],
): Hop {
  return {
    latencySeconds: hopOutsideUs * 1e-6,
    bytesPerSecond: gBytesPerSecond * 1e9 * ethernetShare,
  };
}

/** latency + 2·h·tokens / bandwidth, seconds. */
export function hopSeconds(
  { latencySeconds, bytesPerSecond }: Hop,
  hidden: number,
  tokens: number,
): number {
  return latencySeconds + (HIDDEN_BYTES * hidden * tokens) / bytesPerSecond;
}
