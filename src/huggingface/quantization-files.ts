import { InputError } from "../errors.ts";
import { type ConfigFields, findField, type PlaceOf } from "./config-fields.ts";
import { type Quantization, readHfQuantConfig, readQuantizationConfig } from "./quantization.ts";

/** A JSON file that has been parsed. */
export interface JsonFile {
  readonly value: unknown;
  readonly placeOf: PlaceOf;
}

/**
 * How a checkpoint is quantised, null when it is not: quantization_config, and hf_quant_config.json beside it. The first one's modules
 * count where both are there; what it does not say of the cache, the second may.
 * @throws InputError for formats that are not modelled, or where the two files do not agree
 */
export function readQuantization(
  fields: ConfigFields,
  quantConfig: JsonFile | undefined,
): Quantization | null {
  const beside = quantConfig ? readHfQuantConfig(quantConfig.value, quantConfig.placeOf) : null;
  const found = findField(fields, "quantization_config");
  if (found === null) return beside;
  const isOwn = (fields.own[found.name] ?? null) !== null;
  const path = [...(isOwn ? fields.nesting : []), found.name];
  const inside = readQuantizationConfig(found.value, path, fields.placeOf);
  if (beside === null) return inside;
  if (beside.format !== inside.format) {
    throw new InputError(
      found.place,
      `it gives ${inside.format}, but ${beside.place} gives ${beside.format}.`,
      "Remove the wrong one.",
    );
  }
  return { ...inside, hasFp8Cache: inside.hasFp8Cache ?? beside.hasFp8Cache };
}
