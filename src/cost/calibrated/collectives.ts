import type { GpuLink } from "../../hardware/gpu-specs.ts";
import type { CommonParameters } from "./parameters.ts";

/** How an all-reduce behaves on one kind of link. */
interface LinkConstants {
  /** Latency of two GPUs, us, and of each further one. */
  readonly a0Us: number;
  readonly a1Us: number;
  /** Between latency-bound and bandwidth-bound algorithms, us per square root of 10⁶ bytes. */
  readonly midUs: number;
  /** Bus bandwidth of two GPUs, GB/s. */
  readonly gBytesPerSecond: number;
  /** Bus bandwidth falls as (2/n)^slope. */
  readonly slope: number;
}

/**
 * Fitted on 1,188 all-reduce timings of one node (NVIDIA aiconfigurator and microsoft/vidur: NCCL and custom kernels, the best of
 * both), median error 9 to 13 % by link. `xgmi` is assumed (no row). nvl2 uses nvl3's, pcie3 uses pcie4's.
 */
const NVL3: LinkConstants = {
  a0Us: 3.92,
  a1Us: 0.43,
  midUs: 6.31,
  gBytesPerSecond: 203.1,
  slope: -0.03,
};
const NVL4: LinkConstants = {
  a0Us: 2.27,
  a1Us: 0.3,
  midUs: 4.01,
  gBytesPerSecond: 326.9,
  slope: -0.15,
};
const NVL5: LinkConstants = {
  a0Us: 4.14,
  a1Us: 0.27,
  midUs: 4.79,
  gBytesPerSecond: 622.1,
  slope: -0.07,
};
const PCIE4: LinkConstants = {
  a0Us: 5.95,
  a1Us: 3.13,
  midUs: 1.15,
  gBytesPerSecond: 17.9,
  slope: 1.71,
};
const PCIE5: LinkConstants = {
  a0Us: 4.03,
  a1Us: 4.03,
  midUs: 8.87,
  gBytesPerSecond: 38.3,
  slope: 0.39,
};
const XGMI: LinkConstants = { a0Us: 8, a1Us: 0.6, midUs: 8, gBytesPerSecond: 182.8, slope: 0 };

const CONSTANTS: Readonly<Record<GpuLink, LinkConstants>> = {
  nvl2: NVL3,
  nvl3: NVL3,
  nvl4: NVL4,
  nvl5: NVL5,
  pcie3: PCIE4,
  pcie4: PCIE4,
  pcie5: PCIE5,
  xgmi: XGMI,
};

/** What GPUs of a host share when they talk. */
export type HostKind =
  /** Direct links, or PCIe switches with peer-to-peer. */
  | "peer"
  /** Through the host bridge (cloud virtual machines with PCIe GPUs): busy GPUs of a socket share it. */
  | "host_bridge";

/**
 * GPUs that share one host bridge. Source: measured L40S hosts (g6e.48xlarge): TP 4 on both halves of the host at once is as fast
 * as on two hosts, TP 8 across both is slower than TP 4.
 */
const GPUS_PER_BRIDGE = 4;

/** All-reduces of one TP group. */
export interface Collectives {
  /** Seconds of one all-reduce of so many bytes. */
  readonly allReduceSeconds: (bytes: number) => number;
  /** Bus bandwidth, bytes/s. */
  readonly bytesPerSecond: number;
  readonly latencySeconds: number;
}

/**
 * t(n, b) = a0 + a1·(n − 2) + c·√(b/10⁶) + 2(n − 1)/n · b/(bw·(2/m)^slope), m = n, or the busy GPUs of the bridge where GPUs talk
 * through it. Source: fitted, see above; the square root covers the passage from latency-bound to bandwidth-bound sizes.
 *
 * @param gpus n, GPUs of the group; at least 2
 * @param busyGpus GPUs of the host that talk at the same time, the group among them
 * @param capGBytesPerSecond bandwidth between two GPUs that the instance has at most, GB/s
 */
export function collectives(
  link: GpuLink,
  host: HostKind,
  gpus: number,
  busyGpus: number,
  capGBytesPerSecond: number,
  common: CommonParameters,
): Collectives {
  const { a0Us, a1Us, midUs, gBytesPerSecond, slope } = CONSTANTS[link];
  const isPcie4 = CONSTANTS[link] === PCIE4;
  const sharing =
    host === "host_bridge" ? Math.max(gpus, Math.min(busyGpus, GPUS_PER_BRIDGE)) : gpus;
  const power = isPcie4
    ? host === "host_bridge"
      ? common.pcieHostSlope
      : common.pciePeerSlope
    : slope;
  const bandwidth = Math.min(gBytesPerSecond, capGBytesPerSecond) * 1e9 * (2 / sharing) ** power;
  const factor = common.collectiveFactor;
  const latencySeconds = (a0Us + a1Us * (gpus - 2)) * 1e-6;
  const perByte = (2 * (gpus - 1)) / gpus / bandwidth;
  return {
    allReduceSeconds: (bytes) =>
      factor * (latencySeconds + midUs * 1e-9 * Math.sqrt(bytes) + bytes * perByte),
    bytesPerSecond: bandwidth / factor,
    latencySeconds: 2 * a0Us * 1e-6 * factor,
  };
}
