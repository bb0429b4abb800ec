import type { Architecture } from "../model/architecture.ts";
import {
  type ConfigFields,
  configFields,
  countOf,
  findField,
  type PlaceOf,
} from "./config-fields.ts";
import { readDimensions } from "./dimensions.ts";
import { familyOf } from "./families.ts";
import type { HuggingFaceModel, ModelOverrides } from "./huggingface-model.ts";
import { countParameters } from "./parameter-count.ts";
import { type JsonFile, readQuantization } from "./quantization-files.ts";
import { sizeNotes, statedWeightBytes } from "./safetensors-index.ts";
import { kvBytesOf, storedWeights } from "./storage.ts";
import { notServed, refuseUnmodelled } from "./unmodelled.ts";
import { weightGroupsOf } from "./weight-groups.ts";

/** What a Hugging Face repository says of a model, in files that are read or still to be read. */
export interface HuggingFaceFiles<File = JsonFile> {
  readonly name: string;
  /** `owner/name` on Hugging Face, where it is known. */
  readonly repository?: string | null | undefined;
  /** config.json. */
  readonly config: File;
  /** hf_quant_config.json. */
  readonly quantConfig?: File | undefined;
  /** model.safetensors.index.json. */
  readonly safetensorsIndex?: File | undefined;
  readonly overrides?: ModelOverrides | undefined;
}

/** Where a file has no name and lines of its own: `config.json, text_config.num_experts`. */
export const placeIn =
  (fileName: string): PlaceOf =>
  (path) =>
    path.length === 0 ? fileName : `${fileName}, ${path.join(".")}`;

/**
 * A model from its Hugging Face files. Fields that no rule needs are not looked at.
 * @throws InputError with the field's name for what is missing, contradictory, unknown or not modelled
 */
export function huggingFaceModel(files: HuggingFaceFiles): HuggingFaceModel {
  const overrides = files.overrides ?? {};
  const read = configFields(files.config.value, files.config.placeOf);
  refuseUnmodelled(read);
  const family = familyOf(read);
  const fields: ConfigFields = { ...read, defaults: family.defaults };
  const { dimensions, notes } = readDimensions(fields, family);
  // Where another format is served, so is another checkpoint: how this one is quantised says nothing.
  const quantization = overrides.weightFormat ? null : readQuantization(fields, files.quantConfig);
  const weights = storedWeights(fields, dimensions, quantization, overrides.weightFormat);
  const architecture: Architecture = {
    ...dimensions,
    weightFormat: weights.format,
    weightBytes: weights.bytes,
    kvBytes: kvBytesOf(quantization, overrides),
  };
  const parameters = countParameters(architecture, family, fields);
  const index = files.safetensorsIndex;
  const stated = index ? statedWeightBytes(index) : null;
  const repository = files.repository ?? null;
  const isQuantised =
    files.quantConfig !== undefined || findField(fields, "quantization_config") !== null;
  const servesAsStored =
    overrides.weightFormat === undefined || (overrides.weightFormat === "16bit" && !isQuantised);
  const bytes = weights.layerBytes + 2 * (parameters.total - weights.layerParameters);
  return {
    name: files.name,
    repository,
    checkpoint: servesAsStored ? repository : null,
    checkpoint16Bit: isQuantised ? null : repository,
    quantisedCheckpoint: null,
    architecture,
    weightGroups: weightGroupsOf(dimensions, quantization, overrides.weightFormat),
    allowedCuts: null,
    hasOwnCode: bringsCode(files.config.value),
    maxContextTokens: countOf(fields, "max_position_embeddings"),
    parameters,
    statedWeightBytes: stated,
    notes: [
      ...notServed(fields),
      ...notes,
      ...weights.notes,
      ...(stated === null || overrides.weightFormat ? [] : sizeNotes(index!, stated, bytes)),
    ],
  };
}

/** Whether a config names classes that the repository's own code defines. Source: transformers, `trust_remote_code`. */
function bringsCode(config: unknown): boolean {
  if (typeof config !== "object" || config === null) return false;
  const { auto_map: autoMap } = config as { readonly auto_map?: unknown };
  return typeof autoMap === "object" && autoMap !== null;
}
