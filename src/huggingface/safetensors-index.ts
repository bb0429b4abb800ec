import { isJsonObject, misfit } from "./config-fields.ts";
import type { JsonFile } from "./quantization-files.ts";

/** A difference that scales of blocks and paddings explain. */
const TOLERANCE = 0.01;

/** `metadata.total_size` of a model.safetensors.index.json, bytes. @throws InputError when it is not there */
export function statedWeightBytes({ value, placeOf }: JsonFile): number {
  const metadata = isJsonObject(value) ? value.metadata : null;
  const size = isJsonObject(metadata) ? metadata.total_size : null;
  if (typeof size === "number" && size > 0) return size;
  throw misfit(placeOf(["metadata", "total_size"]), size, "the bytes of all tensors");
}

/** A note where the size that an index states is far from what the dimensions give. */
export function sizeNotes(
  { placeOf }: JsonFile,
  statedBytes: number,
  computedBytes: number,
): readonly string[] {
  if (Math.abs(statedBytes / computedBytes - 1) <= TOLERANCE) return [];
  const gBytes = (bytes: number): string => `${(bytes / 1e9).toPrecision(4)} GB`;
  return [
    `${placeOf(["metadata", "total_size"])}: the files hold ${gBytes(statedBytes)}, the dimensions give ${gBytes(computedBytes)}, which are used.`,
  ];
}
