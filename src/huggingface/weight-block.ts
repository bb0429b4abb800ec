import { type ConfigFields, findField, isJsonObject, misfit } from "./config-fields.ts";

/**
 * Side of the square blocks of weights that share a scale (`weight_block_size` of quantization_config), elements; null where there are
 * no blocks. Of blocks that are no squares the longer side.
 * @throws InputError for what is no pair of whole numbers
 */
export function weightBlockOf(fields: ConfigFields): number | null {
  const found = findField(fields, "quantization_config");
  if (found === null || !isJsonObject(found.value)) return null;
  const block = found.value.weight_block_size ?? null;
  if (block === null) return null;
  const isPair =
    Array.isArray(block) &&
    block.length === 2 &&
    block.every((side) => Number.isSafeInteger(side) && side > 0);
  if (!isPair) {
    throw misfit(`${found.place}.weight_block_size`, block, "two whole numbers above 0");
  }
  return Math.max(...(block as number[]));
}
