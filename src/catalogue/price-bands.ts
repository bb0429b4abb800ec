import type { Bounds } from "../bounds.ts";
import type { GpuClass, GpuSpec } from "../hardware/gpu-specs.ts";
import type { CatalogueInstance, PriceKind } from "./catalogue.ts";

/**
 * On-demand prices of a GPU-hour, USD, between 2024 and 2026, from the cheapest of the catalogue's providers to the dearest region of
 * the dearest, host included, with some room. Each end is a price that a provider asked:
 * - hopper: RunPod H100 PCIe 1.99, Lambda GH200 1.49; Azure ND H200 v5 and AWS p5 in Tokyo about 14
 * - blackwell_dc: RunPod and Nebius B200 about 5 (2.9 committed); AWS p6-b200 14.2, dearer regions and B300 up to 20
 * - blackwell_gddr: RunPod RTX 5090 0.69, RTX PRO 6000 1.7; AWS g7e about 4
 * - ada: RunPod RTX 4090 0.34 and L4 0.39; AWS g6e (L40S) in Tokyo 2.7 without much of a host, 4.6 with one
 * - ampere_dc: RunPod A100 1.19; AWS p4de 5.1, p4d in Tokyo 5.6
 * - ampere_gddr: RunPod RTX 3070 0.13, RTX 3090 0.22; Azure NV36ads A10 3.2
 * - turing: T4 at GCP 0.35; AWS g4dn.metal 0.98, Azure NC T4 v3 about 1.1
 * - volta: RunPod V100 0.19; AWS p3dn 3.9, p3 in Tokyo 4.2
 * - cdna3: RunPod MI300X 1.99; Azure ND MI300X v5 6, OCI 6
 */
const BANDS: Readonly<Record<GpuClass, Bounds>> = {
  hopper: { least: 1.2, most: 16 },
  blackwell_dc: { least: 2.5, most: 25 },
  blackwell_gddr: { least: 0.4, most: 6 },
  ada: { least: 0.15, most: 5 },
  ampere_dc: { least: 1.15, most: 7 },
  ampere_gddr: { least: 0.1, most: 4 },
  turing: { least: 0.15, most: 2 },
  volta: { least: 0.15, most: 5.5 },
  cdna3: { least: 1.2, most: 9 },
};

/** Cards far below the rest of their class: A30 at RunPod 0.22, and no more than an A100 anywhere. */
const OWN_BANDS: Readonly<Record<string, Bounds>> = { A30: { least: 0.15, most: 3 } };

/**
 * How far below on demand each kind goes. Spot: up to 90 % off, as AWS states it. Reserved: 3 years all upfront take up to 72 %
 * off at AWS.
 */
const LEAST_SHARE: Readonly<Record<Exclude<PriceKind, "owned">, number>> = {
  "on-demand": 1,
  spot: 0.1,
  reserved: 0.28,
};

/**
 * What a virtual CPU costs an hour with 8 GiB of memory, USD: sizes of AWS g6e with one GPU differ by so much
 * ((7.577 - 1.861) / 60 in us-east-1). Instances with many for each GPU, such as g4dn.16xlarge, are dear for that.
 */
const USD_PER_VCPU_HOUR = 0.095;

/** How a price of a GPU-hour lies to the plausible ones. */
export interface BandVerdict extends Bounds {
  readonly usdPerGpuHour: number;
  /** plausible; outside; or outside by more than a factor of 2, as after a wrong count or unit. */
  readonly verdict: "inside" | "outside" | "far outside";
}

/**
 * Compares price ÷ GPUs with the band of the GPU's class: least · share of the kind to most, where for the upper end what the
 * host's CPUs cost is taken off first.
 * @param usdPerHour of the whole instance
 */
export function judgePrice(
  { gpus, vcpus }: CatalogueInstance,
  gpu: GpuSpec,
  kind: Exclude<PriceKind, "owned">,
  usdPerHour: number,
): BandVerdict {
  const band = OWN_BANDS[gpu.name] ?? BANDS[gpu.gpuClass];
  const least = band.least * LEAST_SHARE[kind];
  const usdPerGpuHour = usdPerHour / gpus;
  const withoutHost = Math.max(0, usdPerHour - (vcpus ?? 0) * USD_PER_VCPU_HOUR) / gpus;
  const isInside = usdPerGpuHour >= least && withoutHost <= band.most;
  const isFar = usdPerGpuHour < least / 2 || withoutHost > band.most * 2;
  return {
    usdPerGpuHour,
    least,
    most: band.most,
    verdict: isInside ? "inside" : isFar ? "far outside" : "outside",
  };
}
