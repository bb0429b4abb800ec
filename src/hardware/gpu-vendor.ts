import type { InstanceType } from "./instance.ts";

export type GpuVendor = "nvidia" | "amd";

/** Whose GPUs an instance has. AMD's are named by their maker or as Instinct MI…; all others count as NVIDIA's. */
export function gpuVendor({ gpuModel }: Pick<InstanceType, "gpuModel">): GpuVendor {
  return /\b(AMD|Instinct|MI\d{3}[A-Z]?)\b/i.test(gpuModel) ? "amd" : "nvidia";
}
