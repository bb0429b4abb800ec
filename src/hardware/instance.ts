import { type GpuSpec, gpuKey } from "./gpu-specs.ts";

/** One rentable machine type. Bandwidths are decimal (1 GB = 10⁹ bytes), memory is binary (1 GiB = 1024³ bytes). */
export interface InstanceType {
  readonly name: string;
  readonly provider: string;
  /** The GPU as the instance table names it, e.g. "NVIDIA A10G". */
  readonly gpuModel: string;
  readonly gpuCount: number;
  /** Memory of one GPU, GiB. */
  readonly gpuMemoryGib: number;
  /** Bandwidth between two GPUs of the instance, GB/s. */
  readonly insideGBytesPerSecond: number;
  /** Network bandwidth of the whole instance, Gbit/s. */
  readonly externalGbitsPerSecond: number;
  /** Datasheet figures of the GPU where the source of the instance names it exactly; absent: found by `gpuModel`. */
  readonly gpu?: GpuSpec;
  /** What the provider calls the type; absent: `name`, which may also tell region and kind of price. */
  readonly typeName?: string;
  /** Where it stands, `provider/region`. A pipeline stays inside one site; absent: the pool has no sites. */
  readonly site?: string;
  /** Two instances of the type may stand far apart: a pipeline stays on one. Absent: they stand together. */
  readonly isScattered?: true;
}

/** What the provider calls the type. */
export function providerTypeName(instance: InstanceType): string {
  return instance.typeName ?? instance.name;
}

/**
 * The part of the instance's network that one GPU gets, GB/s: external Gbit/s ÷ GPUs ÷ 8.
 * Source: the reference model's derived bandwidth matrix.
 */
export function externalShareGBytesPerSecond(instance: InstanceType): number {
  return instance.externalGbitsPerSecond / instance.gpuCount / 8;
}

const keys = new WeakMap<InstanceType, string>();

/**
 * The same text for instance types that differ in nothing but name, provider and site: everything that is remembered of an
 * instance type is remembered by it. Names say nothing: two tables may give one name to different machines.
 */
export function servingKey(instance: InstanceType): string {
  let key = keys.get(instance);
  if (key === undefined) {
    key = JSON.stringify([
      instance.gpuModel,
      instance.gpuCount,
      instance.gpuMemoryGib,
      instance.insideGBytesPerSecond,
      instance.externalGbitsPerSecond,
      instance.gpu ? gpuKey(instance.gpu) : null,
      instance.isScattered ?? false,
    ]);
    keys.set(instance, key);
  }
  return key;
}
